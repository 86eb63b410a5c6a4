"""Puts our judge into nbgrader's own commands; the only room that knows nbgrader's inside.

``configure(c)`` in ``nbgrader_config.py`` is all a course needs. An assignment that is no lesson
of ours is handled by nbgrader as ever.
"""

from __future__ import annotations

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearMarkScheme,
    ClearOutput,
    IncludeHeaderFooter,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
)
from traitlets.config import Config

from autograder.nbgrader_plugin.solved import RunSolution, StripSolutionMarkers
from autograder.nbgrader_plugin.submitted import (
    PutRight,
    RunAndJudge,
    SaveJudgedGrades,
    SubmissionExporter,
    one_notebook,
)


def configure(c: Config) -> None:
    """Set up nbgrader for our lessons, in a course's ``nbgrader_config.py``."""
    c.CourseDirectory.solution_directory = "solutions"
    c.ClearSolutions.code_stub = {"python": "# Your code here"}
    c.GenerateSolution.preprocessors = [
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
