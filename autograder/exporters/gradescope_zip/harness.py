"""The program in Gradescope's container, which runs and judges one submission.

The container holds one submission, but everything in it runs as root. So an unprivileged user runs
the notebook and writes evidence; the judge, as root, reads it after all processes of that user have
ended. If there can be no such user, nothing is graded.

If the grader itself fails, no ``results.json`` is written: Gradescope then says that the autograder
failed, shows the instructor why, and gives no zero.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from autograder import datasets
from autograder.core.atomic_write import write_atomic
from autograder.core.config import find_course
from autograder.core.evidence import EVIDENCE, SUBMISSION
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.regular_files import open_ordinary, size_of
from autograder.core.report import Report
from autograder.exporters import gradescope_results
from autograder.grading import result_files
from autograder.grading.discovery import Submission, notebooks_in
from autograder.grading.regrade import regrade, stored_results
from autograder.sandbox.termination import end, newest_first

# A user id that no account has: a user needs no name.
NOBODY = 54321
NAME = "submission"
LEVEL = "a user of its own"
NO = "nothing is graded."
# The maximum size of a file that the run writes; evidence has its own limits.
MAX_BYTES = 128 * 2**20
RESULT_FILES = (EVIDENCE, SUBMISSION, "report.json")


def main(arguments: Sequence[str]) -> int:
    """Grade ``<root>/submission`` in the lesson of this name, into ``<root>/results``.

    The current folder is the course's, which came with the archive.
    """
    root, lesson = Path(arguments[0]), load_lesson(arguments[1])
    if why := _isolation_problem():
        raise SystemExit(f"{why} A student's code would be run with the rights of the grader: {NO}")
    results = root / "results"
    results.mkdir(exist_ok=True)
    results.chmod(0o700)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        report = _graded(root / "submission", Path(scratch), lesson)
    text = gradescope_results.document(report, lesson, isolation=LEVEL)
    write_atomic(results / "results.json", text.encode())
    print(f"{report.score} of {report.max_score} points; isolation: {LEVEL}.")  # noqa: T201
    return 0


def _isolation_problem() -> str:
    """Return why no unprivileged user can run this Python; empty if one can."""
    if os.geteuid() != 0:
        return "This is not run by root, who alone can become another user."
    # The process may also start but keep its rights.
    check = f"import os, autograder; assert os.getresuid() == ({NOBODY},) * 3"
    check += f" and os.getresgid() == ({NOBODY},) * 3 and not os.getgroups()"
    try:
        done = _as_nobody(["-c", check])
    except OSError as error:
        return f"No process can become another user here ({error.strerror})."
    if done.returncode:
        return f"Another user cannot run {sys.executable} with this package."
    return ""


def _as_nobody(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run this Python as the unprivileged user."""
    # -P: nothing in the current folder is imported.
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(
        command, check=False, user=NOBODY, group=NOBODY, extra_groups=(), **options
    )


def _graded(submitted: Path, scratch: Path, lesson: Lesson) -> Report:
    submission = Submission(name=NAME, path=None)
    if not notebooks_in(submitted):
        return result_files.failed(submission, "There is no notebook in this submission.", lesson)
    students, own = scratch / "students", scratch / "own" / lesson.name / NAME
    _run(submitted, students, lesson)
    own.mkdir(parents=True)
    _collect(students / "results" / lesson.name / NAME, own)
    (stored,) = stored_results(own.parent)
    if not stored.was_run:
        # The report is untrusted: only that nothing was run is believed.
        return result_files.failed(
            submission, stored.report.reason or "It could not be run.", lesson
        )
    (report,) = regrade(own.parent, lesson, find_course(Path.cwd()))
    return report


def _run(submitted: Path, students: Path, lesson: Lesson) -> None:
    """Run the notebook; its evidence is written to ``students/results``."""
    folder = students / "submitted" / NAME / lesson.name
    # Links stay links: the user who follows them has no rights.
    shutil.copytree(submitted, folder, symlinks=True)
    # The checks stay with the judge: some of them are hidden.
    shutil.copytree(Path.cwd(), students / "course", ignore=shutil.ignore_patterns("checks"))
    dataset = datasets.of(lesson)
    shutil.copytree(dataset.folder(dataset.active_home()), dataset.folder(students / "keras"))
    students.parent.chmod(0o711)
    for path in (students, *students.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    command = ["-m", "autograder.cli", "grade", str(students / "submitted")]
    command += ["--lesson", lesson.name, "--results", str(students / "results")]
    command += ["--isolation", "none", "--no-gradebook", "--workers", "1"]
    try:
        # What it prints goes to the instructor.
        done = _as_nobody(command, cwd=students / "course", env=_environment(students))
    finally:
        left = _end_student_processes()
    if left:
        raise SystemExit(f"Processes of the submission could not be ended: {left}. {NO}")
    if done.returncode not in (0, 1):
        raise SystemExit(f"Grading ended with exit code {done.returncode}.")


def _environment(students: Path) -> Mapping[str, str]:
    passed_on = ("PATH", "LANG", "PYTHONPATH", "LD_LIBRARY_PATH")
    given = {name: os.environ[name] for name in passed_on if name in os.environ}
    own = {"HOME": str(students), "TMPDIR": str(students), "KERAS_HOME": str(students / "keras")}
    return {**given, **own, "USER": "student", "PYTHONDONTWRITEBYTECODE": "1"}


def _end_student_processes() -> list[psutil.Process]:
    """End all processes of the unprivileged user; return those that could not be ended."""
    # All processes of the user at once, so that none can start another in between.
    everything = f"import os; os.getuid() == {NOBODY} and os.kill(-1, 9)"
    with contextlib.suppress(OSError):
        _as_nobody(["-c", everything])
    return end(lambda: filter(_is_theirs, newest_first()))


def _is_theirs(process: psutil.Process) -> bool:
    try:
        return bool(process.uids().real == NOBODY)
    except psutil.Error:
        return False


def _collect(folder: Path, own: Path) -> None:
    """Copy the files that a run wrote, if they are regular: a link could lead anywhere."""
    for name in RESULT_FILES:
        try:
            file = open_ordinary(folder / name)
        except OSError:
            continue
        with file:
            if size_of(file) <= MAX_BYTES:
                (own / name).write_bytes(file.read(MAX_BYTES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
