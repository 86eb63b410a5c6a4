"""What became of a course under attack: who reached what, and what is seen of whom."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from rich.console import Console

from autograder.core.evidence import EVIDENCE, load
from autograder.core.report import Report
from autograder.reports import terminal
from support.attack_cases import Case

# Of a report; the others are names, times, and which run it was.
COMPARED = (
    *("status", "reason", "trouble", "isolation", "shared", "warm", "interrupted", "limits"),
    *("notes", "full_score", "lesson", "checks", "measures"),
)


@dataclass
class Besieged:
    """The folder of the course, the grader's home, who came to the door, what became of whom."""

    root: Path
    home: Path
    honest: str = ""
    # The name under which a neighbour's work was graded before there was an attack.
    before: dict[str, str] = field(default_factory=dict)
    may_share: frozenset[str] = frozenset()
    callers: list[str] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    keys: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
    # Of whose work something was different once others were graded once more.
    overwritten: dict[str, list[str]] = field(default_factory=dict)

    @property
    def door(self) -> str:
        """The name of a socket of this machine; other runs of these tests have others."""
        return f"autograder-attack-{hashlib.sha256(bytes(self.root)).hexdigest()[:16]}"

    def prints(self) -> dict[str, str]:
        """The fingerprint of every file that nobody may change."""
        before = (path for folder in (self.root, self.home) for path in folder.rglob("*"))
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in before
            if path.is_file() and "results" not in path.parts
        }

    def written(self, name: str) -> str:
        """All that was written about a submission."""
        return "".join(
            path.read_text(errors="replace")
            for path in sorted(self.folders[name].rglob("*"))
            if path.is_file()
        )

    def shown(self, name: str) -> str:
        """All that was written about a submission but what is the instructor's alone."""
        place = self.folders[name]
        return "".join(
            path.read_text(errors="replace") for path in sorted(place.iterdir()) if path.is_file()
        )

    def outputs(self, name: str) -> list[dict[str, Any]]:
        """What the cells of a submission put out."""
        path = self.folders[name] / "notebook.ipynb"
        if not path.exists():
            return []
        cells = nbformat.read(path, as_version=4).cells
        return [output for one in cells for output in one.get("outputs", ())]

    def pages(self, name: str) -> str:
        """What whoever opens the report or the notebook is shown."""
        notebook = nbformat.read(self.folders[name] / "notebook.ipynb", as_version=4)
        cells = (one.source for one in notebook.cells if one.cell_type != "code")
        outputs = (json.dumps(one, ensure_ascii=False) for one in self.outputs(name))
        return "\n".join([*cells, *outputs, (self.folders[name] / "report.html").read_text()])

    def text_of(self, name: str) -> str:
        """What whoever grades is told on the terminal."""
        console = Console(file=io.StringIO(), width=200)
        terminal.watched([self.reports[name]], 1, console)
        console.print(terminal.table([self.reports[name]]))
        return console.file.getvalue()

    def reached(self, name: str) -> list[str]:
        """Where a case says that it reached what it wanted; no words of its own source."""
        texts = [str(one.get("text", "")) for one in self.outputs(name)]
        texts += [str(one.get("evalue", "")) for one in self.outputs(name)]
        report = self.reports[name]
        texts += [report.reason or "", *report.notes, *(one.message for one in report.checks)]
        return [line for text in texts for line in text.splitlines() if line.startswith("REACHED")]

    def like(self, case: Case) -> list[tuple[str, str]]:
        """The neighbours of a case, and who handed in the same before it."""
        return [(name, self.before[name]) for name in case.neighbours]

    def seen(self, name: str) -> dict[str, Any]:
        """All that anyone learns of a submission, but for its name and its times."""
        report, folder = self.reports[name], self.folders[name]
        seen = {part: getattr(report, part) for part in COMPARED}
        seen["place"] = report.results_folder == report.name
        if report.shared:
            # That it was another's run is told, and how long that took; nothing else may differ.
            seen["shared"] = False
        if (folder / EVIDENCE).exists():
            evidence = load(folder)
            cells = [msgspec.structs.replace(one, seconds=0) for one in evidence.record.cells]
            seen |= {"cells": cells, "recorded": evidence.record.recorded}
            seen["arrays"] = {key: one.tobytes() for key, one in evidence.arrays.items()}
        return seen | {"outputs": self.outputs(name)}


@contextmanager
def doors(course: Besieged) -> Iterator[int]:
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
