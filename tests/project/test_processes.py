"""Commands that tests start can be ended by Ctrl-C wherever the tests run."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from support import processes

WAITING = "import time; print('waits', flush=True); time.sleep(600)"
COMMAND = [sys.executable, "-S", "-c", WAITING]


@pytest.fixture(autouse=True)
def _in_the_background() -> Iterator[None]:
    """As in a shell that runs the tests with `&`: SIGINT is ignored, also by what is started."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_reaches_a_command() -> None:
    with processes.started(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(processes.PATIENCE) == -signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_it_ends_with_the_test_however_that_ends() -> None:
    with pytest.raises(ZeroDivisionError), processes.started(COMMAND) as process:
        1 / 0  # noqa: B018
    assert not psutil.pid_exists(process.pid)
