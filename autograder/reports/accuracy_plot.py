"""Where a measured number stands: a small plot for notebooks and pages, and the same in words.

The plot consists of blocks with text and one edge each, placed by their width. Nothing else
survives where HTML is sanitized: JupyterLab removes SVG and positions from a notebook that is not
trusted. The words say everything that the colours show.
"""

from __future__ import annotations

import html

from autograder.core import printable
from autograder.core.report import Standing
from autograder.reports.numbers import number, percent

# The width of the plot, and of a band that is too narrow to be seen.
EM, MIN_EM = 20.0, 0.35
GAP_EM = 0.4
# The width of the longest label next to a mark.
LABEL_EM = 8.0
# Dark enough on white and light enough on black, and told apart without a sense of red and green.
BAND, MARK, GREY = "#2f81c7", "#b35900", "#8a8f98"
WHICH = "98 of 100 that do as the lesson says"


def sentences(standing: Standing) -> list[str]:
    """Return the content of the plot as a few sentences."""
    where = (
        f"Yours: {percent(standing.value)}. The bar: {number(standing.bar * 100)} %."
        f" Right solutions: {_between(standing)}, {WHICH}."
    )
    return [where, *([standing.note] if standing.note else [])]


def plot(standing: Standing) -> str:
    """Return the plot as HTML."""
    rows = (
        _band(standing),
        _line(standing, standing.bar, f"the bar: {number(standing.bar * 100)} %", f"dashed {GREY}"),
        _line(standing, standing.value, f"<strong>yours: {percent(standing.value)}</strong>"),
    )
    below = (f"Right solutions: {_between(standing)}, {WHICH}.", standing.note)
    lines = "".join(f"<div>{html.escape(printable.plain(one))}</div>" for one in below if one)
    return (
        '<div style="margin:6px 0 4px 0;font-size:90%;line-height:1.5;overflow-x:auto"'
        ' role="group" aria-label="Where you stand">'
        f'<div style="width:{EM:g}em;border-bottom:1px solid {GREY}">{"".join(rows)}</div>'
        f"{lines}</div>"
    )


def _between(standing: Standing) -> str:
    return f"{percent(standing.low)} to {percent(standing.high)}"


def _offset(standing: Standing, value: float) -> float:
    """Return the distance of an accuracy from the left edge, in em."""
    ends = (standing.value, standing.bar, standing.low, standing.high)
    margin = 0.06 * (max(ends) - min(ends)) or 0.01
    low, high = min(ends) - margin, max(ends) + margin
    return (value - low) / (high - low) * EM


def _line(standing: Standing, value: float, label: str, kind: str = f"solid {MARK}") -> str:
    """Draw a mark with its label."""
    return _labelled_edge(_offset(standing, value), f"3px {kind}", label)


def _band(standing: Standing) -> str:
    low, high = (_offset(standing, one) for one in (standing.low, standing.high))
    # In one line, even if it reaches beyond the plot: two would make the band twice as high.
    return _labelled_edge(
        low, f"{max(high - low, MIN_EM):.2f}em solid {BAND}", "right&nbsp;solutions"
    )


def _labelled_edge(at: float, edge: str, label: str) -> str:
    """Draw an edge ``at`` em from the left, with its label on the side that has space for it."""
    if at < LABEL_EM:
        style = f"margin:0 0 0 {at:.2f}em;border-left:{edge};padding:0 0 0 {GAP_EM}em"
    else:
        style = (
            f"width:{at - GAP_EM:.2f}em;border-right:{edge};padding:0 {GAP_EM}em 0 0;"
            "text-align:right"
        )
    return f'<div style="{style}">{label}</div>'
