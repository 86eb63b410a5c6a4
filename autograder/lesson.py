"""What the engine needs to know of a lesson, and which lessons there are.

Each is a package under ``autograder.lessons``, which has more folders than one (``shelves``).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from autograder import lessons
from autograder.errors import LessonError, UsageError
from autograder.evidence import HandIn
from autograder.shelves import VARIABLE
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
    thresholds: Mapping[str, float] = field(default_factory=dict)
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


# Stands in where nothing tells which lesson something belongs to, such as a file that is no
# notebook.
NO_LESSON = Lesson(name="no-lesson", title="No lesson", folder=Path(__file__).parent, questions=())


def load_lesson(name: str) -> Lesson:
    """The lesson of this name: that of its package, with hyphens.

    Raises:
        LessonError: there is no such lesson, or it cannot be loaded.
    """
    if name == NO_LESSON.name:
        return NO_LESSON
    if name not in lesson_names():
        raise LessonError(f"There is no lesson “{name}”. There are: {', '.join(lesson_names())}.")
    try:
        module = importlib.import_module(f"{lessons.__name__}.{name.replace('-', '_')}.lesson")
        lesson: Lesson = module.LESSON
    # It is a program, perhaps one that somebody is just writing.
    except Exception as error:
        raise LessonError(f"The lesson “{name}” cannot be loaded: {error!r}.") from error
    return lesson


def part_of(lesson: Lesson, name: str) -> ModuleType | None:
    """A module of a lesson's package, ``None`` where the lesson has none of this name."""
    module = f"{lessons.__name__}.{lesson.folder.name}.{name}"
    return importlib.import_module(module) if importlib.util.find_spec(module) else None


def look_in(folders: Sequence[str]) -> bool:
    """Look for lessons in these folders besides our own; whether that changes anything."""
    before = lessons.__path__[1:]
    lessons.__path__[1:] = folders
    return before != lessons.__path__[1:]


def lesson_names() -> tuple[str, ...]:
    """The names of all lessons."""
    found = (path for folder in lesson_folders() for path in folder.glob("*/lesson.py"))
    return tuple(sorted({name_of(path.parent) for path in found}))


def name_of(folder: Path) -> str:
    """The name of the lesson whose package this is."""
    return folder.name.replace("_", "-")


def lesson_folders() -> tuple[Path, ...]:
    """The folders in which lessons are found; those of others after our own."""
    return tuple(Path(folder) for folder in lessons.__path__)


def found_again() -> dict[str, str]:
    """The environment variable that lets another process find the same lessons."""
    others = [str(folder.resolve()) for folder in lesson_folders()[1:]]
    return {VARIABLE: os.pathsep.join(others)}


def only_lesson(having: Iterable[Lesson], what: str) -> Lesson:
    """The one lesson that can be meant where none is named.

    Raises:
        UsageError: several have ``what`` it takes, or none has.
    """
    found = list(having)
    if len(found) != 1:
        names = ", ".join(lesson.name for lesson in found) or f"none has {what}"
        raise UsageError(f"Which lesson? Name one with --lesson: {names}.")
    return found[0]


def named_lesson(name: str) -> Lesson | None:
    """The lesson of this name, ``None`` where there is none."""
    return load_lesson(name) if name in lesson_names() else None


def guess_lesson(grade_ids: Iterable[str]) -> Lesson | None:
    """The lesson that shares most ``grade_id`` with a notebook.

    ``None`` where none does, or where several share as many.
    """
    present = set(grade_ids)
    shared = {
        name: sum(one.grade_id in present for one in load_lesson(name).questions)
        for name in lesson_names()
    }
    most = max(shared.values(), default=0)
    best = [name for name, count in shared.items() if count == most]
    return load_lesson(best[0]) if most and len(best) == 1 else None
