"""From evidence to results: one pytest session runs a lesson's checks on any number of submissions.

Runs no student code, imports no TensorFlow, unpickles nothing. A student's notebook calls
:func:`judge` directly; official grading uses a separate process, see
``judge.judge_process``.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.core.config import Settings, current_root, open_course
from autograder.core.errors import AutograderError, JudgeError
from autograder.core.evidence import EVIDENCE, Evidence, load
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import CheckResult, Outcome
from autograder.core.verdicts import PriorResults, Verdicts
from autograder.judge.plugin import CheckPlugin
from autograder.judge.time_budget import TimeBudget

# Plugins that checks do not need; fewer plugins start faster.
UNNEEDED = (
    *("cacheprovider", "doctest", "junitxml", "pastebin"),
    *("faulthandler", "logging", "unraisableexception"),
)
# The user's own settings of pytest must not change a grade.
HABITS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def judge(
    submissions: Sequence[tuple[str, Evidence]],
    lesson: Lesson,
    *,
    settings: Settings | None = None,
    checks: Sequence[Path] = (),
    seconds: float | None = None,
) -> dict[str, Verdicts]:
    """Run the checks over the evidence of each submission; no two may have the same name.

    ``checks`` are check files, by default the lesson's own. ``seconds`` is the processor time for
    all checks of a submission together; it needs the main thread of a separate process.

    Raises:
        JudgeError: pytest did not run every check.
    """
    if not submissions:
        return {}
    clock = TimeBudget(seconds) if seconds else None
    plugin = CheckPlugin(submissions, lesson, settings or Settings(), clock)
    _run_pytest([str(one.absolute()) for one in checks or lesson.checks], plugin)
    return {
        name: Verdicts(tuple(_scaled(judged, lesson)), judged.measures)
        for name, judged in plugin.judged.items()
    }


def plugin_for(folders: Sequence[Path]) -> CheckPlugin:
    """Return the plugin that runs the checks on all evidence in and under these folders.

    Raises:
        pytest.UsageError: there is no evidence, or it cannot be read.
    """
    found = [
        (one.parent.relative_to(folder.parent), one.parent)
        for folder in folders
        for one in sorted(folder.rglob(EVIDENCE))
    ]
    if not found:
        raise pytest.UsageError(f"There is no {EVIDENCE} under {folders[0]}.")
    try:
        submissions = [(str(name), load(folder)) for name, folder in found]
        lesson = load_lesson(submissions[0][1].run.lesson)
        course = open_course(current_root(folders))
    except AutograderError as error:
        raise pytest.UsageError(str(error)) from error
    return CheckPlugin(submissions, lesson, course.settings)


def _run_pytest(files: Sequence[str], plugin: CheckPlugin) -> None:
    arguments = [*files, "-c", os.devnull, "--rootdir", str(Path(files[0]).parent), "--noconftest"]
    arguments += ["--import-mode=importlib", "--assert=plain", "-q", "--disable-plugin-autoload"]
    arguments += ["-p", "autograder.pytest_plugin", "--capture=no", "--tb=short", "-Wignore"]
    arguments += [word for name in UNNEEDED for word in ("-p", f"no:{name}")]
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _without(HABITS):
        code = pytest.main(arguments, plugins=[plugin])
    _forget(files)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise JudgeError(f"pytest ended with {code!r}:\n{output.getvalue()[-2000:]}")
    for name, judged in plugin.judged.items():
        if not judged.results or len(judged.results) != plugin.expected[name]:
            raise JudgeError(f"Not every check was run on {name}:\n{output.getvalue()[-2000:]}")


def _forget(files: Sequence[str]) -> None:
    """Remove check files from the loaded modules: another one of the same name may come next."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in files:
            del sys.modules[name]


@contextlib.contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """Remove these variables from the environment while the context is active."""
    saved = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)


def _scaled(judged: PriorResults, lesson: Lesson) -> list[CheckResult]:
    """Scale the points of each question's checks to the points of its grade cell.

    A course that adds a check to a question divides the same points among more checks. A check
    that is not applicable here has 0 of 0 points.
    """
    totals: dict[str, float] = {}
    for one in judged.results:
        totals[one.question] = totals.get(one.question, 0.0) + one.max_points
    scaled = []
    for one in judged.results:
        factor = lesson.question(one.question).points / (totals[one.question] or 1.0)
        most = 0.0 if one.outcome is Outcome.NOT_APPLICABLE else one.max_points * factor
        scaled.append(replace(one, points=one.points * factor, max_points=most))
    return scaled
