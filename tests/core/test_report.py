"""A report, and its renderings: words, HTML and JSON."""

import json
from dataclasses import replace

import pytest
from support.evidence_builder import LESSON, Submission, judged, untouched
from support.pages import Page, result

from autograder.core.report import Outcome, Report
from autograder.reports import feedback, html, json_report, phrases

BUILD = LESSON.question("build")


INPUT = result(id="build.input", points=1.0, max_points=1.0, message="All pixels.")
FAILED = result(Outcome.FAILED, misconception="no-bias", message="No bias; see `Dense`.")
REPORT = Report(
    name="alice",
    notebook="building-a-brain.ipynb",
    isolation="full",
    seconds=12.3456,
    checks=(INPUT, FAILED),
    notes=("A cell was put back.",),
    measures={"accuracy": 0.8312},
    results_folder="alice",
)
UNREADABLE = Report(
    name="bob", notebook="b.ipynb", status="failed", reason="This is not a notebook."
)


# ---- the report itself


def test_sums():
    assert (REPORT.score, REPORT.max_score) == (1.0, 3.0)
    assert (UNREADABLE.score, UNREADABLE.max_score) == (0, 0)
    thirds = Report(name="", notebook="", checks=(result(points=1 / 3, max_points=2 / 3),) * 3)
    assert (thirds.score, thirds.max_score) == (1.0, 2.0)


def test_the_results_of_one_question():
    assert REPORT.of("build") == (INPUT, FAILED)
    assert REPORT.of("train") == ()


def test_the_first_message():
    assert REPORT.first_message == FAILED.message
    assert UNREADABLE.first_message == "This is not a notebook."
    assert Report(name="", notebook="", checks=(INPUT,)).first_message == "Everything is right."


# ---- JSON, in the fixed form


def test_json_has_the_fixed_form():
    document = json.loads(json_report.document([REPORT, UNREADABLE]))
    assert document == {
        "schema": 1,
        "submissions": [
            {
                "name": "alice",
                "notebook": "building-a-brain.ipynb",
                "status": "graded",
                "reason": None,
                "isolation": "full",
                "score": 1.0,
                "max_score": 3.0,
                "seconds": 12.346,
                "training": "own",
                "checks": [
                    {
                        "id": "build.input",
                        "question": "build",
                        "outcome": "passed",
                        "points": 1.0,
                        "max_points": 1.0,
                        "message": "All pixels.",
                        "help": "What to do.",
                        "misconception": None,
                    },
                    {
                        "id": "build.layers",
                        "question": "build",
                        "outcome": "failed",
                        "points": 0.0,
                        "max_points": 2.0,
                        "message": "No bias; see `Dense`.",
                        "help": "What to do.",
                        "misconception": "no-bias",
                    },
                ],
            },
            {
                "name": "bob",
                "notebook": "b.ipynb",
                "status": "failed",
                "reason": "This is not a notebook.",
                "isolation": "none",
                "score": 0,
                "max_score": 0,
                "seconds": 0.0,
                "training": "own",
                "checks": [],
            },
        ],
    }


def test_json_keeps_letters_of_every_language():
    report = Report(name="Zoë 李", notebook="x.ipynb")
    assert "Zoë 李" in json_report.document([report])


@pytest.mark.parametrize("outcome", Outcome)
def test_json_names_every_outcome_as_the_design_does(outcome):
    checks = json_report.submission(Report(name="", notebook="", checks=(result(outcome),)))[
        "checks"
    ]
    assert json.loads(json.dumps(checks))[0]["outcome"] == outcome.value


# ---- words


def test_words_say_what_was_found_and_what_to_do_next():
    assert phrases.answer(BUILD, [INPUT, FAILED]) == (
        "Build the neurons: 1 of 3 points\n"
        "  right: All pixels.\n"
        "  not yet right: No bias; see `Dense`.\n"
        "    Next: What to do."
    )


LEVELS = result(Outcome.FAILED, message="No bias.", why="It lifts.", how="Leave it on.")


def test_the_upper_levels_are_told_on_request_only():
    assert "It lifts." not in phrases.answer(BUILD, [LEVELS])
    assert phrases.answer(BUILD, [LEVELS], more=True).splitlines()[-3:] == [
        "    Next: What to do.",
        "    Why: It lifts.",
        "    How: Leave it on.",
    ]


def test_a_check_that_passed_tells_one_thing_more():
    passed = result(why="A bias lifts the line.", how="")
    for page in (phrases.answer(BUILD, [passed]), Page(html.answer(BUILD, [passed])).text):
        assert "Good to know: A bias lifts the line." in page
        assert "What to do." not in page
    assert "Good to know" not in phrases.answer(BUILD, [result()])


def test_one_fact_a_question_and_all_of_them_on_request():
    """In the terminal none without a request; none beside a mistake."""
    facts = [result(why="One."), result(id="build.bias", message="Another.", why="Two.")]
    assert phrases.answer(BUILD, facts).count("Good to know") == 1
    assert Page(html.answer(BUILD, facts)).text.count("Good to know") == 1
    assert "Good to know" not in phrases.answer(BUILD, facts, fact=False)
    assert phrases.answer(BUILD, facts, fact=False, more=True).count("Good to know") == 2
    assert "Good to know" not in phrases.answer(BUILD, [*facts, FAILED])


def test_what_stands_around_an_answer():
    around = {"so_far": "8 of 20 points so far", "footer": ["More: `check.build.hint()`."]}
    assert phrases.answer(BUILD, [LEVELS], **around).splitlines()[0] == (
        "Build the neurons: 0 of 2 points (8 of 20 points so far)"
    )
    assert phrases.answer(BUILD, [LEVELS], **around).splitlines()[-1].endswith(".hint()`.")
    page = Page(html.answer(BUILD, [LEVELS], **around))
    assert "0 of 2 points · 8 of 20 points so far" in page.text
    assert "More: check.build.hint()." in page.text


@pytest.mark.parametrize(("part", "shown"), [(5 / 12, "41.7 %"), (0, "0.0 %"), (1, "100.0 %")])
def test_a_share_is_rounded(part, shown):
    assert phrases.share(part) == shown


def test_one_point_is_a_point():
    assert phrases.points([replace(INPUT, points=0.0, max_points=1.0)]) == "0 of 1 point"


def test_full_marks_are_not_told_of_what_was_not_marked_here():
    """Such as a GPU that the machine does not have."""
    left_out = result(Outcome.NOT_APPLICABLE, message="There was no GPU.")
    assert replace(REPORT, reason=None, checks=(INPUT, left_out)).first_message == (
        "Everything is right."
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_word(outcome):
    assert phrases.LABELS[outcome] in phrases.answer(BUILD, [result(outcome)])


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2"), (2.5, "2.5"), (0, "0"), (10.0, "10"), (1 / 3, "0.33")]
)
def test_numbers_have_no_more_digits_than_needed(value, shown):
    assert phrases.number(value) == shown


@pytest.mark.parametrize(
    ("part", "shown"), [(0.79999, "79.9 %"), (0.8, "80.0 %"), (0.8135, "81.3 %"), (1, "100.0 %")]
)
def test_what_is_below_a_threshold_never_looks_as_if_it_were_on_it(part, shown):
    assert phrases.percent(part) == shown


def test_the_same_thing_is_said_once():
    verdicts = judged({"": untouched()})[""]
    build = [one for one in verdicts.checks if one.question == "build"]
    assert len(build) == 3
    assert phrases.answer(BUILD, build).count("still blank") == 1
    assert phrases.answer(BUILD, build).startswith("Build the neurons: 0 of 4 points")
    assert phrases.distinct_results([INPUT, FAILED, FAILED]) == [INPUT, FAILED]


# ---- HTML


def test_html_of_an_answer():
    page = Page(html.answer(BUILD, [INPUT, FAILED]))
    assert "1 of 3 points" in page.text
    assert "not yet right: No bias; see Dense." in page.text
    assert "Next: What to do." in page.text
    assert "code" in dict(page.tags)
    assert page.text.count("Next:") == 1


@pytest.mark.parametrize(("outcome", "symbol"), list(zip(Outcome, "✓✗○––?", strict=True)))
def test_html_of_every_outcome_is_understood_without_its_colour(outcome, symbol):
    page = Page(html.answer(BUILD, [result(outcome)]))
    assert phrases.LABELS[outcome] in page.text
    assert symbol in page.text


def test_a_page_of_ones_own():
    page = Page(feedback.page(REPORT, LESSON, None))
    for part in ("Building a Brain: alice", "1 of 3 points", "12 s", "A cell was put back."):
        assert part in page.text
    assert "No bias" in page.text
    assert "Train" not in page.text


def test_the_page_of_a_whole_report():
    verdicts = judged({"": Submission()})[""]
    report = Report(name="a", notebook="b", checks=verdicts.checks)
    page = Page(feedback.page(report, LESSON, None))
    assert "20 of 20 points" in page.text
    assert all(question.title in page.text for question in LESSON.questions)
    assert "Next:" not in page.text


def test_a_page_of_what_could_not_be_read():
    assert "This is not a notebook." in Page(feedback.page(UNREADABLE, LESSON, None)).text
