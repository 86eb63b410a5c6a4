"""``nbgrader export --exporter=autograder.nbgrader_plugin.exporters.CanvasExport`` and the like.

The scores are the gradebook's: with manual scores, extra credit and late penalties.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from autograder.core.atomic_write import write_atomic
from autograder.exporters import csv_tables
from autograder.exporters.exporter import Exporter
from autograder.exporters.registry import EXPORTERS
from autograder.nbgrader_plugin.grade_queries import grades


class _TableExport(ExportPlugin):
    """Writes the file of one of our exporters."""

    exporter: ClassVar[Exporter]

    def export(self, gradebook: Gradebook) -> None:
        """Write what nbgrader's ``--to``, ``--assignment`` and ``--student`` ask for."""
        path = Path(self.to or self.exporter.file)
        self.log.info("Exporting grades to %s", path)
        chosen = grades(
            gradebook,
            [str(one) for one in self.assignment],
            [str(one) for one in self.student],
            unscored=bool(self.assignment),
        )
        for student in csv_tables.students_with_escaped_ids(chosen):
            self.log.warning("%r begins like a formula; an apostrophe was put in front.", student)
        write_atomic(path, self.exporter.export(chosen).encode())


@functools.cache
def __getattr__(name: str) -> type[ExportPlugin]:
    """Return the plugin of an exporter: ``CanvasExport`` for ``canvas``."""
    for form, exporter in EXPORTERS.items():
        if name == f"{form.title().replace('-', '')}Export":
            return type(name, (_TableExport,), {"exporter": exporter, "__module__": __name__})
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
