"""Which files go along with a notebook."""

from pathlib import Path

import pytest

from autograder.sandbox import extra_files
from autograder.sandbox.extra_files import collect_extra_files, ignored_extra_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with a file of each kind."""
    own = tmp_path / "own"
    (own / "deeper").mkdir(parents=True)
    (own / "deeper" / "cards.csv").write_text("1,2")
    (own / "notes.txt").write_text("mine")
    (own / "work.ipynb").write_text("{}")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "solution.txt").write_text("not mine")
    (own / "a-link.txt").symlink_to(tmp_path / "secret" / "solution.txt")
    (own / "deeper" / "folder").symlink_to(tmp_path / "secret")
    (own / "broken").symlink_to("nowhere")
    return own


def test_files_go_along_but_no_notebook_and_nothing_behind_a_link(folder):
    files, notes = collect_extra_files(folder)
    assert files == {"deeper/cards.csv": b"1,2", "notes.txt": b"mine"}
    assert notes == ()
    assert ignored_extra_files(folder) == {"a-link.txt", "broken", "folder"}


def test_what_nbgrader_puts_there_stays(folder):
    """It differs from student to student; a file of that name in a folder is the student's."""
    (folder / "timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
    (folder / "submission_secret.txt").write_text("drawn by lot")
    (folder / "deeper" / "timestamp.txt").write_text("mine")
    files, _ = collect_extra_files(folder)
    assert set(files) == {"deeper/cards.csv", "deeper/timestamp.txt", "notes.txt"}


def test_without_a_folder_of_its_own():
    assert collect_extra_files(None) == ({}, ())


@pytest.mark.parametrize(("limit", "most"), [("MAX_FILES", 1), ("MAX_BYTES", 4)])
def test_of_too_many_the_first_go_along(folder, monkeypatch, limit, most):
    monkeypatch.setattr(extra_files, limit, most)
    files, notes = collect_extra_files(folder)
    assert files == {"notes.txt": b"mine"}
    assert notes == ("Of its other files those from cards.csv on were left out.",)
