"""The files that a run is given: those beside its notebook, and the images without compression."""

from __future__ import annotations

import gc
import gzip
import os
from pathlib import Path

import pytest

from autograder.sandbox import extra_files
from autograder.sandbox.extra_files import collect_extra_files, ignored_extra_files
from autograder.sandbox.stored_images import StoredImages

CONTENT = bytes(range(256)) * 40


def test_what_is_read_is_the_same(tmp_path: Path) -> None:
    """Other files go along, and all are gone at the end."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(CONTENT))
    (tmp_path / "b.npy").write_bytes(b"array")
    images = StoredImages(lambda: {"cards": tmp_path})
    folder = images.folders()["cards"]
    assert folder != tmp_path
    assert gzip.decompress((folder / "a.gz").read_bytes()) == CONTENT
    assert CONTENT[:200] in (folder / "a.gz").read_bytes()
    assert (folder / "b.npy").read_bytes() == b"array"
    assert images.folders()["cards"] == folder
    images.close()
    assert not folder.exists()


def test_nothing_stays_of_those_that_nobody_closed(tmp_path: Path) -> None:
    """They are 55 MB, and a program that uses a pool may end before it closes it."""
    images = StoredImages(lambda: {"cards": tmp_path})
    folder = images.folders()["cards"]
    assert folder.exists()
    del images
    gc.collect()
    assert not folder.exists()


def test_what_cannot_be_read_is_left_to_who_reads_it(tmp_path: Path) -> None:
    """A missing folder, a file that is cut off, one that is no such file."""
    given = {"missing": tmp_path / "missing"}
    for name, content in {"cut": gzip.compress(CONTENT)[:-9], "other": b"<html>"}.items():
        given[name] = tmp_path / name
        given[name].mkdir()
        (given[name] / "a.gz").write_bytes(content)
    images = StoredImages(lambda: given)
    assert images.folders() == given
    images.close()


def test_images_that_come_later_are_found(tmp_path: Path) -> None:
    """As on a machine of a cluster, which is sent them after it has started."""
    images = StoredImages(lambda: {one.name: one for one in tmp_path.iterdir()})
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "a.gz").write_bytes(gzip.compress(CONTENT))
    assert gzip.decompress((images.folders()["sent"] / "a.gz").read_bytes()) == CONTENT
    images.close()


def test_everyone_may_read_them(tmp_path: Path) -> None:
    """Where root grades, a notebook is run as the user nobody; root's mask may be a strict one."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(CONTENT))
    images = StoredImages(lambda: {"cards": tmp_path})
    before = os.umask(0o077)
    try:
        folder = images.folders()["cards"]
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "a.gz").stat().st_mode & 0o777 == 0o644
    images.close()


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
