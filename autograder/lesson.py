"""What the engine needs to know of a lesson. Each lesson is a package under ``lessons``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import lessons
from autograder.errors import LessonError
from autograder.evidence import HandIn
from autograder.stumbles.rule import Stumble


def nothing_blank(hand_in: HandIn) -> bool:
    """Whether a hand-in holds no blank."""
    return not any(claim.blank for claim in hand_in.claims.values())


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its solution cell has ``grade_id`` ``name``, its grade cell ``check-name``.

    ``leaves`` are the names that the solution cell defines, ``builds_on`` the questions whose
    results it uses, ``filled`` tells whether a hand-in is more than the blank.
    """

    name: str
    title: str
    points: float
    leaves: tuple[str, ...]
    builds_on: tuple[str, ...] = ()
    filled: Callable[[HandIn], bool] = nothing_blank

    @property
    def grade_id(self) -> str:
        """The ``grade_id`` of the grade cell."""
        return f"check-{self.name}"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson: its questions in order, and where its own files lie.

    ``thresholds`` gives the bar for each data set, ``full`` and ``sample``, as a fraction;
    ``stumbles`` are sentences for errors that are met in this lesson only.
    """

    name: str
    title: str
    folder: Path
    questions: tuple[Question, ...]
    thresholds: Mapping[str, float]
    stumbles: tuple[Stumble, ...] = ()

    @property
    def checks(self) -> tuple[Path, ...]:
        """The check files, one a question, in the order of the questions."""
        return tuple(self.folder / "checks" / f"check_{one.name}.py" for one in self.questions)

    @property
    def released(self) -> Path:
        """The students' notebook as it came with the package."""
        return self.folder / "release.ipynb"

    @property
    def notebook(self) -> str:
        """The file name of the notebook."""
        return f"{self.name}.ipynb"

    @property
    def max_score(self) -> float:
        """The points of all questions."""
        return sum(question.points for question in self.questions)

    def question(self, name: str) -> Question:
        """The question of this name.

        Raises:
            LessonError: there is no such question.
        """
        for question in self.questions:
            if question.name == name:
                return question
        names = ", ".join(question.name for question in self.questions)
        raise LessonError(f"“{self.title}” has no question “{name}”. It has: {names}.")


def load_lesson(name: str) -> Lesson:
    """The lesson of this name, as in ``building-a-brain``.

    Raises:
        LessonError: there is no such lesson.
    """
    if name not in lesson_names():
        raise LessonError(f"There is no lesson “{name}”. There are: {', '.join(lesson_names())}.")
    module = importlib.import_module(f"{lessons.__name__}.{name.replace('-', '_')}.lesson")
    lesson: Lesson = module.LESSON
    return lesson


def lesson_names() -> tuple[str, ...]:
    """The names of all lessons."""
    found = (module.name for module in pkgutil.iter_modules(lessons.__path__))
    return tuple(sorted(name.replace("_", "-") for name in found))


def guess_lesson(grade_ids: Iterable[str]) -> Lesson | None:
    """The lesson that shares most ``grade_id`` with a notebook, ``None`` where none does."""
    present = set(grade_ids)

    def shared(lesson: Lesson) -> int:
        return sum(one.grade_id in present for one in lesson.questions)

    best = max((load_lesson(name) for name in lesson_names()), key=shared)
    return best if shared(best) else None
