"""Adding a rule, a check, an exporter, a sandbox or a data set is one file and one registration."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest
from support import throwaway

from autograder import datasets
from autograder.cli import export
from autograder.core import config
from autograder.core.config import Settings
from autograder.core.errors import CourseError
from autograder.core.lesson import Lesson
from autograder.exporters.exporter import Exporter
from autograder.exporters.registry import EXPORTERS
from autograder.judge.runner import judge
from autograder.nbgrader_plugin import exporters as plugins
from autograder.sandbox import job_runner, plain_sandbox, sandbox
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.protocol import Job
from autograder.sandbox.run_state import RunState

OWN_CHECK = '''
"""Two apples, and none of them a pear."""

import pytest

from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import raise_first, rule


@rule("an-apple-too-many", "an-apple-too-few")
def another_number(found):
    """There are as many apples as one likes."""
    if found == 2:
        return None
    return Failed(
        f"There are {found}.",
        misconception="an-apple-too-many" if found > 2 else "an-apple-too-few",
    )


@pytest.mark.points(1)
def test_two(evidence):
    """There are two apples."""
    raise_first(another_number(evidence.answer("apples").claims["apples"].value))
'''


def test_a_check_and_a_rule(any_lesson: Lesson) -> None:
    """The check is found by its name and points, the rule by the check that calls it."""
    (any_lesson.folder / "checks" / "check_apples.py").write_text(OWN_CHECK)
    works = [(str(count), throwaway.evidence(apples=count, pears=2)) for count in (1, 2, 3)]
    results = [verdicts.checks[0] for verdicts in judge(works, any_lesson).values()]
    assert [one.id for one in results] == ["apples.two"] * 3
    names = ["an-apple-too-few", None, "an-apple-too-many"]
    assert [one.misconception for one in results] == names


def test_an_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both the command line and nbgrader have it then."""
    own = Exporter("own.txt", lambda grades: f"{len(grades)} grades")
    monkeypatch.setitem(EXPORTERS, "own-lms", own)
    assert plugins.OwnLmsExport.exporter is own
    assert export.formats()["own-lms"][1] == "own.txt"
    with pytest.raises(AttributeError, match="OtherExport"):
        plugins.OtherExport  # noqa: B018  it is asked for


class Recording(SandboxProcess):
    """A process that is never started, and says what it was given."""

    is_ready = is_usable = is_sealed = is_warm = True
    level = "recording"

    def __init__(self) -> None:
        self.jobs: list = []

    def run(self, job, cancel, train=None, on_outputs=None) -> RunState:
        self.jobs.append(job)
        raise MemoryError("enough was seen")

    def close(self) -> None:
        pass


def test_a_sandbox(sample_keras: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is chosen by its name in the settings, and runs the jobs."""
    lent = Recording()

    class Own(plain_sandbox.PlainSandbox):
        level = "own"
        is_sealed = True

        def open(self, images, *, trains=False, core=None) -> SandboxProcess:
            assert set(images) == {one.name for one in datasets.known()}
            return lent

        def images_folder(self, images: Path, name: str) -> Path:
            return Path("/elsewhere") / name

    module = ModuleType("own_sandbox")
    module.SANDBOX = Own
    monkeypatch.setitem(sys.modules, "own_sandbox", module)
    with pytest.raises(CourseError, match="it may be auto, none"):
        Settings(isolation="own")
    monkeypatch.setitem(config.ISOLATION, "own", "own_sandbox")
    settings = Settings(isolation="own")
    assert sandbox.of(settings).level == "own"
    pool = SandboxPool(settings=settings, data_home=sample_keras)
    with pool.lend(threading.Event()) as (process, _):
        assert process is lent
    job = Job(cells=["1 + 1"], files={}, prelude="", settings=settings)
    with pytest.raises(MemoryError, match="enough was seen"):
        job_runner.run(job, pool)
    assert [one.data for one in lent.jobs] == ["/elsewhere/fashion-mnist"]
