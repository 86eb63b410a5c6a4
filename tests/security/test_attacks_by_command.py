"""Attacks that stand for their kind, by the other ways to grade: nbgrader, Dask, a rehearsal."""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from support import attack_changes, attack_course, attack_keys, make_class, mini
from support.attack_besieged import Besieged
from support.attack_cases import Case, cases
from support.attack_course import BLANK, LESSON, SECRET, UNTRAINED
from support.terminal import nbgrader

from autograder.cli import main
from autograder.core.config import Course
from autograder.core.lesson_registry import load_lesson
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
NEIGHBOURS = {"a-right": 12, "c-right": 12, "d-blank": 0, "f-right": 12}
# Who is graded between them, in the order of their names.
SWAPPING = {"b-attack": "ended-for-the-next", "e-attack": "answers-for-the-next"}
# Each goes on when it finds nothing, so one cell can try all.
READS = ("keyring-read", "first-process-handles", "first-process-memory", "every-process")
# Raises where the case would say that it reached what it wanted.
LOUD = """\
def print(*said):
    if str(said[0]).startswith("REACHED"):
        raise SystemError(said)
"""


def case_of(name: str) -> Case:
    """A case by its name."""
    (case,) = cases([name])
    return case


def answers(neighbour: str) -> dict[str, str | None]:
    """What a neighbour has written."""
    return dict(BLANK if "blank" in neighbour else UNTRAINED)


@pytest.mark.weekly
class TestAutograde:
    """``nbgrader autograde``, whose gradebook holds the class."""

    @pytest.fixture(scope="class")
    def scores(self, tmp_path_factory, sample_keras: Path) -> dict[str, float]:
        """The scores of a class with two attackers in it."""
        root = tmp_path_factory.mktemp("autograde") / "course"
        shutil.copytree(ROOT / "source", root / "source")
        shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
        changes = {
            name: dict.fromkeys(
                (part for part, answer in answers(name).items() if answer is None),
                make_class.BLANK,
            )
            for name in NEIGHBOURS
        }
        for name, of in SWAPPING.items():
            changes[name] = {"devices": f"{case_of(of).source}\n{mini.RIGHT['devices']}"}
        for name, one in changes.items():
            place = root / "submitted" / name / LESSON / f"{LESSON}.ipynb"
            mini.put(place, make_class.notebook(one))
        for command in ("generate_assignment", "autograde"):
            done = nbgrader(root, sample_keras, command, LESSON)
            assert done.returncode == 0, done.stderr[-3000:]
        with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
            return {one.student.id: one.score for one in book.assignment_submissions(LESSON)}

    @pytest.mark.parametrize("name", NEIGHBOURS)
    def test_everyone_has_their_own_grade(self, scores, name: str) -> None:
        assert scores[name] == NEIGHBOURS[name]


class TestValidate:
    """``nbgrader validate`` of a notebook that looks for what is the grader's."""

    def test_it_reaches_nothing(self, tmp_path, sample_keras) -> None:
        course = Besieged(root=tmp_path / "course", home=tmp_path / "home")
        attack_course._furnish(course)
        shutil.copyfile(ROOT / "nbgrader_config.py", course.root / "nbgrader_config.py")
        attack_keys.start_session(SECRET)
        cell = "\n".join([LOUD, *(case_of(one).source for one in READS), mini.RIGHT["devices"]])
        path = course.root / "submitted" / "eve" / LESSON / f"{LESSON}.ipynb"
        mini.put(path, make_class.notebook({"devices": cell}))
        done = nbgrader(course.root, sample_keras, "validate", str(path))
        assert SECRET not in done.stdout + done.stderr
        assert "Success! Your notebook passes all the tests." in done.stdout + done.stderr


class TestCheck:
    """``autograder check``, which keeps nothing apart: its points are those of the grade."""

    @pytest.mark.parametrize("name", ["answers-turned-right", "forged-history", "skip-execution"])
    def test_an_attack_earns_no_more(
        self, tmp_path, sample_keras, monkeypatch, capsys, name
    ) -> None:
        case = case_of(name)
        notebook = attack_course._notebook(case, case.source)
        if case.change:
            submission = attack_changes.AttackSubmission(
                notebook=notebook, folder=tmp_path, question=case.cell, course=tmp_path
            )
            getattr(attack_changes, case.change)(submission)
        nbformat.write(notebook, tmp_path / f"{LESSON}.ipynb")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("KERAS_HOME", str(sample_keras))
        main(["check", f"{LESSON}.ipynb"])
        printed = capsys.readouterr().out
        (earned,) = re.findall(r"Total: (?:at least )?([\d.]+) of 20 points", printed)
        title = load_lesson(LESSON).question(case.cell).title
        assert float(earned) <= 19
        if case.max_points is not None:
            (own,) = re.findall(rf"^{re.escape(title)}: ([\d.]+) of", printed, re.MULTILINE)
            assert float(own) <= case.max_points


class TestDask:
    """A worker of a cluster that grades one after the other."""

    def test_everyone_has_their_own_grade(self, tmp_path, sample_keras) -> None:
        pytest.importorskip("distributed")
        from support.dask_cluster import Cluster  # noqa: PLC0415  an extra

        from autograder.grading.dask_executor import DaskExecutor  # noqa: PLC0415

        notebooks = {name: mini.submitted(**answers(name)) for name in NEIGHBOURS}
        for name, of in SWAPPING.items():
            case = case_of(of)
            notebooks[name] = attack_course._notebook(case, case.source)
        for name, notebook in notebooks.items():
            mini.put(tmp_path / "submitted" / name / LESSON / f"{LESSON}.ipynb", notebook)
        cluster = Cluster(tmp_path)
        try:
            cluster.add()
            grader = Grader(
                course=Course(settings=attack_course.SETTINGS),
                data_home=sample_keras,
                results=tmp_path / "results",
                lesson=load_lesson(LESSON),
                share=False,
                executor_factory=partial(DaskExecutor, address=str(cluster.file)),
            )
            with grader:
                found = find_submissions([tmp_path / "submitted"])
                reports = {one.name: one for one in grader.grade(found)}
        finally:
            cluster.close()
        assert {name: reports[name].score for name in NEIGHBOURS} == NEIGHBOURS
        printed = [one.message for name in NEIGHBOURS for one in reports[name].checks]
        assert not [one for one in printed if "REACHED" in one]
