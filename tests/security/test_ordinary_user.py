"""Run as root, the attacks are repeated as an ordinary user, with other sandboxes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.ordinary_user import ROOT, in_sight

from autograder.sandbox import bubblewrap

# Where an ordinary user runs the tests, as on GitHub, the attacks are tried as one every time.
pytestmark = [pytest.mark.kernel, pytest.mark.slow, pytest.mark.weekly]

# Of the attacks those that stand for their kind.
FEW = "test_an_attack_is_held or test_nothing_was_touched and not others"
NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of the ordinary user's own, outside of root's temporary folders."""
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def as_nobody(home: Path, program: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program as an ordinary user.

    Python may lie in root's own home, which nobody else may enter: bubblewrap shows it alone.
    """
    bwrap = bubblewrap.find()
    assert bwrap is not None
    words = [str(bwrap), "--die-with-parent", "--dev-bind", "/", "/", "--chdir", str(home)]
    words += [word for right in ("SETUID", "SETGID") for word in ("--cap-add", f"CAP_{right}")]
    words += in_sight()
    become = f"import os, sys; os.setgroups([]); os.setresgid(*[{NOBODY}] * 3);"
    become += (
        f"os.setresuid(*[{NOBODY}] * 3); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [*words, "--", sys.executable, "-c", become, *program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.getuid() != 0, reason="these tests are run by an ordinary user already")
def test_the_attacks_are_held_for_an_ordinary_user_too(home) -> None:
    """The fast ones, in a test run of their own."""
    tried = as_nobody(home, ["-c", "import autograder, pytest, tensorflow, os; print(os.getuid())"])
    if tried.stdout.strip() != str(NOBODY):
        pytest.skip(f"an ordinary user cannot run this Python: {tried.stderr[-300:]}")
    arguments = ["-q", "-p", "no:cacheprovider", "-k", FEW, f"--rootdir={ROOT}"]
    arguments += [f"--basetemp={home}/tests", str(ROOT / "tests" / "security" / "test_attacks.py")]
    done = as_nobody(home, ["-m", "pytest", *arguments])
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
