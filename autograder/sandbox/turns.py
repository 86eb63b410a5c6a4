"""Whose turn it is: so many runs go on at a time, each on a processor core of its own.

A run that waits for a training uses no core meanwhile, so it makes room for another.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.sandbox.cpu_affinity import Cores

# About as long as a run without its training takes.
MAX_SECONDS_TO_RETURN = 5.0


@dataclass(eq=False)
class _Lane:
    """A core, ``None`` where any will do, and who is on it."""

    core: int | None
    is_taken: bool = False
    # Runs that want to go on here: they come before those that have not begun.
    returning: int = 0
    # Runs that have begun here and not ended, also those that wait: a kernel may do other things.
    runs: int = 0
    # For how long there were several, until when.
    shared: float = 0.0
    until: float = 0.0

    def note(self, more: int = 0) -> None:
        """Note that so many more runs are here from now on."""
        now = time.monotonic()
        if self.runs > 1:
            self.shared += now - self.until
        self.until = now
        self.runs += more


class Turns:
    """Gives turns to runs, with the cores of this machine as far as they suffice.

    Args:
        cores: where a core is taken from; without it no run is bound to one.
        limit: how many runs go on at a time, ``None`` for as many as ask.
    """

    def __init__(self, cores: Cores | None = None, limit: int | None = None) -> None:
        self.limit = limit
        self._cores = cores
        self._lanes: list[_Lane] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def turn(self, *, alone: bool = False) -> Iterator[Turn]:
        """Wait for a turn, ``alone`` where no other run waits; yield it until the run is over."""
        with self._changed:
            while (lane := self._free(alone=alone)) is None:
                self._changed.wait()
            lane.is_taken = True
            lane.note(1)
        turn = Turn(lane, self._changed)
        try:
            yield turn
        finally:
            turn.end()

    def _free(self, *, alone: bool) -> _Lane | None:
        if self.limit is not None and sum(one.is_taken for one in self._lanes) >= self.limit:
            return None
        for lane in self._lanes:
            if not (lane.is_taken or lane.returning or (alone and lane.runs)):
                return lane
        if self.limit is None or len(self._lanes) < self.limit:
            self._lanes.append(_Lane(self._cores.take() if self._cores else None))
            return self._lanes[-1]
        return None

    def close(self) -> None:
        """Give the cores back; no run goes on."""
        for lane in self._lanes:
            if self._cores:
                self._cores.give_back(lane.core)
        self._lanes.clear()


class Turn:
    """The turn of one run: while it holds that, no other run begins on its core."""

    def __init__(self, lane: _Lane, changed: threading.Condition) -> None:
        self._lane = lane
        self._changed = changed
        self._holds = True
        self._is_over = False
        self._began, self._shared = lane.until, lane.shared

    @property
    def was_disturbed(self) -> bool:
        """Whether there were other runs on its core for most of its time until now.

        What they did there is not known; one alone may have taken nearly all of it.
        """
        with self._changed:
            self._lane.note()
            return 2 * (self._lane.shared - self._shared) > self._lane.until - self._began

    @property
    def core(self) -> int | None:
        """The core, ``None`` where any will do."""
        return self._lane.core

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Let others go on meanwhile; afterwards wait until the core is free again.

        But not for long: its kernel's limits go on, and others may use all of theirs. Then it goes
        on beside them.
        """
        self._leave()
        try:
            yield
        finally:
            self._return()

    def end(self) -> None:
        """Let others go on for good, also where it is paused."""
        with self._changed:
            self._is_over = True
            self._lane.note(-1)
        self._leave()

    def _leave(self) -> None:
        with self._changed:
            if self._holds:
                self._holds = self._lane.is_taken = False
            self._changed.notify_all()

    def _return(self) -> None:
        with self._changed:
            self._lane.returning += 1
            self._changed.wait_for(
                lambda: self._is_over or not self._lane.is_taken, timeout=MAX_SECONDS_TO_RETURN
            )
            self._lane.returning -= 1
            if self._is_over or self._lane.is_taken:
                # Those that have not begun stood back for it.
                self._changed.notify_all()
            else:
                self._holds = self._lane.is_taken = True
