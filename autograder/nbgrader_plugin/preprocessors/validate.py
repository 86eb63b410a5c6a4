"""``nbgrader validate``: the notebook runs in a sandbox too, whatever kernel it names.

Here the checks answer in the notebook's own kernel: validating is not grading. Only a notebook in
the folder of another assignment of the course is run by nbgrader itself, as when it is graded.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder import datasets
from autograder.core import printable
from autograder.core.config import Settings, settings_of
from autograder.core.course_root import find_root
from autograder.core.errors import AutograderError, DatasetError
from autograder.core.evidence import EVIDENCE_VARIABLE, Cell
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.kernel.check_session import VALIDATING
from autograder.nbgrader_plugin.preprocessors.preprocessor_lists import defaults, replaced
from autograder.notebooks.restore import grade_id
from autograder.reports import sanitize
from autograder.sandbox import job_runner, sandbox
from autograder.sandbox.extra_files import collect_extra_files
from autograder.sandbox.job_runner import PRELUDE
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job

# Without the variable that silences the checks, and with the one that makes them raise.
VALIDATION_PRELUDE = f"""\
import os as _os
_os.environ.pop("{EVIDENCE_VARIABLE}", None)
_os.environ.update({VALIDATING}="1", NBGRADER_EXECUTION="validate")
del _os
"""


class RunInSandbox(Execute):
    """A preprocessor that runs a notebook like a submission and shows its outputs."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook; nbgrader's validator has made its folder the current one.

        Raises:
            SystemExit: it cannot be run on this machine; the message says why.
        """
        folder = Path.cwd()
        root = find_root(folder)
        if root and is_of_another_assignment(folder, root, self.config):
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, **kw)
            return answer
        try:
            self._run_in_sandbox(nb, folder, root)
        # nbgrader would show the traceback too, not only what the user can do.
        except AutograderError as error:
            raise SystemExit(str(error)) from error
        return nb, resources

    def _run_in_sandbox(self, nb: NotebookNode, folder: Path, root: Path | None) -> None:
        # Not from a file near the notebook, which could be written by a student.
        settings = settings_of(self.config)
        if not sandbox.of(settings).is_sealed:
            self.log.warning("The notebook is run with your own rights (isolation: none).")
        # A folder of the course holds one assignment; any other may hold anything.
        files, notes = collect_extra_files(folder if root and folder != root else None)
        for note in notes:
            self.log.warning(printable.line(note))
        lesson = _lesson_of(nb)
        if not lesson and self.timeout and self.timeout > 0:
            settings = replace(settings, cell_seconds=self.timeout)
        with _images(lesson) as home:
            pool = SandboxPool(settings=settings, data_home=home, private=[root] if root else [])
            timeout = None if lesson else dict(self.error_on_timeout)
            _run(nb, pool, files, timeout, lesson.dataset if lesson else "")
        sanitize.clean(nb)
        for cell in nb.cells:
            cell.source = printable.text(cell.source)


def validate_in_sandbox() -> None:
    """Let nbgrader's validator run a notebook in a sandbox; it has no setting for it."""
    own = Validator.preprocessors
    kinds = own if isinstance(own, list) else defaults(own)
    Validator.preprocessors = replaced(kinds, RunInSandbox)


def is_of_another_assignment(folder: Path, root: Path, config: Config) -> bool:
    """Return whether a folder belongs to an assignment of the course that is no lesson.

    Only its path counts, and only if the course has the assignment's source: students choose
    neither.
    """
    assignment, student = folder.name, folder.parent.name
    if assignment in lesson_names():
        return False
    course = CourseDirectory(config=config, root=str(root))
    submissions = {
        course.source_directory: ".",
        course.release_directory: ".",
        course.solution_directory: ".",
        course.submitted_directory: student,
        course.autograded_directory: student,
    }
    folders = [Path(course.format_path(*one, assignment)).resolve() for one in submissions.items()]
    return folders[0].is_dir() and folder.resolve() in folders


def _lesson_of(nb: NotebookNode) -> Lesson | None:
    """Return the lesson of which it has a grade cell: then it needs the images and more time."""
    cells = {grade_id(cell) for cell in nb.cells}
    lessons = map(load_lesson, lesson_names())
    return next((o for o in lessons if any(q.grade_id in cells for q in o.questions)), None)


@contextlib.contextmanager
def _images(lesson: Lesson | None) -> Iterator[Path]:
    """Yield the Keras home with the images; the sample, if only another notebook lacks them.

    Raises:
        DatasetError: a lesson needs them, and they are missing or damaged.
    """
    dataset = datasets.of(lesson) if lesson else datasets.named("")
    home = dataset.active_home()
    try:
        dataset.verify(dataset.folder(home))
    except DatasetError:
        if lesson or not dataset.shipped:
            raise
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
            datasets.install(dataset, dataset.shipped, dataset.folder(Path(folder)))
            yield Path(folder)
        return
    yield home


def _run(
    nb: NotebookNode,
    pool: SandboxPool,
    files: dict[str, bytes],
    timeout: dict[str, Any] | None,
    dataset: str,
) -> None:
    """Run the notebook; ``timeout`` is the error to show for a cell that had to be stopped."""
    settings: Settings = pool.settings.for_student("")
    cells = job_runner.code_cells(nb)
    job = Job(
        cells=[cell.source for cell in cells],
        files=files,
        prelude=PRELUDE.format(seed=settings.seed) + VALIDATION_PRELUDE,
        settings=settings,
        dataset=dataset,
    )
    try:
        evidence = job_runner.run(job, pool)
    finally:
        pool.close()
    why = evidence.run.stopped or "the notebook ended before it"
    for cell in cells:
        cell.outputs = []
    job_runner.with_outputs(nb, evidence.outputs)
    for cell, ran in zip(cells, evidence.record.cells, strict=True):
        cell.outputs += _reason(cell.outputs, ran, why, timeout)


def _reason(
    outputs: Sequence[NotebookNode], ran: Cell, why: str, timeout: dict[str, Any] | None
) -> list[NotebookNode]:
    """Return an error output with the reason, if a cell failed without one."""
    if ran.status == "timeout" and timeout:
        return [nbformat.v4.new_output("error", **timeout)]
    if ran.status == "ok" or any(one.output_type == "error" for one in outputs):
        return []
    ename, evalue = (ran.ename, ran.evalue) if ran.ename else ("NotRun", why)
    traceback = [f"{ename}: {evalue}"]
    return [nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=traceback)]
