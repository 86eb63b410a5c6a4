"""An assignment that is no lesson of ours: nbgrader handles it as it does without us."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import nbformat
import pytest
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback, GenerateSolution
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.validator import Validator
from support import gradebook_course, mini, runs
from traitlets.config import Config

from autograder.core.evidence import Evidence
from autograder.datasets.fashion_mnist import DATASET
from autograder.nbgrader_plugin import configure
from autograder.nbgrader_plugin.copy_limits import limit_extra_files
from autograder.nbgrader_plugin.course_config import alembic_on_path, course_directory
from autograder.nbgrader_plugin.package_url import PLACEHOLDER
from autograder.nbgrader_plugin.preprocessors import validate as validated
from autograder.nbgrader_plugin.preprocessors.autograde import SubmissionExporter
from autograder.sandbox import job_runner
from autograder.sandbox.protocol import CellResult

LISTS = (
    (GenerateAssignment, "preprocessors"),
    (GenerateSolution, "preprocessors"),
    (GenerateFeedback, "preprocessors"),
    (Autograde, "sanitize_preprocessors"),
    (Autograde, "autograde_preprocessors"),
)
NAME = "ps1"
SOLVED = f"### BEGIN SOLUTION\nx = 1\n### END SOLUTION\nprint('{PLACEHOLDER}')"
FAILED = nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["E: e"])
WARNED = nbformat.v4.new_output("stream", name="stderr", text="careful: look away")


class Another(Preprocessor):
    """A step of the course's own."""


def configured() -> Config:
    """What ``nbgrader_config.py`` leaves."""
    c = Config()
    configure(c)
    return c


@pytest.mark.parametrize(("converter", "name"), LISTS)
def test_each_list_is_nbgraders_own_with_ours_among_them(converter, name: str) -> None:
    """Whatever nbgrader's version has in it, in its order."""
    rest = iter(configured()[converter.__name__][name])
    for own in converter.class_traits()[name].default():
        assert any(kind is own or kind.__base__ is own for kind in rest), own


@pytest.mark.parametrize(("converter", "name"), LISTS)
def test_what_a_newer_nbgrader_or_the_course_adds_stays(converter, name: str, monkeypatch) -> None:
    trait = converter.class_traits()[name]
    newer = [*trait.default(), Another]
    monkeypatch.setattr(trait, "default", lambda *_: newer)
    assert Another in configured()[converter.__name__][name]
    monkeypatch.undo()
    added, listed = Config(), Config()
    added[converter.__name__][name].append(Another)
    listed[converter.__name__][name] = [
        "nbgrader.preprocessors.Execute" if one is Execute else one for one in newer
    ]
    for c in (added, listed):
        configure(c)
        found = c[converter.__name__][name]
        assert Another in found
        assert Execute not in found


def test_validating_runs_apart_however_often_it_is_configured() -> None:
    configured(), configured()
    assert [one for one in Validator.preprocessors if issubclass(one, Execute)] == [
        validated.RunInSandbox
    ]


def test_nbgraders_own_tests_find_us_configured(tmp_path: Path, monkeypatch) -> None:
    """The configuration of `make test-nbgrader`, without which it would say nothing of us."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(Path(__file__).parents[1] / "nbgrader_suite"))
    c = course_directory(tmp_path).config
    assert c.Autograde.exporter_class is SubmissionExporter
    assert "solution_directory" not in c.CourseDirectory


def notebook(*, points: float = 2, language: str = "python", **outputs: list) -> NotebookNode:
    """One blank and one grade cell, an answer in words, all with metadata of the student's."""
    cells = [
        mini.code(SOLVED, "work", solution=True, locked=False),
        mini.code("assert x == 1", "check-work", grade=True, points=points),
        mini.code("Why?", "why", grade=True, points=3, solution=True, locked=False),
    ]
    cells[2].cell_type = "markdown"
    del cells[2]["outputs"], cells[2]["execution_count"]
    for cell in cells[:2]:
        cell.outputs = outputs.get("outputs", [])
        cell.metadata["mine"] = "metadata"
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata.kernelspec = {"name": "k", "display_name": "k", "language": language}
    return made


def course(root: Path, template: Path, *, language: str = "python") -> Path:
    """A course with one submission, which was run by its student, and has a link."""
    source, submitted = root / "source" / NAME, root / "submitted" / "ann" / NAME
    for folder in (source, submitted):
        folder.mkdir(parents=True)
        nbformat.write(notebook(outputs=[FAILED, WARNED], language=language), folder / "p1.ipynb")
    (root / "shared.csv").write_text("1,2")
    (submitted / "shared.csv").symlink_to(root / "shared.csv")
    gradebook_course.copy_file(template, root / "gradebook.db")
    return root


def run(root: Path, c: Config, *converters: type) -> dict[str, bytes]:
    """What the converters make of it; nothing is executed, the student's outputs are taken."""
    c.CourseDirectory.root, c.CourseDirectory.assignment_id = str(root), NAME
    c.CourseDirectory.course_id = "brains"
    c.CourseDirectory.solution_directory = "solution"
    c.Execute.enabled = c.ClearOutput.enabled = False
    for converter in converters:
        with alembic_on_path():
            converter(coursedir=CourseDirectory(config=c), config=c, force=True).start()
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix != ".db"
    }


@pytest.fixture
def pair(tmp_path: Path, gradebook_file: Path) -> tuple[Path, Path]:
    """The same course twice: one for nbgrader alone, one for nbgrader with us."""
    return tuple(course(tmp_path / name / "course", gradebook_file) for name in ("alone", "us"))


ALL = (GenerateAssignment, GenerateSolution, Autograde, GenerateFeedback)
OPTIONS = {
    "none": {},
    "words": {
        "ClearSolutions": {
            "code_stub": {"python": "pass"},
            "text_stub": "Words.",
            "begin_solution_delimeter": "BEGIN",
            "end_solution_delimeter": "print",
        },
        "Autograder": {"package": "git+file:///somewhere"},
    },
    "metadata": {
        "ClearMetadataPreprocessor": {
            "enabled": True,
            "clear_cell_metadata": True,
            "preserve_cell_metadata_mask": ["nbgrader"],
        }
    },
    "outputs": {
        "IgnorePattern": {"enabled": True, "pattern": "careful"},
        "DeduplicateIds": {"enabled": False},
    },
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_every_file_is_what_it_is_without_us(pair, options: dict) -> None:
    alone, with_us = pair
    expected = run(alone, Config(options), *ALL)
    c = Config(options)
    configure(c)
    assert run(with_us, c, *ALL) == expected
    assert "feedback/ann/ps1/p1.html" in expected
    assert rows(alone) == rows(with_us)


def test_another_language_has_its_stub(tmp_path: Path, gradebook_file: Path) -> None:
    root = course(tmp_path / "course", gradebook_file, language="R")
    made = run(root, configured(), GenerateAssignment)
    assert b"fail()" in made["release/ps1/p1.ipynb"]


def test_a_lesson_keeps_its_own_stub_whatever_others_have() -> None:
    """And its markers are found, so that no solution stays in what is released."""
    c = configured()
    c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
    c.ClearSolutions.begin_solution_delimeter = "ANFANG"
    (clear,) = [one for one in c.GenerateAssignment.preprocessors if "Clear" in one.__name__][:1]
    given = notebook()
    for name, stub in (("building-a-brain", "# Your code here"), (NAME, "raise NotImpl")):
        resources = {"nbgrader": {"assignment": name}}
        made, _ = clear(config=c).preprocess(nbformat.from_dict(given), resources)
        assert made.cells[0].source.startswith(stub)
        given = notebook()


def rows(root: Path) -> list[tuple]:
    """What the gradebook holds of the only submission."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        (own,) = gradebook.find_submission(NAME, "ann").notebooks
        return sorted((one.name, one.auto_score, one.needs_manual_grade) for one in own.grades)


def test_a_person_is_asked_again_as_nbgrader_asks(pair) -> None:
    """Where a score was entered by hand and the submission is graded again."""
    alone, with_us = pair
    for root, c in ((alone, Config()), (with_us, configured())):
        run(root, c, GenerateAssignment, Autograde)
        with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
            grade = gradebook.find_grade("check-work", "p1", NAME, "ann")
            grade.manual_score, grade.needs_manual_grade = 1, False
            gradebook.db.commit()
        run(root, c, Autograde)
    assert ("check-work", 0, True) in rows(alone)
    assert rows(with_us) == rows(alone)


def test_the_files_and_the_hook_are_the_courses(tmp_path: Path, gradebook_file: Path) -> None:
    """A link is followed, as without us; the one hook before a submission is the course's."""
    limit_extra_files()
    called = []
    c = configured()
    assert "pre_convert_hook" not in c.Autograde
    c.Autograde.pre_convert_hook = lambda **given: called.append(given["notebooks"])
    root = course(tmp_path / "course", gradebook_file)
    made = run(root, c, GenerateAssignment, Autograde)
    assert made["autograded/ann/ps1/shared.csv"] == b"1,2"
    assert called == [[str(root / "submitted" / "ann" / NAME / "p1.ipynb")]]


class TestValidated:
    """Where nbgrader's validator runs a notebook, and what of nbgrader's options it honours."""

    ran: ClassVar[list] = []

    @pytest.fixture
    def root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A course on a machine without the images; nothing is run."""
        root = tmp_path / "course"
        for name in ("source/ps1", "submitted/eve/ps1", "submitted/eve/building-a-brain"):
            (root / name).mkdir(parents=True)
        (root / "source" / "building-a-brain").mkdir()
        (root / "nbgrader_config.py").touch()
        for variable in ("KERAS_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(variable, str(tmp_path / variable))
        self.ran.clear()
        monkeypatch.setattr(job_runner, "run", self.run)
        monkeypatch.setattr(Execute, "preprocess", self.plain)
        return root

    def run(self, job, pool) -> Evidence:
        DATASET.verify(DATASET.folder(pool.data_home))
        self.ran.append(job.settings.cell_seconds)
        late = CellResult(status="timeout", ename="Ours")
        return runs.run_of(runs.ran({0: CellResult(status="ok"), 1: late}), job)

    @staticmethod
    def plain(_, nb, resources, **_kw):
        TestValidated.ran.append("nbgrader")
        return nb, resources

    def validate(self, folder: Path, nb: NotebookNode, monkeypatch, **options) -> NotebookNode:
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(folder)
        c = Config(options)
        return validated.RunInSandbox(config=c).preprocess(nb, {})[0]

    @pytest.mark.parametrize("place", ["source/ps1", "submitted/eve/ps1"])
    def test_another_assignment_is_run_as_nbgrader_does(self, root, place, monkeypatch) -> None:
        self.validate(root / place, notebook(), monkeypatch)
        assert self.ran == ["nbgrader"]

    @pytest.mark.parametrize(
        "place",
        [
            ".",
            "../elsewhere",
            "source/building-a-brain",
            "submitted/eve/building-a-brain",
            "submitted/eve/building-a-brain/ps1",
            "submitted/eve/building-a-brain/source/ps1",
            "submitted/eve/other",
            "submitted/eve/ps1/deeper",
            "submitted/ps1",
            "ps1",
        ],
    )
    def test_what_may_be_a_students_is_run_apart(self, root, place, monkeypatch) -> None:
        """Whatever it says it is; without the images, which it does not need."""
        self.validate(root / place, notebook(), monkeypatch)
        assert self.ran == [30]

    def test_nbgraders_own_limit_and_words_count(self, root, monkeypatch) -> None:
        words = {"ename": "Custom", "evalue": "", "traceback": ["Custom"]}
        limit = {"timeout": 2, "error_on_timeout": words}
        nb = self.validate(root, notebook(), monkeypatch, Execute=limit)
        assert self.ran == [2]
        assert nb.cells[1].outputs[-1] == {"output_type": "error", **words}

    def test_a_lesson_without_images_says_so_in_words(self, root, monkeypatch) -> None:
        with pytest.raises(SystemExit, match=r"autograder data") as stop:
            self.validate(root, mini.released(), monkeypatch)
        assert isinstance(stop.value.code, str)
        assert self.ran == []

    def test_a_lesson_has_the_courses_limit(self, root, sample_keras, monkeypatch) -> None:
        monkeypatch.setenv("KERAS_HOME", str(sample_keras))
        limits = {"Execute": {"timeout": 2}, "Autograder": {"cell_seconds": 77}}
        self.validate(root, mini.released(), monkeypatch, **limits)
        assert self.ran == [77]
