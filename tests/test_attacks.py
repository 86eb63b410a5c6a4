"""No submission can touch its grade, the grader or anyone else; each way that we know is tried."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import pytest
from attack_course import FAST, HONEST, SECRET, Besieged, Case, cases, graded

pytestmark = pytest.mark.kernel

# A sign that rewrites or turns what is shown; a script, or something remote.
REWRITES = r"\x1b(?!\[[0-9;]*m)|\\u001b\[(?![0-9;]*m)|[\u202e\x07\x08]"
REACHES_OUT = r"<script|<img src=(?!.?data:)|<[^>]*onerror"
SLOW = [one for one in cases() if one.name not in FAST]


@pytest.fixture(scope="module")
def fast(tmp_path_factory, sample_keras: Path) -> tuple[Besieged, dict[str, str]]:
    """The cases that stand for their kind."""
    return graded(tmp_path_factory.mktemp("fast"), sample_keras, cases(FAST))


@pytest.fixture(scope="module")
def slow(tmp_path_factory, sample_keras: Path) -> tuple[Besieged, dict[str, str]]:
    """All the others."""
    return graded(tmp_path_factory.mktemp("slow"), sample_keras, SLOW)


def told(course: Besieged, name: str) -> str:
    """All words of a report."""
    report = course.reports[name]
    words = [report.reason or "", *report.notes, *(one.message for one in report.checks)]
    return " ".join(words)


def hold(course: Besieged, case: Case) -> None:
    """A case earns no more than honest work, and nothing of what it reached for."""
    report, honest = course.reports[case.name], course.reports[HONEST[0]]
    assert (report.status, report.trouble, report.isolation) == ("graded", None, "bubblewrap")
    assert report.score <= honest.score
    for check in honest.checks:
        (own,) = [one for one in report.checks if one.id == check.id]
        assert own.points <= check.points, own
    if case.keeps:
        assert report.score == honest.score
    if case.most is not None:
        assert sum(one.points for one in report.of(case.cell)) <= case.most
    if case.expect:
        assert re.search(case.expect, told(course, case.name)), told(course, case.name)
    assert SECRET not in course.written(case.name)
    pages, terminal = course.pages(case.name), course.told(case.name)
    assert re.findall(REWRITES, pages + terminal) == []
    assert re.findall(REACHES_OUT, pages) == []
    # Its own source names the word too, within quotes that outputs have not.
    outputs = re.findall(r"REACHED[^\"'\\]{0,3}$", told(course, case.name), re.MULTILINE)
    assert outputs == []


def untouched(besieged: tuple[Besieged, dict[str, str]]) -> None:
    """Nothing was changed, nobody was called, and the honest ones earned what they should."""
    course, prints = besieged
    assert course.prints() == prints
    assert course.callers == []
    first, last = (course.reports[name] for name in HONEST)
    assert first.checks == last.checks
    assert first.score >= 17
    assert first.notes == last.notes


def left_behind(course: Besieged) -> list[str]:
    """Processes of this course's rooms that are still there."""
    lines = (" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"]))
    return [words for words in lines if "execution.room" in words and str(course.root) in words]


@pytest.mark.parametrize("case", cases(FAST), ids=lambda case: case.name)
def test_an_attack_is_held(fast, case: Case) -> None:
    """One of the few that are tried each time."""
    hold(fast[0], case)


def test_nothing_was_touched(fast) -> None:
    """The course, its neighbours, and who graded."""
    untouched(fast)
    assert left_behind(fast[0]) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", SLOW, ids=lambda case: case.name)
def test_every_other_attack_is_held(slow, case: Case) -> None:
    """All the others."""
    hold(slow[0], case)


@pytest.mark.slow
def test_nothing_was_touched_by_the_others(slow) -> None:
    """The course, its neighbours, and who graded."""
    untouched(slow)
    assert left_behind(slow[0]) == []
