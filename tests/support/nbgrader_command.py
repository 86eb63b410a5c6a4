"""nbgrader's own command, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def nbgrader(course: Path, keras: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an nbgrader command in the course's folder."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "KERAS_HOME": str(keras),
    }
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=course, env=environment, check=False, capture_output=True, text=True
    )
