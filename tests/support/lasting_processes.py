"""The judge and the reader of a class as processes that last from one test to the next.

Both are made to serve class after class; to start them takes seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest import mock

from autograder.grading import grader, regrade
from autograder.grading.limited_process import LimitedProcess
from autograder.judge.judge_process import Judge
from autograder.review import groups


class Lasting(AbstractContextManager["Lasting"]):
    """A reader that ends only where it must: when a call took too much."""

    def __init__(self, reader: LimitedProcess) -> None:
        self._reader = reader

    def call(self, function, *arguments, **named):
        """Call it where we stand, as a process that is started now."""
        self._reader.call(os.chdir, Path.cwd())
        return self._reader.call(function, *arguments, **named)

    def __exit__(self, *_: object) -> None:
        pass

    close = __exit__


@contextmanager
def lasting_reader() -> Iterator[None]:
    """Let all that reads what was handed in use the same reader."""
    reader = LimitedProcess()
    lasting = Lasting(reader)
    with (
        mock.patch.object(grader, "LimitedProcess", return_value=lasting),
        mock.patch.object(regrade, "LimitedProcess", return_value=lasting),
        mock.patch.object(groups, "LimitedProcess", return_value=lasting),
    ):
        yield
    reader.close()


@contextmanager
def lasting_judge() -> Iterator[None]:
    """Let every grader use the same judge, whose process ends with the last one."""
    alive: list[Judge] = []
    start = Judge._started

    def started(judge: Judge):
        if alive and alive[0]._process and alive[0]._process.poll() is None:
            judge._log = alive[0]._log
            return alive[0]._process
        process = start(judge)
        alive[:] = [Judge(judge._course)]
        alive[0]._process, alive[0]._log = process, judge._log
        return process

    def detach(judge: Judge) -> None:
        judge._process = judge._log = None

    end = Judge.close
    with (
        mock.patch.object(Judge, "_started", started),
        mock.patch.object(Judge, "close", detach),
    ):
        yield
    for judge in alive:
        end(judge)
