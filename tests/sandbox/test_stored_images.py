"""The images without compression: the same content, and the given ones where that fails."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

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
