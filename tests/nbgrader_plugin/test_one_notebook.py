"""A lesson in one notebook under nbgrader's own commands alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from support import written
from support.mini import cell_of
from support.terminal import Terminal

NAME = written.NAME


@pytest.mark.slow
@pytest.mark.kernel
def test_nbgraders_commands_are_enough(tmp_path: Path, sample_keras: Path) -> None:
    """They make the package and the release, and the gradebook has the points of the checks."""
    root = tmp_path / "course"
    source = root / "source" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(written.notebook(), source)
    (root / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config())\n"
    )
    terminal = Terminal(folder=root, home=tmp_path, keras=sample_keras)
    terminal.type(f"nbgrader generate_assignment {NAME}")
    released = root / "release" / NAME / f"{NAME}.ipynb"
    assert (root / "lessons" / "two_pears" / "lesson.py").is_file()
    for word in ("secret", "pytest", "evidence", "LESSON"):
        assert word not in released.read_text()
    for student, answers in (("ann", {"pears": 2, "baskets": 1}), ("bob", {"pears": 3})):
        notebook = nbformat.read(released, as_version=4)
        for name, value in answers.items():
            cell_of(notebook, name).source += f"\n{name} = {value}"
        path = root / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    terminal.type(f"nbgrader autograde {NAME} --create")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 3.5
        scores = {one.student.id: one.score for one in gradebook.assignment_submissions(NAME)}
    assert scores == {"ann": 3.5, "bob": 0.5}
