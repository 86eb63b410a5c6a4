"""What an administrator reads where sandboxes cannot be sealed, and what the guide says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap, diagnostics

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "administrators.md").read_text()
NO_NAMESPACE = "bwrap: Creating new namespace failed: Operation not permitted"
MASKED = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sandboxes are made on Linux only")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without any switch and no container, whatever this one is; what can be added."""
    switches = ("APPARMOR", "CLONE", "MAX_NAMESPACES")
    for name in switches:
        monkeypatch.setattr(diagnostics, name, tmp_path / name)
    monkeypatch.setattr(diagnostics, "CONTAINERS", (tmp_path / "container",))
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    return tmp_path


def test_bubblewrap_says_so_where_proc_is_covered() -> None:
    """What Docker does to /proc, done here: the words that are looked for are bubblewrap's own."""
    program = str(bubblewrap.find())
    inner = [program, "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/"]
    inner += ["--proc", "/proc", "true"]
    outer = [program, "--unshare-user", "--dev-bind", "/", "/"]
    works = subprocess.run([*outer, *inner], capture_output=True, text=True, check=False)
    assert works.returncode == 0, works.stderr
    covered = [*outer, "--dev-bind", "/dev/null", "/proc/version", *inner]
    message = subprocess.run(covered, capture_output=True, text=True, check=False).stderr
    assert message.strip() == MASKED
    assert diagnostics.cure(message) == diagnostics.MASKED


def test_covered_proc_is_told_before_any_switch(machine) -> None:
    """Namespaces could be made, so that nothing else is to blame."""
    (machine / "APPARMOR").write_text("1\n")
    (machine / "container").touch()
    assert diagnostics.cure(MASKED) == diagnostics.MASKED


@pytest.mark.parametrize(
    ("name", "setting", "cure"),
    [
        ("APPARMOR", "1", diagnostics.BY_APPARMOR),
        ("CLONE", "0", diagnostics.BY_CLONE),
        ("MAX_NAMESPACES", "0", diagnostics.BY_MAX_NAMESPACES),
    ],
)
def test_a_switch_of_the_system(machine, name, setting, cure) -> None:
    """The one that is set is named; in a container the container's own options come first."""
    (machine / name).write_text("7\n")
    assert "administrator" in diagnostics.cure(NO_NAMESPACE)
    (machine / name).write_text(f"{setting}\n")
    assert diagnostics.cure(NO_NAMESPACE) == cure
    (machine / "container").touch()
    assert diagnostics.cure(NO_NAMESPACE) == f"{diagnostics.IN_CONTAINER} On its host: {cure}"


@pytest.mark.parametrize(
    "message", [NO_NAMESPACE, "bwrap: Failed to make / slave: Permission denied"]
)
def test_in_a_container(machine, monkeypatch, message) -> None:
    """A right of root's is asked for by root alone."""
    (machine / "container").touch()
    assert diagnostics.cure(message) == diagnostics.IN_CONTAINER
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert (
        diagnostics.cure(message) == f"{diagnostics.IN_CONTAINER} {diagnostics.ROOT_IN_CONTAINER}"
    )
    assert "--cap-add SYS_ADMIN --cap-add NET_ADMIN" in diagnostics.cure(message)


def test_files_that_cannot_be_read(machine) -> None:
    """In a container too."""
    (machine / "container").touch()
    assert diagnostics.cure("Permission denied: the images") == diagnostics.UNREADABLE
    setting_up = "bwrap: setting up uid map: Permission denied"
    assert diagnostics.cure(setting_up) == diagnostics.IN_CONTAINER


def test_the_guide_has_every_option_that_is_named() -> None:
    """In the command to copy, what an ordinary user needs; in words, what else is told."""
    (command,) = re.findall(r"^    docker run (?:.*\\\n)*.*grade submitted$", GUIDE, re.MULTILINE)
    options = re.findall(r"--security-opt [\w=]+", diagnostics.IN_CONTAINER)
    assert len(options) == 3
    assert [one for one in options if one not in command] == []
    assert re.findall(r"--security-opt systempaths=\w+", diagnostics.MASKED)[0] in command
    (switch,) = re.findall(r"sysctl (kernel\.apparmor[\w.]+=0)", diagnostics.BY_APPARMOR)
    for message in (switch, "--cap-add SYS_ADMIN --cap-add NET_ADMIN", "--security-opt unmask=ALL"):
        assert message in GUIDE, message


def test_the_page_on_clusters_has_what_is_told_of_kubernetes() -> None:
    page = (ROOT / "docs" / "cluster.md").read_text()
    settings = re.findall(r"procMount: \w+|hostUsers: \w+", diagnostics.MASKED)
    assert len(settings) == 2
    assert [one for one in settings if one not in page] == []
