"""What a sandbox tests about itself before it takes a submission: nothing is assumed."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.core.config import Settings
from autograder.sandbox import namespaces, privileges, reachability
from autograder.sandbox.workspace import CANARY, DATA, WORKSPACE

# Reserved for documentation (RFC 5737): no host has it, and there must be no route to it.
ELSEWHERE = ("192.0.2.1", 9)
TRIAL = Settings(scratch_mb=1, memory_mb=1024)


class NotSealedError(RuntimeError):
    """The sandbox does not isolate as it should."""


def run(hidden: Sequence[str]) -> None:
    """Try what must not be possible here, and a scratch space and processes of one's own.

    ``hidden`` are paths that must not be seen. To be called before any system call is filtered: a
    filter would hide what is open behind it.

    Raises:
        NotSealedError: something is possible.
    """
    _refuse([*_weaknesses(hidden), *_trial(is_filtered=False)])


def run_filtered() -> None:
    """Try the same space once more as a student's code will have it, with its filter.

    Raises:
        NotSealedError: something is possible.
    """
    _refuse(_trial(is_filtered=True))


def _refuse(found: Sequence[str]) -> None:
    if found:
        raise NotSealedError("; ".join(found))


def _weaknesses(hidden: Sequence[str]) -> Iterator[str]:
    seen = [path for path in hidden if path.startswith("/") and os.path.lexists(path)]
    yield from (f"{path} can be seen" for path in seen)
    if CANARY in os.environ:
        yield "the grader's environment can be seen"
    dark = [file.name for file in DATA.iterdir() if not os.access(file, os.R_OK)]
    yield from (f"Permission denied: the images ({name}) cannot be read" for name in dark)
    folders = ("/", "/dev", "/usr", str(DATA), sys.prefix, str(Path(__file__).parent))
    yield from (f"{folder} can be written to" for folder in folders if _writable(Path(folder)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        try:
            outward.connect(ELSEWHERE)
            yield "there is a network"
        except OSError as error:
            if error.errno != errno.ENETUNREACH:
                yield f"the network answers: {error}"
    if os.getuid() == 0:
        yield "this is root"


def _writable(folder: Path) -> bool:
    path = folder / ".autograder-trial"
    with contextlib.suppress(OSError):
        path.touch()
        path.unlink()
        return True
    return False


def _trial(*, is_filtered: bool) -> list[str]:
    """Return what is wrong with a submission's own space, tried with one that does nothing."""
    reader, writer = os.pipe()
    child = namespaces.fork(lambda: _tried(writer, is_filtered=is_filtered), keep=[writer])
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        found = stream.read().decode(errors="replace").splitlines()
    _, status = os.waitpid(child, 0)
    if status and not found:
        found = [f"a submission's own space ended with {os.waitstatus_to_exitcode(status)}"]
    return found


def _tried(writer: int, *, is_filtered: bool) -> int:
    with os.fdopen(writer, "w") as stream:
        try:
            privileges.become_own_user(0)
            namespaces.own_scratch(WORKSPACE, TRIAL.scratch_mb)
            answer = WORKSPACE / "answer"
            first = namespaces.fork_apart(
                TRIAL, lambda: _inside(answer, is_filtered=is_filtered), is_filtered=is_filtered
            )
            os.waitpid(first, 0)
            stream.write(answer.read_text() if answer.exists() else "a kernel cannot be forked")
        except OSError as error:
            stream.write(f"a submission gets no space of its own ({error})")
    return 0


def _inside(answer: Path, *, is_filtered: bool) -> None:
    """Write to ``answer`` what a kernel would see and should not."""
    found = [
        f"a submission is left our descriptor {number}" for number in reachability.descriptors()
    ]
    processes = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    if len(processes) > 2:
        found.append("a submission sees processes that are not its own")
    for process in set(processes) - {os.getpid()}:
        found += [
            f"a submission {what} of a process of ours" for what in reachability.into(process)
        ]
    found += [
        f"a submission shares memory with others ({name})" for name in reachability.shared_memory()
    ]
    size = os.statvfs(WORKSPACE)
    if size.f_blocks * size.f_frsize > TRIAL.scratch_mb * 2**20:
        found.append("the scratch space has no limit")
    with contextlib.suppress(OSError):
        namespaces.own_scratch(WORKSPACE, 2)
        found.append("a submission can make a scratch space without limit")
    if is_filtered:
        found += [f"a submission can call {name}" for name in reachability.calls()]
    answer.write_text("\n".join(found))
