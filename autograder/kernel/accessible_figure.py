"""A figure that is also described in words, for those who cannot see it."""

from __future__ import annotations

import base64
import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.core.evidence import EVIDENCE_VARIABLE
from autograder.core.pictures import PICTURES_VARIABLE
from autograder.kernel import ipython
from autograder.reports import html

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Matplotlib's own colour of words, and a grey with enough contrast on white and on black.
BLACK, INK = "black", "#767676"
# Of 9: a tenth more bytes, in three quarters of the time.
PNG_LEVEL = 1


def show(words: str) -> None:
    """Show the figure that is being drawn, as ``plt.show()`` does, and describe it in words.

    The text is ``words`` and what is written in the figure: its titles, axes and legends. The
    picture is shown as HTML: of all the forms that a notebook knows, it is the only one in which a
    picture has a text for screen readers wherever it is opened.
    """
    # Only here: a check does not need it.
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure = plt.gcf()
    _fit_any_theme(figure)
    written = "; ".join(_written(figure))
    description = f"{words} In the picture is written: {written}." if written else words
    is_graded = EVIDENCE_VARIABLE in os.environ
    name = _name(figure) if is_graded else ""
    picture = _drawn_before(name) or (_packed(figure) if is_graded else _cropped(figure))
    plt.close(figure)
    ipython.show(html.picture(description, picture, name), description)


def _name(figure: Figure) -> str:
    """Return the digest of a figure, nothing where it has none."""
    from autograder.kernel import figure_digest  # noqa: PLC0415  it loads matplotlib

    # Anything may be part of a student's figure; without a digest it is drawn.
    with contextlib.suppress(Exception):
        return figure_digest.digest(figure)
    return ""


def _drawn_before(name: str) -> str:
    """Return the picture of a figure that the grader has drawn already, in base64, or nothing."""
    with contextlib.suppress(OSError, KeyError):
        return (Path(os.environ[PICTURES_VARIABLE]) / name).read_text() if name else ""
    return ""


def _cropped(figure: Figure) -> str:
    """Return a figure as a PNG in base64, without empty margins."""
    from IPython.core.pylabtools import print_figure  # noqa: PLC0415

    # Of a figure without any axes it makes none.
    return print_figure(figure, base64=True, bbox_inches="tight") or _packed(figure)


def _packed(figure: Figure) -> str:
    """Return a figure as a PNG in base64 at once, in grading: drawn once instead of three times.

    Only the margins differ: to crop a picture, matplotlib draws it twice more.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415

    page = io.BytesIO()
    canvas = FigureCanvasAgg(figure)
    canvas.print_png(page, pil_kwargs={"compress_level": PNG_LEVEL})  # type: ignore[no-untyped-call]
    return base64.b64encode(page.getvalue()).decode()


def _fit_any_theme(figure: Figure) -> None:
    """Let the page show through around the axes, with words that light and dark pages allow.

    The axes keep their white paper: what is drawn on it may be black.
    """
    figure.patch.set_alpha(0)
    words = list(figure.texts)
    for axes in figure.axes:
        words += [axes.title, axes.xaxis.label, axes.yaxis.label]
        axes.tick_params(which="both", colors=INK)
        for spine in axes.spines.values():
            spine.set_edgecolor(INK)
    for one in words:
        if one.get_color() == BLACK:
            one.set_color(INK)


def _written(figure: Figure) -> Iterator[str]:
    """Yield the text that is written in each part of a figure."""
    texts = [[figure.get_suptitle()]]
    for axes in figure.axes:
        legend = axes.get_legend()
        keys = [one.get_text() for one in legend.get_texts()] if legend else []
        texts.append([axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), *keys])
    for parts in texts:
        if description := ", ".join(" ".join(part.split()) for part in parts if part):
            yield description
