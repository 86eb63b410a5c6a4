"""No sandbox: a process with the grader's own rights, for work that can be trusted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.sandbox import process_tree
from autograder.sandbox.environment import environment
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.workspace import Workspace


class Plain(Sandbox):
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
    ) -> SandboxProcess:
        """Start a process in an empty folder."""
        # Resolved: on macOS the temporary folder lies behind a link.
        folder = Path(tempfile.mkdtemp(prefix="autograder-")).resolve()
        variables = environment(Workspace(folder))
        command = [sys.executable, "-P", "-m", "autograder.sandbox.plain_worker", str(folder)]

        def end(process: subprocess.Popen[bytes]) -> None:
            process_tree.end_all(process, variables)
            shutil.rmtree(folder, ignore_errors=True)

        return SandboxProcess([*command, str(os.getpid())], variables, end, level=self.level)


SANDBOX = Plain
