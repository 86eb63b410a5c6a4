"""``nbgrader validate`` in a course of ours: apart from everything, and the checks speak."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from support import attack_changes, attack_course, make_class, mini, processes
from support.terminal import environment, nbgrader

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SPY = """\
import os, pathlib, socket
for address in (("127.0.0.1", {port}), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, timeout=2)
        raise SystemError("REACHED the network")
    except OSError as error:
        print(error)
for path in ("{home}/secret.txt", "../../gradebook.db", "{root}/gradebook.db"):
    if os.path.exists(path):
        raise SystemError("REACHED " + path)
if "AUTOGRADER_EVIDENCE" in os.environ or "A_SECRET" in os.environ:
    raise SystemError("REACHED the environment")
if not pathlib.Path("cards.csv").is_file():
    raise SystemError("a file beside the notebook is missing")
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> attack_course.Besieged:
    """A course and a home to be protected, a kernel that is a trap in it."""
    root = tmp_path_factory.mktemp("validate")
    course = attack_course.Besieged(root=root / "course", home=root / "home")
    attack_course._furnish(course)
    shutil.copyfile(ROOT / "nbgrader_config.py", course.root / "nbgrader_config.py")
    return course


@pytest.fixture(scope="module")
def port(course) -> Iterator[int]:
    """A door of this machine's."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def whose(course) -> dict[str, str]:
    """The variables of whoever validates: a home, and a secret."""
    return {"HOME": str(course.home), "A_SECRET": attack_course.SECRET}


def validated(course, keras: Path, notebook: NotebookNode) -> str:
    """What nbgrader says of a notebook that was handed in."""
    folder = course.root / "submitted" / "eve" / "building-a-brain"
    path = mini.put(folder / "building-a-brain.ipynb", notebook)
    (folder / "cards.csv").write_text("1,2")
    done = nbgrader(
        course.root, keras, "validate", str(path.relative_to(course.root)), **whose(course)
    )
    return done.stdout + done.stderr


def test_right_work_passes_whatever_kernel_it_names(course, port, sample_keras) -> None:
    """It looks around first and finds nothing; the program that it names is not run."""
    before = course.prints()
    spy = SPY.format(port=port, home=course.home, root=course.root)
    notebook = make_class.notebook(
        {"devices": f"{spy}\ngpus = tf.config.list_physical_devices('GPU')"}
    )
    notebook.metadata.kernelspec = {"name": attack_changes.KERNEL, "display_name": "Python 3"}
    printed = validated(course, sample_keras, notebook)
    assert "Success! Your notebook passes all the tests." in printed
    changed = {path for path, text in course.prints().items() if before.get(path) != text}
    assert all("/submitted/eve/" in path for path in changed)


def test_the_trap_would_go_off(course) -> None:
    """Whoever honours the notebook's kernel runs the program."""
    home = {**os.environ, "HOME": str(course.home)}
    start = (
        "from jupyter_client.kernelspec import get_kernel_spec as get; print(get('attack').argv)"
    )
    done = processes.python("-c", start, env=home, check=True)
    assert "marker-kernel" in done.stdout


def test_wrong_work_shows_the_checks_own_message(course, sample_keras) -> None:
    """And nothing of a sign that rewrites a terminal."""
    wrong = "print('\\x1b[2J')\nnumber_of_parameters = 7840"
    printed = validated(course, sample_keras, make_class.untrained(parameters=wrong))
    assert "VALIDATION FAILED" in printed
    assert "7,840 counts the weights only" in printed
    assert "Build the neurons" not in printed
    assert "\x1b[2J" not in printed


def test_a_loop_without_end_and_a_dead_kernel_are_told(course, sample_keras) -> None:
    """Each within its limit, with the reason."""
    config = course.root / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(f"{text}\nc.Autograder.cell_seconds = 5\n")
    try:
        printed = validated(course, sample_keras, make_class.untrained(devices="while True: pass"))
        assert "VALIDATION FAILED" in printed
        dead = make_class.untrained(compile="import os; os._exit(1)")
        assert "the kernel died" in validated(course, sample_keras, dead)
    finally:
        config.write_text(text)


def test_a_submission_is_no_course(course, sample_keras) -> None:
    """A configuration that was handed in is not read."""
    own = course.root / "submitted" / "eve" / "building-a-brain" / "nbgrader_config.py"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f"open({str(course.root / 'marker-config')!r}, 'w')")
    try:
        validated(course, sample_keras, make_class.untrained())
    finally:
        own.unlink()
    assert not (course.root / "marker-config").exists()


def test_where_it_cannot_be_kept_apart_it_stops(course, sample_keras, tmp_path) -> None:
    """And says why, and what to do; unless one asks for it."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho --size; exit 1\n")
    broken.chmod(0o755)
    nbformat.write(make_class.untrained(), course.root / "x.ipynb")
    path = f"{tmp_path}:{environment(sample_keras)['PATH']}"

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        words = ("validate", "x.ipynb", *more)
        return nbgrader(course.root, sample_keras, *words, **whose(course), PATH=path)

    stopped, bare = run(), run("--Autograder.isolation=none")
    (course.root / "x.ipynb").unlink()
    assert stopped.returncode != 0
    assert "Submissions cannot be kept apart here" in stopped.stderr
    assert "with your own rights" in bare.stderr
    assert "not attempted" in bare.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopping_it_leaves_nothing_running(course, sample_keras, how) -> None:
    """Neither Ctrl-C nor a death."""
    notebook = make_class.untrained(devices="while True: pass")
    path = course.root / "loop.ipynb"
    nbformat.write(notebook, path)
    words = [sys.executable, "-m", "nbgrader", "validate", path.name]
    variables = environment(sample_keras, **whose(course))
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        with processes.started(words, cwd=course.root, env=variables, **silent) as process:
            family = wait_for_kernel(process)
            process.send_signal(how)
            process.wait(timeout=30)
            _, alive = psutil.wait_procs(family, timeout=60)
            assert alive == []
    finally:
        path.unlink()


def wait_for_kernel(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """All that it has started, once a cell keeps a kernel busy."""

    def family() -> list[psutil.Process]:
        return psutil.Process(process.pid).children(recursive=True)

    processes.wait_until(lambda: any(map(is_busy_kernel, family())), "a kernel", process)
    time.sleep(1)
    return family()


def is_busy_kernel(process: psutil.Process) -> bool:
    """It is far below the command, and has computed for a while."""
    # Others come and go meanwhile.
    with contextlib.suppress(psutil.NoSuchProcess):
        return len(process.parents()) > 5 and process.cpu_times().user > 0.5
    return False
