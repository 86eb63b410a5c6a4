"""Groups of answers: alike as programs, and judged alike. One decision fits all in a group."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from autograder.core import decode
from autograder.core.config import Course
from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome, Report
from autograder.grading.limited_process import LimitedProcess, OverBudgetError
from autograder.grading.regrade import stored_results
from autograder.notebooks.answer_digest import (
    SHOWS,
    answer_digest,
    cell_names,
    each,
    given_another_meaning,
    text_digest,
)
from autograder.notebooks.names import Names, names_in
from autograder.reports import annotate

# The results' notebook shows no more of a very long answer or line; what is cut off may differ.
CUT = "# …"
Cell = Mapping[str, Any]
T = TypeVar("T")
V = TypeVar("V")


class _Notebook(msgspec.Struct):
    cells: list[Cell]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The submissions with one answer to a question, the first of them as the example."""

    id: str
    question: Question
    reports: tuple[Report, ...]

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """What the checks said of the example."""
        return self.reports[0].of(self.question.name)

    @property
    def needs_review(self) -> bool:
        """Whether a check could not decide."""
        return any(one.outcome is Outcome.ERROR for one in self.results)

    @property
    def points(self) -> float:
        """The points of the automatic check, which all in the group have."""
        return annotate.points(self.question, self.results)


@dataclass(kw_only=True)
class Grouper:
    """Finds the groups of one submission after the other. ``reader`` reads what students wrote.

    ``given_code`` are the texts of the lesson's own code cells.
    """

    lesson: Lesson
    given_code: frozenset[str]
    reader: LimitedProcess
    _names: dict[str, Names] = field(default_factory=dict)
    _digests: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict)

    @classmethod
    def of_course(cls, course: Course, lesson: Lesson, reader: LimitedProcess) -> Grouper:
        """Return one for a lesson as the course releases it."""
        return cls(lesson=lesson, given_code=given_code(course, lesson), reader=reader)

    def __post_init__(self) -> None:
        self._outside = frozenset(
            name for question in self.lesson.questions for name in question.leaves
        )
        for names in map(names_in, self.given_code):
            self._outside |= names.used - names.defined - SHOWS

    def groups_of(self, report: Report, cells: Sequence[Cell]) -> dict[str, str]:
        """Return the id of the group of each question that was graded."""
        found = {}
        every = [cell for cell in cells if cell["cell_type"] == "code"]
        self._learn(self._names, cell_names, map(_source, every))
        names = [self._names_in(_source(cell)) for cell in every]
        notebook = Names(
            defined=frozenset().union(*(one.defined for one in names)),
            used=frozenset().union(*(one.used for one in names)),
        )
        answers = answer_cells(cells, self.lesson, self.given_code)
        sources = map(_source, itertools.chain.from_iterable(answers.values()))
        self._learn(self._digests, answer_digest, (self._key(one, notebook) for one in sources))
        for question, own in answers.items():
            if results := report.of(question):
                parts = self._parts(own, notebook)
                if any(CUT in _source(cell) for cell in own):
                    parts.append(report.program or report.name)
                # Why that is may lie in another cell, and whoever decides believes the whole.
                if any(one.outcome is Outcome.ERROR for one in results):
                    parts += ["all", *self._parts(every, notebook)]
                identity = json.dumps([question, parts, [_verdict(one) for one in results]])
                found[question] = f"{question}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        return found

    def _parts(self, cells: Iterable[Cell], notebook: Names) -> list[str]:
        """Return what cells do, one part each; what stops does less than it says."""
        parts = []
        for cell in cells:
            stopped = any(one["output_type"] == "error" for one in cell.get("outputs", ()))
            parts.append(self._digest(_source(cell), notebook) + (" stopped" if stopped else ""))
        return [one for one in parts if one]

    def _learn(self, known: dict[T, V], function: Callable[..., V], keys: Iterable[T]) -> None:
        """Ask for all at once that is not known yet: that takes longer than to answer."""
        new = [one for one in dict.fromkeys(keys) if one not in known]
        # Then each is asked for by itself.
        with contextlib.suppress(OverBudgetError):
            known.update(zip(new, self.reader.call(each, function, new), strict=True))

    def _names_in(self, source: str) -> Names:
        if source not in self._names:
            try:
                made = self.reader.call(cell_names, source)
            except OverBudgetError:
                made = Names()
            self._names[source] = made
        return self._names[source]

    def _key(self, source: str, notebook: Names) -> tuple[str, frozenset[str]]:
        # Of the names in other cells only these can make a difference.
        taken = notebook.used & self._names_in(source).defined
        return source, self._outside | taken | given_another_meaning(notebook.defined)

    def _digest(self, source: str, notebook: Names) -> str:
        key = self._key(source, notebook)
        if key not in self._digests:
            try:
                made = self.reader.call(answer_digest, *key)
            except OverBudgetError:
                made = text_digest(source)
            self._digests[key] = made
        return self._digests[key]


def given_code(course: Course, lesson: Lesson) -> frozenset[str]:
    """Return the texts of the lesson's own code cells, as the course releases it."""
    cells = _read(course.released(lesson))
    return frozenset(_source(one).strip() for one in cells if one["cell_type"] == "code")


def answer_cells(
    cells: Iterable[Cell], lesson: Lesson, given_code: frozenset[str]
) -> dict[str, list[Cell]]:
    """Return the cells that answer each question: its own, and those that the student added.

    What was added stands between this question's check and the one before it.
    """
    found: dict[str, list[Cell]] = {}
    own: list[Cell] = []
    for cell in cells:
        meta = cell["metadata"].get("nbgrader", {})
        name = meta.get("grade_id", "")
        if meta.get("grade"):
            found[name.removeprefix("check-")] = own
            own = []
        elif cell["cell_type"] == "code" and (
            meta.get("solution") or (not name and _source(cell).strip() not in given_code)
        ):
            own.append(cell)
    return {one.name: found[one.name] for one in lesson.questions if one.name in found}


def find_groups(folder: Path, lesson: Lesson, course: Course) -> list[Group]:
    """Return the groups in a lesson's results: what needs manual review first, then by size.

    Raises:
        SubmissionError: there are no results.
    """
    with LimitedProcess() as reader:
        grouper = Grouper.of_course(course, lesson, reader)
        stored = [one for one in stored_results(folder) if not one.damaged]
        return grouped(
            lesson,
            (
                (one.report, grouper.groups_of(one.report, _read(one.folder / "notebook.ipynb")))
                for one in stored
            ),
        )


def grouped(lesson: Lesson, with_ids: Iterable[tuple[Report, Mapping[str, str]]]) -> list[Group]:
    """Return the groups of reports, each given with the ids of its groups by question."""
    members: dict[tuple[str, str], list[Report]] = {}
    for report, ids in with_ids:
        for question, group in ids.items():
            members.setdefault((question, group), []).append(report)
    found = [
        Group(id=group, question=lesson.question(question), reports=tuple(reports))
        for (question, group), reports in members.items()
    ]
    return sorted(found, key=lambda one: (not one.needs_review, -len(one.reports)))


def sizes(lesson: Lesson, groups: Sequence[Group]) -> dict[str, list[int]]:
    """Return the sizes of the groups of each question, the largest first."""
    found = {
        question.name: [len(one.reports) for one in groups if one.question == question]
        for question in lesson.questions
    }
    return {name: sorted(counts, reverse=True) for name, counts in found.items() if counts}


def _read(path: Path) -> list[Cell]:
    """Return the cells of a notebook of ours; none where there is no such notebook."""
    try:
        return decode.from_json(path.read_bytes(), _Notebook).cells
    except (OSError, ValueError):
        return []


def _source(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _verdict(one: CheckResult) -> list[object]:
    # Not the message: it may hold a number that differs from run to run.
    share = round(one.points / one.max_points, 6) if one.max_points else 0
    return [one.id, one.outcome, one.misconception, share]
