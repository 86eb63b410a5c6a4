"""A class that is stopped in the middle, for real: the same command goes on."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support import make_class, processes
from support.mini import LESSON

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import soak

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

NAMES = ("ann", "bob", "cal")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of three, of which the second takes a while."""
    for name in NAMES:
        wait = "import time\ntime.sleep(8)\n" if name == "bob" else ""
        answer = f"{wait}number_of_parameters = 7850\n{name} = 1"
        notebook = make_class.untrained(parameters=answer)
        (tmp_path / "class").mkdir(exist_ok=True)
        nbformat.write(notebook, tmp_path / "class" / f"{name}.ipynb")
    return tmp_path


def started(folder: Path, sample_keras: Path) -> contextlib.AbstractContextManager:
    """The command."""
    command = ["grade", "class", "--workers", "1", "--json", "out.json"]
    return processes.started(
        [sys.executable, "-m", "autograder.cli", *command],
        cwd=folder,
        env={**os.environ, "KERAS_HOME": str(sample_keras)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def runs(folder: Path) -> dict[Path, int]:
    """The runs that are kept, and when they were."""
    kept = (folder / "results" / ".runs").glob("*/*")
    return {path: path.stat().st_mtime_ns for path in kept if path.suffix != ".part"}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_the_same_command_goes_on(folder: Path, sample_keras: Path, sent: signal.Signals) -> None:
    first = folder / "results" / LESSON.name / "ann" / "report.json"
    with started(folder, sample_keras) as grader:
        processes.wait_until(first.exists, "a first report", grader)
        grader.send_signal(sent)
        grader.communicate(timeout=processes.PATIENCE)
    report, before = first.read_bytes(), runs(folder)
    assert before
    assert not (folder / "out.json").exists()
    with started(folder, sample_keras) as grader:
        _, printed = grader.communicate(timeout=processes.PATIENCE)
    assert grader.returncode == 0, printed
    document = json.loads((folder / "out.json").read_text())
    assert [one["name"] for one in document["submissions"]] == list(NAMES)
    assert {one["score"] for one in document["submissions"]} == {12}
    assert first.read_bytes() == report
    assert {path: runs(folder)[path] for path in before} == before


@pytest.mark.skipif(os.getuid() != 0, reason="a small disk is mounted for it, which needs root")
def test_a_full_disk(folder: Path, sample_keras: Path) -> None:
    results = folder / "results"
    results.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(results)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        with started(folder, sample_keras) as grader:
            _, printed = grader.communicate(timeout=processes.PATIENCE)
        assert grader.returncode == 2
        assert "No space left on device" in printed
        assert "run the same command again to resume" in printed
        assert "Traceback" not in printed
        subprocess.run(["mount", "-o", "remount,size=100m", str(results)], check=True)
        with started(folder, sample_keras) as grader:
            _, printed = grader.communicate(timeout=processes.PATIENCE)
        assert grader.returncode == 0, printed
        shutil.rmtree(results / ".runs")
    finally:
        subprocess.run(["umount", str(results)], check=True)


@pytest.mark.weekly
def test_a_mixed_class_is_graded_and_leaves_nothing(tmp_path: Path) -> None:
    """Right, wrong, crashing, endless and hostile work: a stretch of ``benchmarks/soak.py``."""
    lines, clean = soak.soak(tmp_path, 25)
    assert clean, lines
    assert lines["graded"] == "25"
