"""Limits that Linux enforces for a group of processes: control groups, version 2.

Memory, processes and the end of all of them, whatever they start: ``man 7 cgroups`` and the
kernel's ``admin-guide/cgroup-v2``. Ordinary users may make groups only below one that was delegated
over to them; systemd does so with ``Delegate=yes``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MOUNTS, OWN = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
# With these systemd marks the groups that it delegates: for root, and for ordinary users.
MARKS = ("trusted.delegate", "user.delegate")
CONTROLLERS = ("memory", "pids")
# Ours within the delegated group: a group that limits others holds no process itself.
LEAF = "autograder"
CURE = "Start the command as: systemd-run --user --scope -p Delegate=yes autograder grade …"
CURE_ROOT = "Start the command as: systemd-run --scope -p Delegate=yes autograder grade …"
# How long the kernel may take to end what was killed: memory has to be given back.
SECONDS_TO_END = 10
# ``sh`` says 0 for itself, so that not even its first child is outside.
ENTER = 'echo 0 >"$0" && exec "$@"'


class NoCgroupsError(RuntimeError):
    """No groups can be made here; the message says why, and what would help."""


@dataclass(frozen=True, kw_only=True)
class CgroupLimits:
    """What the processes of a group may have together.

    Attributes:
        memory_bytes: memory of theirs, files in memory (``/dev/shm``) and the kernel's for them.
        processes: processes and threads.
    """

    memory_bytes: int
    processes: int


@dataclass(frozen=True)
class Group:
    """A group for one sandbox or one job."""

    path: Path

    def command(self, command: Sequence[str]) -> list[str]:
        """Return a command that runs in this group from its first moment."""
        return ["/bin/sh", "-c", ENTER, str(self.path / "cgroup.procs"), *command]

    def add(self, process: int) -> None:
        """Move a process here; what it has started before stays where it is.

        Raises:
            OSError: there is no such process, or it may not be moved.
        """
        _write(self.path / "cgroup.procs", str(process))

    def limit_met(self) -> str | None:
        """Return the limit that was met, ``memory`` or ``processes``; ``None`` where none was."""
        # Not "max" of memory, which counts what was taken back in time, files of a cache above all.
        if _count(self.path / "memory.events", "oom_kill"):
            return "memory"
        return "processes" if _count(self.path / "pids.events", "max") else None

    def memory(self) -> int:
        """Return the memory that is in use now, in bytes."""
        return int((self.path / "memory.current").read_text())

    def kill(self) -> None:
        """End all that lives here, also what is being started meanwhile.

        Raises:
            TimeoutError: something has not ended: it waits for a device, say.
        """
        _write(self.path / "cgroup.kill", "1")
        end = time.monotonic() + SECONDS_TO_END
        while _count(self.path / "cgroup.events", "populated"):
            if time.monotonic() > end:
                raise TimeoutError(f"processes in {self.path} do not end")
            time.sleep(0.005)

    def remove(self) -> None:
        """Remove it once all has ended.

        Raises:
            OSError: something lives in it.
        """
        self.path.rmdir()


@dataclass(frozen=True)
class Parent:
    """The group that was delegated to us, in which we make others."""

    path: Path

    @classmethod
    def find(cls, own: Path = OWN, mounts: Path = MOUNTS) -> Parent:
        """Find the group delegated to us, ready to limit others; move this process into a leaf.

        Raises:
            NoCgroupsError: none was, or it limits neither memory nor processes.
        """
        if sys.platform != "linux":
            raise NoCgroupsError("Only Linux has control groups.")
        root = _root(mounts)
        found = _own(own, root)
        if found.name == LEAF:
            # Whatever started us, a loop over lessons say, was moved here by an earlier one of us.
            found = found.parent
        if found != root and not _is_delegated(found):
            raise NoCgroupsError(
                f"The control group of this process ({found}) is not left to it. "
                f"{CURE_ROOT if os.getuid() == 0 else CURE}"
            )
        missing = set(CONTROLLERS) - set((found / "cgroup.controllers").read_text().split())
        if missing:
            raise NoCgroupsError(
                f"The control group {found} does not limit {' and '.join(sorted(missing))}."
            )
        parent = cls(found)
        try:
            _prepare(found)
            # Tried rather than presumed: a container can show groups and refuse them.
            with parent.create("trial", CgroupLimits(memory_bytes=2**20, processes=1)):
                pass
        except OSError as error:
            raise NoCgroupsError(f"The control group {found} cannot be used: {error}.") from error
        return parent

    @contextlib.contextmanager
    def create(self, name: str, limits: CgroupLimits) -> Iterator[Group]:
        """Yield a new group below this one, whose processes are killed at the end.

        Raises:
            OSError: it cannot be made.
            TimeoutError: something in it has not ended.
        """
        # Several graders may share this group.
        group = Group(self.path / f"{name}-{secrets.token_hex(4)}")
        group.path.mkdir()
        try:
            _limit(group.path, limits)
            yield group
        finally:
            group.kill()
            group.remove()


def _root(mounts: Path) -> Path:
    """Return the mount point of the single hierarchy of version 2."""
    for line in mounts.read_text().splitlines():
        # man 5 proc: … root mount-point options … - type source options
        mount, _, kind = line.partition(" - ")
        if kind.split()[0] == "cgroup2":
            return Path(mount.split()[4])
    raise NoCgroupsError("Control groups of version 2 are not mounted.")


def _own(own: Path, root: Path) -> Path:
    for line in own.read_text().splitlines():
        if line.startswith("0::/"):
            found = root / line.removeprefix("0::/")
            if found.is_dir():
                return found
    raise NoCgroupsError("The control group of this process is not in sight.")


def _is_delegated(group: Path) -> bool:
    for mark in MARKS:
        with contextlib.suppress(OSError):
            if os.getxattr(group, mark) == b"1":
                return True
    return False


def _prepare(group: Path) -> None:
    """Let ``group`` limit groups below it."""
    control = group / "cgroup.subtree_control"
    if set(CONTROLLERS) <= set(control.read_text().split()):
        return
    words = " ".join(f"+{one}" for one in CONTROLLERS)
    try:
        _write(control, words)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # It holds processes, ourselves among them, and only the root of all may hold any.
        leaf = group / LEAF
        leaf.mkdir(exist_ok=True)
        for process in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                _write(leaf / "cgroup.procs", process)
        _write(control, words)


def _limit(group: Path, limits: CgroupLimits) -> None:
    _write(group / "memory.max", str(limits.memory_bytes))
    with contextlib.suppress(FileNotFoundError):
        # It is missing where the machine has no swap.
        _write(group / "memory.swap.max", "0")
    # All or nothing: a kernel whose children were killed would go on as if nothing had happened.
    _write(group / "memory.oom.group", "1")
    _write(group / "pids.max", str(limits.processes))


def _count(file: Path, name: str) -> int:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _write(file: Path, text: str) -> None:
    # Never created: where the kernel has no such file, nothing would be limited.
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
