"""The digest of a figure: the same where the same is drawn, another where anything differs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from autograder.kernel.figure_digest import digest

mpl.use("agg")
import matplotlib.pyplot as plt

# In a process of its own, after other figures.
ELSEWHERE = """
import matplotlib
matplotlib.use("agg")
from matplotlib.figure import Figure
Figure().subplots(2, 2)
from test_figure_digest import card
from autograder.kernel.figure_digest import digest
print(digest(card()))
"""


def card() -> Figure:
    """A figure with what the lessons' figures have: images, lines, bars, texts, a colour bar."""
    figure, (left, right) = plt.subplots(1, 2, layout="constrained")
    shown = left.imshow(np.arange(12.0).reshape(3, 4), cmap="gray")
    left.set(title="A card", xlabel="column")
    figure.colorbar(shown, label="brightness")
    right.plot([1, 2, 3], "o-", label="a curve")
    right.barh(["a", "b"], [1, 2])
    right.annotate("here", (1, 1), (2, 2), arrowprops={"arrowstyle": "->"})
    right.legend()
    return figure


def fresh() -> str:
    """The digest of a new one; none is left open, as in a notebook."""
    found = digest(card())
    plt.close("all")
    return found


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_the_same_figure_has_the_same_digest_in_every_process() -> None:
    """Whatever was drawn before, and wherever its parts lie in memory."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
    environment["PYTHONPATH"] = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for code in (ELSEWHERE, ELSEWHERE.replace("Figure().subplots(2, 2)", "junk = [[]] * 999"))
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64
    assert fresh() == fresh()


@pytest.mark.parametrize(
    "change",
    [
        lambda figure: figure.axes[0].set_title("A card "),
        lambda figure: figure.axes[0].images[0].get_array().__setitem__((2, 3), 10.5),
        lambda figure: figure.axes[0].images[0].set_cmap("gray_r"),
        lambda figure: figure.axes[1].lines[0].set_data([0, 1, 2], [1, 2, 3.001]),
        lambda figure: figure.axes[1].lines[0].set_color("tab:red"),
        lambda figure: figure.axes[1].patches[0].set_width(1.01),
        lambda figure: figure.axes[1].invert_yaxis(),
        lambda figure: figure.axes[1].set_xlim(0, 4),
        lambda figure: figure.axes[1].texts[0].set_rotation(3),
        lambda figure: figure.axes[1].set_xticks([1, 2]),
        lambda figure: figure.set_size_inches(6, 4),
        lambda figure: figure.patch.set_alpha(0.5),
        lambda figure: figure.text(0, 0, "."),
        lambda figure: figure.set_layout_engine("none"),
    ],
)
def test_what_changes_the_picture_changes_the_digest(change: Callable[[Figure], object]) -> None:
    """Content, colour, place and size."""
    before = fresh()
    figure = card()
    assert digest(figure) == before
    change(figure)
    assert digest(figure) != before


def test_a_setting_for_drawing_changes_it() -> None:
    """It may be read only while the figure is drawn."""
    before = fresh()
    with mpl.rc_context({"path.simplify_threshold": 0.5}):
        assert fresh() != before


def test_what_cannot_be_written_has_none() -> None:
    """Such as a function of the student's."""
    figure = card()
    figure.axes[0].xaxis.set_major_formatter(lambda value, _: f"{value}!")
    with pytest.raises(Exception, match=r"pickle|local"):
        digest(figure)


def one_way(value: float, _: object) -> str:
    """Write a number."""
    return f"{value}!"


def test_what_the_notebook_itself_defines_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two students may give the same name to what draws something else."""
    figure = card()
    figure.axes[0].xaxis.set_major_formatter(one_way)
    assert digest(figure)
    monkeypatch.setattr(sys.modules["__main__"], "one_way", one_way, raising=False)
    monkeypatch.setattr(one_way, "__module__", "__main__")
    with pytest.raises(pickle.PicklingError, match="notebook's own"):
        digest(figure)
