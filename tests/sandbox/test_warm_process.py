"""One process has TensorFlow loaded, and every worker is a fork of it with limits of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.processes import wait_until

from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.core.evidence import Evidence
from autograder.core.ipc import Line, pair
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.privileges import USERS
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.protocol import Job, Start, WorkerEnded
from autograder.sandbox.warm_process import Worker

NEVER = threading.Event()
IDLE = 40
# What it leaves to Linux to end takes a while: memory and processes.
ENDLESS = f"""\
import os, time
memory = b"x" * 2**30
for _ in range({IDLE}):
    if not os.fork():
        time.sleep(600)
while True:
    time.sleep(0.1)
"""


class Server:
    """A fork server, as far as its workers are asked about it."""

    def last_output(self) -> str:
        return "its last words"

    def exit_code(self) -> int | None:
        return None


class Group:
    """A control group that remembers what was told before the worker began."""

    def __init__(self, far: socket.socket) -> None:
        self._far, self.processes = far, []

    def add(self, process: int) -> None:
        with pytest.raises(BlockingIOError):
            self._far.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        self.processes.append(process)

    def limit_met(self) -> str | None:
        return None


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that go on; an orphan that has ended is there until the system buries it."""
    found = []
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def ends() -> tuple[socket.socket, socket.socket]:
    """Both ends of a line on which the far one can show its process."""
    near, far = pair()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return near, far


class TestBegin:
    """A worker is limited before it has begun."""

    def test_it_is_in_its_group_before_it_is_told_anything(self) -> None:
        """Otherwise the kernel could be forked outside of it."""
        near, far = ends()
        group, released = Group(far), []
        start = Start(core=1)
        worker = Worker(Server(), start, group, lambda: released.append(True))
        with Line(near) as line, Line(far) as other:
            other.show_process()
            worker.start(line)
            assert group.processes == [os.getpid()]
            assert worker.root is None
            assert other.receive(Start) == start

    def test_without_a_group_it_is_measured(self) -> None:
        near, far = ends()
        worker = Worker(Server(), Start(), None, lambda: None)
        with Line(near) as line, Line(far) as other:
            other.show_process()
            worker.start(line)
        assert worker.root == psutil.Process()

    def test_one_that_was_never_forked(self) -> None:
        """Its line is closed by a fork server that ends: the last words are that one's."""
        near, far = ends()
        far.close()
        released: list[bool] = []
        worker = Worker(Server(), Start(), None, lambda: released.append(True))
        process = SandboxProcess(Line(near), worker, level="own", is_sealed=True)
        with pytest.raises(RuntimeError, match="its last words"):
            process.wait_until_ready(NEVER)
        process.close()
        assert released == [True]

    @pytest.mark.parametrize(("code", "words"), [(-9, "SIGKILL"), (1, "its last words")])
    def test_how_it_ended(self, code: int, words: str) -> None:
        """Its parent says so; a signal came from somebody else."""
        near, far = ends()
        worker = Worker(Server(), Start(), None, lambda: None)
        process = SandboxProcess(Line(near), worker, level="own", is_sealed=True)
        child = os.fork()
        if not child:
            other = Line(far)
            other.show_process()
            other.receive(Start)
            other.send(WorkerEnded(code=code))
            os._exit(0)
        far.close()
        os.waitpid(child, 0)
        with pytest.raises(RuntimeError, match=words):
            process.wait_until_ready(NEVER)
        process.close()


class Sandboxes:
    """Sandboxes of which it can be seen whether somebody began to start them."""

    level = "own"

    def __init__(self, *, is_sealed: bool, error: Exception | None = None) -> None:
        self.is_sealed, self.error = is_sealed, error
        self.did: list[str] = []

    def start(self, images: Mapping[str, Path]) -> None:
        assert images
        time.sleep(0.1)
        self.did.append("started")
        if self.error:
            raise self.error

    def close(self) -> None:
        self.did.append("closed")


@pytest.mark.parametrize(
    ("sandboxes", "did"),
    [
        (Sandboxes(is_sealed=True), ["started", "closed"]),
        (Sandboxes(is_sealed=True, error=IsolationError("not here")), ["started", "closed"]),
        (Sandboxes(is_sealed=False), ["closed"]),
    ],
)
def test_what_is_started_before_it_is_needed_is_ended(sandboxes, did, sample_keras: Path) -> None:
    """Once, also where the end comes before it is there; who asks for a sandbox is told why not."""
    pool = SandboxPool(settings=Settings(), data_home=sample_keras)
    object.__setattr__(pool, "sandbox", sandboxes)
    pool.start()
    pool.start()
    pool.close()
    assert sandboxes.did == did


@pytest.fixture(scope="module")
def pool(sample_keras: Path) -> Iterator[SandboxPool]:
    """A pool of real sandboxes."""
    with contextlib.closing(SandboxPool(settings=Settings(), data_home=sample_keras)) as made:
        yield made


def job(*cells: str) -> Job:
    """A notebook without a lesson."""
    return Job(cells=list(cells), files={}, prelude="", settings=Settings(), dataset="", data="")


def printed(evidence: Evidence) -> list[str]:
    """What each cell has printed."""
    return [
        "".join(one["text"] for one in outputs if one["output_type"] == "stream")
        for _, outputs in sorted(evidence.outputs.items())
    ]


@pytest.mark.kernel
@pytest.mark.slow
class TestReal:
    """Real workers of a real sandbox."""

    def test_one_is_closed_in_the_middle_and_the_other_goes_on(self, pool: SandboxPool) -> None:
        """All that it has started ends; both were forked from one process."""
        cancel, ended = threading.Event(), []

        def run() -> None:
            try:
                job_runner.run(job(ENDLESS), pool, cancel)
            except Exception as error:  # noqa: BLE001  looked at below
                ended.append(type(error).__name__)

        with pool.lend(NEVER) as (other, _):
            thread = threading.Thread(target=run)
            thread.start()
            root = other._handle.root
            server = root.parent().parent()
            wait_until(lambda: len(server.children()) == 2)
            (guard,) = set(server.children()) - {root.parent()}
            wait_until(lambda: len(guard.children(recursive=True)) >= 4 + IDLE)
            its = guard.children(recursive=True)
            cancel.set()
            thread.join(30)
            assert ended == ["CancelledError"]
            # At once: the next notebook has the core and the memory now.
            assert not living(its)
            wait_until(lambda: not guard.is_running())
            assert root.is_running()
        assert printed(job_runner.run(job("print(1)"), pool)) == ["1\n"]

    def test_one_that_is_killed_is_nobodys_fault(self, pool: SandboxPool) -> None:
        """The job is run again, elsewhere."""
        killed: list[int] = []

        def kill() -> None:
            wait_until(lambda: bool(lent))
            root = lent[0]._handle.root
            wait_until(lambda: len(root.children(recursive=True)) >= 3)
            killed.append(root.pid)
            os.kill(root.pid, signal.SIGKILL)

        lent: list[SandboxProcess] = []
        original = SandboxProcess.run

        def noted(self: SandboxProcess, *given: Any) -> Any:
            lent.append(self)
            return original(self, *given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SandboxProcess, "run", noted)
            thread = threading.Thread(target=kill)
            thread.start()
            evidence = job_runner.run(job("import time\ntime.sleep(1)\nprint('whole')"), pool)
            thread.join(30)
        assert killed
        assert printed(evidence) == ["whole\n"]
        assert len(lent) == 2
        assert not evidence.run.interrupted

    def test_where_all_were_killed_another_is_started(self, pool: SandboxPool) -> None:
        """The process that has TensorFlow loaded, and its workers with it."""
        with pool.lend(NEVER) as (process, _):
            root = process._handle.root
            server = root.parent().parent()
            os.kill(server.pid, signal.SIGKILL)
            wait_until(lambda: not root.is_running())
        assert printed(job_runner.run(job("print(2)"), pool)) == ["2\n"]

    @pytest.mark.skipif(os.getuid() != 0, reason="only root can let others be other users")
    def test_each_is_a_user_of_its_own_without_a_right(self, pool: SandboxPool) -> None:
        """Linux counts much for each user: a neighbour must not use it up. None of them sees it."""
        with pool.lend(NEVER) as (one, _), pool.lend(NEVER) as (other, _):
            roots = [each._handle.root for each in (one, other)]
            users = {user for root in roots if root for user in root.uids()}
            assert len(users) == 2
            assert users < set(USERS)
            for root in filter(None, roots):
                status = Path(f"/proc/{root.pid}/status").read_text()
                assert re.findall(r"^Cap(?:Inh|Prm|Eff):\t(\w+)$", status, re.MULTILINE) == 3 * [
                    "0" * 16
                ]
        code = "import os; print(*os.getresuid(), *os.getresgid())"
        assert printed(job_runner.run(job(code), pool)) == [f"{' '.join(6 * ['65534'])}\n"]

    def test_one_that_trains_takes_no_job(self, pool: SandboxPool) -> None:
        """It ends with what is no training."""
        process = pool._open(None, trains=True)
        with contextlib.closing(process):
            process.wait_until_ready(NEVER)
            with pytest.raises((OSError, ValueError)):
                process.train(b"\x80", seconds=20)

    def test_nothing_is_left_of_one_that_is_closed_while_it_works(self, sample_keras: Path) -> None:
        """Once it is closed, not some time later."""
        before = set(psutil.Process().children(recursive=True))

        def its() -> set[psutil.Process]:
            return set(psutil.Process().children(recursive=True)) - before

        closed = SandboxPool(settings=Settings(), data_home=sample_keras)
        ended: list[str] = []

        def run() -> None:
            try:
                job_runner.run(job(ENDLESS), closed)
            except Exception as error:  # noqa: BLE001  looked at below
                ended.append(type(error).__name__)

        thread = threading.Thread(target=run)
        thread.start()
        wait_until(lambda: len(its()) > IDLE + 6)
        running = its()
        closed.close()
        assert not living(running)
        thread.join(30)
        assert ended == ["CancelledError"]

    def test_one_that_is_closed_while_it_starts_leaves_nothing(self, sample_keras: Path) -> None:
        """Not even the process of bubblewrap's that waits for its parent then."""

        def waiting() -> set[int]:
            found = psutil.process_iter(["name", "status"])
            named = (one for one in found if one.info["name"] == "bwrap")
            return {one.pid for one in named if one.info["status"] != psutil.STATUS_ZOMBIE}

        before = waiting()
        for _ in range(3):
            new = SandboxPool(settings=Settings(), data_home=sample_keras)
            new.sandbox.start({})
            time.sleep(0.01)
            new.close()
        wait_until(lambda: not waiting() - before)
