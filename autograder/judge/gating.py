"""One mistake gives one message: a check is skipped while another check reports its root cause.

Two pytest marks say so. ``requires``: without the other check this one is meaningless.
``explained_by``: this check runs, but a failure is skipped if one of its root checks has failed.
No mark is needed where an earlier check has failed with the same message, such as that there is no
model.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.core.lesson import Lesson
from autograder.core.report import Outcome
from autograder.core.verdicts import CannotTell, Failed, PriorResults, Skipped


def required(needed: Iterable[str], question: str, judged: PriorResults, lesson: Lesson) -> None:
    """Require that these checks have passed, for a check of ``question``.

    Raises:
        Skipped: one has not passed.
        LookupError: one has not run.
    """
    for check in needed:
        outcome = judged.outcome(check)
        if outcome is None:
            raise LookupError(f"it requires “{check}”, which did not run before it")
        if outcome is Outcome.ERROR:
            where = _place(check, question, lesson, "the check above")
            raise Skipped(f"This builds on {where}, which needs manual review.")
        if outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
            raise _waits_for(check, question, lesson)


def explained(
    error: BaseException, roots: Iterable[str], question: str, judged: PriorResults, lesson: Lesson
) -> BaseException:
    """Return the error of a check, or ``Skipped`` if a failed root check explains it."""
    earlier = _same_failure_before(error, judged)
    failed = (root for root in roots if judged.failed(root))
    root = earlier or (next(failed, None) if isinstance(error, Failed | CannotTell) else None)
    return _waits_for(root, question, lesson) if root else error


def _same_failure_before(error: BaseException, judged: PriorResults) -> str | None:
    """Return the earlier check that failed for the same reason with the same message."""
    if not isinstance(error, Failed) or not error.misconception:
        return None
    failure = (error.misconception, error.message)
    same = (one.id for one in judged.results if (one.misconception, one.message) == failure)
    return next(same, None)


def _waits_for(check: str, question: str, lesson: Lesson) -> Skipped:
    where = _place(check, question, lesson, "the mistake above")
    return Skipped(f"This is checked once {where} is corrected.")


def _place(check: str, question: str, lesson: Lesson, above: str) -> str:
    """Return where a check is: ``above``, in the same question, or in another one, by its title."""
    other = lesson.question(check.partition(".")[0])
    return above if other.name == question else f"“{other.title}”"
