"""Limits that are looked at from outside of a run, and those of our own processes."""

from __future__ import annotations

import mmap
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.core.config import Settings
from autograder.core.process_limits import allow_open_files
from autograder.sandbox import limits, resource_usage

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
# 64 MiB that four processes share, until each is told to write its own.
SHARE = """
import os, sys
held = bytearray(64 * 2**20)
end, begin = os.pipe()
back, done = os.pipe()
for _ in range(3):
    if not os.fork():
        os.read(end, 1)
        for place in range(0, len(held), 4096):
            held[place] = 1
        os.write(done, b"x")
        os.read(end, 1)
        os._exit(0)
print("shared", flush=True)
sys.stdin.readline()
os.write(begin, b"xxx")
for _ in range(3):
    os.read(back, 1)
print("written", flush=True)
sys.stdin.readline()
os.write(begin, b"xxx")
"""

# The first thread ends by itself, as C's `exit` does not; another goes on with 64 MiB.
HEADLESS = """
import ctypes, os, sys, threading
def go_on():
    held = bytearray(64 * 2**20)
    print(flush=True)
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=go_on).start()
ctypes.CDLL(None).syscall({"x86_64": 60}.get(os.uname().machine, 93), 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
@pytest.mark.parametrize(
    ("how", "is_kept"),
    [("mmap.MAP_SHARED | mmap.MAP_ANONYMOUS", True), ("mmap.MAP_PRIVATE", False)],
    ids=["shared", "private"],
)
def test_memory_out_of_sight_is_counted_where_it_is_kept(how, is_kept) -> None:
    """Linux gives private memory back; shared memory stays for whoever else may have it."""
    command = [sys.executable, "-c", HIDE.format(how=how)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == f"{int(is_kept)}\n".encode()
        processes = resource_usage.tree(psutil.Process(process.pid))
        memory, most = resource_usage.used(processes), resource_usage.upper_bound(processes)
        process.communicate()
    assert len(processes) == 1
    assert (memory > 64 * MEBIBYTE) == is_kept
    # Whatever else this machine shares just now.
    assert most >= memory


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_what_processes_share_counts_once(monkeypatch) -> None:
    """All that each has in memory is more than the limit; together they have less."""
    monkeypatch.setattr(limits, "MEASURE_INTERVAL", -1.0)
    command = [sys.executable, "-c", SHARE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"shared\n"
        root = psutil.Process(process.pid)
        watch = limits.LimitWatch(Settings(memory_mb=128), root)
        assert (
            resource_usage.upper_bound(resource_usage.tree(root))
            > resource_usage.used(resource_usage.tree(root)) + 128 * MEBIBYTE
        )
        assert watch.verdict() is None
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"written\n"
        stopped = watch.verdict()
        process.communicate(b"\n")
    assert stopped.limit == "memory"


# 64 MiB of a process that waits in `vfork`: its child has the same memory.
VFORKED = """
import ctypes
library = ctypes.CDLL(None)
held = bytearray(64 * 2**20)
for place in range(0, len(held), 4096):
    held[place] = 1
stack = ctypes.create_string_buffer(2**16)
flags = 0x100 | 0x4000 | 17  # CLONE_VM, CLONE_VFORK, SIGCHLD
library.clone(library.pause, ctypes.byref(stack, 2**16 - 64), flags, None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_the_same_memory_of_two_processes_counts_once() -> None:
    """So it is for a moment each time a program is started."""
    if not resource_usage._have_the_same_memory(os.getpid(), os.getpid()):
        pytest.skip("this Linux does not tell")
    with subprocess.Popen([sys.executable, "-c", VFORKED]) as process:
        root = psutil.Process(process.pid)
        while len(both := resource_usage.tree(root)) < 2:
            time.sleep(0.01)
        try:
            assert resource_usage.upper_bound(both) > 128 * MEBIBYTE
            assert 64 * MEBIBYTE < resource_usage.used(both) < 128 * MEBIBYTE
        finally:
            for one in both:
                one.kill()


# A page of zeros each 2 MiB takes no memory, but a table of 4 KiB that says where it lies.
TABLES = """
import ctypes, mmap, sys
ctypes.CDLL(None).prctl(15, b"\\xff\\rVmPTE: 0")  # PR_SET_NAME: any bytes
held = mmap.mmap(-1, 4 * 2**30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
held.madvise(15)  # MADV_NOHUGEPAGE
print(sum(held[place] for place in range(0, len(held), 2 * 2**20)), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_the_tables_of_addresses_count() -> None:
    """8 MiB for 4 GiB in which nothing is; there is room for a thousand times as many."""
    command = [sys.executable, "-c", TABLES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        root = psutil.Process(process.pid)
        assert process.stdout.readline() == b"0\n"
        in_sight = root.memory_full_info()
        memory, most = resource_usage.used([root]), resource_usage.upper_bound([root])
        process.communicate()
    assert memory > in_sight.pss + 7.9 * MEBIBYTE
    assert most > in_sight.rss + 7.9 * MEBIBYTE


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_who_has_too_many_mappings_is_not_looked_through(monkeypatch) -> None:
    """It would take minutes, in which nothing else was limited."""
    root = psutil.Process()
    size = len(Path("/proc/self/maps").read_text())
    monkeypatch.setattr(resource_usage, "upper_bound", lambda _: 2**60)
    assert resource_usage.used([root]) < 2**60
    monkeypatch.setattr(resource_usage, "MAX_MAPS", size // 2)
    assert resource_usage.used([root]) == 2**60


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_a_file_that_is_mapped_may_have_any_name(tmp_path: Path) -> None:
    """Also one that is no text, or looks like another line."""
    folder = bytes(tmp_path) + b"/\xff\r "
    Path(os.fsdecode(folder + b"/dev")).mkdir(parents=True)
    with open(folder + b"/dev/zero", "wb+") as file:
        file.write(bytes(mmap.PAGESIZE))
        file.flush()
        with mmap.mmap(file.fileno(), 0):
            assert resource_usage.used([psutil.Process()]) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_a_process_whose_first_thread_has_ended_is_measured_and_stopped(monkeypatch) -> None:
    """Linux shows nothing of it, but of its other threads, which may end one after the other."""
    monkeypatch.setattr(limits, "MEASURE_INTERVAL", -1.0)
    command = [sys.executable, "-c", HEADLESS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        root = psutil.Process(process.pid)
        while root.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert resource_usage.used([root]) == 0
        small = limits.LimitWatch(Settings(memory_mb=32), root).verdict()
        assert small is not None
        assert small.limit == "memory"
        watch = limits.LimitWatch(Settings(), root)
        assert watch.verdict() is None
        with monkeypatch.context() as patch:
            # It was only about to end.
            patch.setattr(resource_usage, "remaining_thread", lambda _: None)
            assert watch.verdict() is None
        verdicts = [watch.verdict() for _ in range(limits.MAX_UNSURE)]
        assert verdicts[:-1] == [None] * (limits.MAX_UNSURE - 1)
        assert verdicts[-1] is not None
        assert "kept its memory" in verdicts[-1].why
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_a_process_that_has_ended_is_only_not_there(monkeypatch) -> None:
    """Until its parent asks how."""
    monkeypatch.setattr(limits, "MEASURE_INTERVAL", -1.0)
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        root = psutil.Process(process.pid)
        watch = limits.LimitWatch(Settings(), root)
        while root.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert [watch.verdict() for _ in range(2 * limits.MAX_UNSURE)] == [None] * 6


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_open_files_and_those_that_watch_others_are_counted(monkeypatch) -> None:
    """All of a user's may watch only so many files together: nobody may use them up."""
    code = (
        "import select, sys; p = [select.epoll() for _ in range(20)];"
        "[one.register(0) for one in p]; print(flush=True)"
    )
    command = [sys.executable, "-c", f"{code}; sys.stdin.read()"]
    monkeypatch.setattr(limits, "MEASURE_INTERVAL", -1.0)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        root = psutil.Process(process.pid)
        assert resource_usage.handles_of([root]) == (23, 20)
        watch = limits.LimitWatch(Settings(), root)
        assert watch.verdict() is None
        for name, most in (("MAX_HANDLES", 22), ("MAX_WATCHES", 19)):
            with monkeypatch.context() as patch:
                patch.setattr(resource_usage, name, most)
                stopped = watch.verdict()
                assert stopped.limit == "files"
        process.communicate()


def test_no_more_open_files_can_be_had() -> None:
    """Then a student's kernel cannot keep descriptors from those that we send them to."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
