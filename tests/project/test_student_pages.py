"""The pages for students: what they show is there, is small, and is told in words as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.core.lesson_registry import load_lesson

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "students.md", DOCS / "when-something-goes-wrong.md"]
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", PAGES[0].read_text())
MAX_BYTES = 200_000


@pytest.mark.parametrize(("alternative", "path"), PICTURES)
def test_a_picture_is_small_and_told_in_words(alternative: str, path: str) -> None:
    """So that a page comes up at once, and those who do not see a picture miss nothing."""
    assert (DOCS / path).stat().st_size < MAX_BYTES
    assert len(alternative.split()) > 3


def test_every_picture_is_made_by_the_command() -> None:
    """None is left over from an earlier look of things."""
    made = (DOCS / "pictures" / "make.py").read_text()
    assert PICTURES
    assert all(f'"{Path(path).stem}"' in made for _, path in PICTURES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Those to other pages of ours."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    assert all((DOCS / link).exists() for link in links if "://" not in link)


def test_only_questions_that_there_are_can_be_asked_about() -> None:
    """In the examples of asking for more help."""
    named = re.findall(r"check\.(\w+)\.(?:hint|why)\(\)", PAGES[0].read_text())
    assert named
    assert set(named) <= {one.name for one in load_lesson("building-a-brain").questions}
