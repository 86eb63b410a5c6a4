"""Makes the picture of a class's page: run ``python docs/pictures/class.py``.

The class is the made-up one of the tests, of 120. Needs Chromium (Debian: ``chromium``) and
``pip install '.[dev]'``.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parent
sys.path.insert(0, str(PICTURES.parent.parent / "tests"))

from support import class_of_reports

from autograder.cli.report import write_page

# A picture of text and a few colours loses nothing that is seen.
COLOURS = 256


def main() -> int:
    """Write the page of a class, open it, take a picture of its first screen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        class_of_reports.write(class_of_reports.many(120), Path(folder))
        page = write_page(Path(folder), class_of_reports.LESSON)
        program = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1200, "height": 1120})
        opened.goto(page.as_uri())
        taken = Image.open(io.BytesIO(opened.screenshot()))
        browser.close()
    taken.quantize(COLOURS).save(PICTURES / "class.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
