"""A figure that is also told in words."""

from __future__ import annotations

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from support.pages import Page

from autograder.core.evidence import EVIDENCE_VARIABLE
from autograder.core.pictures import PICTURES_VARIABLE
from autograder.kernel import accessible_figure
from autograder.notebook import show
from autograder.reports import html, sanitize

mpl.use("agg")
import matplotlib.pyplot as plt


def picture(page: str) -> dict[str, str | None]:
    """The attributes of the one picture in a page."""
    ((tag, attributes),) = Page(page).tags
    assert tag == "img"
    return attributes


@pytest.fixture
def shown(monkeypatch) -> list[tuple[str, str]]:
    """What is shown: the page, and its twin in words."""
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(
        accessible_figure.ipython, "show", lambda page, text: shown.append((page, text))
    )
    return shown


def test_a_figure_has_words_for_those_who_do_not_see_it(shown) -> None:
    """Those that are given, and those that are written in it."""
    figure, (left, right) = plt.subplots(1, 2)
    figure.suptitle("Two\nhalves")
    left.plot([1, 2], label="a curve")
    left.set(title="Left & <right>", xlabel="epoch", ylabel="accuracy")
    left.legend()
    right.axis("off")
    show("Going up.")
    ((page, text),) = shown
    assert text == (
        "Going up. In the picture is written: Two halves; Left & <right>, epoch, accuracy, a curve."
    )
    attributes = picture(page)
    assert attributes["alt"] == text
    kind, _, data = str(attributes["src"]).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data).startswith(b"\x89PNG")


def test_a_figure_fits_a_dark_page_and_a_light_one(shown) -> None:
    """The page shows through around the axes; what is drawn on their white paper may be black."""
    figure, axes = plt.subplots()
    axes.set(title="A title", xlabel="epoch")
    axes.plot([1, 2], color="black")
    written = axes.text(0, 1, "in the middle")
    show("A line.")
    assert figure.get_facecolor()[3] == 0
    assert axes.get_facecolor() == (1, 1, 1, 1)
    for one in (axes.title, axes.xaxis.label, axes.get_xticklabels()[0]):
        assert one.get_color() == accessible_figure.INK
    assert written.get_color() == "black"


def test_a_figure_without_writing(shown) -> None:
    plt.figure()
    show("Nothing yet.")
    ((page, text),) = shown
    assert text == "Nothing yet."
    assert (drawn(str(picture(page)["src"])) == 1).all()


def test_a_figure_is_shown_once(shown) -> None:
    """The next one is a new one, and none is left open."""
    plt.figure()
    show("One.")
    assert plt.get_fignums() == []


def test_in_grading_the_picture_is_the_same_but_for_its_margins(shown, monkeypatch) -> None:
    """It is not cropped there, for which it would have to be drawn twice."""
    pages = []
    for variables in ({}, {EVIDENCE_VARIABLE: "somewhere"}):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            plt.figure(figsize=(4, 3), layout="constrained")
            plt.plot([1, 2], [3, 4])
            plt.title("A line")
            show("A line that rises.")
            pages.append(drawn(str(picture(shown[-1][0])["src"])))
    cropped, whole = pages
    assert np.allclose(cropped.shape, whole.shape, atol=3)
    assert abs(cropped.mean() - whole.mean()) < 0.01


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """A notebook that is graded; the folder of the pictures that need not be drawn."""
    monkeypatch.setenv(EVIDENCE_VARIABLE, "somewhere")
    monkeypatch.setenv(PICTURES_VARIABLE, str(tmp_path))
    return tmp_path


def test_a_picture_that_the_grader_has_drawn_is_not_drawn_again(shown, graded) -> None:
    """Only that of the very same figure."""
    for title in ("A line", "A line", "Another"):
        plt.figure(figsize=(2, 2))
        plt.plot([1, 2])
        plt.title(title)
        show("A line that rises.")
        ((digest, picture),) = html.pictures(shown[-1][0])
        if not list(graded.iterdir()):
            real = picture
            (graded / digest).write_text("cGljdHVyZQ==")
    pictures = [found for page, _ in shown for _, found in html.pictures(page)]
    assert pictures[:2] == [real, "cGljdHVyZQ=="]
    assert pictures[2] not in pictures[:2]


def test_a_figure_that_has_no_digest_is_drawn(shown, graded) -> None:
    """A student's figure may hold anything."""
    plt.figure(figsize=(2, 2))
    plt.gca().xaxis.set_major_formatter(lambda value, _: f"{value}!")
    show("An axis.")
    ((page, _),) = shown
    assert "data-figure" not in page
    assert (drawn(str(picture(page)["src"])) < 1).any()


def drawn(source: str) -> np.ndarray:
    """The pixels of a picture, from where it is inked to where it ends."""
    picture = plt.imread(io.BytesIO(base64.b64decode(source.partition(",")[2])))[..., :3]
    rows, columns = np.nonzero((picture < 1).any(axis=2))
    if not rows.size:
        return picture
    return picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_a_figure_survives_the_cleaning(shown) -> None:
    """In what is handed back to a student, and in what is published."""
    plt.plot([1])
    show('It\'s "safe".')
    ((page, text),) = shown
    before, after = picture(page), picture(sanitize.markup(page))
    assert after["alt"] == text
    assert after["src"] == before["src"]
