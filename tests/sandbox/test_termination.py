"""What starts new processes while it is being ended does not outlive its submission."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from autograder.cli import progress_log
from autograder.core.evidence import EVIDENCE_VARIABLE
from autograder.sandbox import process_tree

# The package has a function of this name too.
ending = importlib.import_module("autograder.sandbox.termination")

# As the worker does: orphans come to it.
WORKER = """
import ctypes, os, subprocess, sys, time
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
subprocess.Popen([sys.executable, "-S", "-c", sys.argv[1], sys.argv[2]], env={ENVIRONMENT})
time.sleep(600)
"""
# Each starts the next one and ends; nobody is older than some milliseconds. It ends by itself,
# where nobody ends it, after a number of generations.
CHAIN = """
import os, sys, time
for generation in range(50_000):
    if os.fork():
        os._exit(0)
    os.setsid()
    if generation == 10:
        open(sys.argv[1], "w").close()

"""
# Two that look after each other.
PAIR = """
import os, sys, time
for generation in range(5_000):
    child = os.fork()
    if not child:
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.001)
        continue
    if generation == 0:
        open(sys.argv[1], "w").close()
    os.waitpid(child, 0)
"""


def living(mark: str) -> list[psutil.Process]:
    """What has this word in its command line."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if mark in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.mark.parametrize("environment", ["os.environ", "{}"], ids=["marked", "hidden"])
@pytest.mark.parametrize("program", [CHAIN, PAIR], ids=["chain", "pair"])
def test_what_starts_itself_again_is_ended(tmp_path: Path, program: str, environment: str) -> None:
    """Also where it has put the environment aside by which it could be told."""
    begun = tmp_path / "begun"
    worker = WORKER.replace("{ENVIRONMENT}", environment)
    marked = {**os.environ, EVIDENCE_VARIABLE: str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", worker, program, str(begun)], env=marked)
    while not begun.exists():
        assert process.poll() is None
    process_tree.end_all(process, marked)
    assert process.poll() is not None
    assert living(str(begun)) == []


class Endless:
    """A process that never ends, and is never ended."""

    pid = 12345
    killed = 0

    def status(self) -> str:
        return psutil.STATUS_RUNNING

    def kill(self) -> None:
        Endless.killed += 1


def test_what_cannot_be_ended_is_told(monkeypatch, caplog) -> None:
    monkeypatch.setattr(ending, "MAX_SECONDS", 0.05)
    monkeypatch.setattr(process_tree, "_family", lambda *_: [Endless()])
    worker = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    with caplog.at_level(logging.WARNING):
        process_tree.end_all(worker, {EVIDENCE_VARIABLE: "x"})
    assert worker.poll() is not None
    assert Endless.killed > 1
    assert "They still run, the last ones seen: 12345" in caplog.text


def test_it_is_told_on_the_console_and_in_the_log(tmp_path: Path, capsys) -> None:
    with progress_log.open_log(tmp_path, "grade"):
        logging.getLogger("autograder").warning("They still run")
    assert "They still run" in capsys.readouterr().err
    assert "WARNING They still run" in (tmp_path / progress_log.NAME).read_text()
    assert logging.getLogger("autograder").handlers == []


def test_nothing_is_believed_to_be_gone_at_the_first_look() -> None:
    """One may have been started while the list was made."""
    looks = iter([[], [], [Endless()], [], [], []])
    before = Endless.killed
    assert ending.end(lambda: next(looks)) == []
    assert Endless.killed == before + 1
