"""A real browser, and what is kept of its pages when a test fails."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEIGHT = 900
# How long to wait for anything on a page: a machine may be busy with other tests.
MILLISECONDS = 120_000


class Window:
    """A browser with its open pages, and the logs of the servers behind them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: list[tuple[Page, Path | None]] = []
        self._recorded: BaseException | None = None

    def page(
        self, log: Path | None = None, *, width: int = 1280, dark: bool = False, scale: float = 1
    ) -> Page:
        """A page with cookies and a cache of its own.

        ``log`` is of the server behind it; pictures of it have ``scale`` dots for each pixel.
        """
        context = self._browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            device_scale_factor=scale,
        )
        context.set_default_timeout(MILLISECONDS)
        page = context.new_page()
        self._open.append((page, log))
        return page

    def record_failure(self, folder: Path, error: BaseException) -> None:
        """Write down how each page looks, its HTML, and its server's log.

        Once for each error: the tests that needed what failed fail with the very same.
        """
        if error is self._recorded:
            return
        self._recorded = error
        folder.mkdir(parents=True, exist_ok=True)
        for number, (page, log) in enumerate(self._open):
            if page.is_closed():
                continue
            page.screenshot(path=folder / f"{number}.png")
            frames = (frame.content() for frame in page.frames)
            (folder / f"{number}.html").write_text("\n".join(frames))
            if log:
                # Whoever reads it may be anybody; the token opens the server.
                text = re.sub(r"token=\w+", "token=…", log.read_text(errors="replace"))
                (folder / f"{number}.log").write_text(text)


class NoBrowser(Exception):
    """There is no browser on this machine; the message says which is meant."""


@contextlib.contextmanager
def window() -> Iterator[Window]:
    """Start Chromium and end it.

    Raises:
        NoBrowser: there is none.
    """
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        # What `playwright install chromium` puts into the home.
        if program is None and not Path(playwright.chromium.executable_path).exists():
            raise NoBrowser("there is no Chromium (Debian: apt-get install chromium)")
        # Root cannot have Chromium's own sandbox.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield Window(browser)
        finally:
            browser.close()
