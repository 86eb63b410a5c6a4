"""The review page in a real browser, by keyboard alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from support import class_of_reports, mini
from support.chromium import GRAVE, launched
from support.class_of_reports import LESSON
from support.review_server import review_server

from autograder.review.decisions import Decision
from autograder.review.server import Server, serve

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def scores() -> list[dict[str, float | None]]:
    """The scores that were given, change by change."""
    return []


@pytest.fixture
def server(tmp_path: Path, scores) -> Iterator[Server]:
    """The page of a class of five, served in a thread."""
    names = ("ann", "bob", "cal", "dan", "eve")
    class_of_reports.write([class_of_reports.report(name, "build") for name in names], tmp_path)
    for number, name in enumerate(names):
        book = mini.submitted(build=f"model = f({number // 3})", train=f"history = g({number})")
        nbformat.write(book, tmp_path / name / "notebook.ipynb")

    made = review_server(tmp_path, LESSON, scores)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    task = loop.create_task(serve(made, ready.set))

    def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(60)
    yield made
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()


@pytest.fixture
def page(browser, server) -> Iterator[playwright.Page]:
    """The page that opens by the printed address; no message is overlooked."""
    opened = browser.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(server.address)
    yield opened
    assert said == []
    opened.close()


def go(page: playwright.Page, key: str) -> None:
    """Press a key that leads to another page, or to this one again."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_class_is_reviewed_by_keyboard_alone(page, server, scores) -> None:
    """Comment, points, a rubric item; on to the next group; the item again; undo."""
    groups, here = server.review.groups, f"http://127.0.0.1:{server.port}{server.base}/group"
    assert server.token not in page.url
    go(page, "n")
    assert page.url == f"{here}/{groups[1].id}"
    go(page, "p")
    page.keyboard.press("c")
    page.keyboard.type("Say *why*, n p u.")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("Magic")
    page.keyboard.press("Tab")
    page.keyboard.type("-0.5")
    go(page, "Control+Enter")
    playwright.expect(page.locator("#remarks")).to_contain_text("Applied to all 5.")
    go(page, "n")
    page.keyboard.press("1")
    go(page, "a")
    playwright.expect(page.locator("#remarks")).to_contain_text("Applied to all 5.")
    assert server.review.decisions.rubric == {"Magic": -0.5}
    assert server.review.decisions.groups == {
        groups[0].id: Decision(comment="Say *why*, n p u.", items=("Magic",)),
        groups[1].id: Decision(items=("Magic",)),
    }
    go(page, "u")
    playwright.expect(page.locator("#remarks")).to_contain_text("Undone.")
    assert set(server.review.decisions.groups) == {groups[0].id}
    assert len(scores) == 3
    go(page, "w")
    assert page.locator("#who li").all_inner_texts() == ["ann", "bob", "cal", "dan", "eve"]


def test_single_keys_can_be_turned_off(page, server) -> None:
    page.get_by_label("single keys").uncheck()
    page.keyboard.press("n")
    assert page.url.endswith(server.review.groups[0].id)
    page.reload()
    assert not page.get_by_label("single keys").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(page, server, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    server.review.decide(server.review.groups[0], Decision(items=("Magic",)), {"Magic": -0.5})
    page.goto(f"{page.url}?who=1")
    found = axe.Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['nodes']}" for one in found if one["impact"] in GRAVE] == []
