"""Limits that are looked at from outside of a run."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from autograder.sandbox.limits import used

MEBIBYTE = 2**20
# 64 MiB that a process has written, and then taken out of its own sight.
HIDE = """
import mmap, sys
held = mmap.mmap(-1, 64 * 2**20, {how})
for place in range(0, len(held), 4096):
    held[place] = 1
held.madvise(mmap.MADV_DONTNEED)
print(held[0], flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
@pytest.mark.parametrize(
    ("how", "is_kept"),
    [("mmap.MAP_SHARED | mmap.MAP_ANONYMOUS", True), ("mmap.MAP_PRIVATE", False)],
    ids=["shared", "private"],
)
def test_memory_out_of_sight_is_counted_where_it_is_kept(how: str, is_kept: bool) -> None:
    """Linux gives private memory back; shared memory stays for whoever else may have it."""
    command = [sys.executable, "-c", HIDE.format(how=how)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == f"{int(is_kept)}\n".encode()
        memory, count = used(psutil.Process(process.pid))
        process.communicate()
    assert count == 1
    assert (memory > 64 * MEBIBYTE) == is_kept
