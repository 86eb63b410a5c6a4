"""What a check says on request, hint by hint."""

from __future__ import annotations

import inspect

import pytest
from support.evidence_builder import LESSON
from support.pages import result

from autograder.core.report import Outcome
from autograder.kernel.hints import Hints
from autograder.kernel.notebook_check import Check

BUILD = LESSON.question("build")
BIAS = result(Outcome.FAILED, message="No bias.", help="Look at it.", why="It lifts.", how="Do it.")
ACTIVATION = result(Outcome.FAILED, id="build.activation", message="A relu.", help="Leave it out.")
WAITING = result(Outcome.SKIPPED, id="build.more", message="Later.", help="The other first.")


def test_before_any_check_it_says_how_to_begin():
    hints = Hints(BUILD)
    assert not hints.is_open
    assert hints.hint() == hints.why()
    assert "not checked yet" in hints.hint()
    assert "`check.build(…)`" in hints.hint()


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.NOT_APPLICABLE])
def test_where_all_is_right_there_is_nothing_to_climb(outcome):
    hints = Hints(BUILD, [result(outcome)])
    assert not hints.is_open
    assert hints.hint() == "Everything here is right."
    assert Hints(BUILD, [result(outcome, why="A fact.")]).why().endswith("right. A fact.")


def test_the_first_thing_that_is_not_right_is_explained():
    hints = Hints(BUILD, [result(), BIAS, ACTIVATION])
    assert hints.is_open
    assert hints.why() == hints.why() == "It lifts."


def test_each_hint_is_the_next_one():
    """A hint that nobody wrote falls back to the help, and after the last comes the first."""
    hints = Hints(BUILD, [BIAS, result(), ACTIVATION])
    shown = [hints.hint() for _ in range(3)]
    assert shown == ["Hint 1 of 2. Do it.", "Hint 2 of 2. Leave it out.", "Hint 1 of 2. Do it."]


def test_a_single_hint_is_not_counted():
    assert Hints(BUILD, [BIAS]).hint() == "Do it."


def test_where_no_reason_was_written_the_message_stands_in():
    assert "A relu." in Hints(BUILD, [ACTIVATION]).why()


def test_what_only_waits_is_left_out_unless_there_is_nothing_else():
    assert Hints(BUILD, [BIAS, WAITING]).hint() == "Do it."
    assert Hints(BUILD, [WAITING]).hint() == "The other first."


def test_a_hidden_check_gives_away_its_help_alone():
    secret = result(Outcome.FAILED, help="Think again.", why="SECRET", how="SECRET", hidden=True)
    hints = Hints(BUILD, [secret])
    assert hints.hint() == "Think again."
    assert "SECRET" not in hints.why()


# ---- the check itself


class Noting:
    """A session that notes its calls."""

    def __init__(self):
        self.calls = []

    def check(self, question, **claims):
        self.calls.append((question, claims))
        return 2.5

    def hint(self, question):
        self.calls.append(("hint", question))

    def why(self, question):
        self.calls.append(("why", question))


def train(model: object, history: object) -> float | None:
    """Check how the model was trained."""


def test_a_check_hands_in_what_its_declaration_names():
    session = Noting()
    check = Check(session, train)
    assert check("m", history="h") == 2.5
    check.hint()
    check.why()
    assert session.calls == [
        ("train", {"model": "m", "history": "h"}),
        ("hint", "train"),
        ("why", "train"),
    ]


def test_a_check_looks_like_the_function_that_declares_it():
    check = Check(Noting(), train)
    assert inspect.signature(check) == inspect.signature(train)
    assert check.__doc__ == "Check how the model was trained."
    assert repr(check) == (
        "‹check.train(model, history) checks your work; check.train.hint() and check.train.why()"
        " say more›"
    )


@pytest.mark.parametrize(("given", "named"), [((), {}), (("m",), {}), (("m", "h"), {"x": 1})])
def test_a_call_that_does_not_fit_is_a_type_error(given, named):
    with pytest.raises(TypeError):
        Check(Noting(), train)(*given, **named)
