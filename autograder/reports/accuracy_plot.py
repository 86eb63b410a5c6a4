"""Where a measured number stands: the edges of a small plot, which ``cards.html`` draws."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.core.report import Standing
from autograder.reports.phrases import number, percent

# The width of the plot, and of a band that is too narrow to be seen.
EM, MIN_EM = 20, 0.35
GAP_EM = 0.4
# The width of the longest label next to a mark.
LABEL_EM = 8.0
# Dark enough on white and light enough on black, and told apart without a sense of red and green.
BAND, MARK, GREY = "#2f81c7", "#b35900", "#8a8f98"


def edges(standing: Standing) -> Iterator[tuple[str, str]]:
    """Yield style and label of each part of the plot; the student's own number is the last."""
    low, high = (_offset(standing, one) for one in (standing.low, standing.high))
    # In one line, even if it reaches beyond the plot: two would make the band twice as high.
    yield (
        _edge(low, f"{max(high - low, MIN_EM):.2f}em solid {BAND}"),
        "right\N{NO-BREAK SPACE}solutions",
    )
    for value, line, label in (
        (standing.threshold, f"dashed {GREY}", f"threshold: {number(standing.threshold * 100)} %"),
        (standing.value, f"solid {MARK}", f"yours: {percent(standing.value)}"),
    ):
        yield _edge(_offset(standing, value), f"3px {line}"), label


def _offset(standing: Standing, value: float) -> float:
    """Return the distance of an accuracy from the left edge, in em."""
    ends = (standing.value, standing.threshold, standing.low, standing.high)
    margin = 0.06 * (max(ends) - min(ends)) or 0.01
    low, high = min(ends) - margin, max(ends) + margin
    return (value - low) / (high - low) * EM


def _edge(at: float, line: str) -> str:
    """Return the style of an edge ``at`` em from the left; its label stands where it has space."""
    if at < LABEL_EM:
        return f"margin:0 0 0 {at:.2f}em;border-left:{line};padding:0 0 0 {GAP_EM}em"
    right = f"border-right:{line};padding:0 {GAP_EM}em 0 0;text-align:right"
    return f"width:{at - GAP_EM:.2f}em;{right}"
