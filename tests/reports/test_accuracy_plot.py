"""Where a student stands, drawn and in words."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from support.cases import of
from support.evidence_builder import Submission, arrays, fit, judged, trained

from autograder.core.lesson_registry import load_lesson
from autograder.core.report import CheckResult, Outcome, Standing
from autograder.reports import accuracy_plot, html, phrases, sanitize, templates

TRAIN = load_lesson("building-a-brain").question("train")
HERE = Standing(value=0.8312, threshold=0.80, low=0.8266, high=0.8381, note="Not the <log>.")
# JupyterLab lets these through in a notebook that is not trusted, and so does nbgrader's page.
PLAIN = {
    *("margin", "padding", "width", "font-size", "line-height", "text-align", "overflow-x"),
    *("border-left", "border-right", "border-bottom"),
}
WORDS = "98 of 100 right solutions reach 82.6 % to 83.8 %."


def plot(standing: Standing) -> str:
    """The plot as HTML."""
    return templates.card("plot", standing)


class Boxes(HTMLParser):
    """The style of each block with words of its own, by these words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.styles: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.open.append(dict(attrs).get("style", self.open[-1] if tag != "div" else ""))

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        self.styles[data] = self.open[-1]


def place(page: str, text: str) -> float:
    """How far from the left the mark with these words stands, in em."""
    style = next(style for phrases, style in Boxes(page).styles.items() if text in phrases)
    if found := re.search(r"margin:0 0 0 ([\d.]+)em", style):
        return float(found[1])
    return float(re.search(r"(?<!-)width:([\d.]+)em", style)[1]) + accuracy_plot.GAP_EM


def test_in_words():
    text = phrases.standing(HERE)
    assert text[0].startswith(WORDS)
    assert text[1] == "Not the <log>."


def test_without_a_note_there_is_one_line():
    assert len(phrases.standing(replace(HERE, note=""))) == 1


@pytest.mark.parametrize("value", [0.0, 0.412, 0.7999, 0.8, 0.8134, 0.8312, 0.95, 1.0])
def test_marks_stand_in_the_order_of_their_numbers(value):
    page = plot(replace(HERE, value=value))
    marks = {"yours": value, "threshold": HERE.threshold, "right\xa0solutions": HERE.low}
    places = {name: place(page, name) for name in marks}
    assert sorted(places, key=places.__getitem__) == sorted(marks, key=marks.__getitem__)
    assert all(0 <= one <= accuracy_plot.EM for one in places.values())


def test_a_band_is_seen_even_where_it_is_narrow():
    page = plot(replace(HERE, value=0.0, high=HERE.low))
    assert f"{accuracy_plot.MIN_EM}em solid {accuracy_plot.BAND}" in page


def test_words_beside_a_wide_band_stand_where_they_have_room():
    """The sample's band ends at the right edge: words behind it would leave a narrow screen."""
    page = plot(Standing(value=0.8118, threshold=0.73, low=0.776, high=0.83))
    assert "text-align:right" in Boxes(page).styles["right\xa0solutions"]


def test_all_numbers_alike_can_be_drawn():
    assert "yours: 80.0 %" in plot(Standing(value=0.8, threshold=0.8, low=0.8, high=0.8))


def test_the_plot_says_all_in_words_too():
    page = plot(HERE)
    for part in ("yours: 83.1 %", "threshold: 80 %", "82.6 % to 83.8 %", "Not the &lt;log&gt;."):
        assert part in page


def test_only_what_survives_the_cleaning_of_html_is_used():
    page = plot(HERE)
    used = {name for style in re.findall(r'style="([^"]*)"', page) for name in properties(style)}
    assert used <= PLAIN
    assert set(re.findall(r"<(\w+)", page)) <= {"div", "strong"}
    # Names of colours and variables do not survive.
    colours = re.findall(r"(?:solid|dashed) ([^;\"]+)", page)
    assert len(colours) == 4
    assert all(re.fullmatch("#[0-9a-f]{6}", one) for one in colours)


def properties(style: str) -> list[str]:
    return [part.partition(":")[0].strip() for part in style.split(";")]


def test_after_our_own_cleaning_the_words_are_whole():
    cleaned = sanitize.markup(plot(HERE))
    for part in ("yours: 83.1 %", "threshold: 80 %", "82.6 % to 83.8 %", "Not the &lt;log&gt;."):
        assert part in cleaned


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.FAILED])
def test_it_is_shown_with_the_check_whether_it_passed_or_not(outcome):
    result = CheckResult(
        id="train.accuracy",
        question="train",
        outcome=outcome,
        points=0,
        max_points=2,
        message="Said.",
        standing=HERE,
    )
    page, words = html.answer(TRAIN, [result]), phrases.answer(TRAIN, [result])
    assert "yours: 83.1 %" in page
    assert WORDS in page
    assert WORDS in words
    # How it was measured is explained where it fell short.
    for text in (page, words):
        assert ("Not the" in text) is (outcome is Outcome.FAILED)
    assert "yours" not in html.answer(TRAIN, [replace(result, standing=None)]).lower()


def test_the_judge_tells_where_the_accuracy_stands():
    lazy = arrays(trained(batch=1024, rate=0.0001))
    few = fit(batch_size=1024, steps=60, snapshots=(1,) * 5)
    verdicts = judged(
        {
            "right": Submission(),
            "lazy": Submission(fits=(few,), arrays=lambda: lazy),
            "one epoch": Submission(
                fits=(fit(epochs_done=1, steps=375, snapshots=(1,), means=()),),
                arrays=lambda: lazy,
            ),
        }
    )
    right, failed, skipped = (of(one, "train.accuracy") for one in verdicts.values())
    assert right.outcome == "passed"
    assert right.standing.value >= right.standing.threshold
    assert right.standing.value == verdicts["right"].measures["accuracy"]
    assert failed.outcome == "failed"
    assert failed.standing.value < failed.standing.threshold
    assert "training log" in failed.standing.note
    assert skipped.outcome == "skipped"
    assert skipped.standing is None
