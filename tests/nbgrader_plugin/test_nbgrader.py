"""nbgrader's own commands in a course of ours: the scores are the judge's."""

from __future__ import annotations

import copy
import csv
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash
from support import mini
from support.make_class import BLANK, untrained
from support.mini import LESSON
from support.pages import REMOTE, Page
from support.terminal import environment, nbgrader

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def index_of(notebook: NotebookNode, grade_id: str) -> int:
    """Where a cell stands."""
    return next(
        number
        for number, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def tampered() -> NotebookNode:
    """Grade cells edited, deleted, copied, renamed and tagged; honest work of 0 points in build."""
    notebook = untrained(build=BLANK)
    cells = notebook.cells
    cells[index_of(notebook, "check-build")].source = "4.0"
    cells[index_of(notebook, "check-compile")].metadata["tags"] = ["skip-execution"]
    cells[index_of(notebook, "check-train")].metadata["nbgrader"]["grade_id"] = "check-trian"
    again = copy.deepcopy(cells[index_of(notebook, "check-devices")])
    again.id = "again"
    cells.append(again)
    del cells[index_of(notebook, "check-predict")]
    return notebook


LOOK = "import pathlib\nfor one in pathlib.Path().rglob('*.txt'):\n    print(one, one.read_text())"
SECRET = "nobody-but-the-instructor-may-read-this"  # noqa: S105
SUBMITTED = {
    "partial credit": untrained(
        build="model = tf.keras.Sequential([tf.keras.Input((28, 28)), tf.keras.layers.Flatten(),"
        " tf.keras.layers.Dense(11)])",
    ),
    "tampered": tampered(),
    "stderr": untrained(devices="import sys\nprint('careful', file=sys.stderr)\n" + "gpus = []"),
    "crash": untrained(compile="import os\nos._exit(1)"),
    "links": untrained(build=BLANK, devices=f"{LOOK}\ngpus = []"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory, sample_keras: Path) -> Path:
    """A course with submissions, autograded, with feedback and an export."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source", root / "source")
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    for name, notebook in SUBMITTED.items():
        mini.put(root / "submitted" / name / LESSON.name / LESSON.notebook, notebook)
    unreadable = root / "submitted" / "not a notebook" / LESSON.name
    unreadable.mkdir(parents=True)
    (unreadable / LESSON.notebook).write_text("Dear teacher,")
    renamed = root / "submitted" / "stderr" / LESSON.name / LESSON.notebook
    renamed.rename(renamed.with_name("meine Lösung.ipynb"))
    link(root, root / "submitted" / "links" / LESSON.name)
    for folder in (root / "submitted").glob("*/*"):
        # As nbgrader collects: by these the feedback finds its way back.
        (folder / "timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
        (folder / "submission_secret.txt").write_text(secret_of(folder.parent.name))
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        done = nbgrader(root, sample_keras, command, LESSON.name)
        assert done.returncode == 0, done.stderr[-3000:]
    assert nbgrader(root, sample_keras, "export").returncode == 0
    (root / "exchange").mkdir()
    exchange = f"--Exchange.root={root / 'exchange'}"
    done = nbgrader(root, sample_keras, "release_feedback", LESSON.name, exchange)
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def secret_of(student: str) -> str:
    """What nbgrader would have drawn by lot when the notebook was handed in."""
    return f"the secret of {student}"


def link(root: Path, folder: Path) -> None:
    """Hand in links: to a neighbour's notebook, and to what only the instructor may read."""
    (root / "secret.txt").write_text(SECRET)
    (folder / "link.txt").symlink_to(root / "secret.txt")
    (folder / "own.txt").write_text("my own notes")
    own = folder / LESSON.notebook
    own.rename(folder / "<script>alert(1)<.ipynb")
    own.symlink_to(root / "submitted" / "partial credit" / LESSON.name / LESSON.notebook)


def grades(course: Path, student: str) -> dict[str, tuple[float, bool]]:
    """Points of each grade cell in the gradebook, and whether a person must look."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(LESSON.name, student)
        return {
            grade.name.removeprefix("check-"): (grade.score, grade.needs_manual_grade)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def scores(course: Path, student: str) -> dict[str, float]:
    """Points of each question."""
    return {question: points for question, (points, _) in grades(course, student).items()}


def feedback(course: Path, student: str) -> str:
    """The feedback page."""
    return (course / "feedback" / student / LESSON.name / f"{LESSON.name}.html").read_text()


def test_partial_credit_and_explanation_both_arrive(course: Path) -> None:
    """Two of four points, and why."""
    assert scores(course, "partial credit") == {
        "devices": 2,
        "build": 2,
        "parameters": 2,
        "compile": 4,
        "train": 0,
        "predict": 0,
    }
    assert "The last layer has 11 neurons" in feedback(course, "partial credit")


def test_feedback_and_report_show_the_pictures_and_say_the_same(course: Path) -> None:
    """What nbgrader delivers, and what lies in results/."""
    own = course / "results" / LESSON.name / "partial credit" / "report.html"
    for page in (feedback(course, "partial credit"), own.read_text()):
        assert page.count("data:image/png;base64,") >= 5
        assert "The last layer has 11 neurons" in page
    loaded = [
        str(attrs[name]) for _, attrs in Page(own.read_text()).tags for name in REMOTE & set(attrs)
    ]
    assert loaded
    assert all(one.startswith("data:image/") for one in loaded)


def test_feedback_finds_its_way_back(course: Path) -> None:
    """Released to the exchange, under the name that only its student can work out."""
    released = {path.stem: path.read_text() for path in (course / "exchange").rglob("*.html")}
    for name in (*SUBMITTED, "not a notebook"):
        own = notebook_hash(secret=secret_of(name), notebook_id=LESSON.name)
        assert released.pop(own) == feedback(course, name)
    assert released == {}


@pytest.mark.parametrize("student", [*SUBMITTED, "not a notebook"])
def test_nobody_needs_manual_grading(course: Path, student: str) -> None:
    """Crashed, unreadable, renamed: each has a score of the judge's."""
    assert not any(manual for _, manual in grades(course, student).values())


def test_tampering_with_cells_earns_nothing(course: Path) -> None:
    """Edited, tagged, renamed, copied and deleted grade cells are as released, and reported."""
    assert scores(course, "tampered") == {
        "devices": 2,
        "build": 0,
        "parameters": 2,
        # It is right: it was marked with the solution's network in the place of the blank.
        "compile": 4,
        "train": 0,
        "predict": 0,
    }
    page = feedback(course, "tampered")
    for note in (
        "“check-build” had been changed",
        "“skip-execution” was taken",
        "“check-train” had been renamed “check-trian”",
        "“check-devices” was there 2 times",
        "“check-predict” had been deleted",
    ):
        assert note in page


def test_stderr_and_a_new_name_cost_nothing(course: Path) -> None:
    """A warning is no mistake; a list typed by hand is. The renamed notebook is found."""
    assert scores(course, "stderr")["build"] == 4
    assert scores(course, "stderr")["devices"] == 0
    assert "renamed meine Lösung.ipynb" in feedback(course, "stderr")


def test_a_crash_keeps_what_came_before(course: Path) -> None:
    """And the feedback says what happened."""
    assert scores(course, "crash")["parameters"] == 2
    assert scores(course, "crash")["compile"] == 0
    assert "the kernel died" in feedback(course, "crash")
    kept = course / "results" / LESSON.name / "crash" / "report.json"
    assert json.loads(kept.read_text())["reason"]


def test_what_is_no_notebook_has_a_zero_with_its_reason(course: Path) -> None:
    """Nothing is lost: the student finds the reason in the feedback."""
    assert set(scores(course, "not a notebook").values()) == {0}
    assert "This is not a notebook" in feedback(course, "not a notebook")
    kept = course / "results" / LESSON.name / "not a notebook" / "report.json"
    assert json.loads(kept.read_text())["status"] == "failed"


def test_links_lead_nowhere(course: Path) -> None:
    """Neither to a neighbour's work nor to a secret, and a name is no markup."""
    assert scores(course, "links")["build"] == 0
    page = feedback(course, "links")
    assert "my own notes" in page
    assert SECRET not in page
    assert "<script>alert(1)" not in page
    copies = (course / "autograded" / "links").rglob("*")
    assert not any(SECRET in one.read_text() for one in copies if one.is_file())


def test_the_export_has_the_judges_sums(course: Path) -> None:
    """The CSV of nbgrader."""
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows["partial credit"] == 10
    assert rows["not a notebook"] == 0


@pytest.fixture
def formgrader(course: Path, sample_keras: Path) -> Iterator[Callable[..., object]]:
    """A real Jupyter server with nbgrader's formgrader, to be asked by path."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
            *("--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=t"),
            "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
        ],
        cwd=course,
        env=environment(sample_keras),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ask(path: str, method: str = "GET") -> object:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/formgrader/{path}",
            method=method,
            headers={"Authorization": "token t"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310  our own
            text = answer.read().decode()
        return json.loads(text) if path.startswith("api/") else text

    try:
        yield ask
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for_page(ask: Callable[..., object]) -> str:
    """The formgrader's first page, as soon as the server answers."""
    for _ in range(60):
        try:
            return str(ask("manage_assignments"))
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the server never answered")


def test_the_formgrader_shows_and_gives_the_judges_scores(course: Path, formgrader) -> None:
    """Its pages come up; its autograde button goes through our judge."""
    assert "formgrader" in wait_for_page(formgrader).lower()
    submissions = formgrader(f"api/submissions/{LESSON.name}")
    assert {one["student"]: one["score"] for one in submissions}["partial credit"] == 10
    student = "not%20a%20notebook"
    done = formgrader(f"api/submission/{LESSON.name}/{student}/autograde", method="POST")
    assert done["success"], done
    assert set(scores(course, "not a notebook").values()) == {0}


def test_what_nbgrader_ran_our_own_command_finds(course: Path, sample_keras: Path) -> None:
    """And the other way round: both look for a run under the same keys."""
    before = jobs(course)
    assert len(before) == len(SUBMITTED)
    command = [sys.executable, "-m", "autograder.cli", "grade", "submitted", "--no-gradebook"]
    variables = environment(sample_keras, PYTHONPATH=str(ROOT))
    done = subprocess.run(command, cwd=course, env=variables, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr[-2000:]
    assert jobs(course) == before


def jobs(course: Path) -> dict[str, str]:
    """The run that each report was made from."""
    reports = (json.loads(path.read_text()) for path in course.glob("results/*/*/report.json"))
    return {one["name"]: one["job"] for one in reports if one["job"]}
