"""The sandbox that bubblewrap builds, in which submissions are kept apart."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.core.process_limits import allow_open_files
from autograder.sandbox import bubblewrap, diagnostics
from autograder.sandbox.cgroups import CgroupLimits, Group, NoCgroupsError, Parent
from autograder.sandbox.environment import environment
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.protocol import Start
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.warm_process import WarmProcess, Worker
from autograder.sandbox.workspace import CANARY, DATA, WORKSPACE, Workspace

# What a sandbox takes before a notebook runs in it, with a margin: TensorFlow and our own code.
OWN_MB, OWN_PROCESSES = 1024, 64
# In a course's folder or in a home; a sandbox that can see any of them is not sealed.
SECRETS = ("source", "solutions", "submitted", "gradebook.db", "checks", "results", ".ssh")


class SealedSandbox(Sandbox):
    """Workers in a sandbox, all forked of one process; each notebook is run in a fork of one."""

    level = "bubblewrap"
    is_sealed = True

    def __init__(self, settings: Settings, private: Sequence[Path] = ()) -> None:
        super().__init__(settings, private)
        self._lock = threading.Lock()
        self._warm: WarmProcess | None = None

    @functools.cached_property
    def _groups(self) -> Parent | None:
        """The control group in which Linux enforces limits, ``None`` where it cannot."""
        # Without them memory and processes are measured once a second.
        with contextlib.suppress(NoCgroupsError):
            return Parent.find()
        return None

    def images_folder(self, images: Path, name: str) -> Path:  # noqa: ARG002  it is bound to another place
        """Return the folder as it is called in the sandbox."""
        return DATA / name

    def start(self, images: Mapping[str, Path]) -> None:
        """Start the process that has TensorFlow loaded, where there is none."""
        self._running(images)

    def _running(self, images: Mapping[str, Path]) -> WarmProcess:
        with self._lock:
            if self._warm is None or not self._warm.lives:
                self._warm = self._started(images)
            return self._warm

    def open(
        self, images: Mapping[str, Path], *, trains: bool = False, core: int | None = None
    ) -> SandboxProcess:
        """Fork a worker of the process that has TensorFlow loaded, which is started at first."""
        warm = self._running(images)
        stack = contextlib.ExitStack()
        group = stack.enter_context(self._group())
        worker = Worker(warm, Start(core=core, trains=trains), group, stack.close)
        level = f"{self.level}+cgroup" if group else self.level
        return SandboxProcess(warm.fork(), worker, level=level, is_sealed=True)

    def close(self) -> None:
        """End it with all of its processes."""
        with self._lock:
            if self._warm:
                self._warm.close()
            self._warm = None

    def _started(self, images: Mapping[str, Path]) -> WarmProcess:
        """Start the process, which tries by itself what must not be possible in it."""
        program = bubblewrap.find() if sys.platform == "linux" else None
        if program is None:
            reason = diagnostics.NO_PROGRAM if sys.platform == "linux" else diagnostics.OTHER_SYSTEM
            raise IsolationError(f"{reason}\n{diagnostics.CHOICE}")
        private = [path.resolve() for path in (*self.private, Path.home())]
        secrets = [path / name for path in private for name in SECRETS if (path / name).exists()]
        run = [sys.executable, "-P", "-m", "autograder.sandbox.fork_server", *map(str, secrets)]
        command = bubblewrap.command(
            program,
            run,
            environment=environment(Workspace(WORKSPACE)),
            data=images,
            hidden=private,
            gpus=self.settings.gpus,
        )
        # Workers are given descriptors, which no student may keep from them.
        allow_open_files()
        return WarmProcess(command, {CANARY: "1"}, self._group())

    def _group(self) -> AbstractContextManager[Group | None]:
        """Yield a group for one worker, or for what they are forked of."""
        if not self._groups:
            return contextlib.nullcontext()
        # Files of the scratch space lie in memory.
        memory_mb = self.settings.memory_mb + self.settings.scratch_mb + OWN_MB
        limits = CgroupLimits(
            memory_bytes=memory_mb * 2**20, processes=self.settings.processes + OWN_PROCESSES
        )
        return self._groups.create("submission", limits)


SANDBOX = SealedSandbox
