"""What the README and the pages for people show to be typed, and what they show of the answers."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/index.md", "docs/students.md", "docs/instructors.md")
ALL_PAGES = ("README.md", *sorted(f"docs/{one.name}" for one in (ROOT / "docs").glob("*.md")))
# What a command begins with.
PROGRAMS = r"(?:(?:make|autograder|nbgrader|pip|jupyter|git|cd|cp|rm|python3)\s|\. \.venv/)"
# How blocks begin that nobody types into a shell.
KINDS = {
    "table": r"┏━",
    "file": r"id,first_name,",
    "settings": r"from autograder|c\.",
    "cell": r"%pip ",
}
# A block is fenced, or indented below an empty line.
PIECE = re.compile(
    r"^```\w*\n(?P<fenced>(?:.*\n)*?)```$"
    r"|(?<=\n\n)(?P<indented>(?: {4}.*\n|\n(?= {4}))+)"
    rf"|`(?P<inline>{PROGRAMS}[^`]+)`",
    flags=re.MULTILINE,
)


@dataclass(frozen=True)
class Example:
    """A command as words, where it stands, and what the page says that it answers."""

    page: str
    words: tuple[str, ...]
    # Two words in a sentence name a command, and are not meant to be typed as they are.
    is_named: bool = False
    answer: str = ""

    def __str__(self) -> str:
        return shlex.join(self.words)


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Each block of code, and each command in a sentence, with its kind in front."""
    for found in PIECE.finditer((ROOT / page).read_text(encoding="utf-8")):
        if found["inline"]:
            yield "inline", found["inline"]
            continue
        block = textwrap.dedent(found["fenced"] or found["indented"]).strip("\n")
        kinds = [name for name, begins in KINDS.items() if re.match(begins, block)]
        yield kinds[0] if kinds else "shell", block


def examples(page: str) -> Iterator[Example]:
    """The commands of a page in their order, those in its sentences among them."""
    for kind, block in blocks(page):
        if kind == "inline":
            words = tuple(shlex.split(block))
            yield Example(page, words, is_named=len(words) == 2)
        elif kind == "shell":
            for command, answer in _typed(block):
                yield Example(page, tuple(shlex.split(command, comments=True)), answer=answer)


def _typed(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and its answer where the command stands behind a ``$``."""
    if block.startswith("$ "):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            yield command, answer
        return
    for line in block.splitlines():
        if re.match(PROGRAMS, f"{line}\n"):
            yield from ((command, "") for command in line.split(" && "))


def matches(shown: str, printed: str) -> bool:
    """Whether something was said as it is shown; a line … stands for any lines, or for none."""
    parts = re.split(r"^…\n?", f"{shown}\n", flags=re.MULTILINE)
    return bool(re.search("(?:.*\n)*?".join(map(re.escape, parts)), f"{printed}\n"))


def rows(table: str) -> dict[str, list[str]]:
    """The rows of a table as our command line draws it: cells by the first, each in one line."""
    found: list[list[list[str]]] = []
    for line in re.findall(r"^│ (.*) │$", table, flags=re.MULTILINE):
        cells = [cell.strip() for cell in line.split("│")]
        # What goes on from the line above has words in some cells only.
        if all(cells):
            found.append([[] for _ in cells])
        for parts, part in zip(found[-1], cells, strict=True):
            parts.extend([part] if part else [])
    # A name is broken anywhere, other words between them.
    return {"".join(first): [" ".join(one) for one in rest] for first, *rest in found}
