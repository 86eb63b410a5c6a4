"""The engine knows no lesson: it grades one that nobody foresaw."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import nbformat
import pytest
from support import mini, runs, throwaway
from support.cases import judge_in_process
from support.mini import put
from support.throwaway import evidence, notebook

from autograder.cli import main
from autograder.core.config import Course, Settings
from autograder.core.errors import LessonError
from autograder.core.lesson_registry import guess_lesson, lesson_names, load_lesson, named_lesson
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader
from autograder.grading.regrade import regrade
from autograder.judge.runner import judge
from autograder.reports import class_report, json_report

RUNNER = runs.FakeExecutor(
    usual=lambda: runs.ran({}),
    evidence={
        "apples = 2": throwaway.run(apples=2, pears=2),
        "apples = 1": throwaway.run(apples=1, pears=2),
    },
)


def graded(root: Path, results: Path, home: Path, **changes) -> list:
    grader = Grader(
        course=Course(settings=Settings(isolation="none")),
        data_home=home,
        results=results,
        executor_factory=RUNNER,
        **changes,
    )
    with grader:
        return list(grader.grade(find_submissions([root])))


class TestAnyLesson:
    """One that was written a moment ago, graded from evidence to the page of the class."""

    def test_it_is_found_and_told_by_its_cells(self, any_lesson) -> None:
        """Like those that came with the package."""
        assert throwaway.NAME in lesson_names()
        assert any_lesson.max_score == 7
        assert guess_lesson(["check-pears", "check-apples", "mine"]) is any_lesson
        assert guess_lesson(["mine"]) is None

    def test_it_is_judged_here(self, any_lesson) -> None:
        """Each check in its place, each with the points of its question."""
        verdicts = judge(
            [("right", evidence(apples=2, pears=2)), ("one", evidence(apples=1))], any_lesson
        )
        found_by_file = {
            name: [(one.id, one.points) for one in said.checks] for name, said in verdicts.items()
        }
        assert found_by_file == {
            "right": [("apples.two", 3), ("pears.as_many", 4)],
            "one": [("apples.two", 0), ("pears.as_many", 0)],
        }
        assert verdicts["one"].checks[0].misconception == "ate-one"
        assert verdicts["one"].checks[1].outcome == "not_attempted"
        assert verdicts["right"].measures == {"ripeness": 0.5}

    def test_it_is_judged_in_a_process_of_its_own(self, any_lesson, tmp_path) -> None:
        """Which finds it where we have found it."""
        runs.save_alone(evidence(apples=2, pears=3), tmp_path / "ann")
        (said,) = judge_in_process({tmp_path / "ann": ""}, any_lesson, Course()).values()
        assert [one.outcome for one in said.checks] == ["passed", "failed"]
        assert said.checks[1].message == "Pears are not apples."

    def test_a_class_is_graded_and_shown(self, any_lesson, tmp_path, sample_keras) -> None:
        """Read, put right, kept, judged, written; and judged once more."""
        root, results = tmp_path / "submitted", tmp_path / "results"
        put(root / "ann" / any_lesson.name / any_lesson.notebook, notebook(apples="apples = 2"))
        put(root / "bob" / any_lesson.name / any_lesson.notebook, notebook(apples="apples = 1"))
        reports = graded(root, results, sample_keras)
        assert {one.name: (one.lesson, one.score) for one in reports} == {
            "ann": (any_lesson.name, 7),
            "bob": (any_lesson.name, 0),
        }
        assert "Count the apples" in (results / any_lesson.name / "ann" / "report.html").read_text()
        assert "Two Apples" in class_report.page(reports, any_lesson)
        form = json.loads(json_report.document(reports))["submissions"]
        assert {one["name"]: one["max_score"] for one in form} == {"ann": 7, "bob": 7}
        again = regrade(results / any_lesson.name, any_lesson, Course())
        assert sorted(one.score for one in again) == [0, 7]

    def test_a_lesson_that_cannot_be_loaded_is_named(self, any_lesson) -> None:
        """In one line: perhaps it is just being written."""
        broken = any_lesson.folder.parent / "half_done"
        broken.mkdir()
        (broken / "lesson.py").write_text("LESSON = Lesson(")
        with pytest.raises(LessonError, match=r"“half-done” cannot be loaded: SyntaxError"):
            load_lesson("half-done")

    def test_what_is_no_lesson_is_passed_over(self, any_lesson) -> None:
        """Notes and tests that lie beside the lessons."""
        (any_lesson.folder.parent / "notes").mkdir()
        (any_lesson.folder.parent / "notes" / "__init__.py").touch()
        assert "notes" not in lesson_names()
        assert named_lesson("notes") is None


@pytest.mark.usefixtures("lasting_reader", "lasting_judge")
class TestSeveralLessons:
    """Of a course with more than one none is the one that everything else belongs to."""

    @pytest.fixture
    def other(self):
        return load_lesson("building-a-brain")

    def test_each_submission_goes_to_its_own(
        self, any_lesson, other, tmp_path, sample_keras
    ) -> None:
        """A student's two submissions have the same name in two folders, without numbers."""
        root, results = tmp_path / "submitted", tmp_path / "results"
        put(root / "ann" / any_lesson.name / any_lesson.notebook, notebook(apples="apples = 2"))
        put(root / "ann" / other.name / other.notebook, mini.released())
        reports = graded(root, results, sample_keras)
        assert {(one.lesson, one.results_folder) for one in reports} == {
            (any_lesson.name, "ann"),
            (other.name, "ann"),
        }
        assert (results / any_lesson.name / "ann" / "report.json").is_file()
        assert (results / other.name / "ann" / "report.json").is_file()

    def test_a_flat_folder_may_hold_several(
        self, any_lesson, other, tmp_path, sample_keras
    ) -> None:
        """Told by their cells, whatever the files are called."""
        put(tmp_path / "class" / "ann.ipynb", notebook(apples="apples = 2"))
        put(tmp_path / "class" / "bob.ipynb", mini.released())
        reports = graded(tmp_path / "class", tmp_path / "results", sample_keras)
        assert {one.name: one.lesson for one in reports} == {
            "ann": any_lesson.name,
            "bob": other.name,
        }

    def test_what_cannot_be_read_is_of_the_lesson_of_its_class(
        self, any_lesson, tmp_path, sample_keras
    ) -> None:
        """Where all others are of one lesson, it was meant to be another of them."""
        put(tmp_path / "class" / "zoe.ipynb", notebook(apples="apples = 2"))
        (tmp_path / "class" / "ann.ipynb").write_text("Dear teacher,")
        reports = graded(tmp_path / "class", tmp_path / "results", sample_keras)
        ann = next(one for one in reports if one.name == "ann")
        assert (ann.status, ann.lesson, ann.max_score) == ("failed", any_lesson.name, 7)

    def test_what_cannot_be_read_may_be_of_none(self, any_lesson, tmp_path, sample_keras) -> None:
        """Alone, or among several lessons: it is told, with no points of any."""
        folder = tmp_path / "class"
        put(folder / "ann.ipynb", notebook(apples="apples = 2"))
        put(folder / "bob.ipynb", mini.released())
        (folder / "cal.ipynb").write_text("Dear teacher,")
        reports = graded(folder, tmp_path / "results", sample_keras)
        assert reports[-1].name == "cal"
        assert (reports[-1].lesson, reports[-1].max_score) == ("no-lesson", 0)
        assert "This is not a notebook" in reports[-1].reason
        assert (tmp_path / "results" / "no-lesson" / "cal" / "report.html").is_file()

    @pytest.mark.parametrize("place", ["ann/two-apples/work.ipynb", "two-apples.ipynb"])
    def test_its_folder_or_its_name_tell(self, any_lesson, tmp_path, sample_keras, place) -> None:
        """Also where it cannot be read."""
        path = tmp_path / "class" / place
        path.parent.mkdir(parents=True)
        path.write_text("Dear teacher,")
        (report,) = graded(tmp_path / "class", tmp_path / "results", sample_keras)
        assert (report.status, report.lesson) == ("failed", any_lesson.name)

    def test_a_folder_without_a_notebook_is_of_its_lesson(
        self, any_lesson, other, tmp_path
    ) -> None:
        """Who handed in one of two is not forgotten for the other."""
        root = tmp_path / "class"
        put(root / "ann" / any_lesson.name / any_lesson.notebook, notebook())
        put(root / "bob" / other.name / other.notebook, mini.released())
        (root / "bob" / any_lesson.name).mkdir()
        found = find_submissions([root])
        assert [(one.name, one.folder.name, one.path is None) for one in found] == [
            ("ann", any_lesson.name, False),
            ("bob", other.name, False),
            ("bob", any_lesson.name, True),
        ]

    def test_the_folder_counts_and_a_strange_notebook_in_it_is_told(
        self, any_lesson, other, tmp_path, sample_keras
    ) -> None:
        """The gradebook has points for the lesson that it was handed in for."""
        put(tmp_path / "class" / "ann" / any_lesson.name / any_lesson.notebook, mini.released())
        (report,) = graded(tmp_path / "class", tmp_path / "results", sample_keras)
        assert report.lesson == any_lesson.name
        assert f"It looks like the notebook of “{other.title}”." in report.notes

    def test_without_cells_of_any_a_notebook_says_itself_what_it_is(
        self, any_lesson, tmp_path, sample_keras
    ) -> None:
        """As it was released; where it says nothing, nothing is guessed."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="mine")])
        put(tmp_path / "silent" / "ann.ipynb", notebook)
        notebook.metadata["autograder"] = {"lesson": any_lesson.name}
        put(tmp_path / "saying" / "ann.ipynb", notebook)
        (report,) = graded(tmp_path / "silent", tmp_path / "results", sample_keras)
        assert (report.status, report.lesson) == ("failed", "no-lesson")
        assert "--lesson" in report.reason
        (report,) = graded(tmp_path / "saying", tmp_path / "results", sample_keras)
        assert (report.status, report.lesson) == ("graded", any_lesson.name)

    def test_the_only_lesson_that_a_course_has_released(
        self, any_lesson, other, tmp_path, sample_keras
    ) -> None:
        """A course may teach one of all that are known."""
        put(tmp_path / "course" / "release" / other.name / other.notebook, mini.released())
        path = tmp_path / "class" / "ann.ipynb"
        path.parent.mkdir()
        path.write_text("Dear teacher,")
        course = Course(root=tmp_path / "course", settings=Settings(isolation="none"))
        with Grader(
            course=course,
            data_home=sample_keras,
            results=tmp_path / "results",
            executor_factory=RUNNER,
        ) as grader:
            (report,) = grader.grade(find_submissions([path]))
        assert (report.lesson, report.max_score) == (other.name, other.max_score)


def test_the_command_line_shows_what_belongs_to_no_lesson(
    any_lesson, tmp_path, sample_keras, monkeypatch, capsys
) -> None:
    """With a page of its own, and the code that says that something could not be graded."""
    monkeypatch.setenv("KERAS_HOME", str(sample_keras))
    monkeypatch.chdir(tmp_path)
    Path("letter.ipynb").write_text("Dear teacher,")
    assert main(["grade", "letter.ipynb", "--json", "out.json"]) == 1
    (one,) = json.loads(Path("out.json").read_text())["submissions"]
    assert (one["status"], one["max_score"], one["checks"]) == ("failed", 0, [])
    assert "results/no-lesson/index.html" in capsys.readouterr().out
    assert 'href="letter/report.html"' in Path("results/no-lesson/index.html").read_text()
    report = msgspec.json.decode(Path("results/no-lesson/letter/report.json").read_bytes())
    assert report["lesson"] == "no-lesson"
