"""The exporters by their names, for the command line and for nbgrader."""

from __future__ import annotations

from autograder.exporters import canvas, moodle, score_table
from autograder.exporters.exporter import Exporter

EXPORTERS: dict[str, Exporter] = {
    "csv": score_table.EXPORTER,
    "canvas": canvas.EXPORTER,
    "moodle": moodle.EXPORTER,
}
