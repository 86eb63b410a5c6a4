"""The page of a class in a real browser: a thousand students, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import class_of_reports
from support.chromium import GRAVE, launched
from support.class_of_reports import HOSTILE, LESSON

from autograder.cli.report import write_page
from autograder.core.report import CheckResult, Report
from autograder.reports.class_report import GradebookScores

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = 1000


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return class_of_reports.many(MANY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, reports: list[Report]) -> Path:
    """The results of a thousand students, and the page over them."""
    place = tmp_path_factory.mktemp("class") / LESSON.name
    class_of_reports.write(reports, place)
    write_page(place, LESSON)
    return place


@pytest.fixture
def opened(browser, folder: Path) -> Iterator[playwright.Page]:
    """The page, of which every request is watched and no message is overlooked."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    requests, messages = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto((folder / "index.html").as_uri())
    yield page
    assert [url for url in requests if not url.startswith(folder.as_uri())] == []
    assert messages == []
    context.close()


def is_too_few(check: CheckResult) -> bool:
    return check.misconception == "too-few-epochs"


def small(folder: Path) -> Path:
    """The page of a smaller class beside a gradebook, with all that this adds."""
    reports = class_of_reports.many(40)
    class_of_reports.write(reports, folder)
    gradebook = {one.name: GradebookScores(score=one.score, max_score=20) for one in reports}
    gradebook["student-0020"] = GradebookScores(
        score=3.5, max_score=20, penalty=2, by_hand=True, name="Lovelace, Ada"
    )
    gradebook["lazy"] = GradebookScores(score=None, max_score=20, name="Bones")
    return write_page(folder, LESSON, gradebook=gradebook)


def names(page: playwright.Page) -> list[str]:
    """Who is shown, from top to bottom."""
    return page.locator("#all tbody tr:visible th").all_inner_texts()


def column(page: playwright.Page, number: int) -> list[str]:
    script = "(rows, number) => rows.map((row) => row.cells[number].textContent)"
    found: list[str] = page.locator("#all tbody tr").evaluate_all(script, number)
    return found


def test_all_are_there_in_the_order_of_their_names(opened, reports) -> None:
    shown = names(opened)
    assert len(shown) == MANY
    assert shown == sorted(shown, key=str.casefold)
    assert opened.locator("#shown").inner_text() == f"{MANY} of {MANY} submissions"
    assert "taken" not in opened.title()


def test_sorting_by_points_by_mouse_and_by_keyboard(opened, reports) -> None:
    button = opened.get_by_role("button", name=re.compile("^Points"))
    button.click()
    points = [float(one) for one in column(opened, 1)]
    assert points == sorted(report.score for report in reports)
    head = opened.locator("th", has=button)
    assert head.get_attribute("aria-sort") == "ascending"
    button.focus()
    opened.keyboard.press("Enter")
    assert [float(one) for one in column(opened, 1)] == points[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    assert opened.locator("[aria-sort]").count() == 1


def test_what_was_not_measured_stands_below_all_that_was(opened) -> None:
    opened.get_by_role("button", name="Accuracy").click()
    shown = column(opened, 2)
    count = shown.count("–")
    assert count
    assert set(shown[:count]) == {"–"}
    values = [float(one.split()[0]) for one in shown[count:]]
    assert values == sorted(values)


def test_searching_by_name(opened) -> None:
    opened.get_by_label("Search").fill("STUDENT-01")
    assert names(opened) == [f"student-{number:04}" for number in range(100, 200)]
    opened.get_by_label("Search").fill("<script>")
    assert names(opened) == [HOSTILE[0]]
    opened.get_by_role("button", name="Show all").click()
    playwright.expect(opened.locator("#shown")).to_have_text(f"{MANY} of {MANY} submissions")


def test_filtering_by_misconception_from_its_own_row(opened, reports) -> None:
    wanted = [one.name for one in reports if any(map(is_too_few, one.checks))]
    opened.get_by_role("button", name="Show who has too-few-epochs").click()
    assert sorted(names(opened)) == sorted(wanted)
    assert opened.evaluate("document.activeElement.id") == "mistake"
    opened.get_by_label("Search").fill("student-00")
    assert 0 < len(names(opened)) < len(wanted)


def test_filtering_by_a_reason_to_look_and_by_the_same_program(opened) -> None:
    opened.get_by_label("Needs a look").select_option(label="Near the threshold")
    assert "near" in names(opened)
    opened.get_by_label("Needs a look").select_option(label="for any reason")
    assert {"near", "letter", "forger", "crashed", "endless", "odd layer"} <= set(names(opened))
    opened.get_by_role("button", name="Show all").click()
    opened.get_by_label("The same program").select_option(label="Group 2")
    assert 1 < len(names(opened)) < MANY


def test_searching_by_misconception_and_by_real_name(opened, browser, tmp_path, reports) -> None:
    opened.get_by_label("Search").fill("too-few")
    wanted = [one.name for one in reports if any(map(is_too_few, one.checks))]
    assert sorted(names(opened)) == sorted(wanted)
    page = browser.new_page()
    page.goto(small(tmp_path).as_uri())
    page.get_by_label("Search").fill("lovelace")
    assert names(page) == ["Lovelace, Ada student-0020"]
    page.get_by_label("Search").fill("student-0020")
    assert names(page) == ["Lovelace, Ada student-0020"]
    page.close()


@pytest.mark.parametrize("by", ["link", "row", "keyboard"])
def test_a_row_opens_the_students_report(opened, by: str) -> None:
    opened.get_by_label("Search").fill("student-0500")
    link = opened.locator("#all").get_by_role("link", name="student-0500")
    if by == "link":
        link.click()
    elif by == "row":
        opened.locator("#all tbody tr:visible td.found").click()
    else:
        link.focus()
        opened.keyboard.press("Enter")
    opened.wait_for_url("**/student-0500/report.html")
    playwright.expect(opened.get_by_role("heading", level=1)).to_contain_text("student-0500")


def test_on_paper_there_are_no_controls_and_every_row(opened) -> None:
    opened.emulate_media(media="print")
    assert not opened.locator(".controls").is_visible()
    assert not opened.locator("button[data-mistake]").first.is_visible()
    assert len(names(opened)) == MANY
    background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"


def test_heads_stay_in_sight_but_not_on_paper(opened) -> None:
    table = opened.get_by_role("region", name="All submissions")
    table.evaluate("(element) => element.scrollTo(0, 20000)")
    assert opened.locator("#all tbody tr").first.bounding_box()["y"] < -10000
    head = opened.locator("#all thead")
    assert head.bounding_box()["y"] == pytest.approx(table.bounding_box()["y"], abs=1)
    assert opened.evaluate("innerHeight") * 0.9 >= table.bounding_box()["height"]
    # Whatever is hidden in the table makes no room below it.
    rest = "document.documentElement.scrollHeight - document.querySelector('main').offsetHeight"
    assert opened.evaluate(rest) < 500
    opened.emulate_media(media="print")
    assert table.bounding_box()["height"] > 20000
    assert head.evaluate("(element) => getComputedStyle(element).position") == "static"


def test_signs_in_front_of_points_do_not_change_the_order(opened) -> None:
    number = 4  # the first question
    # The strongest first, so that what has a dash, and comes before a blank by name, comes last.
    opened.locator("#all thead th").nth(number).get_by_role("button").dblclick()
    shown = column(opened, number)
    values = [float(re.sub(r"\D+", "", one) or -1) for one in shown]
    assert any(one.startswith("○ 0") for one in shown)
    assert shown[-1] == "–"
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("width", [800, 1280])
def test_nothing_but_a_table_is_wider_than_the_window(opened, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def checked(browser, tmp_path: Path) -> Callable[[str], list[str]]:
    """Ask axe-core of a smaller class, in a colour scheme; what it finds."""
    page = small(tmp_path)

    def check(scheme: str) -> list[str]:
        context = browser.new_context(color_scheme=scheme)
        opened = context.new_page()
        opened.goto(page.as_uri())
        found = axe.Axe().run(opened).response["violations"]
        context.close()
        return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in GRAVE]

    return check


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(checked, scheme: str) -> None:
    assert checked(scheme) == []


def test_without_its_script_everything_is_still_there(browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator("#all tbody tr").count() == MANY
    assert not page.locator(".controls").is_visible()
    context.close()
