"""Which notebooks are found under a path, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.errors import SubmissionError
from autograder.submissions import find_submissions

LESSON = "building-a-brain"


def put(root: Path, *names: str) -> None:
    """Make files with a word in them."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a notebook")


def found(root: Path) -> dict[str, str | None]:
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
    assert found(tmp_path) == {"ada": "ada.ipynb", "bob": "bob.ipynb"}
    assert all(one.folder is None for one in find_submissions([tmp_path]))


def test_nbgraders_tree_is_named_by_the_students(tmp_path: Path) -> None:
    """In submitted/student/assignment/notebook the student's folder is the name."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", f"Zoë B/{LESSON}/{LESSON}.ipynb")
    assert list(found(tmp_path)) == ["Zoë B", "ada"]
    (one,) = find_submissions([tmp_path / "ada"])
    assert (one.name, one.folder) == ("ada", tmp_path / "ada" / LESSON)
    (one,) = find_submissions([tmp_path / "ada" / LESSON])
    assert one.name == "ada"


def test_a_folder_a_student_needs_no_assignment(tmp_path: Path) -> None:
    """A folder of students' folders is enough."""
    put(tmp_path, "ada/work.ipynb", "bob/work.ipynb")
    assert found(tmp_path) == {"ada": "ada/work.ipynb", "bob": "bob/work.ipynb"}


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
    assert found(tmp_path)["bob"] is None


def test_other_assignments_are_none_of_our_business(tmp_path: Path) -> None:
    """What the students of the same course handed in for something else is not graded."""
    put(tmp_path, f"ada/{LESSON}/{LESSON}.ipynb", "ada/ps1/ps1.ipynb", "bob/ps1/ps1.ipynb")
    assert found(tmp_path) == {"ada": f"ada/{LESSON}/{LESSON}.ipynb", "bob": None}


def test_a_folder_beside_notebooks_is_no_student(tmp_path: Path) -> None:
    """Pictures and data that lie among the notebooks are nobody's missing work."""
    put(tmp_path, "ada.ipynb", "images/neuron.png")
    assert list(found(tmp_path)) == ["ada"]


def test_checkpoints_and_links_are_passed_over(tmp_path: Path) -> None:
    """What Jupyter saved on the side, and what points elsewhere, is nobody's work."""
    put(tmp_path, "class/ada/work.ipynb", "class/ada/.ipynb_checkpoints/work-checkpoint.ipynb")
    put(tmp_path, "secret.ipynb")
    (tmp_path / "class" / "bob.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert found(tmp_path / "class") == {"ada": "ada/work.ipynb"}


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_path_without_notebooks_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    """A wrong path and an empty folder are the caller's mistake, with a word what to give."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionError, match=r"There is no (file or folder|notebook under)"):
        find_submissions([tmp_path / name])
