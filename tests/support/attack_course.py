"""A course under attack: cases handed in among neighbours, beside things to protect.

Each attack is followed by two neighbours, one whose work is right and one whose is blank, in one
sandbox, which graded the same two before there was any attack: what was seen of them then is what
must be seen of them ever after, but for times.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import nbformat

from autograder.core.config import Course, Settings
from autograder.core.lesson_registry import load_lesson
from autograder.grading.discovery import Submission, find_submissions
from autograder.grading.grader import Grader
from support import attack_changes, attack_keys, mini
from support.attack_besieged import Besieged, doors
from support.attack_cases import Case

LESSON = "building-a-brain"
SECRET = "nobody-but-the-instructor-may-read-this"  # noqa: S105
# In the solution alone, which no student may be shown.
SOLUTION = "the-solution-itself"
# In the text of every neighbour, and nowhere else.
PRIVATE = "only-its-author-may-read-this-"
HONEST = ("honest-first", "zz-honest-last")
BEFORE = ("before-right", "before-other")
# Short, so that a loop without end costs little; long enough for training on the sample.
SETTINGS = Settings(cell_seconds=30, seconds=150)
UNTRAINED: Mapping[str, str | None] = {"train": None, "predict": None}
BLANK: Mapping[str, str | None] = dict.fromkeys(mini.RIGHT)


@dataclass(frozen=True)
class Lane:
    """What one grader grades in one sandbox, one after the other."""

    name: str
    names: list[str]
    shares: bool = False
    follows: bool = False


def graded(
    root: Path, data_home: Path, chosen: Sequence[Case], *, side_by_side: int = 2
) -> tuple[Besieged, dict[str, str]]:
    """Grade the cases, each between neighbours; the course, and its fingerprints before."""
    course = Besieged(root=root / "course", home=root / "home", honest=f"{HONEST[0]}-0")
    _furnish(course)
    if any(case.followed for case in chosen):
        _write_solution(course)
    with doors(course) as port, _environment(course):
        lanes = _hand_all_in(course, chosen, port, side_by_side)
        before = course.prints()
        had = attack_keys.start_session(SECRET)
        keys = attack_keys.session_keys() if had else {}
        with ThreadPoolExecutor(side_by_side) as pool:
            list(pool.map(lambda lane: _grade(course, data_home, lane), lanes))
        for case in chosen:
            if case.once_more:
                _grade_once_more(course, data_home, case)
        course.keys = keys, attack_keys.session_keys() if had else {}
    return course, before


def _hand_all_in(
    course: Besieged, chosen: Sequence[Case], port: int, side_by_side: int
) -> list[Lane]:
    apart = [case for case in chosen if not (case.shares or case.followed)]
    lanes = [
        Lane(
            str(number), _between_neighbours(course, apart[number::side_by_side], port, str(number))
        )
        for number in range(max(1, min(side_by_side, len(apart))))
    ]
    if followed := [case for case in chosen if case.followed]:
        names = _between_neighbours(course, followed, port, "followed")
        lanes.append(Lane("followed", names, follows=True))
    together = [case for case in chosen if case.shares]
    alone, shared = [], []
    for case in together:
        whose = [f"{case.name}-alone", *case.neighbours]
        for name in whose:
            notebook = _sharing(case, case.neighbour, commented="other" in name)
            _submit(course, name, notebook, case.neighbour_change)
        _attack(case, case.folder, course, port)
        alone.append(whose[0])
        course.before.update(dict.fromkeys(whose[1:], whose[0]))
        shared += sorted([case.folder, *whose[1:]])
    course.may_share = frozenset(shared)
    if together:
        lanes += [Lane("alone", alone), Lane("shared", shared, shares=True)]
    return lanes


def _between_neighbours(
    course: Besieged, chosen: Sequence[Case], port: int, number: str
) -> list[str]:
    """Hand in a lane: honest work, neighbours, and each case followed by neighbours."""
    ends = [f"{name}-{number}" for name in HONEST]
    order = [ends[0]]
    before = (f"{BEFORE[0]}-{number}", f"{BEFORE[1]}-{number}")
    for name in ends:
        _submit(course, name, mini.submitted())
    groups: list[tuple[tuple[str, ...], tuple[str, str]]] = [((), before)]
    for case in chosen:
        for student in case.students:
            _attack(case, student, course, port)
        groups.append((case.students, case.neighbours))
        course.before.update(zip(case.neighbours, before, strict=True))
    for attackers, neighbours in groups:
        for name, answers in zip(neighbours, (UNTRAINED, BLANK), strict=True):
            _submit(course, name, _signed(mini.submitted(**answers)))
        order += [*attackers, *neighbours]
    return [*order, ends[1]]


def _signed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """With a note of its own, so long that nothing handed in later lies over all of it."""
    line = f"\n# {PRIVATE}{secrets.token_hex(8)}"
    mini.cell_of(notebook, "predict").source += line * 200
    return notebook


def _sharing(case: Case, answer: str | None, *, commented: bool = False) -> nbformat.NotebookNode:
    """A right notebook whose program is this case's and its neighbours' alone."""
    notebook = mini.submitted(**{case.cell: answer or mini.RIGHT[case.cell]})
    comment = "  # mine" if commented else ""
    mini.cell_of(notebook, "build").source += f'\nprint("{case.name}"){comment}'
    return notebook


def _grade(course: Besieged, data_home: Path, lane: Lane) -> None:
    found = {one.name: one for one in find_submissions([course.root / "submitted"])}
    chosen = [found[name] for name in lane.names]
    _take(course, _grader(course, data_home, lane), chosen)


def _grader(course: Besieged, data_home: Path, lane: Lane) -> Grader:
    settings = replace(SETTINGS, follow_through=float(lane.follows))
    return Grader(
        course=Course(root=course.root, settings=settings),
        data_home=data_home,
        results=course.root / "results" / lane.name,
        lesson=load_lesson(LESSON),
        share=lane.shares,
    )


def _take(course: Besieged, grader: Grader, chosen: Sequence[Submission]) -> None:
    with grader:
        for report in grader.grade(chosen, workers=1):
            course.reports[report.name] = report
            course.folders[report.name] = grader.results / LESSON / report.results_folder


def _grade_once_more(course: Besieged, data_home: Path, case: Case) -> None:
    """Grade a case alone, with its neighbours' results there already."""
    before = {name: _contents(course.folders[name]) for name in case.neighbours}
    found = find_submissions([course.root / "submitted" / case.folder])
    lane = course.folders[case.neighbours[0]].parent.parent.name
    _take(course, _grader(course, data_home, Lane(lane, [])), found)
    course.overwritten[case.name] = [
        name for name in case.neighbours if _contents(course.folders[name]) != before[name]
    ]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _furnish(course: Besieged) -> None:
    """Make what is to be protected."""
    for place in ("source", "solutions", "checks", "submitted"):
        (course.root / place).mkdir(parents=True)
        (course.root / place / "secret.txt").write_text(SECRET)
    course.home.mkdir()
    (course.home / "secret.txt").write_text(SECRET)
    _set_trap(course)
    with sqlite3.connect(course.root / "gradebook.db") as book:
        book.execute("create table grade (score real)")
        book.execute("insert into grade values (1)")


def _write_solution(course: Besieged) -> None:
    """The source of the lesson: right, and with words that are nowhere else."""
    notebook = mini.submitted()
    for name in mini.RIGHT:
        cell = mini.cell_of(notebook, name)
        cell.source = cell.source.replace("\n", f"\n# {SOLUTION}\n", 1)
    folder = course.root / "source" / LESSON
    folder.mkdir()
    nbformat.write(notebook, folder / f"{LESSON}.ipynb")


def _set_trap(course: Besieged) -> None:
    """A kernel among those of whoever grades, which is another program."""
    kernel = course.home / ".local/share/jupyter/kernels" / attack_changes.KERNEL
    kernel.mkdir(parents=True)
    command = ["/usr/bin/env", "touch", str(course.root / "marker-kernel")]
    given = {"argv": command, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(given))


def _submit(
    course: Besieged, name: str, notebook: nbformat.NotebookNode, change: str | None = None
) -> None:
    folder = course.root / "submitted" / name / LESSON
    folder.mkdir(parents=True)
    _changed(change, notebook, folder, "build", course)


def _attack(case: Case, student: str, course: Besieged, port: int) -> None:
    def real(text: str) -> str:
        text = text.replace("COURSE", str(course.root)).replace("HOME", str(course.home))
        return text.replace("PORT", str(port)).replace("autograder-attack", course.door)

    notebook = _notebook(case, real(case.source))
    folder = course.root / "submitted" / student / LESSON
    for name, content in case.extra_files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(real(content))
    folder.mkdir(parents=True, exist_ok=True)
    _changed(case.change, notebook, folder, case.cell, course)


def _changed(
    change: str | None,
    notebook: nbformat.NotebookNode,
    folder: Path,
    question: str,
    course: Besieged,
) -> None:
    name = None
    if change:
        submission = attack_changes.AttackSubmission(
            notebook=notebook, folder=folder, question=question, course=course.root
        )
        name = getattr(attack_changes, change)(submission)
    nbformat.write(notebook, folder / (name or f"{LESSON}.ipynb"))


def _notebook(case: Case, source: str) -> nbformat.NotebookNode:
    answer = source if case.instead else f"{source}\n{mini.RIGHT[case.cell]}"
    if not case.instead and case.source.lstrip().startswith("# After"):
        answer = f"{mini.RIGHT[case.cell]}\n{source}"
    return _sharing(case, answer) if case.shares else mini.submitted(**{case.cell: answer})


def _environment(course: Besieged) -> mock._patch_dict:
    """The environment of whoever grades, with a home and a secret."""
    return mock.patch.dict(os.environ, {"HOME": str(course.home), "A_SECRET": SECRET})
