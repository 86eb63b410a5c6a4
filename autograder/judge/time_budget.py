"""A limit on the processor time of all checks of one submission together."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import NoReturn

from autograder.core.verdicts import CannotTell
from autograder.judge.rules.rule import OPEN

# The minimum for a check, however much the ones before it have used.
MIN_SECONDS = 1.0


class TimeBudget:
    """Ends a check once the checks of its submission have used ``seconds`` of processor time.

    Needs the main thread of a process that does not use ``SIGPROF`` otherwise.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._used: defaultdict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Measure a check of the submission of this name.

        Raises:
            CannotTell: the time is used up.
        """
        began, before = time.process_time(), signal.signal(signal.SIGPROF, self._end)
        left = max(MIN_SECONDS, self._seconds - self._used[name])
        signal.setitimer(signal.ITIMER_PROF, left)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            self._used[name] += time.process_time() - began

    def _end(self, *_: object) -> NoReturn:
        raise CannotTell(
            "This could not be worked out in the time that a check may take: what was recorded is"
            " far larger than this lesson needs.",
            help=OPEN,
        )
