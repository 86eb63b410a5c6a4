"""A class as a batch: what is run, what is shared, what is found again, and what goes wrong.

The runs are made by hand and nothing is executed; reading, keeping, judging and writing are real.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import nbformat
import pytest
from support import mini, processes, runs
from support.evidence_builder import BLANK, LESSON, Submission, claim, untouched
from support.mini import NUMBERS

from autograder.core.config import Course, Settings
from autograder.core.errors import ClusterError, IsolationError, JudgeError, ResultsError
from autograder.core.evidence import EVIDENCE, Answer, Evidence, pack, read
from autograder.core.lesson_registry import lesson_names
from autograder.grading import (
    cache_key,
    executor,
    follow_through,
    grader,
    regrade,
    result_files,
    scheduler,
)
from autograder.grading.cache_key import is_closed
from autograder.grading.discovery import find_submissions
from autograder.grading.executor import LocalExecutor
from autograder.grading.grader import Grader
from autograder.grading.limited_process import LimitedProcess, OverBudgetError
from autograder.grading.plan import Plan
from autograder.judge.judge_process import Judge
from autograder.notebooks.restore import grade_id, restore
from autograder.reports import html
from autograder.sandbox import job_runner
from autograder.sandbox.process import CancelledError
from autograder.sandbox.protocol import CellResult, Job
from autograder.sandbox.result import Conditions, Stopped
from autograder.sandbox.turns import Turns

pytestmark = pytest.mark.usefixtures("lasting_reader", "lasting_judge")

ROOT = Path(__file__).parents[2]
CELLS = [cell for cell in mini.released().cells if cell.cell_type == "code"]
BARE = Settings(isolation="none")
# As much of a pool as the executor uses when runs are made by hand.
POOL = SimpleNamespace(turns=Turns(), settings=BARE)


def right_run(
    work: Submission | None = None, cells: Mapping[int, CellResult] | None = None, **changes
) -> Evidence:
    """The run that leaves this evidence; each cell puts out its own number."""
    own = {
        number: CellResult(
            status="ok",
            outputs=[{"output_type": "stream", "name": "stdout", "text": f"out {number}\n"}],
        )
        for number in range(len(CELLS))
    }
    return runs.ran({**own, **(cells or {})}, runs.update_of(work), **changes)


def failing(number: int = 6) -> Evidence:
    """A run in which a cell stopped with an error, whose traceback quotes it."""
    output = {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["quoted"]}
    ran = CellResult(status="error", ename="E", evalue="e", outputs=[output])
    return right_run(cells={number: ran})


@pytest.fixture
def runner() -> runs.FakeExecutor:
    return runs.FakeExecutor(usual=right_run)


@pytest.fixture
def course(tmp_path: Path, sample_keras: Path, runner: runs.FakeExecutor):
    """Hand in, grade and look at what was written."""

    @dataclass
    class Class:
        folder: Path = tmp_path / "class"
        results: Path = tmp_path / "results"

        def path(self, name: str) -> Path:
            path = self.folder / name / LESSON.name / LESSON.notebook
            path.parent.mkdir(parents=True, exist_ok=True)
            return path

        def submit(self, *names: str, comment: str = "", **answers: str | None) -> None:
            notebook = mini.submitted(**answers)
            mini.cell_of(notebook, "build").source += comment
            for name in names:
                nbformat.write(notebook, self.path(name))

        def submit_apart(self, *names: str) -> None:
            """Programs that are right, and no two of which are the same."""
            for name in names:
                self.submit(name, parameters=f"number_of_parameters = 7850\n{name} = 1")

        def grader(self, **changes) -> Grader:
            given = {
                "course": Course(settings=BARE),
                "data_home": sample_keras,
                "results": self.results,
                "lesson": LESSON,
                "executor_factory": runner,
            }
            return Grader(**(given | changes))

        def grade(self, **changes):
            with self.grader(**changes) as graded:
                reports = graded.grade(find_submissions([self.folder]))
                return {report.name: report for report in reports}

        def notebook(self, name: str) -> nbformat.NotebookNode:
            path = self.results / LESSON.name / name / "notebook.ipynb"
            return nbformat.read(path, as_version=4)

    (tmp_path / "class").mkdir()
    return Class()


@pytest.fixture(autouse=True)
def _the_notebook_of_these_tests(monkeypatch, tmp_path):
    """The small notebook is what was released."""
    released = tmp_path / "released.ipynb"
    nbformat.write(mini.released(), released)
    monkeypatch.setattr(Course, "released", lambda self, lesson: released)


class TestSharing:
    """One program is run once, and each student gets its own notebook."""

    def test_comments_and_formatting_make_no_other_program(self, course, runner) -> None:
        course.submit("ann", comment="\n# mine")
        course.submit("bob", comment="\n\n\n#   also mine")
        course.submit("cal", devices='gpus = tf.config.list_physical_devices("CPU")')
        reports = course.grade()
        assert len(runner.jobs) == 2
        assert {name: one.shared for name, one in reports.items()} == {
            "ann": False,
            "bob": True,
            "cal": False,
        }
        assert {one.score for one in reports.values()} == {20}
        for name, comment in (("ann", "# mine"), ("bob", "# also mine")):
            cell = mini.cell_of(course.notebook(name), "build")
            assert comment.split()[-1] in cell.source
            assert cell.outputs[0].text == f"out {NUMBERS['build']}\n"

    def test_who_has_more_text_cells_gets_the_outputs_where_they_belong(self, course) -> None:
        course.submit("ann", "bob")
        path = course.path("bob")
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell("My thoughts."))
        nbformat.write(notebook, path)
        assert course.grade()["bob"].shared
        outputs = [mini.cell_of(course.notebook(who), "build").outputs for who in ("ann", "bob")]
        assert outputs[0] == outputs[1]

    def test_what_quotes_a_students_text_is_shared_with_the_same_text_alone(
        self, course, runner
    ) -> None:
        runner.evidence["Dense"] = failing()
        for name, comment in (("ann", "#1"), ("bob", "#1"), ("cal", "#2"), ("dan", "#3")):
            course.submit(name, comment=f"\n{comment}")
        reports = course.grade()
        assert [reports[name].shared for name in sorted(reports)] == [False, True, False, False]
        assert len(runner.jobs) == 3

    @pytest.mark.parametrize(
        "made",
        [
            {"stopped": Stopped("the kernel died")},
            {"cells": {0: CellResult(status="timeout")}},
            {"cells": {0: CellResult(status="ok", cut=True)}},
        ],
    )
    def test_what_met_a_limit_may_have_been_unlucky(self, course, runner, made) -> None:
        runner.evidence["Dense"] = right_run(**made)
        course.submit("ann", "bob")
        assert not any(one.shared for one in course.grade().values())
        assert len(runner.jobs) == 2
        course.grade()
        assert len(runner.jobs) == 2

    def test_it_can_be_turned_off(self, course, runner) -> None:
        course.submit("ann", "bob")
        assert not any(one.shared for one in course.grade(share=False).values())
        assert len(runner.jobs) == 2

    def test_what_nbgrader_puts_beside_each_submission_does_not(self, course, runner) -> None:
        course.submit("ann", "bob")
        for name in ("ann", "bob"):
            path = course.path(name)
            path.with_name("timestamp.txt").write_text(f"2026-03-01 11:00:00 UTC {name}")
            path.with_name("submission_secret.txt").write_text(name)
        course.grade()
        assert len(runner.jobs) == 1

    def test_a_file_beside_makes_another_program(self, course, runner) -> None:
        course.submit("ann", "bob")
        course.path("bob").with_name("helper.py").write_text("x = 1")
        course.grade()
        assert len(runner.jobs) == 2

    @pytest.mark.parametrize(
        "changes",
        [
            {"course": Course(settings=replace(BARE, seed=21))},
            {"course": Course(settings=replace(BARE, cell_seconds=7))},
            {"course": Course(settings=replace(BARE, isolation="auto"))},
        ],
    )
    def test_never_across_seeds_limits_or_isolation(self, course, runner, changes) -> None:
        course.submit("ann")
        course.grade()
        course.grade(**changes)
        assert len(runner.jobs) == 2

    def test_never_where_each_student_has_a_seed(self, course, runner) -> None:
        """And the run that a student has made is found again."""
        settings = replace(BARE, seed="student", seed_secret="x" * 40)
        course.submit("ann", "bob")
        for _ in range(2):
            course.grade(course=Course(settings=settings))
        assert len(runner.jobs) == 2
        assert len({job.settings.seed for job in runner.jobs}) == 2
        for job in runner.jobs:
            assert f"set_random_seed({job.settings.seed})" in job.prelude
            assert b"x" * 40 not in msgspec.msgpack.encode(job)

    @pytest.mark.parametrize("what", ["SOFTWARE", "CODE"])
    def test_never_across_software(self, course, runner, monkeypatch, what) -> None:
        course.submit("ann")
        course.grade()
        monkeypatch.setattr(cache_key, what, getattr(cache_key, what)[1:])
        course.grade()
        assert len(runner.jobs) == 2


STRING = f"{mini.RIGHT['build']}\nnote = '''a\nb'''"
FUNCTION = f"def rows(x):\n    return x[:9]\n\n\n{mini.RIGHT['build']}"


class TestNeighbours:
    """Nobody's run stands in for another's that may do something else, and no text is preferred."""

    @pytest.mark.parametrize(
        ("theirs", "right"),
        [
            (STRING.replace("a\nb", "a\u2028b"), STRING),
            (STRING.replace("a\nb", "a\x85b"), STRING),
            (STRING.replace("a\nb", "a  \nb"), STRING),
            (STRING.replace("a\nb", "a\n  \nb"), STRING.replace("a\nb", "a\n\nb")),
            (f"#\u2028def rows(x): return 0 * x\n{FUNCTION}", FUNCTION),
            (FUNCTION.replace("def rows", "def \\\n    rows"), FUNCTION),
        ],
    )
    def test_a_program_that_only_looks_alike_decides_nothing(
        self, course, runner, theirs, right
    ) -> None:
        runner.evidence[theirs] = right_run(untouched())
        course.submit("ann", build=theirs)
        course.submit("bob", "cal", build=right)
        reports = course.grade()
        assert [reports[name].shared for name in ("ann", "bob", "cal")] == [False, False, True]
        assert reports["ann"].score < reports["bob"].score == reports["cal"].score == 20
        assert [theirs in "\n".join(job.cells) for job in runner.jobs] == [True, False]

    def test_what_is_the_lessons_is_run_as_the_lesson_has_it(self, course, runner) -> None:
        course.submit("ann", comment="\n# Ann's own words", build=None)
        path = course.path("ann")
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell("model.summary() # Ann's"))
        nbformat.write(notebook, path)
        course.submit("bob", build=None)
        course.grade()
        released = [cell.source for cell in CELLS]
        for job in runner.jobs:
            assert job.cells[NUMBERS["build"]] == CELLS[NUMBERS["build"]].source
            assert not any("Ann" in cell for cell in job.cells)
        assert runner.jobs[0].cells[-1] in released
        # What she gets back is her own.
        assert "Ann's own words" in mini.cell_of(course.notebook("ann"), "build").source

    def test_the_text_of_a_function_can_be_read_back(self, course, runner) -> None:
        for name, comment in (("ann", "# 1"), ("bob", "# 2"), ("cal", "# 1")):
            course.submit(name, build=f"{comment}\n{FUNCTION}")
        reports = course.grade()
        assert [reports[name].shared for name in sorted(reports)] == [False, False, True]

    def test_a_cell_does_not_pass_for_a_file(self) -> None:
        def key(files: dict[str, bytes], *cells: str) -> str | None:
            job = Job(cells=list(cells), files=files, prelude="", settings=BARE)
            return cache_key.keys(job, (), owner="ann", share=True).text

        assert key({"a.b": b"x = 1"}, "y = 2") != key({}, "a.b", "x = 1", "y = 2")


@pytest.mark.parametrize(
    "source",
    [
        *mini.RIGHT.values(),
        mini.LOAD,
        "import matplotlib.pyplot as plt\nfrom tensorflow.keras.layers import Dense",
        "rng = np.random.default_rng(7)\nnp.random.seed(3)\nrandom.seed(1)",
        "class Mine(keras.Model):\n    def __init__(self):\n        super().__init__()",
        "print(tf.__version__, __name__)",
        "seed = 42\ntf.random.set_seed(seed)",
        "_, last = 1, 2\n_images = last",
        "print('{:.2f} of {name}'.format(x, name=1), f'{x.y:.1f}')",
        "from IPython.display import display\nfrom autograder.notebook import show",
        "import numpy.random as r\nx = np.array([1]).copy()",
        "warnings.filterwarnings('ignore')\nx = model.count_params()",
        "warnings.simplefilter('ignore', FutureWarning)\nprint('now we train')",
        "SEED = 7\nrng = np.random.default_rng(SEED)\nnp.random.seed(seed=SEED)",
        "    x = 1\n    y = 2",
        "plt.style.use('seaborn-v0_8-darkgrid')\nx = tf.data.Dataset.range(3)",
    ],
)
def test_a_program_that_may_be_shared(source: str) -> None:
    assert is_closed(source)


@pytest.mark.parametrize(
    "source",
    [
        *("import os", "import time", "from . import x", "import requests", "import numpy, os"),
        *("open('x')", "eval('1')", "input()", "id(model)", "In[3]", "_i", "_ih[1]", "_i12"),
        *("np.load('x')", "np.loadtxt('x')", "tf.io.read_file('x')", "plt.imread('x')"),
        *("np.random.default_rng()", "rng = np.random.default_rng", "np.random.seed()"),
        *("random.SystemRandom()", "tf.random.get_global_generator()", "np.random.seed(None)"),
        *("tf.timestamp()", "np.datetime64('now')", "keras.models.load_model('x')"),
        *("().__class__", "from random import SystemRandom", "get_ipython()", "__builtins__"),
        *("def broken(:", "    import time\n    t = time.time()", ">>> 1", "x = !date", "fit?"),
        *("from numpy.random import default_rng as d", "from random import *", "random.Random()"),
        *("tempfile.mkdtemp()", "np.random.PCG64()", "from random import seed"),
        *("%time fit()", "!ls", "x = 1\n%matplotlib inline", "getattr(np, 'load')"),
        *("x = shutil.os", "x = tempfile._os", "x = random._inst", "x = warnings.sys", "time (1)"),
        *("x = np.lib.npyio", "import numpy.lib", "from numpy import lib", "import keras.src.x"),
        *("from numpy import testing", "x = np.testing", "x = tf.compat.v1", "x = tf.raw_ops"),
        *("x = '{0.os}'.format(shutil)", "x = '{:{0[a]}}'.format(1)"),
        *("fmt.format(1)", "match shutil:\n    case object(os=x): pass", "x = Out[3]", "x = _3"),
        *("x = g.gi_frame.f_builtins", "x = f.f_back", "x = e.tb_frame", "x = hash('a')"),
        *("with warnings.catch_warnings(record=True) as w: pass", "typing.get_type_hints(f)"),
        *("functools.singledispatch(f)", "keras.layers.deserialize(x)", "x = dataclasses.inspect"),
        *("import IPython", "import IPython.core", "from IPython import core", "import autograder"),
        *("from autograder import sandbox", "from collections import abc", "x = 1\n%time"),
        *("tempfile.TemporaryDirectory()", "x = tf.io", "x = functools.sys"),
        *(
            "x = Pretty(filename='a')",
            "x = Markdown('a.md').data",
            "match x:\n case M(data=y): pass",
        ),
        *("plt.style.use('./a.mplstyle')", "plt.style.use(name)", "with style.context(name): pass"),
        *("u = plt.style.use", "tf.train.load_checkpoint('x')", "np.random.bit_generator"),
        *("from matplotlib.style import use", "import matplotlib.style as s\ns.use(x)"),
        *("s = None\nr = np.random.default_rng(s)", "np.random.default_rng(*())", "random.seed(s)"),
        *("s = 1\ns = None\nrandom.seed(s)", "default_rng(**{})", "tf.random.set_seed(None)"),
        *("for s in x: s = 1\nrandom.seed(s)", "np.array('NOW', 'M8[s]')", "x = repr(object())"),
        *("x = f'{object()}'", "tf.get_logger().findCaller()", "np.empty(9)", "Path('x')"),
        *("warnings.filterwarnings('error', lineno=7)", "warnings.simplefilter('error', W, 7)"),
        *("f = warnings.filterwarnings", "data.map(f, deterministic=False)", "x.read_text()"),
        *("tf.keras.layers.StringLookup(vocabulary='x')", "tf.train.Checkpoint().read('x')"),
    ],
)
def test_a_program_that_may_look_elsewhere(source: str) -> None:
    assert not is_closed(source)


@pytest.mark.parametrize("lesson", lesson_names())
def test_the_solution_of_every_lesson_may_be_shared(lesson: str) -> None:
    """Also where one of its own cells looks elsewhere; one that was changed is the student's."""
    read = [
        nbformat.read(ROOT / folder / lesson / f"{lesson}.ipynb", as_version=4)
        for folder in ("solutions", "release")
    ]

    def program() -> str | None:
        restored = restore(*read)
        job, _ = job_runner.prepare(restored, BARE)
        return cache_key.keys(
            job, (), owner="ann", share=True, given_code=restored.given_code
        ).program

    assert program()
    free = next(cell for cell in read[0].cells if cell.cell_type == "code" and not grade_id(cell))
    free.source += "\nimport time"
    assert program() is None


def test_what_looks_elsewhere_is_run_for_itself(course, runner) -> None:
    course.submit("ann", "bob", devices="import time\ngpus = tf.config.list_physical_devices()")
    assert not any(one.shared for one in course.grade().values())
    assert len(runner.jobs) == 2


def with_picture(digest: str) -> Evidence:
    """A run in which a cell showed a figure."""
    output = {"output_type": "display_data", "metadata": {}}
    output["data"] = {"text/html": html.picture("Ten bars.", "cGljdHVyZQ==", digest)}
    return right_run(cells={1: CellResult(status="ok", outputs=[output])})


class TestPictures:
    """The solution is run first for a class that is large enough."""

    @pytest.fixture
    def root(self, tmp_path, monkeypatch) -> Path:
        """A course with the solution, which stands out by a comment."""
        solved = mini.submitted()
        mini.cell_of(solved, "build").source += "  # by us"
        nbformat.write(solved, tmp_path / "solved.ipynb")
        monkeypatch.setattr(Course, "solved", lambda self, lesson: tmp_path / "solved.ipynb")
        return tmp_path

    def hand_in(self, course, count: int) -> None:
        """Programs that differ, the first of which puts out a picture too."""
        for number in range(count):
            course.submit(f"s{number}", comment=f"\nx = {number}")

    def test_what_the_solution_drew_is_not_drawn_again(self, course, runner, root) -> None:
        """It is nobody's submission, and is run once; no student's pictures are used."""
        runner.evidence = {"# by us": with_picture("f" * 64), "x = 0": with_picture("e" * 64)}
        self.hand_in(course, scheduler.MANY)
        for count in (scheduler.MANY + 1, 0):
            runner.jobs.clear()
            with course.grader(fresh=False) as graded:
                reports = list(graded.grade(find_submissions([course.folder])))
                pictures = graded.sandbox_pool.pictures
            assert len(reports) == scheduler.MANY
            assert len(runner.jobs) == count
            assert pictures == ({"f" * 64: "cGljdHVyZQ=="} if count else {})
        assert len(list((course.results / LESSON.name).iterdir())) >= scheduler.MANY

    def test_it_is_found_again_when_another_class_is_graded(self, course, runner, root) -> None:
        """As long as its run is stored."""
        runner.evidence = {"# by us": with_picture("f" * 64)}
        self.hand_in(course, scheduler.MANY)
        course.grade()
        runner.jobs.clear()
        for number in range(scheduler.MANY):
            course.submit(f"t{number}", comment=f"\ny = {number}")
        with course.grader() as graded:
            list(graded.grade(find_submissions([course.folder])))
            assert graded.sandbox_pool.pictures
        assert len(runner.jobs) == scheduler.MANY

    def test_not_for_a_few(self, course, runner, root) -> None:
        """It would cost more than it saves."""
        self.hand_in(course, scheduler.MANY - 1)
        course.grade()
        assert len(runner.jobs) == scheduler.MANY - 1

    @pytest.mark.parametrize("content", ["{", '{"nbformat": 4}', ""])
    def test_a_broken_one_is_no_submissions_fault(self, course, runner, root, content) -> None:
        """Everybody's work is graded, the first one's too."""
        (root / "solved.ipynb").write_text(content)
        self.hand_in(course, scheduler.MANY)
        assert all(one.score == one.max_score for one in course.grade().values())
        assert len(runner.jobs) == scheduler.MANY

    def test_without_it_all_is_drawn(self, course, runner, root) -> None:
        """Where it cannot be run, or the course has none, or other machines run the class."""
        runner.evidence = {"# by us": RuntimeError("no room")}
        self.hand_in(course, scheduler.MANY)
        assert all(one.score == one.max_score for one in course.grade().values())
        runner.runs_here = False
        runner.jobs.clear()
        course.grade(fresh=True)
        assert len(runner.jobs) == scheduler.MANY


class TestAhead:
    """What is graded one by one is run before, side by side."""

    def test_the_runs_are_found_and_nothing_is_judged(self, course, runner) -> None:
        """The second run of one whose mistake costs only its own points is there too."""
        runner.evidence["raise"] = failing(NUMBERS["compile"])
        course.submit("ann")
        course.submit("bob", compile="raise ValueError")
        course.path("cal").write_text("no notebook")
        with course.grader() as graded:
            names = list(graded.run_ahead(find_submissions([course.folder]), workers=2))
        assert sorted(names) == ["ann", "bob", "cal"]
        made = len(runner.jobs)
        assert made >= 2
        assert not (course.results / LESSON.name).exists()
        reports = course.grade()
        assert len(runner.jobs) == made
        assert reports["ann"].score == 20
        assert reports["cal"].status == "failed"

    @pytest.mark.parametrize("error", [RuntimeError("no room"), ValueError("what?")])
    def test_what_cannot_be_run_stops_nobody(self, course, runner, error) -> None:
        """Whoever grades it is told why."""
        runner.evidence = {"# hers": error}
        course.submit("ann", comment="  # hers")
        course.submit("bob", comment="  # his\nx = 1")
        with course.grader() as graded:
            names = list(graded.run_ahead(find_submissions([course.folder]), workers=2))
        assert sorted(names) == ["ann", "bob"]
        assert {name: bool(one.trouble) for name, one in course.grade().items()} == {
            "ann": True,
            "bob": False,
        }


class TestAgain:
    """The same command goes on where it stopped."""

    def test_what_was_run_is_found_again(self, course, runner) -> None:
        course.submit_apart("ann", "bob")
        first = course.grade()
        assert course.grade() == first
        assert len(runner.jobs) == 2

    def test_only_what_changed_is_run(self, course, runner) -> None:
        course.submit_apart("ann", "bob")
        course.grade()
        course.submit("bob", parameters="number_of_parameters = 7850\nbob = 2")
        course.grade()
        assert len(runner.jobs) == 3
        assert "bob = 2" in "\n".join(runner.jobs[-1].cells)

    def test_force_runs_all_of_it_once_more(self, course, runner) -> None:
        course.submit("ann", "bob")
        course.grade()
        reports = course.grade(fresh=True)
        assert len(runner.jobs) == 2
        assert [one.shared for one in reports.values()] == [False, True]

    def test_a_run_that_others_ended_does_not_count(self, course, runner) -> None:
        runner.evidence["Dense"] = right_run(stopped=Stopped("ended from outside", by_others=True))
        course.submit("ann")
        assert course.grade()["ann"].reason == "ended from outside"
        runner.evidence.clear()
        assert course.grade()["ann"].reason is None

    @pytest.mark.parametrize("content", [b"", b"\x85half", b"no run at all"])
    def test_a_run_that_was_cut_off_is_as_good_as_none(self, course, runner, content) -> None:
        course.submit("ann")
        course.grade()
        for path in (course.results / grader.RUNS).rglob("*"):
            if path.is_file():
                path.write_bytes(content)
        assert course.grade()["ann"].score == 20
        assert len(runner.jobs) == 2

    def test_two_gradings_write_the_same(self, course) -> None:
        def files() -> dict[str, bytes]:
            root = course.results / LESSON.name
            return {str(one): one.read_bytes() for one in root.rglob("*") if one.is_file()}

        course.submit("ann")
        course.grade()
        before = files()
        course.grade(fresh=True)
        assert files() == before


class TestTrouble:
    """What goes wrong is told where it went wrong, and costs nobody else anything."""

    def test_one_that_cannot_be_run(self, course, runner) -> None:
        course.submit("ann")
        course.submit("bob", parameters="number_of_parameters = 1  \nbroken = 1")
        runner.evidence["broken"] = RuntimeError("The sandbox is broken.")
        reports = course.grade()
        assert reports["ann"].score == 20
        assert reports["bob"].status == "failed"
        assert "RuntimeError" in (reports["bob"].trouble or "")

    def test_those_who_waited_for_it_are_run_themselves(self, course, runner) -> None:
        runner.evidence["Dense"] = RuntimeError("The sandbox is broken.")
        course.submit("ann", "bob", "cal")
        start = runner.start
        runner.start = lambda job: (start(job), runner.evidence.clear())[0]
        reports = course.grade()
        assert [reports[name].score for name in ("ann", "bob", "cal")] == [0, 20, 20]

    def test_names_that_are_no_text(self, course) -> None:
        course.submit("ann")
        course.path("ann").with_name(os.fsdecode(b"\xdcbung.txt")).write_text("x")
        (course.folder / "ann").rename(course.folder / os.fsdecode(b"M\xfcller"))
        (report,) = course.grade().values()
        assert (report.name, report.score) == ("M?ller", 20)
        assert any("bung.txt could not be read" in note for note in report.notes)

    def test_a_notebook_that_is_called_as_the_page_of_the_class(self, course) -> None:
        nbformat.write(mini.submitted(), course.folder / "index.html.ipynb")
        (report,) = course.grade().values()
        assert report.name == "index.html"
        assert report.results_folder.startswith("index.html~")

    def test_our_own_fault_takes_no_evidence_away(self, course, monkeypatch) -> None:
        course.submit("ann")
        course.grade()
        monkeypatch.setattr(result_files, "report_on", lambda *_: 1 / 0)
        assert course.grade()["ann"].trouble
        assert (course.results / LESSON.name / "ann" / EVIDENCE).exists()

    def test_one_that_cannot_be_judged(self, course, runner, monkeypatch) -> None:
        course.submit_apart("ann", "bob", "cal")
        report_on = result_files.report_on

        def fail(plan, *rest):
            if plan.submission.name == "bob":
                raise KeyError("our own fault")
            return report_on(plan, *rest)

        monkeypatch.setattr(result_files, "report_on", fail)
        reports = course.grade()
        assert {name: one.score for name, one in reports.items()} == {
            "ann": 20,
            "bob": 0,
            "cal": 20,
        }
        assert "our own fault" in (reports["bob"].trouble or "")

    def test_what_could_not_be_judged_is_judged_again(self, course, monkeypatch) -> None:
        """The judge may have been ended; another one takes its place."""
        course.submit("ann")
        judge, times = Judge.judge, []

        def fail(self, *given):
            times.append(None)
            if len(times) == 1:
                raise JudgeError("ended by the machine")
            return judge(self, *given)

        monkeypatch.setattr(Judge, "judge", fail)
        assert course.grade()["ann"].score == 20

    def test_a_full_disk_stops_the_class_and_keeps_what_is_finished(
        self, course, runner, monkeypatch
    ) -> None:
        course.submit_apart("ann", "bob")
        runner.max_pending = 1
        write = grader.save_submission

        def full(own, folder):
            if folder.name == "bob":
                raise OSError(errno.ENOSPC, "No space left on device", str(folder))
            write(own, folder)

        monkeypatch.setattr(grader, "save_submission", full)
        with pytest.raises(ResultsError, match=r"No space left on device.*the same command"):
            course.grade()
        assert runner.stopped
        assert (course.results / LESSON.name / "ann" / "report.json").exists()
        monkeypatch.undo()

    def test_who_stops_listening_stops_the_pool(self, course, runner) -> None:
        course.submit("ann")
        course.submit("bob", parameters="number_of_parameters = 7850\nbob = 1")
        with course.grader() as graded:
            reports = graded.grade(find_submissions([course.folder]))
            next(reports)
            reports.close()
        assert runner.stopped

    def test_no_more_is_handed_over_than_is_worth_it(self, course, runner) -> None:
        runner.max_pending = 2
        for number in range(6):
            course.submit(f"s{number}", parameters=f"number_of_parameters = 7850\ns = {number}")
        with course.grader() as graded:
            reports = graded.grade(find_submissions([course.folder]))
            next(reports)
            assert len(runner.jobs) <= 4
            assert len(list(reports)) == 5


class TestHere:
    """The pool of this machine, and a run that the machine has ended."""

    @pytest.fixture
    def ran(self, monkeypatch) -> list[Evidence | Exception]:
        """What each run in turn comes to."""
        made: list[Evidence | Exception] = []

        def run_once(*_: object) -> Evidence:
            match made.pop(0):
                case Evidence() as evidence:
                    return evidence
                case error:
                    raise error

        monkeypatch.setattr(job_runner, "_run_once", run_once)
        return made

    @pytest.fixture
    def here(self) -> Iterator[LocalExecutor]:
        made = LocalExecutor(POOL, 1)
        yield made
        made.stop()

    def test_what_others_ended_is_run_again(self, here, ran) -> None:
        ended = right_run(stopped=Stopped("ended from outside", by_others=True))
        ran += [ended, ended, right_run()]
        assert here.start(None).result().run.stopped is None

    @pytest.mark.parametrize("by_others", [True, False])
    def test_but_not_for_ever(self, here, ran, by_others) -> None:
        ran += [right_run(stopped=Stopped(str(number), by_others=by_others)) for number in range(4)]
        assert here.start(None).result().run.stopped == ("2" if by_others else "0")

    @pytest.mark.parametrize(
        ("limit", "disturbed", "times"),
        [("time", True, 2), ("time", False, 1), ("memory", True, 1), (None, True, 1)],
    )
    def test_what_others_may_have_taken_the_time_of_is_run_again_alone(
        self, here, monkeypatch, limit, disturbed, times
    ) -> None:
        """Once: who takes the time that there is, takes it alone too."""
        asked: list[bool] = []

        def beside(*_: object, alone: bool = False) -> tuple[Evidence, bool]:
            asked.append(alone)
            return right_run(stopped=Stopped("at a limit", limit=limit)), disturbed

        monkeypatch.setattr(job_runner, "_run_beside", beside)
        assert here.start(None).result().run.stopped == "at a limit"
        assert asked == [False, True][:times]

    @pytest.mark.parametrize("fault", [RuntimeError("broken"), BlockingIOError("no process")])
    def test_what_we_could_not_run_is_run_again(self, here, ran, fault) -> None:
        ran += [
            fault,
            right_run(stopped=Stopped("ended from outside", by_others=True)),
            right_run(),
        ]
        assert here.start(None).result().run.stopped is None

    @pytest.mark.parametrize(
        ("gib", "kernels"), [(0, 2), (9, 2), (13, 3), (17, 4), (1000, 4)], ids=str
    )
    def test_those_that_wait_have_room_in_memory(self, monkeypatch, gib, kernels) -> None:
        """As many as workers in any case, and at most one more for each."""
        memory = SimpleNamespace(available=gib * 2**30)
        monkeypatch.setattr(executor.psutil, "virtual_memory", lambda: memory)
        here = LocalExecutor(POOL, 2)
        here.stop()
        assert here._threads._max_workers == kernels
        assert POOL.turns.limit == 2

    def test_but_not_for_ever_either(self, here, ran) -> None:
        ran += [RuntimeError(str(number)) for number in range(4)]
        assert str(here.start(None).exception()) == "2"

    @pytest.mark.parametrize("why", [IsolationError("not here"), CancelledError()])
    def test_what_another_run_cannot_help(self, here, ran, why) -> None:
        ran += [why, right_run()]
        assert here.start(None).exception() is why

    @pytest.mark.parametrize("lost", ["ann", "bob", "cal"])
    def test_what_comes_in_when_the_cluster_is_lost_is_judged(
        self, course, runner, monkeypatch, lost
    ) -> None:
        monkeypatch.setattr(scheduler, "wait", lambda futures, return_when: wait(futures))
        runner.evidence[f"{lost} = 1"] = ClusterError("lost")
        course.submit_apart("ann", "bob", "cal")
        with pytest.raises(ClusterError, match="lost"):
            course.grade()
        graded = {path.parent.name for path in course.results.glob("*/*/report.json")}
        assert graded == {"ann", "bob", "cal"} - {lost}

    def test_then_a_person_has_to_look(self, course, runner) -> None:
        runner.evidence["Dense"] = right_run(stopped=Stopped("ended from outside", by_others=True))
        course.submit("ann")
        assert course.grade()["ann"].needs_review

    def test_a_cold_start_is_told(self, course, runner) -> None:
        runner.evidence["Dense"] = right_run(
            conditions=Conditions(isolation="bubblewrap", data="sample")
        )
        course.submit("ann")
        assert not course.grade()["ann"].warm


class TestFollowThrough:
    """The solution stands in for what later questions cannot use."""

    TYPO = "model.compile(metric=1)"

    @pytest.fixture(autouse=True)
    def _stops(self, course, runner, tmp_path) -> None:
        """A course with its source, in which the cell that compiles stops."""
        blanks = {
            "compile": {"model": claim(None, "Sequential")},
            "train": {"model": claim(None, "Sequential"), "history": BLANK},
            "predict": {"data_index": claim(99), "predicted_label": BLANK},
        }
        answers = {name: Answer(question=name, claims=claims) for name, claims in blanks.items()}
        work = Submission(answers=answers, fits=(), model_calls=(), arrays=dict)
        wrong = CellResult(status="error", ename="ValueError", evalue="metric")
        cells = {NUMBERS[name]: wrong for name in blanks}
        runner.evidence[self.TYPO] = right_run(work, cells=cells)
        replaced = CellResult(status="ok", replaced=True)
        runner.second = right_run(cells={NUMBERS["compile"]: replaced})
        self.root = tmp_path / "course"
        mini.put(self.root / "source" / LESSON.name / LESSON.notebook, mini.submitted())
        course.submit("ann", compile=self.TYPO)

    def grade(self, course, **settings):
        changed = replace(BARE, **settings)
        return course.grade(course=Course(root=self.root, settings=changed))

    def test_one_mistake_costs_its_own_points(self, course, runner) -> None:
        course.submit("bob", comment="\n# mine", compile=self.TYPO)
        reports = self.grade(course)
        assert {name: one.score for name, one in reports.items()} == {"ann": 16, "bob": 16}
        assert "the solution’s `compile` in place of yours" in reports["ann"].notes[0]
        (second,) = (job for job in runner.jobs if job.solutions)
        assert second.solutions[NUMBERS["compile"]].endswith(mini.RIGHT["compile"])
        # The traceback of a first run quotes its cell; the second one is the same program.
        assert len(runner.jobs) == 3

    def test_what_is_shown_is_the_first_run(self, course, runner) -> None:
        runner.second = right_run(
            cells={
                number: CellResult(
                    status="ok",
                    replaced=number == NUMBERS["compile"],
                    outputs=[{"output_type": "stream", "name": "stdout", "text": "the solution"}],
                )
                for number in range(len(CELLS))
            }
        )
        self.grade(course)
        folder = course.results / LESSON.name / "ann"
        assert "the solution" in str(read(folder / "follow-through" / EVIDENCE).outputs)
        for name in ("notebook.ipynb", "report.html", "report.json", EVIDENCE):
            assert b'the solution"' not in (folder / name).read_bytes()
        train = mini.cell_of(course.notebook("ann"), "check-train")
        assert train.outputs[1].data["text/plain"] == "6.0"

    def test_it_is_found_again(self, course, runner) -> None:
        first = self.grade(course)
        assert self.grade(course) == first
        assert len(runner.jobs) == 2

    @pytest.mark.parametrize(("share", "score"), [(0.0, 8), (0.5, 12), (1.0, 16)])
    def test_the_course_says_what_share_counts(self, course, share, score) -> None:
        assert self.grade(course, follow_through=share)["ann"].score == score
        assert self.grade(course)["ann"].score == 16
        assert self.regraded(course, follow_through=share).score == score

    def regraded(self, course, **settings):
        given = Course(root=self.root, settings=replace(BARE, **settings))
        (report,) = regrade.regrade(course.results / LESSON.name, LESSON, given)
        return report

    def test_judged_again_nothing_is_run_and_the_same_is_said(self, course, runner) -> None:
        first = self.grade(course)["ann"]
        assert self.regraded(course) == first
        assert len(runner.jobs) == 2

    def test_judged_again_it_is_said_where_the_second_run_is_missing(self, course) -> None:
        self.grade(course, follow_through=0.0)
        report = self.regraded(course)
        assert report.score == 8
        assert "has to be graded again" in report.notes[0]
        assert self.grade(course)["ann"].score == 16
        assert "has to be graded again" not in " ".join(self.regraded(course).notes)

    def test_where_no_second_run_can_be_prepared_the_class_goes_on(
        self, course, monkeypatch
    ) -> None:
        course.submit("bob")

        def too_much(plan: Plan, evidence: Evidence, known: Mapping[str, str]) -> None:
            if known:
                raise OverBudgetError("too much")

        monkeypatch.setattr(follow_through, "job_for", too_much)
        reports = self.grade(course)
        assert (reports["ann"].status, reports["ann"].reason) == ("failed", "too much")
        assert reports["bob"].status == "graded"

    def test_without_the_source_nothing_is_run_twice(self, course, runner) -> None:
        assert course.grade()["ann"].score == 8
        assert len(runner.jobs) == 1


class TestBudgets:
    """One submission that takes too much ends with its reason, and the class goes on."""

    def test_what_takes_too_long_to_show(self, course, runner, monkeypatch) -> None:
        """The points stay; what the student added is not shown."""
        shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>ann's"}}
        runner.evidence["ann"] = right_run(cells={3: CellResult(status="ok", outputs=[shown])})
        course.submit_apart("ann", "bob")

        class Slow(LimitedProcess):
            """Has no time left for what ann has put out."""

            def call(self, function, *arguments, **named):
                if function is result_files.draw and "ann's" in nbformat.writes(arguments[0]):
                    raise OverBudgetError("too long")
                return super().call(function, *arguments, **named)

        with Slow() as apart:
            monkeypatch.setattr(Grader, "_reader", apart)
            reports = course.grade()
        assert {name: one.score for name, one in reports.items()} == {"ann": 20, "bob": 20}
        assert result_files.OMITTED_NOTE in reports["ann"].notes
        assert result_files.OMITTED_NOTE not in reports["bob"].notes
        assert "<b>ann's" not in nbformat.writes(course.notebook("ann"))

    def test_what_takes_too_much_memory_to_read(self, course, monkeypatch) -> None:
        """Its reason is for the instructor, and no traceback."""
        course.submit("ann", "bob")
        path = course.path("ann")
        path.write_bytes(b'{"nbformat": 4, "cells": [' + b"[]," * 4_000_000 + b"[]]}")
        with LimitedProcess(memory=2**28) as apart:
            monkeypatch.setattr(Grader, "_reader", apart)
            reports = course.grade()
        assert (reports["ann"].status, reports["ann"].trouble) == ("failed", None)
        assert "no homework needs" in reports["ann"].reason
        assert reports["bob"].score == 20


class TestRegrade:
    """Judged again from what is kept."""

    def test_one_that_the_judge_fails_on_costs_the_others_nothing(
        self, course, monkeypatch
    ) -> None:
        course.submit("ann", "bob")
        course.grade()
        judge = regrade.Judge.judge

        def failing_on_bob(self, folders, lesson):
            if any(folder.name == "bob" for folder in folders):
                raise regrade.JudgeError("our own fault")
            return judge(self, folders, lesson)

        monkeypatch.setattr(regrade.Judge, "judge", failing_on_bob)
        reports = self.judged(course)
        assert reports["ann"].score == 20
        assert (reports["bob"].status, reports["bob"].trouble) == ("failed", "our own fault")

    def judged(self, course, root: Path | None = None):
        folder = course.results / LESSON.name
        given = regrade.regrade(folder, LESSON, Course(root=root, settings=BARE))
        return {report.name: report for report in given}

    def test_the_same_checks_say_the_same(self, course, runner) -> None:
        course.submit("ann")
        runner.evidence["number_of_classes + 1"] = right_run(Submission(parameters=claim(7840)))
        course.submit("bob", build="model = tf.keras.Sequential()  \nnumber_of_classes + 1")
        course.path("cal").write_text("Dear teacher,")
        first = course.grade()
        assert self.judged(course) == first
        assert [first[name].score for name in ("ann", "bob", "cal")] == [20, 18, 0]

    def test_a_new_check_counts_and_is_shown(self, course, tmp_path) -> None:
        course.submit("ann")
        course.grade()
        check = tmp_path / "own" / "checks" / LESSON.name / "check_build.py"
        check.parent.mkdir(parents=True)
        check.write_text(
            "import pytest\nfrom autograder.core.verdicts import Failed\n\n\n"
            "@pytest.mark.points(4)\ndef test_new(evidence):\n"
            "    raise Failed('The new check is not happy.', help='Try again.')\n"
        )
        report = self.judged(course, tmp_path / "own")["ann"]
        assert report.score == 18
        folder = course.results / LESSON.name / "ann"
        assert "The new check is not happy." in (folder / "report.html").read_text()
        cell = mini.cell_of(course.notebook("ann"), "check-build")
        assert "The new check is not happy." in cell.outputs[0].data["text/plain"]
        assert cell.outputs[1].data["text/plain"] == "2.0"
        assert mini.cell_of(course.notebook("ann"), "build").outputs[0].text.startswith("out ")

    def test_notes_are_told_once(self, course, runner) -> None:
        runner.evidence["Dense"] = right_run(stopped=Stopped("the kernel died"))
        course.submit("ann")
        course.grade()
        path = course.results / LESSON.name / "ann" / "report.json"
        path.write_text(path.read_text().replace('"isolation": "none"', '"isolation": "other"'))
        self.judged(course)
        cells = course.notebook("ann").cells
        assert sum("the kernel died" in cell.source for cell in cells) == 1

    def test_evidence_of_an_older_schema_is_named_and_never_misread(self, course) -> None:
        course.submit("ann")
        course.grade()
        folder = course.results / LESSON.name / "ann"
        before = (folder / "report.json").read_bytes()
        evidence = read(folder / EVIDENCE)
        old = msgspec.structs.replace(evidence.record, schema=0)
        (folder / EVIDENCE).write_bytes(pack(replace(evidence, record=old)))
        report = self.judged(course)["ann"]
        assert report.status == "failed"
        assert "older than" in (report.reason or "")
        assert "Run the submission again" in (report.reason or "")
        assert (folder / "report.json").read_bytes() == before

    def test_nothing_is_loaded_that_runs_anything(self, course) -> None:
        course.submit("ann")
        course.grade()
        code = (
            "import sys; from pathlib import Path\n"
            "from autograder.cli import main\n"
            f"code = main(['regrade', '--results', {str(course.results)!r}])\n"
            "print([one for one in ('tensorflow', 'keras') if one in sys.modules], code)"
        )
        done = processes.python("-c", code, cwd=course.folder, check=True)
        assert done.stdout.endswith("[] 0\n")
