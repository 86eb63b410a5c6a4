"""The figure of a study: how each recipe's accuracy is spread, and where the threshold lies.

The two colours are of Okabe and Ito (2008), told apart by people who see fewer of them; right and
wrong differ in shape and in words too.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from autograder.authoring.calibration.tables import NAMES, interval
from autograder.authoring.spec.recipe import Recipe
from autograder.authoring.spec.study import MARKED, Study
from autograder.core.distribution import Distribution
from autograder.core.reference import DatasetReference, Reference, document

RIGHT, WRONG = "#0072B2", "#D55E00"
# Lower than this an accuracy is written as a number.
LEFT = 0.66
BINS, HEIGHT = 120, 0.8
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
Groups = Mapping[str, Sequence[Recipe]]


def stamp(reference: Reference) -> str:
    """Return the digest of a reference that its figure carries in its file."""
    return hashlib.sha256(document(reference).encode()).hexdigest()[:16]


def drawn(study: Study, reference: Reference) -> bytes:
    """Draw the figure as PNG, with a panel for each dataset."""
    groups = _groups(study)
    rows = sum(len(one) + 1 for one in groups.values())
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(14.5, 0.34 * rows + 1.4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(reference.data), sharey=True, squeeze=False)[0]
        for axis, (name, on) in zip(axes, reference.data.items(), strict=True):
            _panel(axis, groups, on, study.check)
            axis.set_title(_title(name, on), loc="left", pad=24, fontsize=11)
        _names(axes[0], groups)
        written = io.BytesIO()
        about = {"Software": None, "Description": stamp(reference)}
        figure.savefig(written, format="png", dpi=100, metadata=about)
    return written.getvalue()


def _groups(study: Study) -> Groups:
    wrong = [one for one in study.recipes if not one.right]
    return {
        "right": [one for one in study.recipes if one.right],
        "wrong, and only the accuracy tells": [
            one for one in wrong if one.detected_by == study.check
        ],
        "wrong, and another check tells": [one for one in wrong if one.detected_by != study.check],
    }


def _rows(groups: Groups) -> dict[str, int]:
    """Return the row of each heading and of each recipe, counted from the top."""
    names = [name for group, held in groups.items() for name in (group, *(o.name for o in held))]
    return {name: at for at, name in enumerate(names)}


def _names(axis: Axes, groups: Groups) -> None:
    rows = _rows(groups)
    titles = {one.name: one.title for held in groups.values() for one in held}
    axis.set_yticks(list(rows.values()), [titles.get(name, name) for name in rows])
    for tick, name in zip(axis.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("bold" if name in groups else "normal")


def _title(name: str, on: DatasetReference) -> str:
    return f"{NAMES.get(name, name)}: {on.images:,} validation images"


def _panel(axis: Axes, groups: Groups, on: DatasetReference, check: str) -> None:
    rows = _rows(groups)
    recipes = [one for held in groups.values() for one in held]
    end = max(on.spread(one.name, MARKED).values[-1] for one in recipes) + 0.004
    edges = np.linspace(LEFT, end, BINS)
    for recipe in recipes:
        at = rows[recipe.name]
        _row(axis, at, recipe, on.spread(recipe.name, MARKED), edges)
        label = _label(recipe, on, alone=recipe.detected_by == check)
        axis.text(end + 0.003, at, label, va="center", fontsize=8.5)
    axis.axvline(on.threshold, color="black", linewidth=1.4)
    axis.text(on.threshold, -1, f"threshold: {on.threshold * 100:.0f} %", ha="center")
    axis.set_xlim(LEFT - 0.02, end)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.xaxis.set_major_locator(MultipleLocator(0.05))
    axis.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
    axis.set_xlabel("the accuracy that is marked")
    axis.tick_params(left=False)


def _row(
    axis: Axes, at: int, recipe: Recipe, spread: Distribution, edges: NDArray[np.float64]
) -> None:
    colour = RIGHT if recipe.right else WRONG
    axis.axhline(at + HEIGHT / 2, color="grey", linewidth=0.3, zorder=0)
    if spread.mean < LEFT:
        axis.plot(LEFT - 0.013, at, marker="<", color=colour, markersize=6)
        axis.text(LEFT - 0.006, at, f"{spread.mean * 100:.0f} %", va="center", fontsize=8.5)
        return
    heights, _ = np.histogram(spread.values, edges)
    tops = at + HEIGHT / 2 - HEIGHT * heights / heights.max()
    axis.stairs(tops, edges, baseline=at + HEIGHT / 2, fill=True, color=colour, alpha=0.75)
    axis.plot(
        spread.mean,
        at,
        marker="o" if recipe.right else "X",
        color="white",
        markeredgecolor=colour,
        markersize=6.5,
    )


def _label(recipe: Recipe, on: DatasetReference, *, alone: bool) -> str:
    one = on.recipes[recipe.name]
    if recipe.right:
        return f"{one.below} of {one.runs:,} fail ({interval(one.low, one.high)})"
    if not alone:
        return f"told by {recipe.detected_by}"
    passed = one.runs - one.below
    return f"{passed} of {one.runs:,} pass ({interval(1 - one.high, 1 - one.low)})"
