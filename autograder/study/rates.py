"""Error rates with exact confidence intervals. The only room that needs scipy (extra `study`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder import DISTRIBUTION
from autograder.errors import StudyError

CONFIDENCE = 0.95
# So that another release of scipy gives the same digits.
DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class Rate:
    """``count`` of ``runs``, and the interval that holds the true rate with 95 % confidence."""

    count: int
    runs: int
    low: float
    high: float


def rate(count: int, runs: int) -> Rate:
    """A rate with its exact two-sided interval (Clopper and Pearson, Biometrika 26, 1934).

    Raises:
        StudyError: scipy is not installed.
    """
    tail = (1 - CONFIDENCE) / 2
    beta = _scipy().beta
    low = float(beta.ppf(tail, count, runs - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, runs - count)) if count < runs else 1.0
    return Rate(count=count, runs=runs, low=round(low, DIGITS), high=round(high, DIGITS))


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """The p-value of the two-sample test of Kolmogorov and Smirnov; small where they differ.

    Raises:
        StudyError: scipy is not installed.
    """
    return float(_scipy().ks_2samp(one, other).pvalue)


def _scipy() -> Any:
    try:
        from scipy import stats  # noqa: PLC0415  an extra, and slow to import
    except ImportError:
        raise StudyError(
            f"Confidence intervals need scipy: pip install '{DISTRIBUTION}[study]'."
        ) from None
    return stats
