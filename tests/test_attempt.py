"""Whether a question was attempted, and what is said where nothing can be looked at."""

import pytest
from evidence_builder import (
    BLANK,
    LESSON,
    RUN,
    Submission,
    cell,
    changed,
    dense,
    judged,
    of,
    stack,
    untouched,
)

from autograder.attempt import hindrance
from autograder.checks import Failed, NotAttempted, Skipped
from autograder.evidence import HandIn


def blank(question: str, *names: str) -> HandIn:
    return HandIn(question=question, claims=dict.fromkeys(names, BLANK))


BLANK_BUILD = blank("build", "model")
BLANK_TRAIN = blank("train", "model", "history")
BROKEN = {"status": "error", "ename": "ValueError", "evalue": "Bad shape: (9,)\nin layer 3"}


def said(question: str, submission: Submission, failed=()):
    return hindrance(submission.evidence(), LESSON, LESSON.question(question), failed)


@pytest.mark.parametrize("question", [one.name for one in LESSON.questions])
def test_nothing_hinders_what_was_handed_in(question):
    assert said(question, Submission()) is None


@pytest.mark.parametrize("question", [one.name for one in LESSON.questions])
def test_a_blank_is_not_attempted(question):
    verdict = said(question, untouched())
    assert isinstance(verdict, NotAttempted)
    assert "still blank" in verdict.message
    assert f"`{LESSON.question(question).leaves[0]}`" in verdict.help


def test_a_blank_whose_cell_was_never_seen_is_not_attempted():
    """So it is in an editor that sends no cell ids."""
    nothing = changed(cell("build"), grade_id=None)
    work = Submission(hand_ins={"build": BLANK_BUILD}, cells={"build": nothing})
    assert isinstance(said("build", work), NotAttempted)


def test_a_hand_in_counts_also_where_no_cell_was_changed():
    """A student may have written the solution into a cell of their own."""
    work = Submission(
        cells={name.name: cell(name.name, changed=False) for name in LESSON.questions}
    )
    assert all(said(one.name, work) is None for one in LESSON.questions)


def test_the_last_hand_in_counts():
    again = Submission().evidence()
    recorded = again.recorded
    assert recorded is not None
    twice = changed(recorded, hand_ins=(BLANK_BUILD, *recorded.hand_ins))
    assert again.hand_in("build") == type(again)(
        record=changed(again.record, recorded=twice), arrays={}
    ).hand_in("build")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (BROKEN, "Your cell stopped with ValueError: Bad shape: (9,)."),
        ({"status": "error", "ename": "KeyboardInterrupt"}, "stopped with KeyboardInterrupt."),
        ({"status": "timeout"}, "stopped at the time limit"),
        ({"status": "not_run"}, "never run: the notebook ended before it"),
        ({"status": "ok"}, "`model` is still blank afterwards"),
    ],
)
def test_a_cell_that_was_changed_and_left_nothing_has_failed(changes, words):
    work = Submission(hand_ins={"build": BLANK_BUILD}, cells={"build": cell("build", **changes)})
    verdict = said("build", work)
    assert isinstance(verdict, Failed)
    assert words in verdict.message
    assert verdict.help


@pytest.mark.parametrize("status", ["ok", "not_run"])
def test_a_run_that_was_stopped_says_why(status):
    work = Submission(
        hand_ins={"train": None},
        cells={"train": cell("train", status=status)},
        run=changed(RUN, stopped="the kernel died"),
    )
    verdict = said("train", work)
    assert isinstance(verdict, Failed)
    assert "the kernel died." in verdict.message
    assert "blank" not in verdict.message


@pytest.mark.parametrize("status", ["error", "ok"])
def test_what_needs_an_earlier_blank_waits_for_it(status):
    work = Submission(
        hand_ins={"build": BLANK_BUILD, "train": BLANK_TRAIN},
        cells={"build": cell("build", changed=False), "train": cell("train", status=status)},
    )
    verdict = said("train", work)
    assert isinstance(verdict, Skipped)
    assert "“Build the neurons”, which has no result yet" in verdict.message


def test_an_error_that_an_earlier_mistake_explains_is_no_second_mistake():
    work = Submission(hand_ins={"train": BLANK_TRAIN}, cells={"train": cell("train", **BROKEN)})
    verdict = said("train", work, {"build"})
    assert isinstance(verdict, Skipped)
    assert "ValueError: Bad shape: (9,). This builds on “Build the neurons”" in verdict.message
    assert isinstance(said("train", work, {"devices"}), Failed)


def test_a_time_limit_is_not_explained_by_an_earlier_mistake():
    work = Submission(
        hand_ins={"train": BLANK_TRAIN}, cells={"train": cell("train", status="timeout")}
    )
    assert isinstance(said("train", work, {"compile"}), Failed)


def test_a_model_that_is_not_compiled_is_a_blank_until_the_cell_is_changed():
    work = Submission(compiled=None, cells={"compile": cell("compile", changed=False)})
    assert isinstance(said("compile", work), NotAttempted)
    assert said("compile", Submission(compiled=None)) is None


def test_one_question_that_stopped_gives_one_message():
    work = Submission(
        hand_ins={"train": BLANK_TRAIN},
        cells={"train": cell("train", **BROKEN)},
        fits=(),
        asked=(),
    )
    results = judged({"": work})[""]
    train = [one for one in results.checks if one.question == "train"]
    assert [str(one.outcome) for one in train] == ["failed", *["skipped"] * 4]
    assert "Bad shape" in train[0].message
    assert {one.message for one in train[1:]} == {
        "This could not be looked at: see the first message of this question."
    }


def test_a_wrong_shape_that_stops_the_training_gives_one_message():
    work = Submission(
        model=stack(dense(inputs=28, rows=(28,))),
        hand_ins={"train": BLANK_TRAIN, "predict": blank("predict", "predicted_label")},
        cells={name: cell(name, **BROKEN) for name in ("train", "predict")},
        fits=(),
        asked=(),
    )
    results = judged({"": work})[""]
    failed = [one.id for one in results.checks if one.outcome == "failed"]
    assert failed == ["build.input"]
    assert "ValueError" in of(results, "train.epochs").message
    assert of(results, "predict.label").outcome == "skipped"


def test_points_earned_before_a_kernel_died_stay():
    work = Submission(
        hand_ins={"train": None, "predict": None},
        cells={
            "train": cell("train", status="error", ename="DeadKernelError"),
            "predict": cell("predict", status="not_run"),
        },
        run=changed(RUN, stopped="the kernel died"),
    )
    results = judged({"": work})[""]
    assert sum(one.points for one in results.checks) == 12


def test_the_kernels_name_for_a_cell_is_left_out():
    """Python says in which file a syntax error is; here that is a number without meaning."""
    broken = cell(
        "build",
        status="error",
        ename="SyntaxError",
        evalue="incomplete input (2222995288.py, line 3)",
    )
    verdict = said("build", Submission(hand_ins={"build": None}, cells={"build": broken}))
    assert verdict.message == "Your cell stopped with SyntaxError: incomplete input (line 3)."
