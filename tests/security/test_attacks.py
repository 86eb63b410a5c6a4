"""No submission can touch its grade, the grader or anyone else; each way that we know is tried."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from support import frozen
from support.attack_besieged import Besieged
from support.attack_cases import BOUNDARIES, SOME, Case, cases
from support.attack_course import BEFORE, HONEST, PRIVATE, SECRET, SOLUTION, graded

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

# A sign that rewrites or turns what is shown; a script, or something remote.
REWRITES = r"\x1b(?!\[[0-9;]*m)|\\u001b\[(?![0-9;]*m)|[\u202e\x07\x08]"
REACHES_OUT = r"<script|<img src=(?!\\?.?data:)|<[^>]*onerror"
# Chance decides which limit such a process meets, whether what a bomb left is enough to train with,
# and which of two files is seen last.
RACES = ("fork-bomb", "memory-bomb", "evidence-by-hand", "evidence-exchanged")
OTHERS = [one for one in cases() if one.name not in SOME]


@pytest.fixture(scope="module")
def few(tmp_path_factory, sample_keras: Path) -> tuple[Besieged, dict[str, str]]:
    """The cases that stand for their kind."""
    return graded(tmp_path_factory.mktemp("few"), sample_keras, cases(SOME))


@pytest.fixture(scope="module")
def others(tmp_path_factory, sample_keras: Path) -> tuple[Besieged, dict[str, str]]:
    """All the others."""
    return graded(tmp_path_factory.mktemp("others"), sample_keras, OTHERS)


def shown_of(course: Besieged, name: str) -> str:
    """All words of a report."""
    report = course.reports[name]
    words = [report.reason or "", *report.notes, *(one.message for one in report.checks)]
    return " ".join(words)


def hold(course: Besieged, case: Case) -> None:
    """A case earns no more than honest work, and nothing of what it reached for."""
    for student in case.students:
        earn_no_more(course, case, student)
        assert course.reached(student) == []
        written, pages = course.written(student), course.pages(student)
        assert SECRET not in written
        assert SOLUTION not in course.shown(student)
        assert re.findall(f"{PRIVATE}[0-9a-f]+", written) == []
        assert re.findall(REWRITES, pages + course.text_of(student)) == []
        assert re.findall(REACHES_OUT, pages) == []
    leave_neighbours_alone(course, case)


def earn_no_more(course: Besieged, case: Case, student: str) -> None:
    """Points of an attack, and what its report says."""
    report, honest = course.reports[student], course.reports[course.honest]
    level = (report.status, report.trouble, report.interrupted, report.isolation)
    assert level == ("graded", None, False, honest.isolation)
    assert report.score <= honest.score
    for check in honest.checks:
        (own,) = [one for one in report.checks if one.id == check.id]
        assert own.points <= check.points, own
    if case.keeps_points:
        assert report.score == honest.score
    if case.max_points is not None:
        assert sum(one.points for one in report.of(case.cell)) <= case.max_points
    if case.expect:
        assert re.search(case.expect, shown_of(course, student)), shown_of(course, student)


def leave_neighbours_alone(course: Besieged, case: Case) -> None:
    """All that is seen of its neighbours is what is seen of them without it."""
    for name, before in course.like(case):
        seen, expected = course.seen(name), course.seen(before)
        odd = [part for part in seen if seen[part] != expected.get(part)]
        assert [(part, seen[part], expected.get(part)) for part in odd] == [], name
        assert course.reached(name) == []
    assert course.overwritten.get(case.name, []) == []


def untouched(besieged: tuple[Besieged, dict[str, str]]) -> None:
    """Nothing was changed, nobody was called, and the honest ones earned what they should."""
    course, prints = besieged
    assert course.prints() == prints
    assert course.callers == []
    assert course.keys[0] == course.keys[1]
    assert course.reports[course.honest].score >= 17
    for name in [one for one in course.reports if one.startswith(HONEST)]:
        assert course.seen(name) == course.seen(course.honest)


def neighbours_are_apart(course: Besieged) -> None:
    """The two neighbours of an attack are two programs, and nobody was given another's run."""
    right, other = (course.reports[f"{name}-0"] for name in BEFORE)
    assert (right.score, other.score) == (12, 0)
    assert right.program != other.program
    shared = {name for name, one in course.reports.items() if one.shared}
    assert shared <= course.may_share


def compare_frozen(course: Besieged, chosen: Sequence[Case], freeze: bool) -> None:
    """Each grade, each misconception, each word said of an attack."""
    names = [name for case in chosen if case.name not in RACES for name in case.students]
    results = {name: course.reports[name].checks for name in names}
    frozen.compare("attacks", results, freeze=freeze, part=True)


def remaining_processes(course: Besieged) -> list[str]:
    """Processes of this course's sandboxes that are still there."""
    lines = (" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"]))
    return [
        words for words in lines if "sandbox.fork_server" in words and str(course.root) in words
    ]


def test_every_boundary_is_tried() -> None:
    """Each case names one, and whether it succeeded before there was a defence."""
    assert {one.boundary for one in cases()} <= set(BOUNDARIES)
    assert {one.before for one in cases()} <= {"succeeded", "held"}
    tried = Counter(one.boundary for one in cases())
    assert min(tried[name] for name in BOUNDARIES) >= 5


@pytest.mark.parametrize("case", cases(SOME), ids=lambda case: case.name)
def test_an_attack_is_held(few, case: Case) -> None:
    """One of the few that are tried each time."""
    hold(few[0], case)


def test_nothing_was_touched(few) -> None:
    """The course, its neighbours, and who graded."""
    untouched(few)
    neighbours_are_apart(few[0])
    assert remaining_processes(few[0]) == []


def test_an_attack_is_told_the_same_as_ever(few, freeze: bool) -> None:
    """What is said of the few."""
    compare_frozen(few[0], cases(SOME), freeze)


@pytest.mark.weekly
@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.name)
def test_every_other_attack_is_held(others, case: Case) -> None:
    """All the others."""
    hold(others[0], case)


@pytest.mark.weekly
def test_nothing_was_touched_by_the_others(others) -> None:
    """The course, its neighbours, and who graded."""
    untouched(others)
    neighbours_are_apart(others[0])
    assert remaining_processes(others[0]) == []


@pytest.mark.weekly
def test_every_other_attack_is_told_the_same_as_ever(others, freeze: bool) -> None:
    """What is said of all the others."""
    compare_frozen(others[0], OTHERS, freeze)
