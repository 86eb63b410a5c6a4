"""A student's way through the lesson, in a real JupyterLab: fetched, filled, checked, handed in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import looks
import pytest
from assignments import Assignments
from cells import Cell
from course import LESSON, Course, solutions
from lab import Lab
from support import quoted

from autograder.core.report import Outcome
from autograder.reports.phrases import LABELS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.kernel]

PATH = f"{LESSON.name}/{LESSON.notebook}"
SOLUTIONS = solutions()
FORGOTTEN = "number_of_parameters = 28 * 28 * 10"


def values(cells: Sequence[Cell]) -> dict[str, float]:
    """What each check gave."""
    found = {cell.name: cell.value for cell in cells}
    return {one.name: float(found[one.grade_id]) for one in LESSON.questions}


@pytest.fixture(scope="module")
def lab(window, server) -> Lab:
    """The student's JupyterLab in a browser."""
    lab = Lab(window.page(server.log), server)
    lab.start()
    return lab


@pytest.fixture(scope="module")
def fetched(lab: Lab, student) -> Path:
    """The assignment, fetched from the list and opened from there."""
    assignments = Assignments(lab)
    assignments.open()
    assignments.fetch(LESSON.name)
    assignments.notebook(LESSON.name).get_by_role("link", name=LESSON.name).click()
    lab.opened(PATH)
    return student.work / PATH


@pytest.fixture(scope="module")
def blank(lab: Lab, fetched) -> list[Cell]:
    """All cells after the untouched notebook was run."""
    return lab.run_all()


@pytest.fixture(scope="module")
def blank_findings(lab: Lab, blank, pictures) -> list[str]:
    """What keeps people from reading what the checks say of blanks."""
    return looks.findings_in(lab, pictures, "devices-report", "check-build")


@pytest.fixture(scope="module")
def filled(lab: Lab, blank_findings) -> list[Cell]:
    """All cells after the blanks were filled and run; the biases were forgotten."""
    for name, code in {**SOLUTIONS, "parameters": FORGOTTEN}.items():
        lab.type_into(name, code)
    return lab.run_all()


@pytest.fixture(scope="module")
def filled_findings(lab: Lab, filled, pictures) -> list[str]:
    """What keeps people from reading what the checks say of right and of wrong work."""
    return looks.findings_in(lab, pictures, "check-parameters", "check-train")


@pytest.fixture(scope="module")
def helped(lab: Lab, filled_findings, pictures) -> tuple[dict[str, str], list[str]]:
    """What is said on request, in cells of the student's own; what keeps people from reading it."""
    added = {
        call: lab.add_below("check-parameters", call)
        for call in ("check.parameters.hint()", "check.parameters.why()", "check.progress()")
    }
    shown = {call: lab.run(name).text for call, name in added.items()}
    # A reason looks as a hint does.
    hint, _, progress = added.values()
    return shown, looks.findings_in(lab, pictures, hint=hint, progress=progress)


@pytest.fixture(scope="module")
def refused(lab: Lab, helped, pictures) -> str:
    """What *Validate* in the list of assignments says of it."""
    lab.save()
    assignments = Assignments(lab)
    assignments.open()
    return assignments.validate(LESSON.name, pictures / "refused.png")


@pytest.fixture(scope="module")
def corrected(lab: Lab, refused) -> list[Cell]:
    """All cells after the mistake was put right."""
    lab.show()
    lab.rewrite("parameters", SOLUTIONS["parameters"])
    lab.run("parameters")
    lab.run("check-parameters")
    return lab.cells()


@pytest.fixture(scope="module")
def validated(lab: Lab, corrected, pictures) -> str:
    """What *Validate* in the notebook says then."""
    return lab.validate(pictures / "validated.png")


@pytest.fixture(scope="module")
def graded(lab: Lab, validated, course: Course, pictures) -> dict:
    """The report of the official grading, after it was handed in and collected."""
    assignments = Assignments(lab)
    assignments.open()
    assignments.submit(LESSON.name)
    lab.page.screenshot(path=pictures / "submitted.png")
    course.instructor.run("nbgrader", "collect", LESSON.name)
    course.instructor.run("autograder.cli", "grade", "submitted", "--json", "grades.json")
    (submission,) = json.loads((course.root / "grades.json").read_text())["submissions"]
    return submission


@pytest.fixture(scope="module")
def died(lab: Lab, graded, pictures) -> str:
    """What JupyterLab says after a cell ended Python."""
    lab.show()
    lab.rewrite("devices", "import os; os._exit(1)")
    lab.start_running("devices")
    return lab.described(pictures / "died.png")


@pytest.fixture(scope="module")
def restarted(lab: Lab, died) -> str:
    """What two cells say in the kernel that came in its place."""
    lab.opened(PATH)
    return lab.run("summary").text + lab.run("check-build").text


def test_the_untouched_notebook_runs_to_its_end(blank) -> None:
    """No cell shows a traceback, and the last one was run."""
    assert [cell.name for cell in blank if cell.failed] == []
    code = [cell for cell in blank if cell.kind == "code"]
    assert [cell.count for cell in code] == list(range(1, len(code) + 1))


def test_every_check_of_a_blank_says_not_attempted(blank) -> None:
    """And gives no points."""
    shown = {cell.name: cell.text for cell in blank}
    for question in LESSON.questions:
        assert LABELS[Outcome.NOT_ATTEMPTED] in shown[question.grade_id]
    assert set(values(blank).values()) == {0}


def test_all_can_read_what_the_checks_say(blank_findings, filled_findings, helped) -> None:
    """axe-core finds nothing, in the light theme and in the dark one."""
    assert blank_findings == []
    assert filled_findings == []
    assert helped[1] == []


def test_help_is_there_for_the_asking(helped) -> None:
    """A hint and a reason for the question that is open, and where the student stands."""
    shown, _ = helped
    hint, why, progress = shown.values()
    title = LESSON.question("parameters").title
    assert f"{title}: " in hint
    assert f"{title}: " in why
    assert hint != why
    assert f"{LESSON.max_score - 2:g} of {LESSON.max_score:g} points" in progress


def test_what_was_typed_is_what_the_cell_holds(filled) -> None:
    """Below the line that marks the blank."""
    held = {cell.name: cell.source for cell in filled}
    for name, code in SOLUTIONS.items():
        if name != "parameters":
            assert held[name].endswith(f"# Your code here\n{code}")


def test_each_filled_blank_earns_its_points(filled) -> None:
    """But for the one with a mistake."""
    expected = {one.name: one.points for one in LESSON.questions}
    assert values(filled) == {**expected, "parameters": 0}
    assert [cell.name for cell in filled if cell.failed] == []


def test_a_mistake_is_told_where_it_was_made(filled) -> None:
    """What was found, and the next step."""
    shown = next(cell.text for cell in filled if cell.name == "check-parameters")
    assert "7,840" in shown
    assert "Next:" in shown


def test_validate_tells_of_the_mistake(refused) -> None:
    """In the words of the check that the page for students quotes, and of no other."""
    assert quoted.missing("Validate says that a cell failed", refused) == []
    assert "Build the neurons" not in refused
    assert "Traceback" not in refused


def test_a_mistake_that_was_put_right_earns_its_points(corrected) -> None:
    """Without a new start of the kernel."""
    assert values(corrected) == {one.name: one.points for one in LESSON.questions}


def test_validate_tells_of_success(validated) -> None:
    """In nbgrader's words."""
    assert "Your notebook passes all the tests" in validated


def test_what_was_handed_in_is_graded_with_all_points(graded) -> None:
    """In a sandbox, from what the student typed."""
    assert (graded["score"], graded["max_score"]) == (20, 20)
    assert graded["status"] == "graded"
    assert graded["isolation"].startswith("bubblewrap")


def test_a_dead_kernel_is_told_as_the_page_for_students_says(died) -> None:
    """In JupyterLab's words; the last of them are the grader's."""
    *in_the_lab, in_the_feedback = quoted.entries()["The kernel dies"]
    assert quoted.missing("The kernel dies", died) == [in_the_feedback]
    assert in_the_lab


def test_a_new_kernel_knows_nothing_as_the_page_for_students_says(restarted) -> None:
    """Neither the model nor the checks."""
    assert quoted.missing("NameError after a restart", restarted) == []
