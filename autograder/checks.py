"""What a check ends with, for instructors' own checks and for lessons that live elsewhere."""

from autograder.core.verdicts import (
    CannotTell,
    Failed,
    NotApplicable,
    NotAttempted,
    Skipped,
    Tell,
    Verdict,
)

__all__ = [
    "CannotTell",
    "Failed",
    "NotApplicable",
    "NotAttempted",
    "Skipped",
    "Tell",
    "Verdict",
]
