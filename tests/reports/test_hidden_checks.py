"""A hidden check tells students its outcome and the help that its author gave, and no more."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from support.evidence_builder import LESSON, Submission, judged

from autograder.core.config import Course
from autograder.core.report import Outcome, Report
from autograder.core.verdicts import Verdicts
from autograder.reports import feedback, phrases
from autograder.reports.annotate import filled

HEAD = '''
import pytest
from autograder.core.verdicts import Failed

@pytest.mark.points(1)
@pytest.mark.hidden
def test_secret_name(evidence, tell):
    """The secret docstring."""
'''
BODIES = {
    "passed": "    tell.passed('the secret message')\n",
    "failed": "    raise Failed('the secret message', help='Look at the layers once more.',"
    " misconception='secret-belief')\n",
    "error": "    raise KeyError('the secret message')\n",
}
RESULTS = {
    "passed": "A hidden check passed.",
    "failed": "A hidden check failed.",
    "error": "A hidden check was not run.",
}


def verdicts(tmp_path: Path, outcome: str) -> Verdicts:
    """The lesson's checks and a hidden one of the course."""
    path = tmp_path / "check_build.py"
    path.write_text(HEAD + BODIES[outcome])
    return judged({"": Submission()}, checks=[*LESSON.checks, path])[""]


@pytest.mark.parametrize("outcome", BODIES)
def test_what_students_are_shown(tmp_path: Path, outcome: str) -> None:
    """Nothing of its name, its words and its misconception is in what a student gets."""
    found = verdicts(tmp_path, outcome)
    report = Report(name="a", notebook="a.ipynb", checks=found.checks)
    question = LESSON.question("build")
    cell = nbformat.v4.new_code_cell("check.build(model)")
    cell.metadata["nbgrader"] = {"grade_id": "check-build"}
    notebook = filled(nbformat.v4.new_notebook(cells=[cell]), report, LESSON)
    shown = [
        phrases.answer(question, report.of("build")),
        feedback.page(report, LESSON, None),
        nbformat.writes(notebook),
    ]
    for text in shown:
        assert "secret" not in text.lower()
        assert RESULTS[outcome] in text
        assert ("Look at the layers once more." in text) == (outcome == "failed")


@pytest.mark.parametrize("outcome", BODIES)
def test_what_instructors_are_told(tmp_path: Path, outcome: str) -> None:
    """The truth, marked as hidden."""
    (check,) = [one for one in verdicts(tmp_path, outcome).checks if one.hidden]
    assert (check.id, check.outcome) == ("build.secret_name", Outcome(outcome))
    assert "the secret message" in check.message


def test_they_lie_in_the_course_alone(tmp_path: Path) -> None:
    """What students install has none; a course's own are found in its folder."""
    assert not [one for one in LESSON.checks if "mark.hidden" in one.read_text()]
    own = tmp_path / "checks" / LESSON.name / "check_build.py"
    own.parent.mkdir(parents=True)
    own.write_text(HEAD + BODIES["passed"])
    assert own in Course(root=tmp_path).checks(LESSON)
    assert own not in Course().checks(LESSON)
