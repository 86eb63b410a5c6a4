"""Bar charts as SVG, with the same content as text; colours come from the page's style sheet."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.reports.class_report.aggregates import Histogram

# Of the drawing, in its own units; a browser scales it.
WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 26, 40


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The scale below a histogram: ``ticks`` are values and their labels; ``unit`` names the unit.

    ``centred`` bars stand for one value each, others for a range. ``ends`` are labels for the first
    and the last bar, where they also count the values outside.
    """

    ticks: Sequence[tuple[float, str]]
    unit: str
    centred: bool = False
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class ReferenceLine:
    """What values are compared with: a threshold, and ``low`` to ``high`` of right solutions."""

    threshold: float
    low: float
    high: float
    label: str


def histogram(
    bars: Histogram, axis: Axis, *, title: str, reference: ReferenceLine | None = None
) -> str:
    """Draw a histogram; ``title`` says in words what it shows."""
    plot_width = WIDTH - LEFT - RIGHT
    step = plot_width / len(bars.counts)
    top = max(*bars.counts, 1)
    shift = 0.5 if axis.centred else 0.0

    def across(value: float) -> float:
        return LEFT + ((value - bars.start) / bars.width + shift) * step

    parts = [_grid(top), *_bars(bars.counts, step, top), *_ends(axis)]
    parts += [
        f'<text class="tick" x="{across(value):.1f}" y="{HEIGHT - BOTTOM + 16}">{label}</text>'
        for value, label in axis.ticks
    ]
    parts.append(
        f'<text class="unit" x="{LEFT + plot_width / 2:.0f}" y="{HEIGHT - 4}">'
        f"{html.escape(axis.unit)}</text>"
    )
    if reference:
        # In front: the bars of many submissions would hide the range of right solutions.
        parts += [_band(reference, across), _line(reference, across(reference.threshold))]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{html.escape(title)}">{"".join(parts)}</svg>'
    )


def stack(parts: Sequence[tuple[str, int]], title: str) -> str:
    """Draw a bar divided in the given proportions; each part names its CSS class."""
    total = sum(count for _, count in parts) or 1
    drawn, start = [], 0.0
    for name, count in parts:
        length = 100 * count / total
        if count:
            drawn.append(f'<rect class="{name}" x="{start:.2f}" width="{length:.2f}" height="10"/>')
        start += length
    return (
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" role="img"'
        f' aria-label="{html.escape(title)}">{"".join(drawn)}</svg>'
    )


def _height(count: int, top: int) -> float:
    return count / top * (HEIGHT - TOP - BOTTOM)


def _grid(top: int) -> str:
    floor = HEIGHT - BOTTOM
    return (
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>'
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{TOP}" y2="{TOP}"/>'
        f'<text class="count" x="{LEFT - 6}" y="{TOP + 4}">{top}</text>'
        f'<text class="count" x="{LEFT - 6}" y="{floor + 4}">0</text>'
    )


def _bars(counts: Sequence[int], step: float, top: int) -> list[str]:
    drawn = []
    for number, count in enumerate(counts):
        if count:
            # One submission of a thousand must be visible too.
            height = max(_height(count, top), 2.0)
            drawn.append(
                f'<rect class="bar" x="{LEFT + number * step + step * 0.08:.1f}"'
                f' y="{HEIGHT - BOTTOM - height:.1f}" width="{step * 0.84:.1f}"'
                f' height="{height:.1f}"/>'
            )
    return drawn


def _band(reference: ReferenceLine, across: Callable[[float], float]) -> str:
    low, high = across(reference.low), across(reference.high)
    if high <= low:
        return ""
    return (
        f'<rect class="band" x="{low:.1f}" y="{TOP}" width="{high - low:.1f}"'
        f' height="{HEIGHT - TOP - BOTTOM + 4}"/>'
    )


def _ends(axis: Axis) -> list[str]:
    """Draw the labels above the first and the last bar."""
    corners = (("first", LEFT), ("last", WIDTH - RIGHT))
    return [
        f'<text class="{name}" x="{x}" y="{TOP - 10}">{html.escape(label)}</text>'
        for (name, x), label in zip(corners, axis.ends, strict=True)
        if label
    ]


def _line(reference: ReferenceLine, x: float) -> str:
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}"'
        f' y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="marked" x="{x - 5:.1f}" y="{TOP - 10}">'
        f"{html.escape(reference.label)}</text>"
    )
