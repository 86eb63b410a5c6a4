"""Which notebooks are found under a path, and whose they are."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest
from support.deep_folders import chain, unchain

from autograder.core.errors import SubmissionError
from autograder.core.lesson_registry import load_lesson
from autograder.grading.discovery import Submission, find_submissions
from autograder.grading.result_files import ResultFolders

LESSON = "building-a-brain"


def put(root: Path, *names: str) -> None:
    """Make files with a word in them."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a notebook")


def discovered(root: Path) -> dict[str, str | None]:
    """The names under a path, each with the file that was chosen."""
    return {
        one.name: one.path and str(one.path.relative_to(root)) for one in find_submissions([root])
    }


def test_a_file_is_named_by_its_stem(tmp_path: Path) -> None:
    """A single notebook is a submission of its own, without the files around it."""
    put(tmp_path, "mine.ipynb", "other.ipynb")
    (one,) = find_submissions([tmp_path / "mine.ipynb"])
    assert (one.name, one.folder) == ("mine", None)


def test_a_flat_folder_holds_one_submission_a_file(tmp_path: Path) -> None:
    """Each notebook is somebody's; the folder belongs to nobody."""
    put(tmp_path, "ada.ipynb", "bob.ipynb", "notes.txt")
    assert discovered(tmp_path) == {"ada": "ada.ipynb", "bob": "bob.ipynb"}
    assert all(one.folder is None for one in find_submissions([tmp_path]))


def test_nbgraders_tree_is_named_by_the_students(tmp_path: Path) -> None:
    """In submitted/student/assignment/notebook the student's folder is the name."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"Zoë B/{LESSON}/{LESSON}.ipynb")
    assert list(discovered(tmp_path)) == ["Zoë B", "ada"]
    (one,) = find_submissions([tmp_path / "ada"])
    assert (one.name, one.folder) == ("ada", tmp_path / "ada" / LESSON)
    (one,) = find_submissions([tmp_path / "ada" / LESSON])
    assert one.name == "ada"


def test_a_folder_a_student_needs_no_assignment(tmp_path: Path) -> None:
    """A folder of students' folders is enough."""
    put(tmp_path, "ada/work.ipynb", "bob/work.ipynb")
    assert discovered(tmp_path) == {"ada": "ada/work.ipynb", "bob": "bob/work.ipynb"}


def test_of_two_notebooks_the_one_with_the_right_name_is_graded(tmp_path: Path) -> None:
    """The other one is named in a note."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"ada/{LESSON}/{LESSON}-Copy1.ipynb")
    (one,) = find_submissions([tmp_path])
    assert one.path.name == f"{LESSON}.ipynb"
    assert one.notes == (
        f"There are 2 notebooks: {LESSON}.ipynb was graded, not {LESSON}-Copy1.ipynb.",
    )


def test_of_two_renamed_notebooks_the_last_saved_is_graded(tmp_path: Path) -> None:
    """And both the choice and the renaming are told."""
    put(tmp_path, f"ada/{LESSON}/new.ipynb", f"ada/{LESSON}/old.ipynb")
    os.utime(tmp_path / "ada" / LESSON / "old.ipynb", (1, 1))
    (one,) = find_submissions([tmp_path])
    assert one.path.name == "new.ipynb"
    assert "not old.ipynb" in one.notes[0]
    assert one.notes[1] == "The notebook had been renamed new.ipynb."


def test_a_student_without_a_notebook_is_not_forgotten(tmp_path: Path) -> None:
    """An empty folder in the tree is a submission without a notebook."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"bob/{LESSON}/essay.docx")
    assert discovered(tmp_path)["bob"] is None


def test_other_assignments_are_none_of_our_business(tmp_path: Path) -> None:
    """In nbgrader's own folder, what the students handed in for something else is not graded."""
    put(tmp_path, "nbgrader_config.py")
    root = tmp_path / "submitted"
    put(root, f"ada/{LESSON}/{LESSON}.ipynb", "ada/ps1/ps1.ipynb", "bob/ps1/ps1.ipynb")
    assert discovered(root) == {"ada": f"ada/{LESSON}/{LESSON}.ipynb", "bob": None}
    (one,) = find_submissions([root / "ada"])
    assert (one.name, one.folder) == ("ada", root / "ada" / LESSON)


def test_elsewhere_no_other_student_decides_what_somebody_handed_in(tmp_path: Path) -> None:
    """Whatever lies in her folder is looked at, unless she has a folder of the lesson herself."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", "ada/ps1/ps1.ipynb", "bob/home/work.ipynb")
    assert discovered(tmp_path) == {
        "ada": f"ada/{LESSON}/{LESSON}.ipynb",
        "bob": "bob/home/work.ipynb",
    }


def test_in_one_students_folder_nobody_else_can_be_named(tmp_path: Path) -> None:
    """In a course what lies above tells whose folder it is."""
    put(tmp_path, "nbgrader_config.py")
    own = tmp_path / "submitted" / "ada"
    put(own, "victim.ipynb", f"victim/{LESSON}/{LESSON}.ipynb", "other/victim.ipynb")
    (one,) = find_submissions([own])
    assert one.name == "ada"


def test_of_copies_the_outermost_is_graded(tmp_path: Path) -> None:
    """And that there are others is told."""
    put(tmp_path, *(f"ada/{LESSON}/{place}{LESSON}.ipynb" for place in ("", "a/", "b/c/")))
    (one,) = find_submissions([tmp_path])
    assert one.path == tmp_path / "ada" / LESSON / f"{LESSON}.ipynb"
    assert one.notes == (
        f"There are 3 notebooks: {LESSON}.ipynb was graded, not others of the same name.",
    )


def test_a_lessons_folder_of_links_is_none(tmp_path: Path) -> None:
    """It could lead to a neighbour's."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / LESSON).symlink_to(tmp_path / "ada" / LESSON)
    bob = find_submissions([tmp_path])[1]
    assert (bob.name, bob.path, bob.folder) == ("bob", None, None)


def test_a_folder_beside_notebooks_is_no_student(tmp_path: Path) -> None:
    """Pictures and data that lie among the notebooks are nobody's missing work."""
    put(tmp_path, "ada.ipynb", "images/neuron.png")
    assert list(discovered(tmp_path)) == ["ada"]


def test_checkpoints_and_links_are_passed_over(tmp_path: Path) -> None:
    """What Jupyter saved on the side, and what points elsewhere, is nobody's work."""
    put(tmp_path, "class/ada/work.ipynb", "class/ada/.ipynb_checkpoints/work-checkpoint.ipynb")
    put(tmp_path, "secret.ipynb")
    (tmp_path / "class" / "bob.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert discovered(tmp_path / "class") == {"ada": "ada/work.ipynb"}


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_path_without_notebooks_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    """A wrong path and an empty folder are the caller's mistake, with a word what to give."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionError, match=r"There is no (file or folder|notebook under)"):
        find_submissions([tmp_path / name])


# ---- what nobody means to hand in


def test_folders_that_nobody_can_go_through_are_told(tmp_path: Path) -> None:
    """Deeper than Python's stack and the system's paths: her notebook is found, or the reason."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"bob/{LESSON}/{LESSON}.ipynb")
    for name in ("ada", "cat"):
        (tmp_path / name / LESSON).mkdir(parents=True, exist_ok=True)
        chain(tmp_path / name / LESSON, 1_900)
    try:
        ada, bob, cat = find_submissions([tmp_path])
    finally:
        for name in ("ada", "cat"):
            unchain(tmp_path / name / LESSON)
    assert (ada.path.name, cat.path, bob.notes) == (f"{LESSON}.ipynb", None, ())
    for one in (ada, cat):
        assert "folders deep" in one.notes[0]


def test_a_loop_of_links_leads_nowhere(tmp_path: Path) -> None:
    """Whether it is a folder's or a notebook's."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb")
    (tmp_path / "ada" / LESSON / "again").symlink_to(tmp_path / "ada")
    (tmp_path / "ada" / LESSON / "self.ipynb").symlink_to("self.ipynb")
    assert discovered(tmp_path) == {"ada": f"ada/{LESSON}/{LESSON}.ipynb"}


def test_what_is_called_a_notebook_and_is_none(tmp_path: Path) -> None:
    """A pipe and a folder stand back behind a file; alone they are the submission, and told."""
    put(tmp_path, f"ada/{LESSON}/old.ipynb", f"bob/{LESSON}/{LESSON}.ipynb/x")
    os.mkfifo(tmp_path / "ada" / LESSON / f"{LESSON}.ipynb")
    assert discovered(tmp_path) == {
        "ada": f"ada/{LESSON}/old.ipynb",
        "bob": f"bob/{LESSON}/{LESSON}.ipynb",
    }


def test_a_great_many_notebooks_are_named_in_few_words(tmp_path: Path) -> None:
    """Each file system call counts: so many of each notebook, however many there are."""
    folder = tmp_path / "ada" / LESSON
    folder.mkdir(parents=True)
    for number in range(3_000):
        (folder / f"{number:0200}.ipynb").touch()
    calls: list[str] = []
    sys.setprofile(lambda _, what, one: calls.append(what) if what == "c_call" else None)
    try:
        (one,) = find_submissions([tmp_path])
    finally:
        sys.setprofile(None)
    assert "and 2,989 more" in one.notes[0]
    assert len(one.notes[0]) < 3_000
    assert len(calls) < 300 * 3_000


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch) -> None:
    """It is told of who has it, and the others are found."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"bob/{LESSON}/{LESSON}.ipynb")
    scandir = os.scandir

    def refused(path):
        if Path(path).name == "bob":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    ada, bob = find_submissions([tmp_path])
    assert ada.path
    assert bob.path is None
    assert bob.notes == (
        "The folder “bob” was not looked into: it cannot be read (Permission denied).",
    )


@pytest.mark.parametrize("name", ["é" * 127, "a" * 255, "漢" * 85, os.fsdecode(b"\xff\xfe" * 60)])
def test_a_name_as_long_as_names_can_be(tmp_path: Path, name: str) -> None:
    """Its results have a folder, with room for a number and for what is put to it meanwhile."""
    put(tmp_path, f"{name}/{LESSON}/{LESSON}.ipynb")
    (one,) = find_submissions([tmp_path])
    folders, lesson = ResultFolders(tmp_path / "results"), load_lesson(LESSON)
    for _ in range(3):
        (tmp_path / "results" / LESSON / folders.take(lesson, one)).mkdir(parents=True)


def test_names_that_some_disks_take_for_one(tmp_path: Path) -> None:
    """Upper and lower case, and letters with their accents in one piece or in two."""
    folders, lesson = ResultFolders(tmp_path), load_lesson(LESSON)
    given = [Submission(name=one, path=None) for one in ("Ann", "ann", "Zoë", "Zoe\u0308")]
    names = [folders.take(lesson, one) for one in given]
    assert len({unicodedata.normalize("NFC", one).casefold() for one in names}) == 4
