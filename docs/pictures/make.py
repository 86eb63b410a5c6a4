"""Makes the pictures of the pages for students in a real JupyterLab, and the README's from them.

Run ``python docs/pictures/make.py``.

Needs Chromium (Debian: ``chromium``) and ``pip install '.[dev]'``; takes about a minute.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).parent
sys.path.insert(0, str(PICTURES.parent.parent / "tests" / "browser"))

import browsing
import people
import tour
from assignments import Assignments
from course import LESSON, Course, solutions
from lab import Lab

PATH = f"{LESSON.name}/{LESSON.notebook}"
WRONG = "number_of_parameters = 28 * 28 * 10"
WIDTH, MARGIN = 1100, 4
# A picture of text and a few colours loses nothing that is seen.
COLOURS = 256


def main() -> int:
    """Go the way of a student, and take a picture at each turn."""
    with tempfile.TemporaryDirectory() as folder:
        course = Course.create(Path(folder) / "course")
        course.release()
        student = people.moved_in(Path(folder) / "student", course.config)
        with people.serving(student) as server, browsing.window() as window:
            lab = Lab(window.page(server.log, width=WIDTH, scale=1.5), server)
            lab.start()
            _work(lab)
            _submit(lab)
    return tour.main()


def _work(lab: Lab) -> None:
    assignments = Assignments(lab)
    assignments.open()
    assignments.fetch(LESSON.name)
    assignments.notebook(LESSON.name).get_by_role("link", name=LESSON.name).click()
    lab.opened(PATH)
    lab.page.keyboard.press("Control+b")
    for name in ("setup", "load-data", "classes", "build", "check-build"):
        lab.run(name)
    _cells(lab, "not-attempted", "build", "check-build")
    for name, code in {"build": solutions()["build"], "parameters": WRONG}.items():
        lab.type_into(name, code)
        lab.run(name)
        lab.run(f"check-{name}")
    _cells(lab, "right", "build", "check-build")
    _cells(lab, "check", "parameters", "check-parameters")
    for picture, asked in (("hint", "check.parameters.hint()"), ("progress", "check.progress()")):
        added = lab.add_below("check-parameters", asked)
        assert not lab.run(added).failed, f"{asked} failed"
        _cells(lab, picture, added, added)


def _submit(lab: Lab) -> None:
    assignments = Assignments(lab)
    lab.save()
    assignments.open()
    assignments.submit(LESSON.name)
    assignments.notebook(LESSON.name)
    _shown(lab, "assignments", "#assignments_toolbar", "#submitted_assignments_list")


def _cells(lab: Lab, picture: str, first: str, last: str) -> None:
    """Draw the cells from the first to the last, with what they put out."""
    lab.output_of(last)
    # Away from the cell, which shows its tools to the mouse.
    lab.page.mouse.move(0, 0)
    _shown(lab, picture, lab.selector(first), lab.selector(last))


def _shown(lab: Lab, picture: str, first: str, last: str) -> None:
    """Draw from the top of one thing to the bottom of another."""
    top, bottom = (lab.page.locator(one).bounding_box() for one in (first, last))
    assert top
    assert bottom
    height = bottom["y"] + bottom["height"] - top["y"] + 2 * MARGIN
    clip = {
        "x": top["x"] - MARGIN,
        "y": top["y"] - MARGIN,
        "width": top["width"] + 2 * MARGIN,
        "height": height,
    }
    drawn = Image.open(io.BytesIO(lab.page.screenshot(clip=clip))).convert("RGB")
    path = PICTURES / f"{picture}.png"
    drawn.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    sys.exit(main())
