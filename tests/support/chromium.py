"""Chromium for the tests of our own pages, which need no server of Jupyter's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# What axe-core calls worse than "minor".
GRAVE = ("moderate", "serious", "critical")


@contextmanager
def launched() -> Iterator[Any]:
    """Start the browser and end it; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(
                executable_path=program, args=["--no-sandbox"], timeout=60_000
            )
        except playwright.Error:
            pytest.skip("There is no Chromium here.")
        yield browser
        browser.close()
