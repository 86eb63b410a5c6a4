"""The description of a lesson for the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.core.error_hint import ErrorHint
from autograder.core.errors import LessonError
from autograder.core.evidence import Answer


def nothing_blank(answer: Answer) -> bool:
    """Return whether none of the values that were handed in is blank."""
    return not any(claim.blank for claim in answer.claims.values())


def compiled(answer: Answer) -> bool:
    """Return whether ``model`` was compiled, for a cell that defines no name of its own."""
    return nothing_blank(answer) and bool(answer.model and answer.model.compiled)


def trained(answer: Answer) -> bool:
    """Return whether ``model`` was trained, for a cell that defines no name of its own."""
    return nothing_blank(answer) and bool(answer.model and answer.model.steps)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its solution cell has ``grade_id`` ``name``, its grade cell ``check-name``.

    ``leaves`` are the names that the solution cell defines, ``builds_on`` the questions whose
    results it uses; ``filled`` returns whether an answer is more than the blank.
    """

    name: str
    title: str
    points: float
    leaves: tuple[str, ...]
    builds_on: tuple[str, ...] = ()
    filled: Callable[[Answer], bool] = nothing_blank

    @property
    def grade_id(self) -> str:
        """The ``grade_id`` of the grade cell."""
        return f"check-{self.name}"

    def is_usable(self, answer: Answer | None) -> bool:
        """Return whether what was handed in is something that later questions can use."""
        return (
            answer is not None
            and self.filled(answer)
            and ("model" not in self.leaves or answer.model is not None)
        )


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson: its questions in order, and where its own files lie.

    ``dataset`` is the module of its data set, by default the usual one. ``thresholds`` maps
    ``full`` and ``sample``, whichever images there are, to the threshold as a fraction;
    ``error_hints`` are hints for errors that occur in this lesson only. A lesson in one notebook
    says nothing of its name, folder and questions: they are added when its package is made.
    """

    title: str
    name: str = ""
    folder: Path = Path()
    questions: tuple[Question, ...] = ()
    dataset: str = ""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    error_hints: tuple[ErrorHint, ...] = ()

    @property
    def checks(self) -> tuple[Path, ...]:
        """The check files, one for each question, in the order of the questions."""
        return tuple(self.folder / "checks" / f"check_{one.name}.py" for one in self.questions)

    @property
    def released(self) -> Path:
        """The students' notebook as it came with the package."""
        return self.folder / "release.ipynb"

    @property
    def notebook(self) -> str:
        """The file name of the notebook."""
        return f"{self.name}.ipynb"

    def foundations(self, question: Question) -> frozenset[str]:
        """Return the names of all questions that this one builds on, directly or not."""
        found = set(question.builds_on)
        for name in question.builds_on:
            found |= self.foundations(self.question(name))
        return frozenset(found)

    def own_names(self, question: Question) -> tuple[str, ...]:
        """Return the names that a question's cell defines, without those that it only changes."""
        earlier = {name for one in question.builds_on for name in self.question(one).leaves}
        return tuple(name for name in question.leaves if name not in earlier)

    @property
    def max_score(self) -> float:
        """The points of all questions."""
        return sum(question.points for question in self.questions)

    def question(self, name: str) -> Question:
        """Return the question of this name.

        Raises:
            LessonError: there is no such question.
        """
        for question in self.questions:
            if question.name == name:
                return question
        names = ", ".join(question.name for question in self.questions)
        raise LessonError(f"“{self.title}” has no question “{name}”. It has: {names}.")


# For a submission whose lesson is unknown, such as a file that is no notebook.
NO_LESSON = Lesson(name="no-lesson", title="No lesson", folder=Path(__file__).parent)
