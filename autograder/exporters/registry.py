"""The exporters by their names, for the command line and for nbgrader."""

from __future__ import annotations

from autograder.exporters import canvas, moodle, plain
from autograder.exporters.exporter import Exporter

EXPORTERS: dict[str, Exporter] = {
    "csv": plain.EXPORTER,
    "canvas": canvas.EXPORTER,
    "moodle": moodle.EXPORTER,
}
