"""Decisions are kept in a file for people, and give comments and scores."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import class_of_reports
from support.class_of_reports import LESSON

from autograder.core.config import Course
from autograder.core.errors import CourseError, UsageError
from autograder.review import decisions
from autograder.review.decisions import Decision, Decisions, Mark
from autograder.review.groups import Group
from autograder.review.session import Review

GROUP = Group(
    id="train-0123456789ab",
    question=LESSON.question("train"),
    reports=(class_of_reports.report("ann"),),
)
OTHER = Group(
    id="train-ffffffffffff",
    question=LESSON.question("train"),
    reports=(class_of_reports.report("bob", "train"),),
)
FILE = r'''# Decisions on groups of alike answers: see `autograder review` and `autograder groups`.
# It names no students and can be kept under version control.

[rubric]
"No validation" = -2.0

[groups."train-0123456789ab"]
comment = """
Why \"five\"?
Say it."""
items = ["No validation"]

[groups."train-ffffffffffff"]
score = 1.5
'''


def made() -> Decisions:
    one = Decision(comment='Why "five"?\nSay it.', items=("No validation",))
    decided = Decisions().with_item("No validation", -2.0).with_decision(GROUP, one)
    return decided.with_decision(OTHER, Decision(score=1.5))


def test_the_file_is_readable_and_read_again(tmp_path) -> None:
    path = Course(root=tmp_path).decisions(LESSON)
    assert decisions.load(path) == Decisions()
    decisions.save(path, made())
    assert path.read_text() == FILE
    assert decisions.load(path) == made()


@given(text=st.text(), name=st.text(min_size=1))
def test_whatever_is_written_can_be_read(tmp_path_factory, text: str, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / "one.toml"
    decided = Decisions(rubric={name: 1.0}, groups={name: Decision(comment=text, items=(name,))})
    decisions.save(path, decided)
    assert decisions.load(path) == decided


def test_points_of_a_rubric_item_are_added_to_the_automatic_ones_within_their_limits() -> None:
    decided = made()
    assert decided.mark(GROUP).score == 4.0
    assert decided.mark(GROUP).comment == 'No validation (-2)\n\nWhy "five"?\nSay it.'
    assert decided.with_item("No validation", -99).mark(GROUP).score == 0.0
    assert decided.with_item("No validation", 99).mark(GROUP).score == 6.0
    assert decided.mark(OTHER) == Mark(score=1.5)
    both = decided.with_decision(OTHER, Decision(score=1.0, items=("No validation",)))
    assert both.mark(OTHER).score == 1.0
    assert decided.with_decision(OTHER, Decision()).mark(OTHER) == Mark()


@pytest.mark.parametrize(
    "decision",
    [
        Decision(score=6.5),
        Decision(score=-1),
        Decision(score=float("nan")),
        Decision(items=("unknown",)),
        Decision(comment="x" * 20_000),
    ],
)
def test_what_cannot_be_given_is_refused(decision: Decision) -> None:
    with pytest.raises(UsageError):
        made().with_decision(GROUP, decision)


@pytest.mark.parametrize(("name", "points"), [("", 1), ("x" * 300, 1), ("x", float("nan"))])
def test_what_is_no_rubric_item_is_refused(name: str, points: float) -> None:
    with pytest.raises(UsageError):
        made().with_item(name, points)


@pytest.mark.parametrize(
    "text",
    [
        "not = = toml",
        "rubric = 3",
        "[rubric]\nx = nan",
        '[groups.a]\nitems = ["unknown"]',
        "[groups.a]\nscore = inf",
        "[groups]\na = 3",
        "\udcff",
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path, text: str) -> None:
    path = tmp_path / "one.toml"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(CourseError, match=r"one\.toml"):
        decisions.load(path)


class TestSession:
    """Each change is kept and given to those whose mark changed, and no others."""

    @pytest.fixture
    def calls(self) -> list[list[str]]:
        return []

    @pytest.fixture
    def review(self, tmp_path: Path, calls) -> Review:
        def give(decided: Decisions, groups) -> list[str]:
            calls.append([f"{one.id[6]} {decided.mark(one).score}" for one in groups])
            return []

        path = tmp_path / "one.toml"
        return Review(lesson=LESSON, groups=(GROUP, OTHER), path=path, give=give)

    def test_changing_the_points_of_an_item_changes_all_scores_given_by_it(self, review, calls):
        review.decide(GROUP, Decision(items=("late",)), {"late": -1.0})
        review.decide(OTHER, Decision(score=3.0))
        review.decide(GROUP, Decision(items=("late",)), {"late": -2.0})
        assert calls == [["0 5.0"], ["f 3.0"], ["0 4.0"]]
        assert tomllib.loads(review.path.read_text())["rubric"] == {"late": -2.0}

    def test_everything_can_be_undone_step_by_step(self, review, calls) -> None:
        review.decide(GROUP, Decision(comment="Good."))
        review.decide(GROUP, Decision(comment="Better."))
        review.undo()
        assert review.decisions.groups[GROUP.id].comment == "Good."
        review.undo()
        assert review.decisions == Decisions()
        assert not review.can_undo
        with pytest.raises(UsageError, match="nothing to undo"):
            review.undo()
        assert len(calls) == 4

    def test_what_another_program_changed_is_not_undone(self, review) -> None:
        review.decide(GROUP, Decision(comment="Good."))
        other = Decisions(groups={OTHER.id: Decision(score=2.0)})
        decisions.save(review.path, other)
        with pytest.raises(UsageError, match="changed meanwhile"):
            review.undo()
        assert review.decisions == other

    def test_a_group_is_named_by_how_its_id_begins(self, review) -> None:
        assert review.group("train-0") is GROUP
        for name in ("train-", "build", ""):
            with pytest.raises(UsageError, match="autograder groups"):
                review.group(name)
