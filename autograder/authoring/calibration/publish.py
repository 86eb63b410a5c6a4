"""The files of a publication: the reference, the tables in a page, and the figure.

The page is ``docs/fairness.md`` for a lesson that has places in it; a lesson of a course has page
and figure beside its reference, in its package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.calibration import figure
from autograder.authoring.calibration.docs_tables import filled, has_slots, new_page
from autograder.authoring.calibration.reference_maker import disagreements, published
from autograder.authoring.calibration.run_log import RunLog
from autograder.authoring.calibration.tables import tables
from autograder.authoring.spec.study import load_study
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import StudyError, writing
from autograder.core.lesson import Lesson
from autograder.core.reference import FILE, Reference, document, load_keras, load_reference

PAGE = Path("docs", "fairness.md")
PICTURES = Path("docs", "pictures")
OWN_PAGE, OWN_PICTURE = "study.md", "study.png"


def write(lesson: Lesson, runs: RunLog, root: Path) -> Iterator[Path]:
    """Publish what the runs show; each file as it is written.

    Raises:
        StudyError: there is no page to write into, or a recipe was not run.
    """
    reference = published(load_study(lesson), runs, tuple(lesson.thresholds))
    page, picture = _paths(lesson, root)
    text = _page(lesson, reference, page)
    drawn = figure.drawn(load_study(lesson), reference)
    with writing():
        for path, content in (
            (lesson.folder / FILE, document(reference).encode()),
            (page, text.encode()),
            (picture, drawn),
        ):
            write_atomic(path, content)
            yield path
    load_reference.cache_clear()


def is_published(lesson: Lesson) -> bool:
    """Return whether a study of a lesson was ever published."""
    return (lesson.folder / FILE).is_file()


def stale(lesson: Lesson, root: Path) -> Iterator[str]:
    """Yield what in the publication disagrees with the lesson, its study or itself."""
    reference = load_reference(lesson.folder)
    yield from disagreements(load_study(lesson), lesson, reference)
    page, picture = _paths(lesson, root)
    missing = [path for path in (page, picture) if not path.is_file()]
    yield from (f"{path.relative_to(root)} is missing: --write makes it" for path in missing)
    if page not in missing and _page(lesson, reference, page) != page.read_text(encoding="utf-8"):
        yield f"{page.relative_to(root)}: its tables are not those of the study"
    if picture not in missing and figure.stamp(reference).encode() not in picture.read_bytes():
        yield f"{picture.relative_to(root)}: it was drawn from other runs"


def _paths(lesson: Lesson, root: Path) -> tuple[Path, Path]:
    """Return where the page and the picture are.

    Raises:
        StudyError: the lesson is not one of this folder.
    """
    page = root / PAGE
    if page.is_file() and has_slots(page.read_text(encoding="utf-8"), lesson.name):
        return page, root / PICTURES / f"study-{lesson.name}.png"
    if lesson.folder.is_relative_to(root):
        return lesson.folder / OWN_PAGE, lesson.folder / OWN_PICTURE
    raise StudyError(f"{page} is missing: a study is published in the folder of its sources.")


def _page(lesson: Lesson, reference: Reference, path: Path) -> str:
    """Return the page with the tables of the study; its words stay as they are."""
    made = tables(load_study(lesson), reference, load_keras(lesson.folder))
    if path.is_file():
        return filled(path.read_text(encoding="utf-8"), lesson.name, made)
    return filled(new_page(lesson, made, OWN_PICTURE), lesson.name, made)
