"""Control groups: where they may be made, what is written into them, and what Linux makes of it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import wait_until

from autograder.sandbox import cgroups
from autograder.sandbox.cgroups import LEAF, CgroupLimits, Group, NoCgroupsError, Parent

LIMITS = CgroupLimits(memory_bytes=2**30, processes=64)
FILES = {
    "cgroup.controllers": "cpu memory pids",
    "cgroup.subtree_control": "",
    "cgroup.procs": "",
    "cgroup.kill": "",
    "cgroup.events": "populated 0\nfrozen 0\n",
    "memory.max": "max",
    "memory.swap.max": "max",
    "memory.oom.group": "0",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
    "memory.current": "4096",
    "pids.max": "max",
    "pids.events": "max 0\n",
}


class Tree:
    """A folder that looks like the kernel's, and remembers what was written where."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.delegated: set[Path] = set()
        self.written: list[tuple[str, str]] = []
        self.refused: dict[str, int] = {}

    def make(self, path: Path) -> None:
        if not path.exists():
            os.makedirs(path)
            for name, text in FILES.items():
                (path / name).write_text(text)

    def write(self, file: Path, text: str) -> None:
        assert file.exists(), file
        holds = (file.parent / "cgroup.procs").read_text()
        if file.name in self.refused:
            raise OSError(self.refused[file.name], os.strerror(self.refused[file.name]))
        if file.name == "cgroup.subtree_control" and holds and file.parent != self.root:
            raise OSError(errno.EBUSY, "it holds processes")
        if file.name == "cgroup.procs":
            for one in self.root.rglob("cgroup.procs"):
                one.write_text(one.read_text().replace(f"{text}\n", ""))
            text = f"{file.read_text()}{text}\n"
        if file.name == "cgroup.subtree_control":
            text = text.replace("+", "")
        file.write_text(text)
        self.written.append((str(file.relative_to(self.root)), text))

    def find(self, own: str) -> Parent:
        """What a process in the group ``own`` finds."""
        path = self.root.parent / "own"
        path.write_text(f"4:memory:/elsewhere\n0::{own}\n")
        mounts = self.root.parent / "mounts"
        mounts.write_text(
            f"25 30 0:23 / /proc rw - proc proc rw\n"
            f"31 30 0:26 / {self.root} rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
        )
        return Parent.find(path, mounts)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    tree = Tree(tmp_path / "cgroup")
    tree.make(tree.root)
    monkeypatch.setattr(cgroups, "_write", tree.write)
    monkeypatch.setattr(cgroups, "_is_delegated", lambda path: path in tree.delegated)
    monkeypatch.setattr(Path, "mkdir", lambda path, **_: tree.make(path))
    monkeypatch.setattr(Path, "rmdir", shutil.rmtree)
    return tree


def test_a_group_limits_what_it_holds(tree: Tree) -> None:
    """Memory without swap, all or nothing, and processes; it is gone at the end."""
    parent = tree.find("/")
    tree.written.clear()
    with parent.create("job", LIMITS) as group:
        assert group.path.parent == tree.root
        written = {Path(name).name: text for name, text in tree.written}
        assert written == {
            "memory.max": str(2**30),
            "memory.swap.max": "0",
            "memory.oom.group": "1",
            "pids.max": "64",
        }
        assert group.memory() == 4096
    assert not group.path.exists()
    assert "cgroup.kill" in tree.written[-1][0]


def test_a_machine_without_swap(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no file for it; nothing else may be missing."""
    monkeypatch.delitem(FILES, "memory.swap.max")
    real = cgroups._write

    def write(file: Path, text: str) -> None:
        if not file.exists():
            raise FileNotFoundError(errno.ENOENT, "no such file", str(file))
        real(file, text)

    monkeypatch.setattr(cgroups, "_write", write)
    tree.find("/")
    monkeypatch.delitem(FILES, "cgroup.kill")
    with pytest.raises(NoCgroupsError, match=r"cgroup\.kill"):
        tree.find("/")


@pytest.mark.parametrize(
    ("file", "text", "met"),
    [
        ("memory.events", "max 9\noom 1\noom_kill 0\n", None),
        ("memory.events", "max 9\noom 1\noom_kill 3\n", "memory"),
        ("pids.events", "max 2\n", "processes"),
    ],
)
def test_which_limit_was_met(tree: Tree, file: str, text: str, met: str | None) -> None:
    """Memory that could be taken back in time is none."""
    with tree.find("/").create("job", LIMITS) as group:
        assert group.limit_met() is None
        (group.path / file).write_text(text)
        assert group.limit_met() == met


def test_a_delegated_group_is_emptied_first(tree: Tree) -> None:
    """All that it holds moves into a leaf; who starts there later finds the same group."""
    scope = tree.root / "user.slice" / "run-1.scope"
    tree.make(scope)
    tree.delegated.add(scope)
    (scope / "cgroup.procs").write_text("11\n12\n")
    assert tree.find("/user.slice/run-1.scope").path == scope
    assert (scope / LEAF / "cgroup.procs").read_text() == "11\n12\n"
    assert (scope / "cgroup.procs").read_text() == ""
    assert tree.find(f"/user.slice/run-1.scope/{LEAF}").path == scope
    assert [path.name for path in scope.iterdir() if path.is_dir()] == [LEAF]


def test_what_is_not_left_to_us_is_left_alone(tree: Tree) -> None:
    """Not even where root could write; it is said what would help."""
    session = tree.root / "user.slice" / "session-1.scope"
    tree.make(session)
    with pytest.raises(NoCgroupsError, match="Delegate=yes"):
        tree.find("/user.slice/session-1.scope")
    assert tree.written == []


def test_why_there_are_none(tree: Tree) -> None:
    """Each reason is named."""
    with pytest.raises(NoCgroupsError, match="not in sight"):
        tree.find("/../outside")
    (tree.root / "cgroup.controllers").write_text("cpu")
    with pytest.raises(NoCgroupsError, match="does not limit memory and pids"):
        tree.find("/")
    (tree.root / "cgroup.controllers").write_text("memory pids")
    tree.refused["cgroup.subtree_control"] = errno.EROFS
    with pytest.raises(NoCgroupsError, match="Read-only"):
        tree.find("/")
    nothing = tree.root.parent / "none"
    nothing.write_text("")
    with pytest.raises(NoCgroupsError, match="not mounted"):
        Parent.find(nothing, nothing)


@pytest.fixture
def bare() -> Iterator[Group]:
    """A group of this machine without limits, as nobody need have left one to us."""
    try:
        root = cgroups._root(cgroups.MOUNTS)
        group = Group(root / f"autograder-test-{uuid.uuid4().hex}")
        group.path.mkdir()
    except (OSError, NoCgroupsError) as error:
        pytest.skip(f"No control group can be made here: {error}")
    yield group
    group.kill()
    group.remove()


RESPAWNS = """
import os, time
while True:
    # Each leaves its parent behind, in a session of its own.
    if os.fork():
        os._exit(0)
    os.setsid()
    time.sleep(0.001)
"""


def test_what_respawns_is_ended(bare: Group) -> None:
    """A process whose number changes all the time ends with its group."""
    command = bare.command([sys.executable, "-c", RESPAWNS])
    subprocess.run(command, check=True, timeout=60)
    assert (bare.path / "cgroup.procs").read_text()
    bare.kill()
    assert (bare.path / "cgroup.procs").read_text() == ""


def test_a_process_is_moved(bare: Group) -> None:
    """What it starts from then on is in the group too."""
    with subprocess.Popen(["sh", "-c", "read line; sleep 600 & wait"], stdin=-1) as process:
        bare.add(process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        held = bare.path / "cgroup.procs"
        wait_until(lambda: len(held.read_text().split()) == 2, "what it starts", process)
        bare.kill()
        assert process.wait() == -9


@pytest.fixture
def parent() -> Parent:
    """The group that was really left to the tests."""
    try:
        return Parent.find()
    except NoCgroupsError as error:
        pytest.skip(str(error))


FILLS = {
    "private": "kept = bytearray(2**27)",
    "shared": "import mmap; m = mmap.mmap(-1, 2**27); m.write(bytes(2**20) * 128)",
    "hidden": """
import os
file = os.memfd_create("trial")
for _ in range(128):
    os.write(file, bytes(2**20))
""",
}


@pytest.mark.parametrize("kind", FILLS)
def test_linux_limits_memory(parent: Parent, kind: str) -> None:
    """Of every kind; all of the group ends, and it is said why."""
    with parent.create("test", CgroupLimits(memory_bytes=2**26, processes=16)) as group:
        command = ["sh", "-c", f"{sys.executable} -c '{FILLS[kind]}'; sleep 600"]
        done = subprocess.run(group.command(command), check=False, timeout=60)
        assert done.returncode == -9
        assert group.limit_met() == "memory"


def test_linux_limits_processes(parent: Parent) -> None:
    """No more than that can be started."""
    with parent.create("test", CgroupLimits(memory_bytes=2**28, processes=4)) as group:
        command = ["sh", "-c", "for i in 1 2 3 4 5 6; do sleep 600 & done"]
        # Not captured: what was started holds the pipe open.
        entered = group.command(command)
        done = subprocess.run(entered, check=False, stderr=subprocess.DEVNULL, timeout=60)
        assert done.returncode != 0
        assert group.limit_met() == "processes"
