"""The page of a class: what it counts, whom it names, and that nothing in it is run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support import class_of_reports
from support.class_of_reports import (
    LESSON,
    blank,
    many,
    odd_ones,
    report,
    stands,
    with_check,
)
from support.pages import Page

from autograder.cli import main
from autograder.core.report import Outcome
from autograder.reports import class_report
from autograder.reports.class_report import aggregates, triage

# ---- what is counted


def test_each_score_has_its_bar_and_full_marks_one_of_their_own() -> None:
    bars = aggregates.scores(
        [report("a"), report("b", "train"), report("c", "train"), blank("d")], LESSON
    )
    assert bars.width == 1
    assert len(bars.counts) == 21
    assert {number: count for number, count in enumerate(bars.counts) if count} == {
        20: 1,
        14: 2,
        0: 1,
    }


def test_a_score_that_is_no_whole_number_lies_in_the_range_below() -> None:
    assert aggregates.histogram([13.9999, 0.3, 25], width=1, maximum=20).counts[13] == 1
    assert aggregates.histogram([25.0], width=1, maximum=20).counts[20] == 1
    assert aggregates.histogram([0.83, 0.8399, 0.84, 1.0], width=0.01, maximum=1).counts[83:85] == (
        2,
        1,
    )


def test_near_the_threshold_ranges_are_narrow_and_others_are_counted_at_the_ends() -> None:
    values = [0.1, 0.7499, 0.75, 0.7999, 0.8, 0.8024, 0.8025, 0.8579, 0.858, 0.9]
    found = aggregates.near(values, 0.8, 0.838)
    # From 75 % to 86 % in quarters of a point: the first end at 85.8 % or above.
    assert len(found.counts) == 20 + 24 + 2
    assert found.start == pytest.approx(0.7475)
    counted = {number: count for number, count in enumerate(found.counts) if count}
    assert counted == {0: 2, 1: 1, 20: 1, 21: 2, 22: 1, 44: 2, 45: 1}


@pytest.mark.parametrize(("threshold", "high"), [(0.02, 0.03), (0.97, 0.99)])
def test_near_the_threshold_is_never_outside_of_what_can_be(threshold: float, high: float) -> None:
    found = aggregates.near([0.0, 0.5, 1.0], threshold, high)
    assert found.start >= -found.width - 1e-9
    assert found.start + found.width * (len(found.counts) - 1) <= 1 + 1e-9
    assert found.total == 3


def test_the_band_of_right_solutions_stands_in_front_and_the_ends_are_labelled() -> None:
    reports = [stands(report(f"s{value}"), value) for value in (0.1, 0.2, 0.83, 0.831, 0.95)]
    made = class_report.page(reports, LESSON)
    charts = re.findall(r'<svg class="chart".*?</svg>', made, re.DOTALL)
    assert len(charts) == 3
    for chart in charts[1:]:
        assert chart.index('class="bar"') < chart.index('class="band"')
        assert 'class="bar"' not in chart.partition('class="band"')[2]
    assert ">lower: 2</text>" in charts[2]
    assert ">higher: 1</text>" in charts[2]
    assert "2 lower, 2 from 83 %, 1 higher." in charts[2]


def test_what_could_not_be_marked_here_takes_no_bar_down() -> None:
    """On a machine without GPUs a question may be worth nothing of nothing."""
    left_out = class_of_reports.result(
        "devices", Outcome.NOT_APPLICABLE, points=0.0, max_points=0.0
    )
    one = with_check(report("a"), left_out)
    assert aggregates.scores([one], LESSON).counts[20] == 1
    (devices, *_) = aggregates.answers([one, report("b", "devices")], LESSON)
    assert (devices.total, devices.full, devices.none) == (1, 0, 1)


def test_questions_tell_what_became_of_them() -> None:
    half = with_check(report("half"), class_of_reports.result("build", Outcome.FAILED, points=2.0))
    found = aggregates.answers(
        [report("a"), half, report("b", "build"), blank("c"), *odd_ones()[:1]], LESSON
    )
    build = next(one for one in found if one.question.name == "build")
    assert (build.full, build.part, build.none, build.blank, build.unclear) == (1, 1, 1, 1, 1)
    assert build.mean == pytest.approx((4 + 2) / 5)
    assert build.passed == pytest.approx(1 / 5)


def test_a_submission_that_could_not_be_read_is_no_answer() -> None:
    unread = odd_ones()[-1]
    assert aggregates.answers([unread], LESSON)[0].total == 0


def test_misconceptions_count_once_a_submission_the_most_frequent_first() -> None:
    twice = report("a", "train")
    again = class_of_reports.result("predict", Outcome.FAILED, misconception="too-few-epochs")
    found = aggregates.mistakes(
        [with_check(twice, again), report("b", "train"), report("c", "build")]
    )
    assert [(one.name, len(one.reports)) for one in found] == [
        ("too-few-epochs", 2),
        ("no-bias", 1),
    ]
    assert found[0].example.message.startswith("The model was trained for 1 epoch")


def test_what_only_stopped_is_no_misconception() -> None:
    check = class_of_reports.result(
        "build", Outcome.FAILED, misconception=None, message="Your cell stopped with NameError."
    )
    made = class_report.page([with_check(report("a"), check), report("b", "train")], LESSON)
    before, _, after = made.partition("Failed without a known misconception")
    assert "<code>too-few-epochs</code>" in before
    assert "<code>build.all</code>" not in made
    assert "Your cell stopped with NameError." in after


def test_a_share_of_a_class_is_rounded() -> None:
    """Five of twelve are 41.7 per cent."""
    made = class_report.page([report(str(n), *(["build"] * (n > 4))) for n in range(12)], LESSON)
    assert "41.7 %" in made


def test_the_page_says_when_it_was_made() -> None:
    assert "Made on 2026-03-01" in class_report.page([report("a")], LESSON, made="2026-03-01")
    assert "Made on" not in class_report.page([report("a")], LESSON)


def test_questions_with_lost_points_can_be_searched_for() -> None:
    made = class_report.page([report("a", "train"), report("b")], LESSON)
    rows = re.findall(r'data-questions="([^"]*)"', made)
    assert [row.split("\n") for row in rows] == [["train", "Train"], [""]]


def test_who_was_late_is_marked_also_without_a_penalty() -> None:
    scores = {"a": class_report.GradebookScores(score=20, max_score=20, late=True)}
    assert "<small>late</small>" in class_report.page([report("a")], LESSON, gradebook=scores)


def test_a_mistake_without_a_name_is_called_after_its_check() -> None:
    check = class_of_reports.result("build", Outcome.FAILED, misconception=None)
    (one,) = aggregates.mistakes([with_check(report("a"), check)])
    assert (one.name, one.is_named) == ("build.all", False)


def test_where_no_check_told_the_measures_say_where_an_accuracy_stands() -> None:
    assert aggregates.standing(report("a")).value == 0.832
    assert aggregates.standing(report("a")).low == aggregates.standing(report("a")).threshold == 0.8
    assert aggregates.standing(stands(report("a"), 0.83)).high == 0.838
    assert aggregates.standing(blank("a")) is None


def test_a_shared_run_takes_time_once() -> None:
    took = aggregates.seconds([report("a"), report("b", shared=True), odd_ones()[-1]])
    assert (took.runs, took.shared, took.total, took.longest) == (1, 1, 4.5, 4.5)


def test_who_was_marked_with_a_solution_in_place_is_counted() -> None:
    """In one line, where there is anybody."""
    line = "marked with the solution in place of a cell that later questions could not use: 1;"
    reports = [report("a"), report("b", followed="program")]
    assert line in class_report.page(reports, LESSON)
    assert "with the solution in place" not in class_report.page(reports[:1], LESSON)


# ---- who needs a look


def test_every_reason_to_look_is_found_and_said() -> None:
    found = {one.name: triage.reasons(one) for one in odd_ones()}
    assert found == {
        "odd layer": {"unclear": "There is a layer that is not known here."},
        "forger": {"contradictory": "9 of 5 epochs."},
        "crashed": {"ended": "The kernel died."},
        "endless": {"ended": "A cell met its limit."},
        "near": {"near": "79.5 %; threshold: 80.0 %."},
        "letter": {"unread": "It is not JSON."},
    }


@pytest.mark.parametrize(
    ("value", "near"), [(0.7899, False), (0.79, True), (0.81, True), (0.811, False)]
)
def test_near_is_a_percentage_point_on_either_side(value: float, near: bool) -> None:
    assert ("near" in triage.reasons(stands(report("a"), value))) is near


def test_good_and_poor_work_needs_no_look() -> None:
    assert triage.reasons(report("a")) == {}
    assert triage.reasons(report("b", "train", "build", accuracy=0.3)) == {}
    assert triage.reasons(blank("c")) == {}


def test_the_same_program_is_a_group_and_the_untouched_blank_is_none() -> None:
    reports = [report("a", "train"), report("b"), report("c", "train"), blank("d"), blank("e")]
    older = replace(report("f", "train"), program="")
    (group,) = triage.same_programs([*reports, older])
    assert [one.name for one in group] == ["a", "c"]


# ---- the page


def test_each_row_and_each_name_leads_to_the_students_own_page() -> None:
    reports = [*odd_ones(), report("C. & D/é", results_folder="C. & D_é (2)")]
    found = Page(class_report.page(reports, LESSON))
    assert found.links.count("C.%20%26%20D_%C3%A9%20%282%29/report.html") == 1
    assert {f"{one.results_folder.replace(' ', '%20')}/report.html" for one in odd_ones()} <= set(
        found.links
    )
    elsewhere = Page(class_report.page(reports, LESSON, folder="../results/x"))
    assert "../results/x/near/report.html" in elsewhere.links


def test_zeros_are_told_apart_without_a_colour() -> None:
    made = class_report.page([blank("a"), odd_ones()[0], report("w", "build")], LESSON)
    found = dict.fromkeys(re.findall(r'<td class="number \w+">.*?</td>', made))
    assert [Page(cell).text for cell in found] == [
        "○ 0 not attempted",
        "2",
        "? 0 needs manual review",
        "4",
        "6",
        "0",
    ]
    assert '<span aria-hidden="true">○</span>' in made
    assert "○ not attempted\n? needs manual review\n0 wrong" in Page(made).text


def test_the_page_tells_what_happened() -> None:
    found = Page(class_report.page(many(40), LESSON))
    for words in (
        "forgot-bias-parameters",
        "7,840 counts the weights only.",
        "Who needs a look",
        "It is not JSON.",
        "The same program",
        "Right solutions lie between 82.6 % and 83.8 %",
        "Limits that were met: time (1)",
    ):
        assert words in found.text


def test_nothing_is_asked_from_elsewhere_and_no_other_script_may_run() -> None:
    made = class_report.page(many(30), LESSON)
    assert "http" not in made.replace("http-equiv", "")
    found = {name for _, attrs in Page(made).tags for name in attrs}
    assert not found & {"src", "srcset", "action", "poster", "data", "style"}
    assert "url(" not in made
    assert "@import" not in made
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', made)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_a_class_of_one_that_could_not_be_read() -> None:
    found = Page(class_report.page([odd_ones()[-1]], LESSON))
    assert "It is not JSON." in found.text
    assert "Accuracy" in found.text  # a column; there is nothing to draw
    assert 'id="accuracies"' not in class_report.page([odd_ones()[-1]], LESSON)


def test_the_same_class_makes_the_same_page() -> None:
    reports = many(50)
    assert class_report.page(reports, LESSON) == class_report.page(reports[::-1], LESSON)


# ---- the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The results of a lesson, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    place = tmp_path / "results" / LESSON.name
    class_of_reports.write([*odd_ones(), report("ann", "build"), report("bob", "build")], place)
    return place


def test_report_makes_the_page_again_and_prints_the_misconceptions(
    folder: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(["report"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"no-bias\s*│\s*2 │ The layer has no bias", printed)
    assert f"Reports: {folder / 'index.html'}" in printed
    assert "ann/report.html" in Page((folder / "index.html").read_text()).links


def test_report_writes_elsewhere_with_links_that_lead_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert main(["report", "--lesson", LESSON.name, "--output", "out/class.html"]) == 0
    links = Page((tmp_path / "out" / "class.html").read_text()).links
    place = f"../results/{LESSON.name}/ann/report.html"
    assert place in links
    assert (tmp_path / "out" / place).is_file()


def test_report_without_results_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 2
    assert "Grade the submissions first" in capsys.readouterr().err


def test_reports_of_an_older_version_can_be_shown(folder: Path) -> None:
    """What was not written then is left out."""
    path = folder / "ann" / "report.json"
    old = {
        key: value
        for key, value in json.loads(path.read_text()).items()
        if key not in ("program", "limits")
    }
    path.write_text(json.dumps(old))
    assert main(["report"]) == 0


def test_a_name_in_the_table_is_no_markup_of_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture
) -> None:
    check = class_of_reports.result("build", Outcome.FAILED, message="[bold]no[/bold]\x1b[2J")
    class_of_reports.write(
        [with_check(report("zed"), replace(check, misconception="[red]x"))], folder
    )
    assert main(["report"]) == 0
    printed = capsys.readouterr().out
    assert "[red]x" in printed
    assert "[bold]no[/bold]" in printed
    assert "\x1b[2J" not in printed


def test_the_sizes_of_groups_and_what_to_type_for_them() -> None:
    """Of each question, the largest first; nothing where they are unknown."""
    reports = class_of_reports.many(3)
    made = class_report.page(reports, LESSON, answers={"build": [40, 3, *[1] * 20]})
    assert f"autograder review --lesson {LESSON.name}" in made
    assert '<td class="number">22</td>' in made
    assert "40, 3, 1" in made
    assert "autograder review" not in class_report.page(reports, LESSON)
