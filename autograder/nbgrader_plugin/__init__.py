"""Puts our judge into nbgrader's own commands; the only room that knows nbgrader's inside.

``configure(c)`` in ``nbgrader_config.py`` is all a course needs. An assignment that is no lesson
of ours is handled by nbgrader as ever, but for its validation, which runs every notebook apart:
what a notebook says it belongs to is the student's to write.
"""

from __future__ import annotations

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearMarkScheme,
    ClearOutput,
    GetGrades,
    IncludeHeaderFooter,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
)
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder.nbgrader_plugin.address import NameAddress, steps_of_assignment
from autograder.nbgrader_plugin.feedback import ShowWhatCounts
from autograder.nbgrader_plugin.links import leave_out_links
from autograder.nbgrader_plugin.solved import RunSolution, StripSolutionMarkers
from autograder.nbgrader_plugin.submitted import (
    PutRight,
    RunAndJudge,
    SaveJudgedGrades,
    SubmissionExporter,
    one_notebook,
)
from autograder.nbgrader_plugin.validated import RunApart


def configure(c: Config) -> None:
    """Set up nbgrader for our lessons, in a course's ``nbgrader_config.py``."""
    c.CourseDirectory.solution_directory = "solutions"
    c.ClearSolutions.code_stub = {"python": "# Your code here"}
    c.GenerateAssignment.preprocessors = steps_of_assignment()
    c.GenerateSolution.preprocessors = [
        NameAddress,
        IncludeHeaderFooter,
        LockCells,
        ClearOutput,
        StripSolutionMarkers,
        ClearMarkScheme,
        RunSolution,
    ]
    c.Autograde.exporter_class = SubmissionExporter
    c.Autograde.pre_convert_hook = one_notebook
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        PutRight,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        RunAndJudge,
        LimitOutput,
        SaveJudgedGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    c.GenerateFeedback.preprocessors = [GetGrades, ShowWhatCounts, CSSHTMLHeaderPreprocessor]
    # No setting of nbgrader's reaches these two.
    Validator.preprocessors = [CheckCellMetadata, ClearOutput, RunApart]
    leave_out_links()
