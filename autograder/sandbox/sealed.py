"""The sandbox that bubblewrap builds, in which submissions are kept apart."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.sandbox import bubblewrap, diagnostics
from autograder.sandbox.cgroups import CgroupLimits, Group, NoCgroupsError, Parent
from autograder.sandbox.cpu_affinity import Cores
from autograder.sandbox.environment import environment
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.workspace import CANARY, CORE, DATA, TRAINER, WORKSPACE, Workspace

# What a sandbox takes before a notebook runs in it, with a margin: TensorFlow and our own code.
OWN_MB, OWN_PROCESSES = 1024, 64
# In a course's folder or in a home; a sandbox that can see any of them is not sealed.
SECRETS = ("source", "solutions", "submitted", "gradebook.db", "checks", "results", ".ssh")


class Sealed(Sandbox):
    """A fork server in a sandbox; each notebook is run in a fork of it."""

    level = "bubblewrap"
    is_sealed = True

    def __init__(self, settings: Settings, private: Sequence[Path] = ()) -> None:
        super().__init__(settings, private)
        self._cores = Cores()

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

    def open(self, images: Mapping[str, Path], *, trains: bool = False) -> SandboxProcess:
        """Start a fork server; it tries by itself what must not be possible in it."""
        program = bubblewrap.find() if sys.platform == "linux" else None
        if program is None:
            reason = diagnostics.NO_PROGRAM if sys.platform == "linux" else diagnostics.OTHER_SYSTEM
            raise IsolationError(f"{reason}\n{diagnostics.CHOICE}")
        private = [path.resolve() for path in (*self.private, Path.home())]
        secrets = [path / name for path in private for name in SECRETS if (path / name).exists()]
        # Several trainings are done at a time.
        core = None if trains else self._cores.take()
        stack = contextlib.ExitStack()
        stack.callback(self._cores.give_back, core)
        run = [sys.executable, "-P", "-m", "autograder.sandbox.fork_server", *map(str, secrets)]
        run += [f"{CORE}{core}"] if core is not None else []
        run += [TRAINER] if trains else []
        command = bubblewrap.command(
            program,
            run,
            environment=environment(Workspace(WORKSPACE)),
            data=images,
            hidden=private,
            gpus=self.settings.gpus,
        )
        # Of trainings as many are done at a time as there are cores.
        at_a_time = (os.cpu_count() or 1) if trains else 1
        group = stack.enter_context(self._group(at_a_time)) if self._groups else None

        def end(process: subprocess.Popen[bytes]) -> None:
            # bubblewrap's own child ends with it, and with that all that lives in the sandbox.
            process.kill()
            stack.close()

        try:
            return SandboxProcess(
                command, {CANARY: "1"}, end, level=self.level, is_sealed=True, group=group
            )
        except BaseException:
            stack.close()
            raise

    def _group(self, at_a_time: int) -> AbstractContextManager[Group]:
        assert self._groups
        # Files of the scratch space lie in memory.
        memory_mb = self.settings.memory_mb + self.settings.scratch_mb
        limits = CgroupLimits(
            memory_bytes=(memory_mb * at_a_time + OWN_MB) * 2**20,
            processes=self.settings.processes * at_a_time + OWN_PROCESSES,
        )
        return self._groups.create("submission", limits)


SANDBOX = Sealed
