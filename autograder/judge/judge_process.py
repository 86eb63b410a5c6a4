"""The judge, in a process of its own: it judges one batch of stored evidence after the other."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

import msgspec

from autograder.core.config import Course, Settings
from autograder.core.errors import JudgeError
from autograder.core.ipc import receive, send
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import search_path_variables
from autograder.core.report import CheckResult, Outcome
from autograder.core.verdicts import Verdicts
from autograder.judge.rules.rule import OPEN

# For a batch; 5 more for each submission in it.
MAX_SECONDS = 60


class Batch(msgspec.Struct, frozen=True):
    """Stored evidence to judge, with checks and settings.

    ``folders`` maps each folder to the program that its evidence must belong to.
    """

    lesson: str
    folders: dict[str, str]
    checks: list[str]
    settings: Settings


class JudgeAnswers(msgspec.Struct, frozen=True):
    """For each folder the results of its checks, or why its evidence cannot be read."""

    verdicts: dict[str, Verdicts | str]
    broken: str | None = None


class Judge:
    """The process that judges officially, one batch after the other. A context manager."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._was_late = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process, which takes a second or two, before there is something to judge."""
        self._process = self._process or self._started()

    def judge(self, folders: Mapping[Path, str], lesson: Lesson) -> dict[str, Verdicts | str]:
        """Judge stored evidence in one pytest session.

        Args:
            folders: maps each folder to the program (``Report.program``) that its evidence must
                belong to.
            lesson: the lesson whose checks are run.

        Returns:
            For each folder, as an absolute path, the results or why it cannot be read.

        Raises:
            JudgeError: the judge failed; its last output is in the message.
        """
        batch = Batch(
            lesson=lesson.name,
            folders={str(folder.resolve()): program for folder, program in folders.items()},
            checks=[str(path.resolve()) for path in self._course.checks(lesson)],
            settings=self._course.settings,
        )
        return self._judged(batch, lesson)

    def _judged(self, batch: Batch, lesson: Lesson) -> dict[str, Verdicts | str]:
        was_fresh = self._process is None
        answers = self._exchange(batch)
        if answers is None:
            last_words, was_ended = self._last_words(), self._was_ended()
            self.close()
            if not was_ended:
                raise JudgeError(f"The judge failed:\n{last_words}")
            if not (was_fresh or self._was_late):
                # The reason may have nothing to do with this batch: try a fresh process once.
                return self._judged(batch, lesson)
            if len(batch.folders) == 1:
                return dict.fromkeys(batch.folders, unfinished_verdicts(lesson))
            # One submission was too much for it, and must not affect the others.
            batches = [
                msgspec.structs.replace(batch, folders={folder: program})
                for folder, program in batch.folders.items()
            ]
            return {
                name: one for part in batches for name, one in self._judged(part, lesson).items()
            }
        if answers.broken:
            raise JudgeError(f"The judge failed:\n{answers.broken}")
        return answers.verdicts

    def _exchange(self, batch: Batch) -> JudgeAnswers | None:
        self.start()
        process = self._process
        assert process
        assert process.stdin
        assert process.stdout
        self._was_late = False
        seconds = MAX_SECONDS + 5 * len(batch.folders)
        late = threading.Timer(seconds, self._end_late, [process])
        late.daemon = True
        late.start()
        try:
            send(process.stdin, batch)
            answers: JudgeAnswers | None = receive(process.stdout, JudgeAnswers)
        except (OSError, ValueError):
            return None
        finally:
            late.cancel()
        return answers

    def _end_late(self, process: subprocess.Popen[bytes]) -> None:
        self._was_late = True
        process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        return subprocess.Popen(
            # -P: a file next to the caller, such as numpy.py, must not be imported.
            [sys.executable, "-P", "-m", "autograder.judge.server"],
            # Nor must pytest find anything there.
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            # Ctrl-C is for the grader, which ends this process itself.
            start_new_session=True,
            env=os.environ | search_path_variables(),
        )

    def _was_ended(self) -> bool:
        """Return whether a signal ended it: ours at the time limit, or the system's for memory."""
        assert self._process
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=5) < 0
        return False

    def _last_words(self) -> str:
        assert self._log
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), 4000, max(0, size - 4000)).decode(errors="replace")

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._log:
            self._log.close()
            self._log = None


def unfinished_verdicts(lesson: Lesson) -> Verdicts:
    """Return the results for evidence that the judge could not finish."""
    checks = tuple(
        CheckResult(
            id=f"{question.name}.judged",
            question=question.name,
            outcome=Outcome.ERROR,
            points=0.0,
            max_points=question.points,
            message="The judge did not come to an end with what was recorded of this notebook: it"
            " takes too much time or memory.",
            help=OPEN,
        )
        for question in lesson.questions
    )
    return Verdicts(checks, {})
