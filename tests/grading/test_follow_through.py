"""A mistake costs only its own points; the solution stands in for what later questions need."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from support import mini
from support.evidence_builder import (
    BLANK,
    COMPILED,
    LESSON,
    Submission,
    cell,
    changed,
    claim,
    right,
    untouched,
)
from support.mini import NUMBERS

from autograder.core.config import Course, Settings
from autograder.core.evidence import Answer, Evidence, SubmissionRecord
from autograder.core.report import Report
from autograder.core.verdicts import Verdicts
from autograder.grading import follow_through
from autograder.grading.cache_key import CacheKeys
from autograder.grading.discovery import Submission as Found
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader
from autograder.grading.plan import Plan
from autograder.judge.runner import judge
from autograder.notebooks.normalize import program_digest
from autograder.notebooks.restore import grade_id, restore
from autograder.sandbox.protocol import Job

KNOWN = {name: f"# solution\n{source}" for name, source in mini.RIGHT.items()}


def answer(question: str, **claims) -> Answer:
    return Answer(question=question, claims=claims)


def stops(*questions: str, **more) -> Submission:
    """These cells stop with an error, and leave their blanks."""
    blanks = {
        "build": {"model": BLANK},
        "compile": {"model": claim(None, "Sequential")},
        "train": {"model": claim(None, "Sequential"), "history": BLANK},
        "predict": {"data_index": claim(99), "predicted_label": BLANK},
    }
    answers = {name: answer(name, **blanks[name]) for name in questions}
    cells = {name: cell(name, status="error", ename="ValueError") for name in questions}
    given = {"answers": answers, "cells": {**cells, **more.pop("cells", {})}, "fits": ()}
    return Submission(**{"arrays": dict, "model_calls": (), **given, **more})


NOT_TRIED = {"predict": cell("predict", changed=False)}
SLIP = cell("train", status="error", ename="TypeError")
OTHER_LABELS = changed(COMPILED, loss="CategoricalCrossentropy")
ONLY_TRAIN_STOPS = stops("train", cells=NOT_TRIED, compiled=OTHER_LABELS)
COMPILE_STOPS = stops("compile", "train", "predict")
BUILD_STOPS = stops("build", "compile", "train", "predict")


@pytest.mark.parametrize(
    ("work", "names"),
    [
        (Submission(), []),
        (untouched(), []),
        (COMPILE_STOPS, ["compile", "train"]),
        (BUILD_STOPS, ["build", "compile", "train"]),
        (stops("predict", fits=Submission().fits), []),
        (ONLY_TRAIN_STOPS, ["train"]),
        (stops("train", cells={**NOT_TRIED, "train": SLIP}), []),
    ],
)
def test_what_later_questions_cannot_use(work: Submission, names: list[str]) -> None:
    found = follow_through.unusable(work.evidence(), LESSON)
    assert [one.name for one in found] == names


@pytest.mark.parametrize(
    "changes", [{"limits": ("time",)}, {"interrupted": True}, {"trouble": "unreadable"}]
)
def test_a_run_that_left_no_time_is_not_followed(changes) -> None:
    work = stops("compile", "train", run=changed(Submission().run, **changes))
    assert follow_through.unusable(work.evidence(), LESSON) == []


def test_something_of_another_kind_cannot_be_used() -> None:
    """A number where a model should be: `model = 3`."""
    question = LESSON.question("build")
    assert not question.is_usable(answer("build", model=claim(3)))
    assert not question.is_usable(answer("build", model=BLANK))
    assert not question.is_usable(None)
    assert question.is_usable(right().answer("build"))


def planned(**answers: str | None) -> Plan:
    restored = restore(mini.submitted(**answers), mini.released())
    cells = [one.source for one in restored.notebook.cells if one.cell_type == "code"]
    return Plan(
        submission=Found(name="ann", path=None),
        lesson=LESSON,
        results_folder="ann",
        restored=restored,
        record=SubmissionRecord(lesson=LESSON.name),
        job=Job(
            cells=cells,
            files={},
            prelude="",
            settings=Settings(),
            dataset="elsewhere.digits",
            program="first",
        ),
        keys=CacheKeys(submission="own"),
    )


def followed_by(work: Submission) -> Job:
    """The second run after this work."""
    return follow_through.job_for(planned(), work.evidence(), KNOWN)


def test_the_second_run_has_the_solutions_of_what_others_build_on() -> None:
    job = followed_by(COMPILE_STOPS)
    expected = {NUMBERS[name]: KNOWN[name] for name in ("build", "compile", "train")}
    assert job.solutions == expected
    # Cells that stopped may do better with something right to build on: they are tried first.
    assert job.unusable == (NUMBERS["build"],)
    assert job.program == program_digest(["first", *expected.values(), repr([*job.unusable])])
    assert job.dataset == "elsewhere.digits"
    assert job.spent == COMPILE_STOPS.run.seconds


@pytest.mark.parametrize(
    "changes",
    [
        {"changed": False},
        {"status": "error", "ename": "DeadKernelError"},
        {"status": "ok"},
    ],
)
def test_what_need_not_be_tried_again(changes) -> None:
    """A blank, what ends Python, and what ended well and left nothing."""
    work = stops("compile", "train", "predict", cells={"compile": cell("compile", **changes)})
    assert followed_by(work).unusable == (NUMBERS["compile"],)


@pytest.mark.parametrize("work", [stops("train", "predict"), ONLY_TRAIN_STOPS])
def test_what_a_cell_that_stopped_builds_on_may_be_to_blame(work: Submission) -> None:
    """A loss for other labels: `compile` runs, and `fit` stops."""
    job = followed_by(work)
    assert job.unusable == (NUMBERS["build"], NUMBERS["compile"])
    assert NUMBERS["train"] in job.solutions


@pytest.mark.parametrize(
    ("work", "names"),
    [
        (COMPILE_STOPS, ["compile", "train"]),
        (ONLY_TRAIN_STOPS, ["compile"]),
        (stops("train", cells=NOT_TRIED), []),
        (Submission(), []),
    ],
)
def test_mistakes_that_cost_later_points_are_named(work: Submission, names: list[str]) -> None:
    found = follow_through.stand_ins(work.evidence(), LESSON, reported(work))
    assert found == names


@pytest.mark.parametrize("ename", sorted(follow_through.OWN_SLIPS))
def test_a_slip_of_its_own_is_nobody_elses_fault(ename) -> None:
    """A setting that `compile` does not have says nothing against what was built."""
    slip = cell("compile", status="error", ename=ename)
    work = stops("compile", "train", "predict", cells={"compile": slip})
    assert followed_by(work).unusable == ()


def test_without_a_solution_there_is_no_second_run() -> None:
    assert follow_through.job_for(planned(), COMPILE_STOPS.evidence(), {}) is None
    assert follow_through.job_for(planned(), right(), KNOWN) is None


def test_the_solution_is_the_courses_own(tmp_path: Path) -> None:
    """As it stands in the source notebook, without the marks around it."""
    assert follow_through.solutions(Course(), LESSON) == {}
    assert follow_through.solutions(Course(root=tmp_path), LESSON) == {}
    furnish(tmp_path)
    found = follow_through.solutions(Course(root=tmp_path), LESSON)
    assert found == mini.RIGHT


def furnish(root: Path) -> None:
    """Put the source notebook into a course."""
    notebook = mini.submitted()
    for name, source in mini.RIGHT.items():
        mini.cell_of(notebook, name).source = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    mini.put(root / "source" / LESSON.name / LESSON.notebook, notebook)


# ---- what the second run is worth


def verdicts(evidence: Evidence) -> Verdicts:
    return judge([("one", evidence)], LESSON)["one"]


def reported(work: Submission) -> Report:
    return Report(name="ann", notebook="", checks=verdicts(work.evidence()).checks, notes=("own",))


def followed(work: Submission, second: Submission, share: float = 1.0) -> Report:
    """The report on work, and on the run that followed it."""
    evidence = second.evidence()
    return follow_through.applied(reported(work), evidence, verdicts(evidence), LESSON, share)


def with_solution(*names: str, **changes) -> Submission:
    """A run in which the solution stood for these cells."""
    return Submission(cells={name: cell(name, replaced=True) for name in names}, **changes)


def points(report: Report) -> dict[str, float]:
    return {one.name: sum(c.points for c in report.of(one.name)) for one in LESSON.questions}


def missing(report: Report) -> dict[str, float]:
    """The points that each question lost."""
    earned = points(report)
    return {one.name: one.points - earned[one.name] for one in LESSON.questions}


@pytest.mark.parametrize(
    ("work", "cells", "lost"),
    [(COMPILE_STOPS, ("compile",), {"compile"}), (BUILD_STOPS, ("build",), {"build"})],
)
def test_a_mistake_costs_only_its_own_points(work, cells, lost) -> None:
    report = followed(work, with_solution(*cells))
    full = {one.name: one.points for one in LESSON.questions}
    assert points(report) == {name: 0 if name in lost else full[name] for name in full}
    assert report.score == 16
    assert report.notes[1] == "own"
    assert f"the solution’s `{cells[0]}` in place of yours" in report.notes[0]


def test_the_course_says_what_share_is_earned() -> None:
    assert followed(COMPILE_STOPS, with_solution("compile"), 0.5).score == 12


def test_two_mistakes_cost_the_points_of_both() -> None:
    report = followed(BUILD_STOPS, with_solution("build", "compile"))
    assert report.score == 12
    assert "the solution’s `build` and `compile` in place of yours" in report.notes[0]


def test_what_is_wrong_with_the_solution_too_is_said_in_words() -> None:
    second = with_solution("compile", label=lambda: claim("Boot"))
    report = followed(COMPILE_STOPS, second)
    (lost,) = [one for one in report.of("predict") if one.outcome == "failed"]
    assert lost.points == 0
    assert lost.message == (
        "This was marked with the solution’s `compile` in place of yours, and is not right there"
        " either."
    )
    assert lost.misconception


def test_nothing_of_the_second_run_is_told_but_our_own_sentences() -> None:
    """Code beside the solution could have put it into any other text."""
    written = "the solution is"
    second = with_solution("compile", label=lambda: claim(written))
    report = followed(COMPILE_STOPS, second)
    first = reported(COMPILE_STOPS)
    assert written in repr(verdicts(second.evidence()))
    assert written not in repr(report)
    for before, after in zip(first.checks, report.checks, strict=True):
        if before != after:
            assert "in place of yours" in after.message
            assert (after.help, after.why, after.how, after.standing) == ("", "", "", None)


def test_nobody_loses_points_by_it() -> None:
    """A prediction that was right in the first run stays so."""
    work = stops("compile", "train")
    second = with_solution("compile", label=lambda: claim("Boot"))
    before = points(reported(work))
    assert all(after >= before[name] for name, after in points(followed(work, second)).items())


def test_a_wrong_answer_costs_no_more_than_a_blank() -> None:
    """The one that is wrong keeps the points for what is right in it."""
    work = stops("train", "predict", compiled=OTHER_LABELS)
    report = followed(work, with_solution("build", "compile"))
    assert {name for name, lost in missing(report).items() if lost} == {"compile"}
    assert report.score == 18
    assert "the solution’s `build` and `compile` in place of yours" in report.notes[0]


@pytest.mark.parametrize(
    ("work", "cells", "lost", "score"),
    [
        (stops("train", "predict"), ("build", "compile"), "train", 14),
        (COMPILE_STOPS, ("build",), "compile", 16),
    ],
)
def test_cells_that_are_right_one_by_one_hide_nothing_where_they_fail_together(
    work, cells, lost, score
) -> None:
    """No mistake is carried forward to the cell that stops, as where a layer has an odd name."""
    report = followed(work, with_solution(*cells))
    assert {name for name, points_lost in missing(report).items() if points_lost} == {lost}
    assert report.score == score
    assert report.of(lost) == reported(work).of(lost)
    assert report.first_message.startswith("Your cell stopped with ValueError")
    # What it leaves to later questions is its own mistake, which is carried forward to them.
    assert "in place of yours" in report.of("predict")[0].message


def test_a_prediction_that_stops_after_a_right_training_keeps_its_error() -> None:
    """As of a model that is trained and cannot predict: no second run helps."""
    work = Submission(
        answers={"predict": answer("predict", data_index=claim(99), predicted_label=BLANK)},
        cells={"predict": cell("predict", status="error", ename="ValueError")},
    )
    assert follow_through.job_for(planned(), work.evidence(), KNOWN) is None
    assert reported(work).score == 18


def test_what_cannot_be_marked_here_is_out_of_the_sum() -> None:
    """As it is in a first run."""
    settings = Settings(no_gpu="not_applicable")
    second = with_solution("compile").evidence()
    then = judge([("one", second)], LESSON, settings=settings)["one"]
    report = follow_through.applied(reported(COMPILE_STOPS), second, then, LESSON, 1.0)
    (device,) = [one for one in report.checks if one.id == "train.device"]
    assert (device.outcome, device.points, device.max_points) == ("not_applicable", 0, 0)
    assert "in place of yours" in device.message
    assert (report.score, report.max_score) == (15, 19)


def test_a_second_run_that_was_interrupted_needs_a_look() -> None:
    ended = with_solution("compile", run=changed(Submission().run, interrupted=True))
    assert followed(COMPILE_STOPS, ended).needs_review
    assert not followed(COMPILE_STOPS, with_solution("compile")).needs_review


def test_where_nothing_was_replaced_nothing_changes() -> None:
    assert followed(COMPILE_STOPS, Submission()) == reported(COMPILE_STOPS)


def test_the_notes_can_be_taken_out_again() -> None:
    report = followed(COMPILE_STOPS, with_solution("compile"))
    assert follow_through.without_notes(report).notes == ("own",)
    assert follow_through.without_notes(reported(COMPILE_STOPS)).notes == ("own",)


# ---- in a real kernel

ROOT = Path(__file__).parents[2]
CASES = {
    "compile-stops": ("compile", "metrics=", "metric="),
    "build-stops": ("build", "tf.keras.Sequential", "keras.Sequential"),
    "another-kind": ("build", "model = tf", "model = 3; tf"),
    "kernel-ends": ("compile", "model.compile", "import os; os._exit(1); model.compile"),
}
# Each of its cells is right, and what they make together cannot be trained.
NAMED = {"odd-name": ("build", "number_of_classes)", 'number_of_classes, name="ten neurons")')}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sample_keras: Path) -> dict[str, Report]:
    """The solution with one mistake each, graded in the course of this repository."""
    folder, results = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("results")
    for name, (question, before, after) in {**CASES, **NAMED}.items():
        path = ROOT / "solutions" / LESSON.name / LESSON.notebook
        notebook = nbformat.read(path, as_version=4)
        changed_cell = next(one for one in notebook.cells if grade_id(one) == question)
        assert before in changed_cell.source
        changed_cell.source = changed_cell.source.replace(before, after, 1)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    course = Course(root=ROOT)
    given = {"course": course, "data_home": sample_keras, "results": results, "lesson": LESSON}
    with Grader(**given) as grader:
        return {one.name: one for one in grader.grade(find_submissions([folder]), workers=2)}


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("name", CASES)
def test_a_real_mistake_costs_only_its_own_points(graded, name) -> None:
    report, (question, _, _) = graded[name], CASES[name]
    assert {name for name, earned in points(report).items() if not earned} == {question}
    assert report.score == 16
    assert f"the solution’s `{question}` in place of yours" in report.notes[0]


@pytest.mark.slow
@pytest.mark.kernel
def test_a_network_that_cannot_be_trained_is_not_said_to_be_right(graded) -> None:
    report = graded["odd-name"]
    assert {name for name, earned in points(report).items() if not earned} == {"train"}
    assert report.score == 14
    assert report.first_message.startswith("Your cell stopped with ValueError")
    assert report.training == "own"
    assert "accuracy" not in report.measures
