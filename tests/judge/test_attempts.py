"""Whether a question was attempted, and what is said where nothing can be looked at."""

from dataclasses import replace

import pytest
from support.cases import of
from support.evidence_builder import (
    BLANK,
    FLATTEN,
    LESSON,
    RUN,
    Submission,
    cell,
    changed,
    dense,
    fit,
    judged,
    stack,
    untouched,
)

from autograder.core.evidence import Answer, Cell, Evidence
from autograder.core.verdicts import CannotTell, Failed, NotAttempted, Skipped
from autograder.judge.attempts import blocking_verdict
from autograder.judge.runner import judge


def blank(question: str, *names: str) -> Answer:
    return Answer(question=question, claims=dict.fromkeys(names, BLANK))


BLANKS = {"build": blank("build", "model"), "train": blank("train", "model", "history")}
BROKEN = {"status": "error", "ename": "ValueError", "evalue": "Bad shape: (9,)\nin layer 3"}


def left_blank(question: str, **ending) -> Submission:
    """A cell that ended in this way, after which its blank is still one."""
    return Submission(
        answers={question: BLANKS[question]}, cells={question: cell(question, **ending)}
    )


def left_nothing(question: str, **ending) -> Submission:
    """A cell that ended in this way, after which nothing was handed in."""
    return Submission(answers={question: None}, cells={question: cell(question, **ending)})


def outcome(question: str, submission: Submission, failed=()):
    return blocking_verdict(submission.evidence(), LESSON, LESSON.question(question), failed)


@pytest.mark.parametrize("question", [one.name for one in LESSON.questions])
def test_nothing_hinders_what_was_handed_in(question):
    assert outcome(question, Submission()) is None


@pytest.mark.parametrize("question", [one.name for one in LESSON.questions])
def test_a_blank_is_not_attempted(question):
    verdict = outcome(question, untouched())
    assert isinstance(verdict, NotAttempted)
    assert "still blank" in verdict.message
    assert f"`{LESSON.question(question).leaves[0]}`" in verdict.help


def test_a_blank_whose_cell_was_never_seen_is_not_attempted():
    """So it is in an editor that sends no cell ids."""
    assert isinstance(outcome("build", left_blank("build", grade_id=None)), NotAttempted)


def test_a_hand_in_counts_also_where_no_cell_was_changed():
    """A student may have written the solution into a cell of their own."""
    work = Submission(
        cells={name.name: cell(name.name, changed=False) for name in LESSON.questions}
    )
    assert all(outcome(one.name, work) is None for one in LESSON.questions)


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
    verdict = outcome("build", left_blank("build", **changes))
    assert isinstance(verdict, Failed)
    assert words in verdict.message
    assert verdict.help


@pytest.mark.parametrize("status", ["ok", "not_run"])
def test_a_run_that_was_stopped_says_why(status):
    run = changed(RUN, stopped="the kernel died")
    verdict = outcome("train", replace(left_nothing("train", status=status), run=run))
    assert isinstance(verdict, Failed)
    assert "the kernel died." in verdict.message
    assert "blank" not in verdict.message


def with_check(question: str, submission: Submission, **changes) -> Evidence:
    """The evidence of a submission in which a grade cell ended in this way."""
    evidence = submission.evidence()
    check = Cell(index=50, grade_id=LESSON.question(question).grade_id, **changes)
    cells = (*evidence.record.cells, check)
    return replace(evidence, record=changed(evidence.record, cells=cells))


def outcome_of(evidence: Evidence, question: str):
    return blocking_verdict(evidence, LESSON, LESSON.question(question), ())


NO_CHECK = {
    "status": "error",
    "ename": "AttributeError",
    "evalue": "'int' object has no attribute 'build'",
}


@pytest.mark.parametrize("stopped", [None, "the kernel died"])
def test_a_check_that_stopped_itself_is_told(stopped):
    """So it is where a student gave the name `check` to something else, also where more follows."""
    work = Submission(answers={"build": None}, run=changed(RUN, stopped=stopped))
    verdict = outcome_of(with_check("build", work, **NO_CHECK), "build")
    assert isinstance(verdict, Failed)
    assert verdict.message == (
        "The check itself stopped with AttributeError: 'int' object has no attribute 'build'."
    )
    assert "name `check` to something else?" in verdict.help


def test_a_blank_whose_check_stopped_tells_both():
    work = left_nothing("build", changed=False)
    verdict = outcome_of(with_check("build", work, **NO_CHECK), "build")
    assert isinstance(verdict, NotAttempted)
    assert "Not attempted yet, and the check itself stopped with AttributeErr" in verdict.message
    assert "name `check`" in verdict.help


def test_only_a_blank_that_was_handed_in_is_called_blank():
    verdict = outcome("build", left_nothing("build", changed=False))
    assert isinstance(verdict, NotAttempted)
    assert "still blank" not in verdict.message


@pytest.mark.parametrize(
    ("name", "message", "help"),
    [
        ("gpus", "Your cell ran, but there is no `gpus` afterwards.", "exactly this name: `gpus`"),
        ("check", "The check itself stopped with NameError", "to something else?"),
        ("card", "The check itself stopped with NameError", "needs `card` as well"),
    ],
)
def test_a_name_that_the_check_did_not_find(name, message, help):
    missing = {"ename": "NameError", "evalue": f"name '{name}' is not defined"}
    work = Submission(answers={"devices": None})
    verdict = outcome_of(with_check("devices", work, status="error", **missing), "devices")
    assert isinstance(verdict, Failed)
    assert message in verdict.message
    assert help in verdict.help


def test_the_error_of_the_cell_comes_before_that_of_its_check():
    missing = {"ename": "NameError", "evalue": "name 'model' is not defined"}
    work = left_nothing("build", **BROKEN)
    verdict = outcome_of(with_check("build", work, status="error", **missing), "build")
    assert isinstance(verdict, Failed)
    assert "Your cell stopped with ValueError" in verdict.message


@pytest.mark.parametrize(
    ("ename", "evalue"),
    [
        ("AttributeError", "'int' object has no attribute 'blank'"),
        ("NameError", "name 'check' is not defined"),
    ],
)
def test_a_cell_that_finds_no_blank_under_the_name_of_the_checks(ename, evalue):
    """An earlier mistake does not explain it."""
    work = left_nothing("train", status="error", ename=ename, evalue=evalue)
    verdict = outcome("train", work, {"build"})
    assert isinstance(verdict, Failed)
    assert verdict.message == f"Your cell stopped with {ename}: {evalue}."
    assert "name `check` to something else?" in verdict.help


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "ok"}, "The check ran, but `gpus` never reached it"),
        ({"status": "timeout"}, "`gpus` was never checked"),
        ({"status": "error", "ename": "DeadKernelError"}, "`gpus` was never checked"),
    ],
)
def test_a_check_that_left_nothing(changes, words):
    verdict = outcome_of(
        with_check("devices", Submission(answers={"devices": None}), **changes), "devices"
    )
    assert isinstance(verdict, Failed)
    assert words in verdict.message


def test_the_later_questions_wait_where_a_check_stopped():
    work = Submission(answers={"build": None, "compile": None})
    evidence = with_check("build", work, **NO_CHECK)
    assert isinstance(outcome_of(evidence, "compile"), Skipped)


def test_an_error_that_is_known_is_explained_in_plain_words():
    """The report gives the very sentence that stood below the error in the notebook."""
    missing = {"ename": "NameError", "evalue": "name 'np' is not defined"}
    verdict = outcome("build", left_blank("build", status="error", **missing))
    assert isinstance(verdict, Failed)
    assert verdict.message == "Your cell stopped with NameError: name 'np' is not defined."
    assert verdict.help.startswith("`np` is not there yet: the cell that begins with `import matp")
    assert "in “2. The flashcards”" in verdict.help
    assert verdict.why
    assert verdict.how


def test_the_lessons_own_words_for_an_error_come_first():
    evalue = "Arguments `target` and `output` must have the same shape. Received: (None, 1)"
    work = left_blank("train", status="error", ename="ValueError", evalue=evalue)
    verdict = outcome("train", work)
    assert isinstance(verdict, Failed)
    assert "the loss for that, sparse categorical cross-entropy" in verdict.help


STOPPED = {"status": "error", "ename": "KeyboardInterrupt", "evalue": ""}


@pytest.mark.parametrize(
    ("requested", "words"), [(50, "after 2 of 50 epochs."), (None, "epochs finished: 2.")]
)
def test_training_that_was_stopped_by_hand_is_called_cut_short(requested, words):
    cut = fit(
        interrupted=True, epochs_done=2, epochs_requested=requested, error="KeyboardInterrupt"
    )
    verdict = outcome("train", replace(left_blank("train", **STOPPED), fits=(cut,)))
    assert isinstance(verdict, Failed)
    assert verdict.message == f"Training was cut short: it was stopped by hand, {words}"
    assert "Run the cell again" in verdict.help
    assert "keeps what it has learned" in verdict.how


@pytest.mark.parametrize("fits", [(), (fit(),), (fit(interrupted=True), fit())])
def test_what_was_stopped_by_hand_was_not_always_training(fits):
    verdict = outcome("train", replace(left_blank("train", **STOPPED), fits=fits))
    assert verdict.message == "Your cell stopped with KeyboardInterrupt."
    assert "stopped by hand" in verdict.help


def test_a_blank_has_more_to_say_on_request():
    verdict = outcome("build", untouched())
    assert "# Your code here" in verdict.how
    assert verdict.why


def test_a_question_that_leaves_nothing_new_is_told_what_it_should_do():
    work = Submission(compiled=None, cells={"compile": cell("compile", **BROKEN)})
    verdict = outcome("compile", work)
    assert isinstance(verdict, Failed)
    assert "it should compile `model`." in verdict.help
    other = left_blank("build", **BROKEN)
    assert "it should define `model`." in outcome("build", other).help


@pytest.mark.parametrize(
    ("defines", "words"),
    [
        (("Model", "model"), "Your cell defines `Model`. Rename it to `model`."),
        (("model", "network"), "Your cell defines `network`. Rename it to `model`."),
        (("layers", "model", "x"), "Give your result exactly this name: `model`."),
        (("model",), "Give your result exactly this name: `model`."),
    ],
)
def test_a_name_that_was_used_instead_is_told(defines, words):
    assert outcome("build", left_blank("build", defines=defines)).help == words


@pytest.mark.parametrize("ename", ["BlankUsed", "NotAttempted"])
def test_a_cell_that_uses_a_blank(ename):
    using = cell("parameters", status="error", ename=ename, evalue="`model` is still blank.")
    work = Submission(
        answers={"parameters": blank("parameters", "number_of_parameters")},
        cells={"parameters": using},
    )
    verdict = outcome("parameters", work)
    assert isinstance(verdict, Failed)
    assert verdict.message == "Your cell used a blank: `model` is still blank."
    assert "Fill in that blank first" in verdict.help


NO_SEABORN = {"ename": "ModuleNotFoundError", "evalue": "No module named 'seaborn'"}
NO_BOARD = {
    "ename": "TBNotInstalledError",
    "evalue": "TensorBoard is not installed, missing implementation for tf.summary.scalar",
}
NO_EXCEL = {
    "ename": "ImportError",
    "evalue": "Missing optional dependency 'openpyxl'.  Use pip or conda to install openpyxl.",
}
NO_SCIPY = {
    "ename": "ImportError",
    "evalue": "This requires the scipy module. You can install it via `pip install scipy`",
}


@pytest.mark.parametrize(
    ("error", "package"),
    [
        (NO_SEABORN, "seaborn"),
        (NO_BOARD, "TensorBoard"),
        (NO_EXCEL, "openpyxl"),
        (NO_SCIPY, "scipy"),
        ({**NO_SEABORN, "evalue": "No module named 'tensorflow_hub'"}, "tensorflow_hub"),
        ({**NO_SEABORN, "evalue": "No module named 'pandas'"}, "pandas"),
        ({**NO_SEABORN, "evalue": "No module named 'my_own_file'"}, "my_own_file"),
    ],
)
def test_a_package_that_is_missing_where_it_is_graded_costs_no_points(error, package):
    """Nor does what builds on the cell that needed it."""
    work = Submission(
        answers={"build": BLANKS["build"], "compile": blank("compile", "model")},
        cells={"build": cell("build", status="error", **error), "compile": cell("compile")},
    )
    verdict = outcome("build", work)
    assert isinstance(verdict, CannotTell)
    assert f"The package `{package}` is missing where this notebook was graded" in verdict.message
    assert "For the instructor: install the package there" in verdict.help
    results = judge([("", work.evidence())], LESSON)[""]
    build = [one for one in results.checks if one.question in ("build", "compile")]
    assert {str(one.outcome) for one in build} == {"error"}


@pytest.mark.parametrize(
    ("ename", "evalue"),
    [
        ("ModuleNotFoundError", "No module named 'tensorfow'"),
        ("ModuleNotFoundError", "No module named 'Keras'"),
        ("ModuleNotFoundError", "No module named 'tf'"),
        ("ModuleNotFoundError", "No module named 'keras.layers.core'"),
        ("ImportError", "cannot import name 'Danse' from 'keras.layers' (/a/b.py)"),
        (
            "ImportError",
            "`keras.optimizers.legacy` is not supported in Keras 3: pip install tf_keras",
        ),
        ("RuntimeError", "No module named 'seaborn'"),
        ("NameError", "name 'sns' is not defined"),
    ],
)
def test_an_import_that_is_the_students_own_mistake_is_one(ename, evalue):
    work = left_blank("build", status="error", ename=ename, evalue=evalue)
    assert isinstance(outcome("build", work), Failed)


def test_a_name_from_a_package_that_was_missing_further_up_costs_no_points():
    missing = {"ename": "NameError", "evalue": "name 'sns' is not defined"}
    evidence = left_blank("build", status="error", **missing).evidence()
    own = Cell(index=0, status="error", **NO_SEABORN)
    cells = (own, *(changed(one, index=one.index + 1) for one in evidence.record.cells))
    verdict = outcome_of(replace(evidence, record=changed(evidence.record, cells=cells)), "build")
    assert isinstance(verdict, CannotTell)
    assert verdict.message.startswith("Your cell stopped with NameError: name 'sns' is not defi")
    assert "`seaborn` is missing where this notebook was graded" in verdict.message


def unfinished(ename="TypeError", evalue="Unknown: 'input_dim'", **more) -> Submission:
    """A model without its neurons, as a cell leaves it that stops while it builds."""
    broken = cell("build", status="error", ename=ename, evalue=evalue)
    return Submission(built=stack(FLATTEN, shape=None), cells={"build": broken}, **more)


def of_build(submission: Submission):
    results = judge([("", submission.evidence())], LESSON)[""]
    return [one for one in results.checks if one.question == "build"]


def test_what_a_cell_left_unfinished_is_told_with_its_error():
    """Once, as what to correct first; the rest is said as of a cell that ran to its end."""
    stopped, ended = of_build(unfinished()), of_build(Submission(built=stack(FLATTEN, shape=None)))
    assert [str(one.outcome) for one in stopped] == ["failed", "failed", "skipped"]
    assert stopped[0].help == (
        "Your cell stopped with TypeError: Unknown: 'input_dim'. Correct that first: the lines"
        f" after it were not run. {ended[0].help}"
    )
    assert [replace(one, help="") for one in stopped] == [replace(one, help="") for one in ended]
    assert stopped[1].help == ended[1].help


def test_a_hint_to_the_error_takes_the_place_of_that_to_what_is_missing():
    unknown = "Dense.__init__() got an unexpected keyword argument 'unit'"
    assert of_build(unfinished(evalue=unknown))[0].help.endswith("perhaps `units` was meant.")


def test_what_a_missing_package_left_unfinished_costs_no_points():
    outcomes = [str(one.outcome) for one in of_build(unfinished(**NO_SEABORN))]
    assert outcomes == ["error", "error", "skipped"]


@pytest.mark.parametrize("ename", ["KeyError", "KeyboardInterrupt"])
def test_what_stopped_after_all_was_done_costs_nothing(ename):
    late = Submission(cells={"build": cell("build", status="error", ename=ename)})
    assert {str(one.outcome) for one in of_build(late)} == {"passed"}


def unreadable(submission: Submission) -> Evidence:
    evidence = submission.evidence()
    run = changed(RUN, trouble="what was recorded is too large.")
    return replace(evidence, record=changed(evidence.record, run=run, recorded=None))


def test_evidence_that_cannot_be_read_is_for_a_person_to_look_at():
    work = Submission(cells={"build": cell("build", changed=False)})
    verdict = outcome_of(unreadable(work), "train")
    assert isinstance(verdict, CannotTell)
    assert verdict.message == (
        "The evidence of this run could not be read: what was recorded is too large; it needs"
        " manual review."
    )
    assert isinstance(outcome_of(unreadable(work), "build"), NotAttempted)


def test_no_check_fails_for_evidence_that_cannot_be_read():
    results = judge([("", unreadable(Submission()))], LESSON)[""]
    assert {str(one.outcome) for one in results.checks} == {"error"}
    assert all("stay open" in one.help for one in results.checks)


@pytest.mark.parametrize("status", ["error", "ok"])
def test_what_needs_an_earlier_blank_waits_for_it(status):
    work = Submission(
        answers=BLANKS,
        cells={"build": cell("build", changed=False), "train": cell("train", status=status)},
    )
    verdict = outcome("train", work)
    assert isinstance(verdict, Skipped)
    assert "“Build the neurons”, which has no result yet" in verdict.message


def test_an_error_that_an_earlier_mistake_explains_is_no_second_mistake():
    work = left_blank("train", **BROKEN)
    verdict = outcome("train", work, {"build"})
    assert isinstance(verdict, Skipped)
    assert "ValueError: Bad shape: (9,). This builds on “Build the neurons”" in verdict.message
    assert isinstance(outcome("train", work, {"devices"}), Failed)


def test_a_prediction_waits_for_a_training_that_took_the_model_away():
    """As `model = model.fit(...)` does, also where that is told as a blank `history`."""
    lost = {"status": "error", "ename": "AttributeError", "evalue": "'History' object has no"}
    work = Submission(
        answers={"train": BLANKS["train"], "predict": None},
        cells={"predict": cell("predict", **lost)},
    )
    verdict = outcome("predict", work)
    assert isinstance(verdict, Skipped)
    assert "“Train”, which has no result yet" in verdict.message
    alone = outcome("predict", replace(work, answers={"predict": None}))
    assert isinstance(alone, Failed)


def test_a_time_limit_is_not_explained_by_an_earlier_mistake():
    assert isinstance(outcome("train", left_blank("train", status="timeout"), {"compile"}), Failed)


def test_a_model_that_is_not_compiled_is_a_blank_until_the_cell_is_changed():
    work = Submission(compiled=None, cells={"compile": cell("compile", changed=False)})
    assert isinstance(outcome("compile", work), NotAttempted)
    assert outcome("compile", Submission(compiled=None)) is None


def test_one_question_that_stopped_gives_one_message():
    work = replace(left_blank("train", **BROKEN), fits=(), model_calls=())
    results = judged({"": work})[""]
    train = [one for one in results.checks if one.question == "train"]
    assert [str(one.outcome) for one in train] == ["failed", *["skipped"] * 4]
    assert "Bad shape" in train[0].message
    assert {one.message for one in train[1:]} == {
        "This could not be checked: see the first message of this question."
    }


def test_a_wrong_shape_that_stops_the_training_gives_one_message():
    work = Submission(
        model=stack(dense(inputs=28, rows=(28,))),
        answers={"train": BLANKS["train"], "predict": blank("predict", "predicted_label")},
        cells={name: cell(name, **BROKEN) for name in ("train", "predict")},
        fits=(),
        model_calls=(),
    )
    results = judged({"": work})[""]
    failed = [one.id for one in results.checks if one.outcome == "failed"]
    assert failed == ["build.input"]
    assert "ValueError" in of(results, "train.epochs").message
    assert of(results, "predict.label").outcome == "skipped"


def test_points_earned_before_a_kernel_died_stay():
    work = Submission(
        answers={"train": None, "predict": None},
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
    evalue = "incomplete input (2222995288.py, line 3)"
    work = left_nothing("build", status="error", ename="SyntaxError", evalue=evalue)
    verdict = outcome("build", work)
    assert verdict.message == "Your cell stopped with SyntaxError: incomplete input (line 3)."
