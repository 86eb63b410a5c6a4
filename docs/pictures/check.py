"""Draws ``check.png``: a check that speaks, in a real JupyterLab.

Needs Debian's ``chromium`` and ``pip install playwright``; run ``python docs/pictures/check.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
NOTEBOOK = "building-a-brain.ipynb"
SUBMISSION = ROOT / "tests" / "class" / "size-not-place" / "building-a-brain" / NOTEBOOK
ADDRESS = "http://127.0.0.1:8912"
TOKEN = "picture"  # noqa: S105  a server on loopback that lives for a minute
FIND = """(text) => {
    const cells = [...document.querySelectorAll('.jp-CodeCell')];
    const cell = cells.find(one => one.querySelector('.jp-InputArea')?.innerText.includes(text));
    cell?.scrollIntoView({block: 'center'});
    return Boolean(cell);
}"""
SCROLL = "(to) => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = to; }"


def main() -> int:
    """Start JupyterLab, run the notebook, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SUBMISSION, folder)
        lab = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *("--port=8912", f"--IdentityProvider.token={TOKEN}", "--LabApp.news_url=None"),
            ],
            cwd=folder,
            env={**os.environ, "JUPYTER_CONFIG_DIR": f"{folder}/.config"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for_server()
            _photograph(ROOT / "docs" / "pictures" / "check.png")
        finally:
            lab.terminate()
            lab.wait()
    return 0


def _wait_for_server() -> None:
    for _ in range(60):
        try:
            urllib.request.urlopen(f"{ADDRESS}/api?token={TOKEN}", timeout=5)  # noqa: S310  our own
        except OSError:
            time.sleep(1)
        else:
            return


def _photograph(target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1180, "height": 900}, device_scale_factor=1.5)
        page.goto(f"{ADDRESS}/lab/tree/{NOTEBOOK}?token={TOKEN}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        time.sleep(4)
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        time.sleep(5)
        page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=180_000
        )
        page.keyboard.press("Control+b")
        _scroll_to(page, "check.parameters(")
        page.screenshot(path=target, clip={"x": 60, "y": 150, "width": 1060, "height": 560})
        browser.close()


def _scroll_to(page: Page, text: str) -> None:
    for step in range(80):
        page.evaluate(SCROLL, step * 350)
        time.sleep(0.25)
        if page.evaluate(FIND, text):
            break
    time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
