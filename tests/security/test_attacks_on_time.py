"""Time and memory: one submission that takes all there is, in the grader, the judge or a page.

Each is tried by itself in a process of its own, with far more time and memory than it needs where
work grows no faster than what was handed in; what grows with its square needs hours. Above each
attack stands what it did before. One class then holds them all, between two who are honest.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from support import class_of_reports, mini, processes
from support.deep_folders import chain
from support.mini import LESSON

# Of the wall clock, for what takes a second or two; and of address space, so that nothing else on
# this machine comes to harm.
SECONDS, MAX_MEMORY = 90, 8 * 2**30

# ---- texts of a notebook that someone reads


TABLE = "|".join(["a"] * 10_000) + "\n" + "|".join(["-"] * 10_000) + "\n" + "a\n" * 10_000 + "\n"
# Before: succeeded where not said otherwise; how long it took is said of smaller ones.
READ = {
    # The pattern for pictures from elsewhere: 30,000 letters 2 s, growing with the square.
    "markdown-bangs": ("markdown", "![" * 1_000_000),
    # The pattern for addresses that are named first: 30,000 lines 2.4 s, with the square.
    "markdown-lines": ("markdown", "a" + "\n" * 1_900_000 + "b"),
    # 30,000 letters 1.7 s in the cleaner, which is told of HTML by any one tag.
    "markdown-divs": ("markdown", "<div>\n\n" * 250_000),
    # mistune, in nbgrader's feedback: 60,000 blanks 74 s, with the square.
    "markdown-blanks": ("markdown", "a" + " " * 1_900_000 + "b"),
    # markdown-it fills up each row, and the cleaner reads 65,000 cells: one of 60 kB took 27 s.
    "markdown-wide-tables": ("markdown", TABLE * 30),
    # Python's own parser: 60,000 letters 5 s, with the square; in the main thread of the grader.
    "code-dots": ("code", "import " + "a." * 900_000 + "a"),
    # Pygments: 60,000 letters more than 6 s; on our page and in nbgrader's feedback.
    "code-lines": ("code", "\n " * 900_000 + "x = 1"),
    # Pygments with IPython's own words, in nbgrader's feedback: 60,000 letters more than 6 s.
    "code-chain": ("code", "a." * 900_000 + "a"),
    # What is called a seed is written out again for each call around it: 80 kB took 14 s.
    "code-seeds": ("code", "seed(" * 25 + "(" + "1," * 400_000 + ")" + ")" * 25),
}

# What is done with a notebook, in the processes and with the budgets of the grader.
READING = """
from pathlib import Path
from support import mini
from nbconvert import HTMLExporter
from autograder.grading.limited_process import LimitedProcess
from autograder.core.config import Settings
from autograder.core.errors import AutograderError
from autograder.sandbox.job_runner import prepare
from autograder.notebooks.reader import read_notebook
from autograder.notebooks.restore import restore
from autograder.grading import cache_key, result_files
from autograder.core.lesson_registry import load_lesson
from autograder.grading.discovery import Submission
lesson = load_lesson("building-a-brain")
report = result_files.failed(Submission(name="x", path=Path("x.ipynb")), "never run", lesson)
try:
    with LimitedProcess() as apart:
        read = apart.call(read_notebook, Path("x.ipynb"))
        restored = apart.call(restore, read.notebook, mini.released())
        job, _ = apart.call(prepare, restored, Settings())
        apart.call(cache_key.keys, job, (), owner="x", share=True, given_code=restored.given_code)
        drawn = result_files.draw_bounded(apart, restored.notebook, report, lesson, fresh=True)
    HTMLExporter(template_name="classic").from_notebook_node(drawn.notebook)
except AutograderError as error:
    print("REFUSED", error)
print("DONE")
"""


def apart(program: str, *arguments: str, folder: Path) -> str:
    """What a program says that is run within limits; it has to reach its end."""
    limited = f"import resource as r; r.setrlimit(r.RLIMIT_AS, ({MAX_MEMORY}, {MAX_MEMORY}))\n"
    paths = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    ended = processes.python(
        *("-c", limited + program, *arguments),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "DONE" in ended.stdout
    return ended.stdout


def of(kind: str, source: str) -> nbformat.NotebookNode:
    """The right notebook, with one more cell in front."""
    notebook = mini.submitted()
    new = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    notebook.cells.insert(0, new(source))
    return notebook


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize("name", READ)
def test_a_text_takes_as_long_as_it_is(name: str, tmp_path: Path) -> None:
    """On our page and in nbgrader's feedback."""
    nbformat.write(of(*READ[name]), tmp_path / "x.ipynb")
    apart(READING, folder=tmp_path)


# Before: succeeded. 20,000 cells (1.5 MB) took 54 s; they were counted only once they had been
# converted.
@pytest.mark.slow
@pytest.mark.parametrize("cell", [{"cell_type": "code", "input": "", "language": "python"}, {}])
def test_an_old_notebook_of_many_cells_is_refused_before_it_is_converted(
    cell, tmp_path: Path
) -> None:
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}}
    cells = [cell | {"outputs": [], "metadata": {}} for _ in range(400_000)]
    (tmp_path / "x.ipynb").write_text(json.dumps(old | {"worksheets": [{"cells": cells}]}))
    assert "REFUSED" in apart(READING, folder=tmp_path)


# Before: held.
@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 1_000_000, '{"nbformat": 1e999}']
)
def test_what_is_nested_without_end_is_no_notebook(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text(text)
    assert "REFUSED" in apart(READING, folder=tmp_path)


# ---- what a cell has put out

# Before: succeeded. 60,000 letters took 5 s and more, growing with the square.
OUTPUTS = {
    "html-divs": {"text/html": "<div>" * 700_000},
    "html-bold": {"text/html": "<b><p>" * 500_000},
    "html-ends": {"text/html": "<b>" * 500_000 + "</p>" * 400_000},
    "html-links": {"text/html": "<a><div>" * 200_000 + "</a>" * 200_000},
    "html-attributes": {"text/html": "<b " + "".join(f"a{n} " for n in range(400_000)) + ">x</b>"},
    "html-table": {"text/html": "<table>" + "a<b>" * 700_000},
    # 2,000 brackets were enough: "The grader itself failed: maximum recursion depth exceeded".
    "html-style": {"text/html": "<b style='color:" + "(" * 500_000 + "'>x</b>"},
    "html-blocks": {"text/html": "<b style='color:" + "{" * 500_000 + "'>x</b>"},
}
# nbconvert's colours, in nbgrader's feedback: 400,000 letters 10 s, with the square.
STREAMS = {"colours": "\x1b[1m" * 1_000_000, "colours-and-letters": "\x1b[31ma" * 600_000}
PUTTING_OUT = """
from pathlib import Path
import nbformat
from nbconvert import HTMLExporter
from autograder.grading.limited_process import LimitedProcess
from autograder.grading import result_files
from autograder.core.lesson_registry import load_lesson
from autograder.grading.discovery import Submission
notebook = nbformat.read("x.ipynb", as_version=4)
lesson = load_lesson("building-a-brain")
report = result_files.failed(Submission(name="x", path=Path("x.ipynb")), "never run", lesson)
with LimitedProcess() as apart:
    drawn = result_files.draw_bounded(apart, notebook, report, lesson, fresh=True)
    assert result_files.OMITTED_NOTE not in drawn.report.notes
    result_files.draw_bounded(apart, drawn.notebook, report, lesson, fresh=False)
HTMLExporter(template_name="classic").from_notebook_node(drawn.notebook)
print("DONE")
"""


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize("name", [*OUTPUTS, *STREAMS])
def test_an_output_takes_as_long_as_it_is(name: str, tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("1")
    if name in OUTPUTS:
        cell.outputs = [nbformat.v4.new_output("display_data", data=OUTPUTS[name])]
    else:
        cell.outputs = [nbformat.v4.new_output("stream", text=STREAMS[name])]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "x.ipynb")
    apart(PUTTING_OUT, folder=tmp_path)


# ---- evidence that the judge computes with

# Before: succeeded. Small arrays, large results: neurons for each pixel (600 of them, with 2,400
# bytes of weights) took 3.7 GiB; a bias of 800 kB that is added to every image 1.6 GiB.
JUDGING = """
import json, resource, sys
from pathlib import Path
import numpy as np
from support import evidence_builder as eb
from autograder.core.config import Course
from support.runs import save_alone
from autograder.judge.judge_process import Judge
side = int(sys.argv[2])
given = eb.arrays()
def hold(name, *shape):
    given[name] = np.zeros(shape, np.float32)
    given[f"fit-0/{name}"] = np.zeros((5, *shape), np.float32)
fit = eb.FIT
if sys.argv[1] == "neurons-for-each-pixel":
    layers = (
        eb.layer("Reshape", (None, 784, 1)),
        eb.dense(side, inputs=1, name="a", rows=(784,)),
        eb.dense(1, inputs=side, name="b", rows=(784,)),
        eb.FLATTEN,
        eb.dense(),
    )
    hold("a/kernel", 1, side), hold("a/bias", side), hold("b/kernel", side, 1), hold("b/bias", 1)
    fit = eb.fit(means=(*fit.means, "a/kernel", "a/bias", "b/kernel", "b/bias"))
if sys.argv[1] == "a-bias-for-each-image":
    one = eb.dense()
    weights = (one.weights[0], eb.changed(one.weights[1], shape=(side, 1, 10)))
    layers = (eb.FLATTEN, eb.changed(one, weights=weights))
    hold("dense/bias", side, 1, 10)
here = Path.cwd()
save_alone(eb.right(), here / "honest")
save_alone(eb.right(model=eb.stack(*layers), arrays=lambda: given, fits=(fit,)), here / "evil")
with Judge(Course()) as judge:
    folders = {here / name: eb.right().run.program for name in ("honest", "evil")}
    (alone,) = judge.judge({here / "honest": folders[here / "honest"]}, eb.LESSON).values()
    both = judge.judge(folders, eb.LESSON)
assert both[str(here / "honest")] == alone
assert isinstance(alone, eb.Verdicts)
print("DONE", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize(
    ("name", "side"),
    [("neurons-for-each-pixel", 600), ("a-bias-for-each-image", 20_000)],
)
def test_small_arrays_do_not_make_large_ones(name: str, side: int, tmp_path: Path) -> None:
    printed = apart(JUDGING, name, str(side), folder=tmp_path)
    assert int(printed.split()[-1]) < 1200, "MiB"


# ---- all of them in one class


def many_notebooks(folder: Path) -> None:
    """Before: succeeded. A note that names them all was too long for the judge's own form."""
    for number in range(200):
        (folder / f"{'n' * 200}-{number}.ipynb").write_text("{}")


def deep_folders(folder: Path) -> None:
    """Before: succeeded. Walking through them ended the command, before anyone was graded.

    The fixture takes them away again: pytest's own cleaning up cannot.
    """
    chain(folder, 1_500)


def pipes(folder: Path) -> None:
    """Before: held by `autograder grade`."""
    for name in ("x.ipynb", "data.csv", "timestamp.txt"):
        os.mkfifo(folder / name)


SOURCES = {
    # The grader itself failed: maximum recursion depth exceeded; exit code 2 for the class.
    "nested-seed": "import numpy as np\nnp.random.seed(" + "+".join(["1"] * 900) + ")",
    "nested-style": "from IPython.display import HTML, display\n"
    "display(HTML(\"<b style='color:\" + '(' * 2000 + \"'>x</b>\"))",
}
FOLDERS = {"many-notebooks": many_notebooks, "deep-folders": deep_folders, "pipes": pipes}


def course(root: Path, *, attacked: bool) -> Path:
    """A course's folder with two honest submissions, and those that attack them in between."""
    folder = root / "submitted"
    names = ["ann", "zoe", *([*SOURCES, *FOLDERS] if attacked else [])]
    for name in names:
        own = folder / name / LESSON.name
        own.mkdir(parents=True)
        extra = SOURCES.get(name, "")
        nbformat.write(
            mini.submitted(devices=f"{extra}\n{mini.RIGHT['devices']}"), own / LESSON.notebook
        )
        if name in FOLDERS:
            FOLDERS[name](own)
    return folder


def run(root: Path, *command: str) -> tuple[int, dict[str, dict], str]:
    """A command's exit code, the reports that it wrote as JSON by name, and what it said."""
    written = root / "reports.json"
    ended = processes.python(
        *("-P", "-m", "autograder.cli", *command, "--json", written),
        cwd=root,
        env=os.environ | {"KERAS_HOME": str(root.parent / "keras")},
        timeout=540,
    )
    found = json.loads(written.read_text())["submissions"] if written.exists() else []
    return ended.returncode, {one["name"]: one | {"seconds": 0} for one in found}, ended.stderr


@pytest.fixture(scope="module")
def classes(tmp_path_factory) -> dict[str, tuple[int, dict[str, dict], str]]:
    """A class with and without attacks, graded and judged again."""
    root = tmp_path_factory.mktemp("classes")
    class_of_reports.install_sample(root / "keras")
    made = {}
    for name in ("honest", "attacked"):
        (root / name).mkdir()
        folder = course(root / name, attacked=name == "attacked")
        made[name] = run(root / name, "grade", str(folder))
        made[f"{name}, again"] = run(root / name, "regrade")
    subprocess.run(["rm", "-rf", str(root)], check=True)
    return made


@pytest.mark.kernel
@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize("when", ["", ", again"])
def test_the_neighbours_reports_are_the_same(classes, when: str) -> None:
    _, expected, _ = classes[f"honest{when}"]
    code, found, printed = classes[f"attacked{when}"]
    assert {name: found[name] for name in expected} == expected
    assert all(one["status"] == "graded" for one in expected.values())
    assert set(found) == {"ann", "zoe", *SOURCES, *FOLDERS}
    assert code in (0, 1), printed


@pytest.mark.kernel
@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize("name", [*SOURCES, *FOLDERS])
def test_what_became_of_the_attacker_is_told(classes, name: str) -> None:
    """It is graded, or told in words; never by a failure of ours."""
    one = classes["attacked"][1][name]
    assert one["status"] == "graded" or one["reason"]
    assert not re.search("grader itself|recursion", str(one["reason"]))
