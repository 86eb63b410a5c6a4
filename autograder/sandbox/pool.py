"""Where notebooks are run: sealed sandboxes, or a plain process on request."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from autograder import datasets
from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.core.lesson_registry import search_path_variables
from autograder.sandbox import bubblewrap, diagnostics, process_tree
from autograder.sandbox.cgroups import CgroupLimits, Group, NoCgroupsError, Parent
from autograder.sandbox.cpu_affinity import Cores
from autograder.sandbox.process import SandboxError, SandboxProcess
from autograder.sandbox.workspace import CANARY, CORE, DATA, ROOM, Workspace

# What a notebook may know of the environment: where programs are, the language, the GPU's drivers.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
# What a sandbox takes before a notebook runs in it, with a margin: TensorFlow and our own code.
OWN_MB, OWN_PROCESSES = 1024, 64
PASSED_ON_BEGIN = ("CUDA_", "NVIDIA_", "XLA_")
# In a course's folder or in a home; a sandbox that can see any of them is not sealed.
SECRETS = ("source", "solutions", "submitted", "gradebook.db", "checks", "results", ".ssh")


@dataclass(frozen=True, kw_only=True)
class SandboxPool:
    """Lends sandboxes, and keeps those that can be used again.

    Attributes:
        settings: the limits, and whether sandboxes are sealed.
        data_home: the Keras home with the images.
        private: folders that a sandbox must not see.
    """

    settings: Settings
    data_home: Path
    private: Sequence[Path] = ()
    _idle: list[SandboxProcess] = field(default_factory=list)
    _cores: Cores = field(default_factory=Cores)

    @property
    def level(self) -> str:
        """The isolation of a notebook: ``bubblewrap`` or ``none``."""
        return "none" if self.settings.isolation == "none" else "bubblewrap"

    @functools.cached_property
    def groups(self) -> Parent | None:
        """The control group in which Linux enforces limits, ``None`` where it cannot."""
        # Without them memory and processes are measured once a second.
        with contextlib.suppress(NoCgroupsError):
            return Parent.find() if self.level != "none" else None
        return None

    @functools.cached_property
    def data_name(self) -> str:
        """Which images there are: ``full`` or ``sample``.

        Raises:
            DatasetError: they are missing or damaged.
        """
        return datasets.verify(datasets.data_folder(self.data_home))

    @property
    def data(self) -> str:
        """The folder with the images, as it is called in a sandbox."""
        images = datasets.data_folder(self.data_home)
        return str(images if self.level == "none" else DATA)

    @contextlib.contextmanager
    def lend(self, cancel: threading.Event) -> Iterator[SandboxProcess]:
        """Lend a sandbox for one run.

        Raises:
            IsolationError: sandboxes cannot be sealed here; the message says why, and what to do.
            CancelledError: ``cancel`` was set meanwhile.
        """
        sandbox = self._ready(cancel)
        keep = False
        try:
            yield sandbox
            keep = sandbox.is_sealed and sandbox.is_usable
        finally:
            if keep:
                self._idle.append(sandbox)
            else:
                sandbox.close()

    def _ready(self, cancel: threading.Event) -> SandboxProcess:
        """Return a sandbox that can take a job: one that was used before, else a new one."""
        # Several threads borrow at the same time.
        with contextlib.suppress(IndexError):
            while True:
                sandbox = self._idle.pop()
                # A sandbox that has ended meanwhile is no sign that this machine cannot isolate.
                with contextlib.suppress(IsolationError):
                    return self._when_ready(sandbox, cancel)
        return self._when_ready(self._new(), cancel)

    def _when_ready(self, sandbox: SandboxProcess, cancel: threading.Event) -> SandboxProcess:
        try:
            if not sandbox.is_ready:
                self._wait(sandbox, cancel)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def close(self) -> None:
        """End all sandboxes."""
        while self._idle:
            self._idle.pop().close()

    def _wait(self, sandbox: SandboxProcess, cancel: threading.Event) -> None:
        try:
            sandbox.wait_until_ready(cancel)
        except SandboxError as error:
            output = str(error).strip()
            reason = output.splitlines()[-1] if output else ""
            raise IsolationError(
                f"Submissions cannot be kept apart here: {reason}\n"
                f"{diagnostics.cure(output)}\n{diagnostics.CHOICE}"
            ) from error

    def _new(self) -> SandboxProcess:
        if self.level == "none":
            return _plain()
        program = bubblewrap.find() if sys.platform == "linux" else None
        if program is None:
            reason = diagnostics.NO_PROGRAM if sys.platform == "linux" else diagnostics.OTHER_SYSTEM
            raise IsolationError(f"{reason}\n{diagnostics.CHOICE}")
        return self._sealed(program)

    def _sealed(self, program: Path) -> SandboxProcess:
        private = [path.resolve() for path in (*self.private, Path.home())]
        secrets = [path / name for path in private for name in SECRETS if (path / name).exists()]
        core = self._cores.take()
        stack = contextlib.ExitStack()
        stack.callback(self._cores.give_back, core)
        run = [sys.executable, "-P", "-m", "autograder.sandbox.fork_server", *map(str, secrets)]
        run += [f"{CORE}{core}"] if core is not None else []
        command = bubblewrap.command(
            program,
            run,
            environment=environment(Workspace(ROOM)),
            data=datasets.data_folder(self.data_home),
            hidden=private,
            gpus=self.settings.gpus,
        )

        group = stack.enter_context(self._group()) if self.groups else None

        def end(process: subprocess.Popen[bytes]) -> None:
            # bubblewrap's own child ends with it, and with that all that lives in the sandbox.
            process.kill()
            stack.close()

        try:
            return SandboxProcess(command, {CANARY: "1"}, end, is_sealed=True, group=group)
        except BaseException:
            stack.close()
            raise

    def _group(self) -> AbstractContextManager[Group]:
        assert self.groups
        limits = CgroupLimits(
            # Files of the scratch space lie in memory.
            memory_bytes=(self.settings.memory_mb + self.settings.scratch_mb + OWN_MB) * 2**20,
            processes=self.settings.processes + OWN_PROCESSES,
        )
        return self.groups.create("submission", limits)


def _plain() -> SandboxProcess:
    # Resolved: on macOS the temporary folder lies behind a link.
    folder = Path(tempfile.mkdtemp(prefix="autograder-")).resolve()
    variables = environment(Workspace(folder))
    command = [sys.executable, "-P", "-m", "autograder.sandbox.plain_worker", str(folder)]

    def end(process: subprocess.Popen[bytes]) -> None:
        process_tree.end_all(process, variables)
        shutil.rmtree(folder, ignore_errors=True)

    return SandboxProcess([*command, str(os.getpid())], variables, end, is_sealed=False)


def environment(workspace: Workspace) -> dict[str, str]:
    """Return the environment of a sandbox, with nothing of the grader's that is not needed."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_BEGIN)
    }
    return (
        passed
        | workspace.environment()
        | {
            # Our own package in this very version, wherever it was imported from.
            "PYTHONPATH": str(bubblewrap.PACKAGE.parent),
            **search_path_variables(),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            # As in JupyterLab. A kernel says so itself, too late where pyplot is loaded already.
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            # On a machine without a GPU TensorFlow reports an error where there is none.
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # Several notebooks may share a GPU with us: take what is needed, not all.
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            # A small network does not fill a core; several submissions side by side do.
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
    )
