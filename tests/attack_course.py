"""A course under attack: every case of ``tests/attacks`` as a submission, among things to protect.

A case is the source of one cell. Its first lines say what it tries, where it stands, and what it
may earn; ``COURSE``, ``HOME`` and ``PORT`` stand for the real ones. After a line ``# Beside: a, b``
comes the content of files that are handed in beside the notebook, ``# Change: name`` is a function
of ``attack_changes``, and ``# Folder: name`` is what the student is called.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import attack_changes
import mini
import nbformat
from rich.console import Console

from autograder.course import Course, Settings
from autograder.grading import Grader
from autograder.lesson import load_lesson
from autograder.render import terminal
from autograder.report import Report
from autograder.submissions import find_submissions

FOLDER = Path(__file__).parent / "attacks"
LESSON = "building-a-brain"
SECRET = "nobody-but-the-instructor-may-read-this"  # noqa: S105
HONEST = ("honest-first", "zz-honest-last")
# Short, so that a loop without end costs little; long enough for training on the sample.
SETTINGS = Settings(cell_seconds=20, seconds=120)
# Those that stand for their kind in the fast tests.
FAST = (
    *("forged-history", "patched-builtins", "evidence-by-hand", "pasted-weights", "network"),
    *("reading-the-solution", "gradebook", "kill-everyone", "daemon", "new-namespaces"),
    *("skip-execution", "named-kernel", "imports-beside", "links-beside"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One attack; ``most`` points for the question of its ``cell``, ``None``: as honest work."""

    name: str
    tries: str
    cell: str
    source: str
    instead: bool = False
    most: float | None = None
    expect: str | None = None
    keeps: bool = False
    change: str | None = None
    folder: str = ""
    beside: dict[str, str] = field(default_factory=dict)


def cases(names: Sequence[str] = ()) -> list[Case]:
    """The cases of these names, all where none is given."""
    return [_case(path) for path in sorted(FOLDER.glob("*.py")) if not names or path.stem in names]


def _case(path: Path) -> Case:
    text, *parts = re.split(r"^# Beside: ", path.read_text(), flags=re.MULTILINE)
    head, _, source = text.partition("\n\n")
    words = dict(
        re.findall(r"^# (Tries|Cell|Most|Expect|Change|Folder): (.+)$", head, re.MULTILINE)
    )
    return Case(
        name=path.stem,
        tries=words["Tries"],
        cell=words["Cell"],
        source=source,
        instead="# Instead" in head,
        most=float(words["Most"]) if "Most" in words else None,
        expect=words.get("Expect"),
        keeps="# Keeps its points" in head,
        change=words.get("Change"),
        folder=words.get("Folder", path.stem).encode().decode("unicode_escape"),
        beside=dict(_beside(parts)),
    )


def _beside(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and contents; several lines of names in a row share the content that follows."""
    waiting: list[str] = []
    for part in parts:
        names, _, content = part.partition("\n")
        waiting += names.split(", ")
        if content:
            yield from ((name, content) for name in waiting)
            waiting = []


@dataclass
class Besieged:
    """The folder of the course, the grader's home, and who came to the door."""

    root: Path
    home: Path
    callers: list[str] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)

    @property
    def door(self) -> str:
        """The name of a socket of this machine."""
        return f"autograder-attack-{self.root.parent.name}"

    def prints(self) -> dict[str, str]:
        """The fingerprint of every file that nobody may change."""
        kept = (path for place in (self.root, self.home) for path in place.rglob("*"))
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in kept
            if path.is_file() and "results" not in path.parts
        }

    def written(self, name: str) -> str:
        """All that was written about a submission."""
        folder = self.root / "results" / LESSON / self.reports[name].place
        return "".join(
            path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()
        )

    def pages(self, name: str) -> str:
        """What whoever opens the report or the notebook is shown."""
        folder = self.root / "results" / LESSON / self.reports[name].place
        notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
        cells = (one.source for one in notebook.cells if one.cell_type != "code")
        outputs = (json.dumps(one.get("outputs", ()), ensure_ascii=False) for one in notebook.cells)
        return "\n".join([*cells, *outputs, (folder / "report.html").read_text()])

    def told(self, name: str) -> str:
        """What whoever grades is told on the terminal."""
        console = Console(file=io.StringIO(), width=200)
        terminal.watched([self.reports[name]], 1, console)
        console.print(terminal.table([self.reports[name]]))
        return console.file.getvalue()


def graded(root: Path, data_home: Path, chosen: Sequence[Case]) -> tuple[Besieged, dict[str, str]]:
    """Grade the cases between two honest submissions; the course, and its fingerprints before."""
    course = Besieged(root=root / "course", home=root / "home")
    _furnish(course)
    with _doors(course) as port, _environment(course):
        for name in HONEST:
            _hand_in(course, name, mini.submitted())
        for case in chosen:
            _attack(case, course, port)
        before = course.prints()
        grader = Grader(
            course=Course(root=course.root, settings=SETTINGS),
            data_home=data_home,
            results=course.root / "results",
            lesson=load_lesson(LESSON),
        )
        with grader:
            found = find_submissions([course.root / "submitted"])
            reports = {one.name: one for one in grader.grade(found, workers=2)}
    names = {case.folder: case.name for case in chosen}
    course.reports = {names.get(name, name): one for name, one in reports.items()}
    return course, before


def _furnish(course: Besieged) -> None:
    for place in ("source", "solutions", "checks", "submitted"):
        (course.root / place).mkdir(parents=True)
        (course.root / place / "secret.txt").write_text(SECRET)
    course.home.mkdir()
    (course.home / "secret.txt").write_text(SECRET)
    _set_trap(course)
    with sqlite3.connect(course.root / "gradebook.db") as book:
        book.execute("create table grade (score real)")
        book.execute("insert into grade values (1)")


def _set_trap(course: Besieged) -> None:
    """A kernel among those of whoever grades, which is another program."""
    kernel = course.home / ".local/share/jupyter/kernels" / attack_changes.KERNEL
    kernel.mkdir(parents=True)
    command = ["/usr/bin/env", "touch", str(course.root / "marker-kernel")]
    given = {"argv": command, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(given))


def _hand_in(course: Besieged, name: str, notebook: nbformat.NotebookNode) -> None:
    folder = course.root / "submitted" / name / LESSON
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{LESSON}.ipynb")


def _attack(case: Case, course: Besieged, port: int) -> None:
    def real(text: str) -> str:
        text = text.replace("COURSE", str(course.root)).replace("HOME", str(course.home))
        return text.replace("PORT", str(port)).replace("autograder-attack", course.door)

    notebook = _notebook(case, real(case.source))
    folder = course.root / "submitted" / case.folder / LESSON
    for name, content in case.beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(real(content))
    folder.mkdir(parents=True, exist_ok=True)
    name = None
    if case.change:
        handed = attack_changes.Handed(
            notebook=notebook, folder=folder, question=case.cell, course=course.root
        )
        name = getattr(attack_changes, case.change)(handed)
    nbformat.write(notebook, folder / (name or f"{LESSON}.ipynb"))


def _notebook(case: Case, source: str) -> nbformat.NotebookNode:
    answer = source if case.instead else f"{source}\n{mini.RIGHT[case.cell]}"
    if not case.instead and case.source.lstrip().startswith("# After"):
        answer = f"{mini.RIGHT[case.cell]}\n{source}"
    return mini.submitted(**{case.cell: answer})


@contextmanager
def _doors(course: Besieged) -> Iterator[int]:
    """Two sockets that nobody may reach: on a port of this machine, and one without a file."""
    with socket.socket() as port, socket.socket(socket.AF_UNIX) as abstract:
        port.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{course.door}")
        for door in (port, abstract):
            door.listen()
            threading.Thread(target=_wait_at, args=(door, course.callers), daemon=True).start()
        yield port.getsockname()[1]


def _wait_at(door: socket.socket, callers: list[str]) -> None:
    try:
        while True:
            _, address = door.accept()
            callers.append(str(address))
    except OSError:
        return


def _environment(course: Besieged) -> mock._patch_dict:
    return mock.patch.dict(os.environ, {"HOME": str(course.home), "A_SECRET": SECRET})
