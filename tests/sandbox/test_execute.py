"""Notebooks run in real kernels; whatever they do, the run ends and tells what happened."""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import nbformat
import numpy as np
import psutil
import pytest
from nbclient import NotebookClient
from support import mini
from support.mini import LESSON
from support.runs import shown

from autograder.core.config import Settings
from autograder.core.evidence import EVIDENCE_VARIABLE, Evidence
from autograder.notebooks.restore import restore
from autograder.reports import html
from autograder.sandbox import job_runner, limits, resource_usage
from autograder.sandbox.environment import environment
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.standstill import ALWAYS, ProcessSpace
from autograder.sandbox.workspace import WORKSPACE, Workspace

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

# Without a sandbox the same is tried less often; other tests here run without one each time.
LEVELS = ["auto", pytest.param("none", marks=pytest.mark.weekly)]
# Hears no interruption.
DEAF = """\
import signal, subprocess, sys, os
signal.signal(signal.SIGINT, signal.SIG_IGN)
"""
# Three that try to stay: a child, one whose parent is gone, and one without our environment.
LEAVE_BEHIND = """\
import subprocess, sys, time
sleep = "import time; time.sleep(600)  # left by test_execute"
subprocess.Popen([sys.executable, "-c", sleep], start_new_session=True)
orphan = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleep!r}], env={{}})"
for how in ({}, {"env": {}}):
    subprocess.run([sys.executable, "-c", orphan], start_new_session=True, **how)
"""
UPDATES = """\
from IPython.display import display
handle = display("a", display_id=True)
for size in range(40):
    handle.update("z" * 1_000_000)
"""

# A process forks and ends, and so does each that it forks. They pass 1.5 GiB on; none of them lives
# for longer than milliseconds, as huge pages are forked at once.
PASSED_ON = """\
import ctypes, mmap, os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
end, parts, page, size = time.time() + 20, [], b"x" * 2**21, 2**26
while time.time() < end:
    if len(parts) < 24 and (not parts or parts[-1].tell() == size):
        parts.append(mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        parts[-1].madvise(14)  # MADV_HUGEPAGE
    if parts[-1].tell() < size:
        parts[-1].write(page)
        if parts[-1].tell() == size:
            # The limit on data holds for what can be written.
            address = ctypes.addressof(ctypes.c_char.from_buffer(parts[-1]))
            size_t = ctypes.c_size_t
            ctypes.CDLL(None).mprotect(ctypes.c_void_p(address), size_t(size), mmap.PROT_READ)
    if os.fork():
        os._exit(0)
"""
PROGRAMS = """\
import multiprocessing, subprocess, sys
headless = "import ctypes, os, threading, time\\n"
headless += "end = lambda: (time.sleep(2), print('ended', flush=True), os._exit(0))\\n"
headless += "threading.Thread(target=end).start()\\n"
# The first thread alone, as C's `pthread_exit` does.
headless += "ctypes.CDLL(None).syscall({'x86_64': 60}.get(os.uname().machine, 93), 0)"
print(subprocess.run([sys.executable, "-c", headless], capture_output=True, text=True).stdout)
shell = "set -m; for i in 1 2 3 4; do (sleep 0.3; exit $i) & done; "
shell += "for j in $(jobs -p); do wait $j; echo $?; done"
print(subprocess.run(["bash", "-c", shell], capture_output=True, text=True).stdout)
print(sum(subprocess.run(["sh", "-c", "exit 3"]).returncode for _ in range(300)))
print(subprocess.run("yes | head -c 99999999 | wc -c", shell=True, capture_output=True).stdout)
for how in ("fork", "spawn", "forkserver"):
    with multiprocessing.get_context(how).Pool(3) as pool:
        print(how, sum(pool.map(abs, range(-2000, 0), chunksize=1)))
"""

# Two figures that the grader may have drawn before.
FIGURES = """gpus = tf.config.list_physical_devices("GPU")
import matplotlib.pyplot as plt
from autograder.notebook import show
for title in ("one", {title!r}):
    plt.figure(figsize=(3, 2))
    plt.imshow(train_images[0])
    plt.colorbar()
    plt.title(title)
    show("A card.")
"""


def code_cell(source):
    return nbformat.v4.new_code_cell(source)


def run(notebook, home, *, folder=None, isolation="none", **limits):
    pool = SandboxPool(settings=Settings(isolation=isolation, **limits), data_home=home)
    restored = restore(notebook, mini.released())
    job, notes = job_runner.prepare(restored, pool.settings, folder)
    restored = replace(restored, notes=(*restored.notes, *notes))
    try:
        return shown(restored, LESSON, job_runner.run(job, pool))
    finally:
        pool.close()


def cell(executed, name):
    return executed.evidence.cell(name)


def questions(executed):
    recorded = executed.evidence.recorded
    return [one.question for one in recorded.answers] if recorded else []


def output(executed, name):
    outputs = mini.cell_of(executed.notebook, name).outputs
    return "".join(one.get("text", "") for one in outputs if one.output_type == "stream")


def remaining_processes():
    """Processes of these tests that are still there."""
    found = [child.name() for child in psutil.Process().children(recursive=True)]
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or [])
        ours = (process.info["environ"] or {}).get(EVIDENCE_VARIABLE, "")
        # Others may run notebooks just now, in folders that are there or in sandboxes of their own.
        gone = ours and not ours.startswith(str(WORKSPACE)) and not Path(ours).exists()
        if "left by test_execute" in words or gone:
            found.append(words)
    return found


@pytest.fixture(scope="module", params=LEVELS)
def runs(sample_keras, tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("beside")
    (folder / "helper.py").write_text("NAME = 'mine'")
    # What must not be imported in place of the real one.
    (folder / "numpy.py").write_text("raise ImportError('the wrong one')")
    (folder / "autograder.py").write_text("raise ImportError('the wrong one')")
    (folder / "other.ipynb").write_text("{}")
    (folder / "link").symlink_to("/etc/passwd")
    answer = mini.RIGHT["devices"] + (
        "\nimport os, helper, numpy.linalg\nprint(sorted(os.listdir()), helper.NAME)"
        "\nprint(sorted(os.environ))"
    )
    notebook = mini.submitted(devices=answer)
    notebook.cells.append(code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    return [run(notebook, sample_keras, folder=folder, isolation=request.param) for _ in range(2)]


@pytest.fixture(scope="module")
def blank_run(sample_keras):
    notebook = mini.released()
    notebook.cells.append(code_cell("len(gpus)"))
    notebook.cells.append(code_cell("check.steady_accuracy(history)"))
    notebook.cells.append(code_cell("print(model)"))
    return run(notebook, sample_keras)


@pytest.fixture(scope="module", params=LEVELS)
def failing_run(sample_keras, request):
    notebook = mini.submitted(
        devices="import sys\nprint('hello', file=sys.stderr)\nsys.exit('enough')",
        build="model = input('units? ')",
        parameters="while True:\n    pass",
        compile="print('x' * 30_000_000)\nfor _ in range(3): print('y' * 3_000_000)",
        train="def broken(:",
        predict=UPDATES + LEAVE_BEHIND,
    )
    began = time.monotonic()
    executed = run(notebook, sample_keras, cell_seconds=20, isolation=request.param)
    return executed, time.monotonic() - began


def practise(home, tmp_path, **more):
    notebook = mini.submitted(
        build="model = tf.keras.Sequential([tf.keras.Input((28, 28)),"
        " tf.keras.layers.Flatten(), tf.keras.layers.Dense(11)])",
        predict="import math\npredicted_label = 3\nsteady = check.steady_accuracy(history)\n"
        "print(len(steady), all(0.5 < one < 0.9 for one in steady))\n"
        "print(check.steady_accuracy({'loss': [1, 2]}), check.steady_accuracy(7))",
    )
    workspace = tmp_path / "workspace"
    for name in ("home", "tmp"):
        (workspace / name).mkdir(parents=True)
    variables = {**environment(Workspace(workspace)), "KERAS_HOME": str(home), **more}
    del variables[EVIDENCE_VARIABLE]
    client = NotebookClient(notebook, timeout=120, allow_errors=True)
    client.execute(cwd=str(tmp_path), env=variables)
    return notebook


@pytest.fixture(scope="module")
def practised(sample_keras, tmp_path_factory):
    return practise(sample_keras, tmp_path_factory.mktemp("practice"))


class TestRight:
    """A right notebook, run twice."""

    def test_everything_was_run(self, runs) -> None:
        evidence = runs[0].evidence
        assert (evidence.run.stopped, evidence.run.limits) == (None, ())
        assert {one.status for one in evidence.record.cells} == {"ok"}
        assert {one.grade_id for one in evidence.record.cells if one.changed} == set(mini.RIGHT)
        assert questions(runs[0]) == list(mini.RIGHT)
        assert evidence.recorded.troubles == ()
        assert (evidence.run.data, evidence.run.seed) == ("sample", 20)
        (fit,) = evidence.recorded.fits
        assert (fit.epochs_done, fit.training.split, fit.snapshots) == (2, "training", (3, 3))

    def test_a_second_run_says_the_same(self, runs) -> None:
        one, other = (executed.evidence for executed in runs)
        assert one.recorded == other.recorded
        assert set(one.arrays) == set(other.arrays)
        for name, array in one.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])

    def test_outputs_are_in_the_notebook(self, runs) -> None:
        notebook = runs[0].notebook
        nbformat.validate(notebook)
        assert "7,850" in str(mini.cell_of(notebook, "summary").outputs)
        numbers = [one.execution_count for one in notebook.cells if one.cell_type == "code"]
        assert numbers == list(range(1, len(numbers) + 1))
        # In grading a check shows nothing: the judge fills it in.
        assert mini.cell_of(notebook, "check-build").outputs == []

    def test_pictures_are_drawn(self, runs) -> None:
        """Also where matplotlib was loaded before there was a kernel."""
        for executed in runs:
            (picture,) = executed.notebook.cells[-1].outputs
            assert "image/png" in picture.data

    def test_nothing_on_stderr(self, runs) -> None:
        outputs = [out for one in runs[0].notebook.cells for out in one.get("outputs", [])]
        assert [out for out in outputs if out.get("name") == "stderr"] == []

    def test_files_beside_the_notebook(self, runs) -> None:
        assert "['autograder.py', 'helper.py', 'numpy.py'] mine" in output(runs[0], "devices")

    def test_the_environment_was_cleared(self, runs) -> None:
        names = output(runs[0], "devices").splitlines()[-1]
        assert EVIDENCE_VARIABLE in names
        assert "PYTEST_CURRENT_TEST" in os.environ
        assert "PYTEST_CURRENT_TEST" not in names

    def test_nothing_is_left_running(self, runs) -> None:
        assert remaining_processes() == []


class TestBlank:
    """The untouched release reaches its end, and says what is still to do."""

    def test_its_end_is_reached(self, blank_run) -> None:
        assert blank_run.evidence.run.stopped is None
        assert questions(blank_run) == list(mini.RIGHT)
        cells = blank_run.evidence.record.cells
        failed = [one.grade_id for one in cells if one.status != "ok"]
        assert failed == ["summary", None, None]
        assert cell(blank_run, "summary").ename in ("BlankUsed", "NotAttempted")
        assert not any(one.changed for one in blank_run.evidence.record.cells)

    def test_a_blank_is_met_with_one_friendly_line(self, blank_run) -> None:
        for used in (mini.cell_of(blank_run.notebook, "summary"), *blank_run.notebook.cells[-3:-1]):
            (shown,) = used.outputs
            assert shown.output_type == "display_data"
            assert shown.data["text/plain"].startswith("Not yet: `")
            assert "\n" not in shown.data["text/plain"]

    def test_looking_at_it_is_not_using_it(self, blank_run) -> None:
        assert blank_run.notebook.cells[-1].outputs[0].text == "‹model: still blank›\n"


@pytest.mark.parametrize("isolation", LEVELS)
def test_pictures_are_drawn_into_the_notebook(sample_keras, isolation) -> None:
    """Where they are shown, and at the end of a cell that only draws."""
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.plot([2, 1])"
    answers = {**dict.fromkeys(mini.RIGHT), "devices": draw}
    executed = run(mini.submitted(**answers), sample_keras, isolation=isolation)
    shown = [one.get("data", {}) for one in mini.cell_of(executed.notebook, "devices").outputs]
    assert sum("image/png" in data for data in shown) == 2


@pytest.mark.parametrize("isolation", LEVELS)
def test_an_error_of_a_private_class_is_recorded_under_its_public_name(
    sample_keras, isolation
) -> None:
    answers = {
        "devices": "import numpy as np\nnp.zeros((10**7, 10**7))",
        "build": "model = (",
        "parameters": "class _Mine(LookupError): pass\nraise _Mine('mine')",
        "train": "raise ValueError('theirs')",
    }
    executed = run(mini.submitted(**answers), sample_keras, isolation=isolation)
    names = [cell(executed, name).ename for name in answers]
    assert names == ["MemoryError", "SyntaxError", "LookupError", "ValueError"]
    assert executed.evidence.run.limits == ("memory",)


class TestErrors:
    """One notebook with everything in it that fails without ending the kernel."""

    def test_each_cell_says_how_it_ended(self, failing_run) -> None:
        executed, _ = failing_run
        assert executed.evidence.run.stopped is None
        ends = {name: cell(executed, name) for name in mini.RIGHT}
        assert (ends["devices"].ename, ends["devices"].evalue) == ("SystemExit", "enough")
        assert ends["build"].ename == "StdinNotImplementedError"
        assert ends["parameters"].status == "timeout"
        assert ends["train"].ename == "SyntaxError"
        assert executed.evidence.run.limits == ("time", "output")
        # A cell with a syntax error does not even make its blank.
        assert questions(executed) == [name for name in mini.RIGHT if name != "train"]

    def test_the_cells_after_a_time_limit_are_run(self, failing_run) -> None:
        executed, seconds = failing_run
        assert cell(executed, "check-parameters").status == "ok"
        assert cell(executed, "check-predict").status == "ok"
        assert seconds < 100

    def test_output_without_end_is_cut_off(self, failing_run) -> None:
        executed, _ = failing_run
        text = output(executed, "compile")
        assert "too much output" in text
        assert len(nbformat.writes(executed.notebook)) < 10 * 2**20
        assert cell(executed, "check-compile").status == "ok"

    def test_processes_that_try_to_stay_are_ended(self, failing_run) -> None:
        assert cell(failing_run[0], "predict").status == "ok"
        assert remaining_processes() == []


@pytest.mark.parametrize("isolation", LEVELS)
@pytest.mark.parametrize("end", ["import os, signal\nos.kill(os.getpid(), 9)", "exit()"])
def test_a_dead_kernel_is_noticed_at_once(sample_keras, end, isolation) -> None:
    notebook = mini.submitted(parameters=end + "\nimport time; time.sleep(5)")
    began = time.monotonic()
    executed = run(notebook, sample_keras, cell_seconds=300, isolation=isolation)
    assert time.monotonic() - began < 250  # long before its limit of 300 s
    assert executed.evidence.run.stopped.startswith("the kernel died")
    assert questions(executed)[:2] == ["devices", "build"]
    assert cell(executed, "check-build").status == "ok"
    assert cell(executed, "train").status == "not_run"
    if end != "exit()":
        assert cell(executed, "parameters").status == "error"
        assert cell(executed, "parameters").ename == "DeadKernelError"
        assert questions(executed) == ["devices", "build"]
    assert remaining_processes() == []


@pytest.mark.parametrize("isolation", LEVELS)
def test_a_cell_that_cannot_be_interrupted_ends_the_run(sample_keras, isolation) -> None:
    notebook = mini.submitted(build=DEAF + "while True: pass")
    began = time.monotonic()
    executed = run(notebook, sample_keras, cell_seconds=15, isolation=isolation)
    assert time.monotonic() - began < 250  # a hang has no end
    assert "did not come back" in executed.evidence.run.stopped
    assert cell(executed, "build").status == "timeout"
    assert cell(executed, "check-build").status == "not_run"
    assert questions(executed) == ["devices"]
    assert remaining_processes() == []


@pytest.mark.parametrize("isolation", LEVELS)
def test_the_limit_of_the_whole_notebook(sample_keras, isolation) -> None:
    notebook = mini.submitted(build=DEAF + LEAVE_BEHIND + "\nwhile True: pass")
    began = time.monotonic()
    executed = run(notebook, sample_keras, seconds=20, isolation=isolation)
    assert time.monotonic() - began < 250
    assert executed.evidence.run.stopped == "the notebook was stopped at the time limit of 20 s"
    assert executed.evidence.run.limits == ("time",)
    assert cell(executed, "build").status == "timeout"
    assert cell(executed, "setup").status == "ok"
    assert questions(executed) == ["devices"]
    assert remaining_processes() == []


def test_memory_that_is_passed_on_is_measured(sample_keras) -> None:
    """However short each process has it: all of them stand still when they are looked at."""
    start = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {PASSED_ON!r}])"
    notebook = mini.submitted(build=f"{start}\nimport time; time.sleep(25)")
    executed = run(notebook, sample_keras, isolation="auto", memory_mb=1024)
    why = "it used more than the 1 GiB of memory that it may use"
    assert executed.evidence.run.stopped == why
    assert questions(executed) == ["devices"]


def test_programs_go_on_that_stood_still(sample_keras, monkeypatch) -> None:
    """Shells, pools and pipes do not notice it, nor is a kernel taken for dead meanwhile."""
    held = []

    class Space(ProcessSpace):
        @contextlib.contextmanager
        def held(self):
            with super().held():
                held.append(self.members())
                # Longer than a heart may stop by itself.
                time.sleep(3 * (len(held) == 2))
                yield

    monkeypatch.setattr(limits, "ProcessSpace", Space)
    monkeypatch.setattr(limits, "MEASURE_INTERVAL", 0.2)
    monkeypatch.setattr(resource_usage, "upper_bound", lambda _: 2**60)
    notebook = mini.submitted(build=f"{PROGRAMS}{mini.RIGHT['build']}")
    executed = run(notebook, sample_keras, isolation="auto")
    assert not executed.evidence.run.stopped
    assert output(executed, "build").split() == [
        *("ended", "1", "2", "3", "4", "900", "b'99999999\\n'"),
        *("fork", "2001000", "spawn", "2001000", "forkserver", "2001000"),
    ]
    assert sum(len(one) > ALWAYS for one in held) >= 3


@pytest.mark.parametrize(("signal", "message"), [("SIGKILL", " by SIGKILL"), ("SIGTERM", "")])
def test_a_student_who_ends_our_process(sample_keras, signal, message) -> None:
    notebook = mini.submitted(
        build=LEAVE_BEHIND.splitlines()[0]
        + "\nimport os, signal\nos.kill(os.getppid(), signal."
        + f"{signal})\ntime.sleep(60)"
    )
    executed = run(notebook, sample_keras)
    assert executed.evidence.run.stopped == f"the run was ended from outside{message}"
    assert questions(executed) == ["devices"]
    assert cell(executed, "build").status == "error"
    assert remaining_processes() == []


class TestPractice:
    """The notebook as a student runs it: the checks answer at once."""

    @pytest.mark.parametrize("name", list(mini.RIGHT))
    def test_a_check_shows_words_and_returns_a_number(self, practised, name) -> None:
        shown, value = mini.cell_of(practised, f"check-{name}").outputs
        assert shown.output_type == "display_data"
        assert set(shown.data) == {"text/html", "text/plain"}
        assert "points" in shown.data["text/plain"]
        assert value.output_type == "execute_result"
        assert set(value.data) == {"text/plain"}
        assert 0 <= float(value.data["text/plain"]) <= mini.POINTS[name]

    def test_the_points(self, practised) -> None:
        got = {
            name: float(mini.cell_of(practised, f"check-{name}").outputs[1].data["text/plain"])
            for name in mini.RIGHT
        }
        assert (got["devices"], got["compile"]) == (2, 4)
        assert got["build"] < 4

    def test_steady_accuracy(self, practised) -> None:
        (shown,) = mini.cell_of(practised, "predict").outputs
        assert shown.text == "2 True\n[nan, nan] []\n"

    def test_nothing_on_stderr_and_no_error(self, practised) -> None:
        outputs = [out for one in practised.cells for out in one.get("outputs", [])]
        assert [out for out in outputs if out.get("name") == "stderr"] == []
        assert [out for out in outputs if out.output_type == "error"] == []

    def test_under_validate_a_failed_check_raises_its_message(self, sample_keras, tmp_path) -> None:
        notebook = practise(sample_keras, tmp_path, NBGRADER_VALIDATING="1")
        _, error = mini.cell_of(notebook, "check-build").outputs
        assert (error.output_type, error.ename) == ("error", "CheckFailed")
        assert "11 neurons" in error.evalue
        _, value = mini.cell_of(notebook, "check-compile").outputs
        assert value.output_type == "execute_result"


def test_the_process_says_when_it_could_not_begin(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograder.sandbox.plain_worker", str(tmp_path), str(os.getpid())],
        input=b"\0\0\0\1x", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1


def drawn(pool: SandboxPool, title: str, *, is_solution: bool = False) -> dict[str, str]:
    """The pictures that a notebook shows, by the digests of their figures."""
    restored = restore(mini.submitted(devices=FIGURES.format(title=title)), mini.released())
    job, _ = job_runner.prepare(restored, pool.settings)
    job = msgspec.structs.replace(job, is_solution=is_solution)
    evidence: Evidence = job_runner.run(job, pool)
    outputs = (one for number in sorted(evidence.outputs) for one in evidence.outputs[number])
    pages = (one.get("data", {}).get("text/html", "") for one in outputs)
    return {digest: content for page in pages for digest, content in html.pictures(page)}


def test_what_was_drawn_before_is_shown(sample_keras: Path) -> None:
    """In another fork of the same process and in another program; the other figure is drawn."""
    pool = SandboxPool(settings=Settings(), data_home=sample_keras)
    try:
        first = drawn(pool, "two")
        assert len(first) == 2
        one, two = first
        # Only the lesson's solution draws for others.
        assert not pool.pictures
        assert drawn(pool, "two", is_solution=True) == first == pool.pictures
        pool.pictures[one] = "cGljdHVyZQ=="
        again = drawn(pool, "three")
    finally:
        pool.close()
    assert again.pop(one) == "cGljdHVyZQ=="
    ((three, picture),) = again.items()
    assert three != two
    assert len(picture) > 1000
