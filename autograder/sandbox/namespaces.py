"""Linux namespaces and limits for one submission, inside the sandbox that bubblewrap has built.

The system calls are ``unshare(2)`` and ``mount(2)``; the numbers are Linux's own, from its
``sched.h`` and ``mount.h``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import socket
import struct
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.core.config import Settings
from autograder.sandbox import privileges, seccomp
from autograder.sandbox.libc import SET_DEATH_SIGNAL, SET_DUMPABLE, call, set_process

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS = 0x20000, 0x8000000, 0x10000000, 0x20000000
NEW_NAMES, NEW_NETWORK = 0x4000000, 0x40000000
# What brings up a network interface: requests and flags from ``sockios.h`` and ``if.h``.
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1
NO_SETUID, NO_DEVICES, NO_PROGRAMS, BIND = 2, 4, 8, 4096
# Files and folders in the scratch space; each costs the kernel memory that no size counts.
MAX_FILES = 100_000
# Terminals: one for each command of the shell that goes on.
MAX_TERMINALS = 64
# As many as Linux lets a program open that does not ask for more.
MAX_OPEN = 1024
STANDARD_ERROR = 2
# What the first process of a submission is asked from outside: to stop all others, and to let them
# go on.
STAND_STILL, GO_ON = signal.SIGUSR1, signal.SIGUSR2
# From ``siginfo.h``: sent by ``kill``, so that Linux itself says by whom.
BY_KILL = 0
# A ``struct ifreq``: the name of an interface, then its flags.
INTERFACE = struct.Struct("16sH14x")
# Since then a limit on processes counts those of a user namespace alone.
COUNTS_PER_NAMESPACE = (5, 14)


def mount_processes() -> None:
    """Mount a ``/proc`` that shows the processes of this process space."""
    call("mount", b"proc", b"/proc", b"proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS, None)


def own_scratch(mount_point: Path, size_mb: int) -> None:
    """Give this process an empty scratch space of this size, which ends with it.

    It is at ``mount_point``, and parts of it take the place of ``/tmp`` and ``/dev/shm``.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", NEW_USER | NEW_MOUNTS)
    # Only then may we write our own files in /proc. No other process can see us yet.
    set_process(SET_DUMPABLE, 1)
    Path("/proc/self/setgroups").write_text("deny")
    # Whatever it is outside, a submission sees the same.
    Path("/proc/self/uid_map").write_text(f"{privileges.NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{privileges.NOBODY} {group} 1")
    set_process(SET_DUMPABLE, 0)
    size = f"size={size_mb}m,nr_inodes={MAX_FILES},mode=700".encode()
    call("mount", b"scratch", bytes(mount_point), b"tmpfs", NO_SETUID | NO_DEVICES, size)
    for name, target in (("tmp", Path("/tmp")), ("shm", Path("/dev/shm"))):
        (mount_point / name).mkdir()
        # This Python may lie in /tmp, which must not be covered then.
        if not any(target.iterdir()):
            call("mount", bytes(mount_point / name), bytes(target), None, BIND, None)
    # All workers lie in one sandbox: its terminals would be a way from one student to another.
    # So would their number be, which Linux limits for the whole machine.
    own = f"ptmxmode=666,max={MAX_TERMINALS}".encode()
    call("mount", b"devpts", b"/dev/pts", b"devpts", NO_SETUID | NO_PROGRAMS, own)


def fork_apart(
    settings: Settings,
    main: Callable[[], None],
    *,
    keep: Collection[int] = (),
    is_filtered: bool,
) -> int:
    """Run ``main`` among processes of its own, without any right to change that.

    It keeps only the descriptors ``keep`` of ours; ``is_filtered`` says whether its
    system calls are.

    Returns:
        The id of a child that passes SIGINT on and ends as ``main`` ends. When it is killed,
        whatever ``main`` has started is killed too.
    """
    apart = _Apart(settings=settings, main=main, keep=keep, is_filtered=is_filtered)
    return fork(apart.outer, keep=keep)


def fork(main: Callable[[], int], *, keep: Collection[int] = ()) -> int:
    """Run ``main`` in a child, which ends with its result as status, and ends when we do.

    The child closes at once what it does not need: all but the standard streams and ``keep``. No
    process can look into it, nor take a descriptor from it.
    """
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        set_process(SET_DUMPABLE, 0)
        set_process(SET_DEATH_SIGNAL, signal.SIGKILL)
        # A signal to a group of processes must not reach those around it.
        os.setsid()
        _close_all_but(keep)
        # In a process space of its own our parent is 0, whatever its number.
        if os.getppid() in (parent, 0):
            status = main()
    except Exception:  # noqa: BLE001  reported in the log of the sandbox
        traceback.print_exc()
    finally:
        # A copy of what our parent was doing must never go on.
        os._exit(status)


def wait_for_all() -> None:
    """Wait until this process has no children, its own and those that became so."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _close_all_but(keep: Collection[int]) -> None:
    for path in list(Path("/proc/self/fd").iterdir()):
        if (number := int(path.name)) > STANDARD_ERROR and number not in keep:
            with contextlib.suppress(OSError):
                os.close(number)


def _be_silent() -> None:
    """Let go of the standard streams: the log of the sandbox is read by the grader."""
    with open(os.devnull, "r+b") as nothing:
        for number in range(STANDARD_ERROR + 1):
            os.dup2(nothing.fileno(), number)


@dataclass(frozen=True, kw_only=True)
class _Apart:
    """The three processes around what is run apart, from the outside in."""

    settings: Settings
    main: Callable[[], None]
    keep: Collection[int]
    is_filtered: bool

    def outer(self) -> int:
        """Make the namespaces; this process itself is still outside of most."""
        call("unshare", NEW_PIDS | NEW_IPC | NEW_MOUNTS | NEW_NETWORK | NEW_NAMES)
        child = fork(self.first, keep=self.keep)
        _be_silent()
        return _wait_for(child)

    def first(self) -> int:
        """Be the first among its own: take in orphans, and take all along at the end."""
        mount_processes()
        _bring_up_loopback()
        with contextlib.suppress(OSError):
            # In a namespace below it anyone could mount a larger scratch space.
            Path("/proc/sys/user/max_user_namespaces").write_text("0")
        privileges.drop()
        # A student's code can see this process: by now it must hold nothing of the grader's.
        _be_silent()
        child = fork(self.innermost, keep=self.keep)
        _close_all_but(())
        return _wait_within(child)

    def innermost(self) -> int:
        """Run ``main``."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # What a student's code may know of its own process is in files of /proc.
        set_process(SET_DUMPABLE, 1)
        _limit(self.settings)
        if self.is_filtered:
            seccomp.load(seccomp.KERNEL)
        self.main()
        return 0


def _bring_up_loopback() -> None:
    """Let processes of one submission reach each other, as they can on any machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, GET_FLAGS, INTERFACE.pack(b"lo", 0))
        name, flags = INTERFACE.unpack(request)
        fcntl.ioctl(any_socket, SET_FLAGS, INTERFACE.pack(name, flags | IS_UP))


def _limit(settings: Settings) -> None:
    mebibyte = 2**20
    limits = {
        # Not RLIMIT_AS: TensorFlow maps far more than it uses.
        resource.RLIMIT_DATA: settings.memory_mb * mebibyte,
        resource.RLIMIT_FSIZE: settings.file_mb * mebibyte,
        resource.RLIMIT_NOFILE: MAX_OPEN,
        resource.RLIMIT_CORE: 0,
    }
    if counts_per_namespace():
        limits[resource.RLIMIT_NPROC] = settings.processes
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    with contextlib.suppress(OSError):
        # When memory runs out on the whole machine, this is what has to go.
        Path("/proc/self/oom_score_adj").write_text("1000")


def counts_per_namespace() -> bool:
    """Return whether the system can limit the processes of each submission separately."""
    version = os.uname().release.split("-")[0].split(".")[:2]
    return tuple(int(part) for part in version if part.isdigit()) >= COUNTS_PER_NAMESPACE


def _wait_for(child: int) -> int:
    """Pass SIGINT on to a child, and return how it ended."""
    signal.signal(signal.SIGINT, lambda *_: os.kill(child, signal.SIGINT))
    _, status = os.waitpid(child, 0)
    return _as_shell(status)


def _wait_within(child: int) -> int:
    """Be the first process of a space: do as asked, bury all, and return how a child ended.

    What is sent to all others reaches also those that are being forked just then.
    """
    asked = {signal.SIGCHLD, signal.SIGINT, STAND_STILL, GO_ON}
    signal.pthread_sigmask(signal.SIG_BLOCK, asked)
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == child:
            return _as_shell(status)
        # Where they end all the time, it is asked all the same.
        sent = signal.sigtimedwait(asked, 0) if ended else signal.sigwaitinfo(asked)
        with contextlib.suppress(ProcessLookupError):
            if sent and sent.si_signo == signal.SIGINT:
                os.kill(child, signal.SIGINT)
            # By nobody in this space.
            elif sent and (sent.si_code, sent.si_pid) == (BY_KILL, 0):
                _send_to_others(sent.si_signo)


def _send_to_others(asked: int) -> None:
    if asked == STAND_STILL:
        os.kill(-1, signal.SIGSTOP)
        return
    # The youngest first: a shell that goes on before its jobs takes them for stopped.
    numbers = map(int, filter(str.isdigit, os.listdir("/proc")))  # noqa: PTH208  at once
    for number in sorted(numbers, reverse=True):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGCONT)
    os.kill(-1, signal.SIGCONT)


def _as_shell(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
