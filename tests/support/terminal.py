"""A terminal in a course's folder: the commands that people type there, and what they read."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Started as modules: a console script may belong to another copy of the package.
MODULES = {"autograder": "autograder.cli", "nbgrader": "nbgrader"}


def copy_of(folder: Path, *names: str) -> None:
    """Put copies of these files and folders of the repository into a folder."""
    for name in names:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


def remarks(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on the standard error, whatever the width of the terminal."""
    return " ".join(capsys.readouterr().err.split())


def environment(keras: Path, **more: str) -> dict[str, str]:
    """What a command sees: our own programs first, the images of this home of Keras, and more."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "KERAS_HOME": str(keras), **more}


@dataclass(frozen=True)
class Terminal:
    """Stands in a folder; there is a home, and images in a home of Keras."""

    folder: Path
    home: Path
    keras: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command sees."""
        # As wide as terminals usually are.
        more = {"HOME": str(self.home), "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        return environment(self.keras, **more)

    def type(self, command: str) -> str:
        """Type a command; it has to end well.

        Returns what was printed: the results, then the remarks.
        """
        program, *arguments = shlex.split(command)
        start = [sys.executable, "-m", MODULES[program]] if program in MODULES else [program]
        arguments = [re.sub(r"^~(?=/)", str(self.home), one) for one in arguments]
        done = subprocess.run(
            [*start, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{output}"
        return output


def nbgrader(
    course: Path, keras: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run an nbgrader command in the course's folder."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment(keras, **variables),
        check=False,
        capture_output=True,
        text=True,
    )
