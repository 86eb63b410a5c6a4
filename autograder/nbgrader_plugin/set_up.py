"""nbgrader's own commands, set up for our lessons."""

from __future__ import annotations

from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback, GenerateSolution
from traitlets.config import Config

from autograder.nbgrader_plugin.copy_limits import limit_extra_files
from autograder.nbgrader_plugin.package_url import NamePackageUrl
from autograder.nbgrader_plugin.preprocessors.autograde import (
    RestoreCells,
    RunAndJudge,
    SaveJudgedGrades,
    SubmissionExporter,
)
from autograder.nbgrader_plugin.preprocessors.clear_solutions import ClearLessonSolutions
from autograder.nbgrader_plugin.preprocessors.generate_feedback import FeedbackExporter, ShowResults
from autograder.nbgrader_plugin.preprocessors.generate_solution import (
    RunSolution,
    StripSolutionMarkers,
)
from autograder.nbgrader_plugin.preprocessors.one_notebook import StudentCells, WritePackage
from autograder.nbgrader_plugin.preprocessors.preprocessor_lists import preprocessors_of, replaced
from autograder.nbgrader_plugin.preprocessors.validate import validate_in_sandbox
from autograder.nbgrader_plugin.run_ahead import run_submissions_ahead


def set_up(c: Config) -> None:
    """Put our converters' parts into nbgrader's settings, and ours in place of three functions."""
    assignment = preprocessors_of(c, GenerateAssignment)
    c.GenerateAssignment.preprocessors = [
        WritePackage,
        StudentCells,
        NamePackageUrl,
        *replaced(assignment, ClearLessonSolutions),
    ]
    solution = replaced(preprocessors_of(c, GenerateSolution), RunSolution)
    c.GenerateSolution.preprocessors = [
        WritePackage,
        StudentCells,
        NamePackageUrl,
        StripSolutionMarkers,
        *solution,
    ]
    c.Autograde.exporter_class = SubmissionExporter
    sanitize = preprocessors_of(c, Autograde, "sanitize_preprocessors")
    c.Autograde.sanitize_preprocessors = [RestoreCells, *sanitize]
    autograde = preprocessors_of(c, Autograde, "autograde_preprocessors")
    c.Autograde.autograde_preprocessors = replaced(autograde, RunAndJudge, SaveJudgedGrades)
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = [*preprocessors_of(c, GenerateFeedback), ShowResults]
    # nbgrader has no setting for these.
    validate_in_sandbox()
    limit_extra_files()
    run_submissions_ahead()
