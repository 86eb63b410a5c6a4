"""Each sandbox has a core of its own, as long as there are some."""

import os
import subprocess
import sys

import pytest

from autograder.sandbox import cpu_affinity
from autograder.sandbox.cpu_affinity import Cores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its cores")


@pytest.fixture(autouse=True)
def _names_of_our_own(monkeypatch) -> None:
    """Others may grade on this machine just now."""
    monkeypatch.setattr(cpu_affinity, "NAME", f"\0autograder-test-{os.getpid()}-{{core}}")
    monkeypatch.setattr(cpu_affinity, "_allowed", lambda: {3, 5})


def test_each_is_lent_once() -> None:
    ours = Cores()
    assert [ours.take() for _ in range(3)] == [3, 5, None]
    ours.give_back(3)
    ours.give_back(None)
    assert ours.take() == 3
    ours.give_back(3)
    ours.give_back(5)


def test_what_another_holds_is_passed_over() -> None:
    other, ours = Cores(), Cores()
    assert other.take() == 3
    assert ours.take() == 5
    other.give_back(3)
    assert ours.take() == 3
    ours.give_back(3)
    ours.give_back(5)


def test_who_dies_holds_nothing() -> None:
    name = cpu_affinity.NAME.format(core=3)
    code = f"import socket, sys; socket.socket(socket.AF_UNIX).bind({name!r}); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    holder.kill()
    holder.wait()
    ours = Cores()
    assert ours.take() == 3
    ours.give_back(3)
