"""Error rates with exact confidence intervals. The only module that needs scipy (extra `study`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.core.errors import StudyError

CONFIDENCE = 0.95
# So that another release of scipy gives the same digits.
DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class Rate:
    """``count`` of ``runs``, and the range of the true rate with 95 % confidence.

    It lies between ``low`` and ``high``; one-sided, it is at most ``upper_limit``.
    """

    count: int
    runs: int
    low: float
    high: float
    upper_limit: float


def rate(count: int, runs: int) -> Rate:
    """Return a rate with exact interval and limit (Clopper and Pearson, Biometrika 26, 1934).

    Raises:
        StudyError: scipy is not installed.
    """
    beyond = 1 - CONFIDENCE

    def lower(probability: float) -> float:
        found = _scipy().beta.ppf(probability, count, runs - count + 1) if count else 0
        return round(float(found), DIGITS)

    def upper(probability: float) -> float:
        found = _scipy().beta.isf(probability, count + 1, runs - count) if count < runs else 1
        return round(float(found), DIGITS)

    return Rate(
        count=count,
        runs=runs,
        low=lower(beyond / 2),
        high=upper(beyond / 2),
        upper_limit=upper(beyond),
    )


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the p-value of the two-sample Kolmogorov-Smirnov test; small where they differ.

    Raises:
        StudyError: scipy is not installed.
    """
    return float(_scipy().ks_2samp(one, other).pvalue)


def _scipy() -> Any:
    try:
        from scipy import stats  # noqa: PLC0415  an extra, and slow to import
    except ImportError:
        raise StudyError(
            "Confidence intervals need scipy (extra `study`): pip install scipy."
        ) from None
    return stats
