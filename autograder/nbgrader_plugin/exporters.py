"""``nbgrader export --exporter=autograder.nbgrader_plugin.exporters.CanvasExport`` and the like.

The scores are the gradebook's: with manual scores, extra credit and late penalties.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from autograder.core.evidence import write_whole
from autograder.exporters import tables
from autograder.nbgrader_plugin.grade_queries import grades


class _TableExport(ExportPlugin):
    """Writes one of our tables."""

    form: ClassVar[str]
    file: ClassVar[str]

    def export(self, gradebook: Gradebook) -> None:
        """Write what nbgrader's ``--to``, ``--assignment`` and ``--student`` ask for."""
        path = Path(self.to or self.file)
        self.log.info("Exporting grades to %s", path)
        chosen = grades(
            gradebook,
            [str(one) for one in self.assignment],
            [str(one) for one in self.student],
            unscored=bool(self.assignment),
        )
        for student in tables.students_with_escaped_ids(chosen):
            self.log.warning("%r begins like a formula; an apostrophe was put in front.", student)
        write_whole(path, tables.FORMATS[self.form](chosen).encode())


class CsvExport(_TableExport):
    """A plain table, in which no name is taken for a formula."""

    form, file = "csv", "grades.csv"


class CanvasExport(_TableExport):
    """A table for the import of Canvas' gradebook."""

    form, file = "canvas", "canvas.csv"


class MoodleExport(_TableExport):
    """A table for Moodle's grade import."""

    form, file = "moodle", "moodle.csv"
