"""Makes the pictures of the review page: run ``python docs/pictures/review.py``.

The class of 40 hands in programs of ``tests/class``. It is really graded, on the shipped sample, in
a minute or two. Needs Chromium (Debian: ``chromium``) and ``pip install '.[dev]'``.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent
sys.path[:0] = [str(PICTURES.parents[1] / one) for one in ("benchmarks", "tests")]

import classes
from support.class_of_reports import install_sample
from support.make_class import CLASS

COUNTS = {
    "full-solution": 22,
    "logits-taken-for-probabilities": 7,
    "hidden-layer": 4,
    "one-epoch": 3,
    "size-not-place": 3,
    "untouched-blank": 1,
}
# The largest group with a mistake of its own, as the list of groups shows it.
GROUP = re.compile(r"^compile 7 ")
COMMENT = "Your neurons have **no activation**: tell the loss so, by `from_logits=True`."
ITEM, POINTS = "Right idea, one argument missing", "0.5"
SIZE = {"width": 1200, "height": 700}
# A picture of text and a few colours loses nothing that is seen.
COLOURS = 256


def main() -> int:
    """Grade the class, open its page, decide on a group."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        root = Path(folder)
        classes.alike(root / "class", [(count, CLASS[name]) for name, count in COUNTS.items()])
        install_sample(root / "keras")
        environment = {**os.environ, "KERAS_HOME": str(root / "keras")}
        grade = [sys.executable, "-m", "autograder.cli", "grade", "class"]
        subprocess.run(grade, cwd=root, env=environment, check=True)
        with _served(root) as address:
            program = shutil.which("chromium")
            browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.goto(address)
            _taken(page, "review")
            _decide(page)
            _taken(page, "review-decision")
            browser.close()
    return 0


@contextmanager
def _served(root: Path) -> Iterator[str]:
    """Start ``autograder review``; give the address that it prints."""
    command = [sys.executable, "-m", "autograder.cli", "review", "--lesson", classes.LESSON]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield next(line.strip() for line in server.stdout if line.startswith("http://"))
        finally:
            server.terminate()


def _decide(page: Page) -> None:
    """Decide on a group, by keyboard."""
    page.get_by_role("link", name=GROUP).click()
    page.get_by_role("heading", name="Compile: 7 answers").wait_for()
    page.keyboard.press("c")
    page.keyboard.type(COMMENT)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type(ITEM)
    page.keyboard.press("Tab")
    page.keyboard.type(POINTS)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Applied to all").wait_for()


def _taken(page: Page, name: str) -> None:
    path = PICTURES / f"{name}.png"
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    taken.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    sys.exit(main())
