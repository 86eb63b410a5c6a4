"""One mistake gives one message: a check whose root is told elsewhere waits until that is settled.

Two marks say so. ``requires``: without the other check this one tells nothing. ``explained_by``:
this one is asked, and where it finds fault while a root of it has failed, the root has said it.
What an earlier check has said in the same words, such as that there is no model, needs no mark.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.core.lesson import Lesson
from autograder.core.report import Outcome
from autograder.core.verdicts import CannotTell, Failed, PriorResults, Skipped


def required(needed: Iterable[str], question: str, judged: PriorResults, lesson: Lesson) -> None:
    """Ask that these checks have passed, for a check of ``question``.

    Raises:
        Skipped: one has not.
        LookupError: one did not even run.
    """
    for check in needed:
        outcome = judged.outcome(check)
        if outcome is None:
            raise LookupError(f"it requires “{check}”, which did not run before it")
        if outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
            raise _waits_for(check, question, lesson)


def explained(
    error: BaseException, roots: Iterable[str], question: str, judged: PriorResults, lesson: Lesson
) -> BaseException:
    """What ended a check of ``question``, or that it waits for the first root that has failed."""
    told = _told_before(error, judged)
    failed = (root for root in roots if judged.failed(root))
    root = told or (next(failed, None) if isinstance(error, Failed | CannotTell) else None)
    return _waits_for(root, question, lesson) if root else error


def _told_before(error: BaseException, judged: PriorResults) -> str | None:
    """The earlier check that failed for the same reason, in the same words."""
    if not isinstance(error, Failed) or not error.misconception:
        return None
    said = (error.misconception, error.message)
    same = (one.id for one in judged.results if (one.misconception, one.message) == said)
    return next(same, None)


def _waits_for(check: str, question: str, lesson: Lesson) -> Skipped:
    other = lesson.question(check.partition(".")[0])
    where = "the message above" if other.name == question else f"“{other.title}”"
    return Skipped(f"This is looked at once {where} is settled.")
