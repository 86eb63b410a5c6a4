"""The files of a publication: the reference, the tables in a page, and the figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.calibration import figure
from autograder.authoring.calibration.docs_tables import filled
from autograder.authoring.calibration.reference_maker import disagreements, published
from autograder.authoring.calibration.run_log import RunLog
from autograder.authoring.calibration.tables import tables
from autograder.authoring.spec.study import load_study
from autograder.core.errors import StudyError, writing
from autograder.core.evidence import write_whole
from autograder.core.lesson import Lesson
from autograder.core.reference import FILE, Reference, document, load_keras, load_reference

PAGE = Path("docs", "fairness.md")
PICTURES = Path("docs", "pictures")


def write(lesson: Lesson, runs: RunLog, root: Path) -> Iterator[Path]:
    """Publish what the runs show; each file as it is written.

    Raises:
        StudyError: there is no page to write into, or a recipe was not run.
    """
    reference = published(load_study(lesson), runs, tuple(lesson.thresholds))
    page = _page(lesson, reference, root)
    drawn = figure.drawn(load_study(lesson), reference)
    with writing():
        for path, content in (
            (lesson.folder / FILE, document(reference).encode()),
            (root / PAGE, page.encode()),
            (_picture(lesson, root), drawn),
        ):
            write_whole(path, content)
            yield path
    load_reference.cache_clear()


def is_published(lesson: Lesson) -> bool:
    """Return whether a study of a lesson was ever published."""
    return (lesson.folder / FILE).is_file()


def stale(lesson: Lesson, root: Path) -> Iterator[str]:
    """Yield what in the publication disagrees with the lesson, its study or itself."""
    reference = load_reference(lesson.folder)
    yield from disagreements(load_study(lesson), lesson, reference)
    if _page(lesson, reference, root) != _read(root / PAGE):
        yield f"{PAGE}: its tables are not those of the study"
    if figure.stamp(reference).encode() not in _picture(lesson, root).read_bytes():
        yield f"{_picture(lesson, root).relative_to(root)}: it was drawn from other runs"


def _page(lesson: Lesson, reference: Reference, root: Path) -> str:
    made = tables(load_study(lesson), reference, load_keras(lesson.folder))
    return filled(_read(root / PAGE), lesson.name, made)


def _picture(lesson: Lesson, root: Path) -> Path:
    return root / PICTURES / f"study-{lesson.name}.png"


def _read(path: Path) -> str:
    if not path.is_file():
        raise StudyError(f"{path} is missing: a study is published in the folder of its sources.")
    return path.read_text(encoding="utf-8")
