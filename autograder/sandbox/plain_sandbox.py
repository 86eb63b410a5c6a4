"""No sandbox: a process with the grader's own rights, for work that can be trusted."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.core.ipc import Line
from autograder.sandbox import process_tree
from autograder.sandbox.child_program import ChildProgram
from autograder.sandbox.environment import environment
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.workspace import Workspace


class PlainSandbox(Sandbox):
    """A new process for each notebook."""

    level = "none"
    is_sealed = False

    def images_folder(self, images: Path, name: str) -> Path:  # noqa: ARG002  it is where it is
        """Return the folder itself."""
        return images

    def open(
        self,
        images: Mapping[str, Path],  # noqa: ARG002  all can be seen
        *,
        trains: bool = False,  # noqa: ARG002
        core: int | None = None,  # noqa: ARG002
    ) -> SandboxProcess:
        """Start a process in an empty folder."""
        # Resolved: on macOS the temporary folder lies behind a link.
        folder = Path(tempfile.mkdtemp(prefix="autograder-")).resolve()
        variables = environment(Workspace(folder))
        command = [sys.executable, "-P", "-m", "autograder.sandbox.plain_worker", str(folder)]
        program = ChildProgram([*command, str(os.getpid())], variables)
        handle = _Worker(program, folder, variables)
        return SandboxProcess(program.line, handle, level=self.level)


@dataclass(frozen=True)
class _Worker:
    """The process of one notebook, its folder, and what its environment is known by."""

    program: ChildProgram
    folder: Path
    environment: Mapping[str, str]
    root: None = None

    def start(self, line: Line) -> None:
        """Do nothing: it starts by itself."""

    def limit_met(self) -> None:
        """Return ``None``: nothing but time is limited."""

    def last_output(self) -> str:
        """Return its last output."""
        return self.program.last_output()

    def exit_code(self) -> int | None:
        """Return how it ended, ``None`` where it goes on."""
        return self.program.exit_code()

    def end(self) -> None:
        """End it, and whatever has its environment; remove its folder."""
        process_tree.end_all(self.program.process, self.environment)
        self.program.close()
        shutil.rmtree(self.folder, ignore_errors=True)


SANDBOX = PlainSandbox
