"""Attacks that are more than the source of a cell: changes of a notebook, and of its folder.

A case names one of these functions in its head, as ``# Change: skip_execution``. It gives the
name of the notebook's file where that is another than usual.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.core.evidence import pack_arrays
from support import evidence_builder, mini, runs

# A kernel that anyone may name who hands in a notebook; it does something else.
KERNEL = "attack"
# A cell that could be the name of a file, and one that could be its content.
CELLS = ("shift = 1", "shift = 2")


@dataclass(frozen=True, kw_only=True)
class AttackSubmission:
    """What is handed in: a notebook and its folder; the question attacked; the course."""

    notebook: NotebookNode
    folder: Path
    question: str
    course: Path

    @property
    def check(self) -> NotebookNode:
        """The grade cell of the question attacked."""
        return mini.cell_of(self.notebook, f"check-{self.question}")


def is_check(cell: NotebookNode) -> bool:
    """Whether it is a grade cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def skip_execution(submission: AttackSubmission) -> None:
    """Tag every grade cell so that it is not run; nbgrader gives full marks for that."""
    for cell in submission.notebook.cells:
        if is_check(cell):
            cell.metadata.tags = ["skip-execution"]


def edit_check(submission: AttackSubmission) -> None:
    """Let the grade cell be a number."""
    submission.check.source = "6.0"


def delete_checks(submission: AttackSubmission) -> None:
    """Hand in no grade cell at all."""
    kept = [one for one in submission.notebook.cells if not is_check(one)]
    submission.notebook.cells = kept


def copy_check(submission: AttackSubmission) -> None:
    """Add copies of the grade cell before and after it, which are numbers."""
    cells = submission.notebook.cells
    for place in (cells.index(submission.check), len(cells)):
        again = copy.deepcopy(submission.check)
        again.id, again.source = f"again-{place}", "6.0"
        cells.insert(place, again)


def tamper_metadata(submission: AttackSubmission) -> None:
    """Say that the grade cell is worth more, is a solution, and belongs to another question."""
    submission.check.source = "100.0"
    submission.check.metadata.nbgrader.update(points=100, solution=True, locked=False)
    other = mini.cell_of(submission.notebook, "check-devices")
    other.metadata.nbgrader.update(points=-1, grade_id=f"check-{submission.question}")


def name_kernel(submission: AttackSubmission) -> None:
    """Name another kernel, which is a program of another kind."""
    submission.notebook.metadata.kernelspec = {"name": KERNEL, "display_name": "Python 3"}
    submission.notebook.metadata.language_info = {"name": "python", "version": "2.7"}


def bring_evidence(submission: AttackSubmission) -> None:
    """Put the evidence of the right solution beside the notebook, and a report on it."""
    evidence = evidence_builder.right()
    runs.save_alone(evidence, submission.folder)
    recorded = msgspec.json.encode(evidence.record.recorded)
    (submission.folder / "recorded.json").write_bytes(recorded)
    (submission.folder / "recorded.npz").write_bytes(pack_arrays(evidence.arrays))
    report = {"name": "me", "notebook": "", "full_score": 20, "score": 20, "checks": []}
    (submission.folder / "report.json").write_text(json.dumps(report))


def link_out(submission: AttackSubmission) -> None:
    """Put links to what is not one's own beside the notebook."""
    for number, target in enumerate(
        ("source/secret.txt", "gradebook.db", "submitted", "submitted/secret.txt", "checks")
    ):
        (submission.folder / f"link-{number}.txt").symlink_to(submission.course / target)
    (submission.folder / "deeper").mkdir()
    (submission.folder / "deeper" / "link.txt").symlink_to("../../../../solutions/secret.txt")


def link_notebook(submission: AttackSubmission) -> str:
    """Hand in a neighbour's work through a link that has the assignment's name."""
    lesson = submission.folder.name
    target = f"../../honest-first/{lesson}/{lesson}.ipynb"
    (submission.folder / f"{lesson}.ipynb").symlink_to(target)
    return "mine.ipynb"


def odd_names(submission: AttackSubmission) -> str:
    """Give the notebook, a cell, and a file names that rewrite a terminal or run a script."""
    submission.check.metadata.nbgrader.grade_id = "x\n\n<script>alert('cell')</script>\x1b[2J"
    (submission.folder / "..\\..\\x\x1b[31m\n").write_text("odd")
    return "\x1b[2J<img src=x onerror=alert(1)><script>alert(1)<\u202e\n- 20 of 20.ipynb"


def add_cells_that_fail(submission: AttackSubmission) -> None:
    """Add cells whose errors are as long as a record holds, of letters that JSON writes in six."""
    _add_cells(submission, ['raise ValueError("\\x01" * 4_000)'] * 300)


def add_cells_of_many_names(submission: AttackSubmission) -> None:
    """Add cells of names, each of which leads through a chain of functions."""
    chain = "".join(f"def f{number}():\n    f{number + 1}\n" for number in range(250))
    _add_cells(submission, [f"f250 = None\n{chain}", *[f"x = [{'f0, ' * 2_000}]"] * 200])


def _add_cells(submission: AttackSubmission, sources: Sequence[str]) -> None:
    cells = [
        nbformat.v4.new_code_cell(source, id=f"own-{number}")
        for number, source in enumerate(sources)
    ]
    submission.notebook.cells[1:1] = cells


def name_a_file_like_a_cell(submission: AttackSubmission) -> None:
    """Put a file beside the notebook that is called as the one cell, and holds the other."""
    (submission.folder / CELLS[0]).write_text(CELLS[1])


def begin_with_two_cells(submission: AttackSubmission) -> None:
    """Begin the notebook with two cells of one's own."""
    # Ids of their own choice: by chance, no two notebooks would be the same.
    for number, source in enumerate(reversed(CELLS)):
        cell = nbformat.v4.new_code_cell(source, id=f"own-{number}")
        submission.notebook.cells.insert(0, cell)
