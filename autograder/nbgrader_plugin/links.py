"""Links among the files of a submission are left out: nbgrader would copy what they point to."""

from __future__ import annotations

import functools
import glob
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde

from autograder.execution.beside import ignored_beside

Init = Callable[[Any, str, str], None]


def leave_out_links() -> None:
    """Let ``nbgrader autograde`` copy no file that a link stands for.

    Its settings can ignore files by name only, and are read before there is a submission.
    """
    if not hasattr(Autograde.init_assignment, "__wrapped__"):
        Autograde.init_assignment = _without_links(Autograde.init_assignment)


def _without_links(init: Init) -> Init:
    @functools.wraps(init)
    def init_assignment(self: Any, assignment_id: str, student_id: str) -> None:
        folder = Path(self._format_source(assignment_id, student_id))
        names = sorted(ignored_beside(folder))
        before = self.coursedir.ignore
        self.coursedir.ignore = [*before, *map(glob.escape, names)]
        try:
            init(self, assignment_id, student_id)
        finally:
            self.coursedir.ignore = before

    return init_assignment
