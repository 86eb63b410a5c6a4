"""An instructor's course folder of ours, and the exchange through which students get it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from people import Person, moved_in

from autograder.core.lesson_registry import load_lesson

ROOT = Path(__file__).parent.parent.parent
LESSON = load_lesson("building-a-brain")
EXCHANGE = """
c.Exchange.root = "{exchange}"
"""


@dataclass(frozen=True)
class Course:
    """A course; ``config`` is what its students' nbgrader is told too."""

    instructor: Person
    config: str

    @classmethod
    def create(cls, folder: Path) -> Course:
        """A new course with the source of the lesson, and an exchange that all may write to."""
        exchange = folder / "exchange"
        exchange.mkdir(parents=True)
        exchange.chmod(0o777)
        config = (ROOT / "nbgrader_config.py").read_text() + EXCHANGE.format(exchange=exchange)
        instructor = moved_in(folder, config)
        shutil.copytree(ROOT / "source" / LESSON.name, instructor.work / "source" / LESSON.name)
        (instructor.work / "nbgrader_config.py").write_text(config)
        return cls(instructor, config)

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.instructor.work

    def release(self) -> None:
        """Make the students' notebook and release it."""
        self.instructor.run("nbgrader", "generate_assignment", LESSON.name)
        self.instructor.run("nbgrader", "release_assignment", LESSON.name)

    def submit(self, names: Sequence[str]) -> None:
        """Let students of the small class hand in, without the exchange."""
        for name in names:
            target = self.root / "submitted" / name / LESSON.name
            shutil.copytree(ROOT / "tests" / "class" / name / LESSON.name, target)


def solutions() -> dict[str, str]:
    """What stands between the solution marks of the source, for each question."""
    notebook = nbformat.read(
        ROOT / "source" / LESSON.name / LESSON.notebook, as_version=nbformat.NO_CONVERT
    )
    found = {}
    for cell in notebook.cells:
        _, marker, rest = cell.source.partition("### BEGIN SOLUTION\n")
        if marker:
            found[cell.metadata.nbgrader.grade_id] = rest.partition("\n### END SOLUTION")[0]
    return found
