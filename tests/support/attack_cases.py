"""What is tried: the cases of ``tests/attacks``, each the source of one cell.

The first lines of a case say what it tries, at which boundary, where it stands, what it may earn,
and whether it succeeded before there was a defence against its kind. ``COURSE``, ``HOME`` and
``PORT`` stand for the real ones.

After a line ``# Beside: a, b`` comes the content of files that are handed in beside the notebook,
after ``# Neighbour:`` what right students write in the same cell. ``# Change: name`` and
``# Change of the neighbour: name`` are functions of ``attack_changes``, ``# Folder: name`` is what
the student is called. ``# Twice`` is handed in by two students, one after the other; ``# Shares``
is graded where students with the same program share a run; ``# Once more`` is graded once more,
alone, when its neighbours' results are there; ``# Followed`` is graded where a solution takes the
place of what cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "attacks"
BOUNDARIES = ("points", "neighbours", "grader", "time and memory", "pages and files")
WORD = re.compile(
    r"^# (Tries|Boundary|Before|Cell|Most|Expect|Change|Change of the neighbour|Folder): (.+)$",
    re.MULTILINE,
)
# Those that stand for their kind, where not all are tried.
SOME = (
    *("evidence-by-hand", "patched-builtins", "look-alike", "ended-for-the-next", "daemon"),
    *("every-process", "gradebook", "links-beside", "keyring-read", "first-process-memory"),
    *("new-namespaces", "kill-everyone"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One attack: at most ``max_points`` for its ``cell``, ``None`` for as many as honest work."""

    name: str
    tries: str
    boundary: str
    before: str
    cell: str
    source: str
    instead: bool = False
    max_points: float | None = None
    expect: str | None = None
    keeps_points: bool = False
    change: str | None = None
    folder: str = ""
    extra_files: dict[str, str] = field(default_factory=dict)
    twice: bool = False
    once_more: bool = False
    shares: bool = False
    followed: bool = False
    neighbour: str | None = None
    neighbour_change: str | None = None

    @property
    def students(self) -> tuple[str, ...]:
        """Who hands it in."""
        return (self.folder, f"{self.folder}-again") if self.twice else (self.folder,)

    @property
    def neighbours(self) -> tuple[str, str]:
        """The names of the two students who come right after it."""
        return f"{self.name}-right", f"{self.name}-other"


def cases(names: Sequence[str] = ()) -> list[Case]:
    """The cases of these names, all where none is given."""
    return [_case(path) for path in sorted(FOLDER.glob("*.py")) if not names or path.stem in names]


def _case(path: Path) -> Case:
    text, _, neighbour = path.read_text().partition("# Neighbour:\n")
    text, *parts = re.split(r"^# Beside: ", text, flags=re.MULTILINE)
    head, _, source = text.partition("\n\n")
    words = dict(WORD.findall(head))
    return Case(
        name=path.stem,
        tries=words["Tries"],
        boundary=words["Boundary"],
        before=words["Before"],
        cell=words["Cell"],
        source=source,
        instead="# Instead" in head,
        max_points=float(words["Most"]) if "Most" in words else None,
        expect=words.get("Expect"),
        keeps_points="# Keeps its points" in head,
        change=words.get("Change"),
        folder=words.get("Folder", path.stem).encode().decode("unicode_escape"),
        extra_files=dict(_extra_files(parts)),
        twice="# Twice" in head,
        once_more="# Once more" in head,
        shares="# Shares" in head,
        followed="# Followed" in head,
        neighbour=neighbour or None,
        neighbour_change=words.get("Change of the neighbour"),
    )


def _extra_files(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and contents; several lines of names in a row share the content that follows."""
    waiting: list[str] = []
    for part in parts:
        names, _, content = part.partition("\n")
        waiting += names.split(", ")
        if content:
            yield from ((name, content) for name in waiting)
            waiting = []
