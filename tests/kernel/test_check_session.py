"""The checks on a student's machine, outside of any grading, in real kernels."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import live, processes
from support.evidence_builder import LESSON
from support.mini import BLANKS, LOAD, RIGHT

FIRST_CHECK = """
from autograder.lessons.building_a_brain import check
import tensorflow as tf
print("points:", check.devices(tf.config.list_physical_devices("GPU")))
print("points:", check.parameters(check.blank("number_of_parameters")))
check.progress()
"""
BEGIN = "from autograder.lessons.building_a_brain import check\nimport tensorflow as tf"
NINE = RIGHT["build"].replace("number_of_classes", "9")


def solved(question: str, answer: str | None = None) -> str:
    """A solution cell, filled with the right answer or with another."""
    return f"{BLANKS[question]}\n{RIGHT[question] if answer is None else answer}"


@pytest.mark.slow
def test_the_first_checks_need_no_images(tmp_path: Path) -> None:
    """On a new machine the images are downloaded by a later cell of the notebook."""
    environment = {
        "HOME": str(tmp_path),
        "KERAS_HOME": str(tmp_path / "keras"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = processes.python("-c", FIRST_CHECK, env=environment)
    assert "points: 2.0" in done.stdout, done.stderr
    assert "still blank" in done.stdout
    assert "points: 0.0" in done.stdout
    assert "Building a Brain: 2 of 20 points" in done.stdout
    assert "text/html" not in done.stdout


@pytest.mark.slow
def test_in_grading_nothing_is_said(tmp_path: Path) -> None:
    """Neither by a check nor on request."""
    program = f"{FIRST_CHECK}\ncheck.devices.hint(); check.devices.why(); print('end')"
    done = processes.python(
        "-c", program, env={"HOME": str(tmp_path), "AUTOGRADER_EVIDENCE": str(tmp_path)}
    )
    assert done.stdout.splitlines() == ["points: None", "points: None", "end"], done.stderr


@pytest.fixture(scope="module")
def session(sample_keras, tmp_path_factory):
    """One student's session, cell after cell: what each of them showed."""
    shown: dict[str, live.Shown] = {}
    with live.kernel(sample_keras, tmp_path_factory.mktemp("session")) as kernel:

        def run(name: str, source: str, cell_id: str | None = None, **more: str) -> None:
            shown[name] = kernel.run(source, cell_id, **more)

        run("begin", BEGIN, "setup")
        run("first progress", "check.progress()")
        run("hint before", "check.build.hint()")
        run("skipped", "print(train_images[0])")
        run("load", LOAD, "load-data")
        run("blank", f"{BLANKS['build']}\n# Your code here", "build")
        run("blank used", "model.summary()", "summary")
        run("check of a blank", "check.build(model)", "check-build")
        run("bracket", solved("build", "model = tf.keras.Sequential(["), "build")
        run("check of a bracket", "check.build(model)", "check-build")
        run("nine", solved("build", NINE), "build")
        run("check of nine", "check.build(model)", "check-build")
        run("hint", "check.build.hint()")
        run("why", "check.build.why()")
        run("ten", solved("build"), "build")
        run("check of ten", "check.build(model)", "check-build")
        run("hint of ten", "check.build.hint()")
        run("too early", "model.fit(train_images, train_labels)")
        run("compile", solved("compile"), "compile")
        run("check of compile", "check.compile(model)", "check-compile")
        run("broken", solved("compile", "model.compile('adam', loss=nothing)"), "compile")
        run("check of broken", "check.compile(model)", "check-compile")
        run("compile again", solved("compile"), "compile")
        run("check again", "check.compile(model)", "check-compile")
        forever = RIGHT["train"].replace("epochs=2, verbose=0", "epochs=500, verbose=2")
        run("interrupted", solved("train", forever), "train", stop_at="Epoch 3/500")
        run("check of interrupted", "check.train(model, history)", "check-train")
        run("use afterwards", "print(model.predict(train_images[:1], verbose=0).shape)")
        calm = RIGHT["train"].replace("epochs=2, verbose=0", "epochs=5, verbose=2")
        run("train", solved("train", calm), "train")
        run("check of train", "check.train(model, history)", "check-train")
        run("again", solved("build"), "build")
        run("last progress", "check.progress()")
        run("own error", "1 / 0")
        shown["inspected"] = live.Shown(messages=[("", {"text": kernel.inspect("check.build")})])
        shown["completed"] = live.Shown(
            messages=[("", {"text": " ".join(kernel.complete(one))})
                      for one in ("check.", "check.build(mo", "check.build.")]
        )  # fmt: skip
    return shown


@pytest.mark.slow
@pytest.mark.kernel
class TestSession:
    """What the student of this session met."""

    def test_the_first_cell_says_nothing_where_all_is_well(self, session) -> None:
        assert (session["begin"].status, session["begin"].messages) == ("ok", [])

    def test_progress_works_before_anything_was_done(self, session) -> None:
        assert "0 of 20 points" in session["first progress"].text
        assert "Next: “Find the GPUs”" in session["first progress"].text
        assert session["first progress"].kinds == ["display_data"]

    def test_a_hint_before_a_check_says_how_to_begin(self, session) -> None:
        assert "This was not checked yet" in session["hint before"].text

    def test_a_cell_that_was_skipped_is_named_below_the_error(self, session) -> None:
        shown = session["skipped"]
        assert shown.kinds == ["error", "display_data"]
        assert "NameError: name 'train_images' is not defined" in shown.text
        assert "In plain words: `train_images` is not there yet: the cell that begins" in shown.text
        assert "in “2. The flashcards”" in shown.html

    def test_a_blank_that_is_used_costs_no_traceback(self, session) -> None:
        assert session["blank"].status == "ok"
        shown = session["blank used"]
        assert shown.kinds == ["display_data"]
        assert shown.text.startswith("Not yet: `model` is still blank.")

    def test_a_blank_that_is_checked_is_not_attempted(self, session) -> None:
        shown = session["check of a blank"]
        assert shown.status == "ok"
        assert shown.text.startswith("Build the neurons: 0 of 4 points (0 of 20 points so far)")
        assert "not attempted: Not attempted yet: this blank is still blank." in shown.text
        assert shown.text.endswith("\n0.0")

    def test_a_cell_that_python_cannot_read_is_explained_twice(self, session) -> None:
        """At once, and by the check."""
        assert session["bracket"].kinds == ["error", "display_data"]
        for name in ("bracket", "check of a bracket"):
            assert "a bracket or a quotation mark that is opened is never closed" in (
                session[name].text
            )

    def test_a_check_says_what_and_what_next_and_offers_more(self, session) -> None:
        shown = session["check of nine"]
        assert shown.kinds == ["display_data", "execute_result"]
        assert shown.text.startswith("Build the neurons: 2 of 4 points (2 of 20 points so far)")
        assert "not yet right: The last layer has 9 neurons" in shown.text
        assert "Next: " in shown.text
        assert "`check.build.hint()`, `check.build.why()`" in shown.text
        assert 'role="group"' in shown.html
        assert shown.text.endswith("\n2.0")

    def test_help_on_request(self, session) -> None:
        for name in ("hint", "why"):
            assert session[name].kinds == ["display_data"]
            assert session[name].text.startswith("Build the neurons: ")
            assert "Everything here is right" not in session[name].text

    def test_where_all_is_right_nothing_more_is_offered(self, session) -> None:
        assert "4 of 4 points" in session["check of ten"].text
        assert "hint()" not in session["check of ten"].text
        assert "Everything here is right" in session["hint of ten"].text

    def test_a_step_that_was_forgotten_is_named(self, session) -> None:
        assert session["too early"].kinds == ["error", "display_data"]
        assert "The model is not compiled yet" in session["too early"].text

    def test_an_earlier_attempt_is_not_shown_as_right(self, session) -> None:
        """The model is still compiled: by the cell as it was before."""
        assert "4 of 4 points" in session["check of compile"].text
        text = session["check of broken"].text
        assert "Compile: 0 of 4 points" in text
        assert "Your cell stopped with NameError" in text
        assert "An earlier attempt in this kernel earned more." in text
        assert "4 of 4 points" in session["check again"].text
        assert "earlier attempt" not in session["check again"].text

    def test_training_that_was_interrupted_is_told_with_its_epochs(self, session) -> None:
        shown = session["interrupted"]
        assert shown.status == "error"
        assert "KeyboardInterrupt" in shown.text
        assert "This cell was stopped by hand" in shown.text
        checked = session["check of interrupted"]
        assert "Training was cut short: it was stopped by hand, after " in checked.text
        assert " of 500 epochs." in checked.text

    def test_an_interruption_leaves_a_model_that_can_be_used_and_trained(self, session) -> None:
        assert session["use afterwards"].text.strip() == "(1, 10)"
        assert "6 of 6 points" in session["check of train"].text

    def test_training_shows_two_short_lines_an_epoch(self, session) -> None:
        shown = session["train"]
        lines = [line for line in shown.text.splitlines() if line]
        assert len(lines) == 10
        assert not {"\r", "\b"} & set(shown.text)
        assert max(map(len, lines)) < 120

    def test_progress_sees_that_a_cell_was_run_again(self, session) -> None:
        text = session["last progress"].text
        assert "Train: 6 of 6 points, right" in text
        assert f"threshold: {LESSON.thresholds['sample'] * 100:.0f} %." in text
        assert "“Build the neurons” was run again after “Compile” and “Train”" in text
        assert "restart the kernel and run all cells" in text

    def test_where_nothing_better_is_known_python_speaks_alone(self, session) -> None:
        assert session["own error"].kinds == ["error"]

    def test_a_check_describes_itself(self, session) -> None:
        assert "check.build(model" in session["inspected"].text
        assert "Check the model's layers." in session["inspected"].text
        offered = session["completed"].text.splitlines()
        assert {"build", "progress", "train"} <= set(offered[0].split())
        assert "Session" not in offered[0]
        assert "model=" in offered[1]
        assert offered[2].split() == ["hint", "why"]
