"""So many runs go on at a time, each on a core of its own; who waits for a training makes room."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from autograder.sandbox import cpu_affinity
from autograder.sandbox import turns as module
from autograder.sandbox.cpu_affinity import Cores
from autograder.sandbox.turns import Turn, Turns

SOON = 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its cores")
class TestCores:
    """Each run has a core of its own, as long as there are some."""

    @pytest.fixture(autouse=True)
    def _names_of_our_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Others may grade on this machine just now."""
        monkeypatch.setattr(cpu_affinity, "NAME", f"\0autograder-test-{os.getpid()}-{{core}}")
        monkeypatch.setattr(cpu_affinity, "_allowed", lambda: {3, 5})

    def test_each_is_lent_once(self) -> None:
        ours = Cores()
        assert [ours.take() for _ in range(3)] == [3, 5, None]
        ours.give_back(3)
        ours.give_back(None)
        assert ours.take() == 3
        ours.give_back(3)
        ours.give_back(5)

    def test_what_another_holds_is_passed_over(self) -> None:
        other, ours = Cores(), Cores()
        assert other.take() == 3
        assert ours.take() == 5
        other.give_back(3)
        assert ours.take() == 3
        ours.give_back(3)
        ours.give_back(5)

    def test_who_dies_holds_nothing(self) -> None:
        name = cpu_affinity.NAME.format(core=3)
        code = f"import socket, sys; socket.socket(socket.AF_UNIX).bind({name!r}); sys.stdin.read()"
        holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
        holder.kill()
        holder.wait()
        ours = Cores()
        assert ours.take() == 3
        ours.give_back(3)


class FewCores(Cores):
    """Two cores, of which nobody else takes one."""

    def __init__(self) -> None:
        self.free = [3, 5]

    def take(self) -> int | None:
        return self.free.pop(0) if self.free else None

    def give_back(self, core: int | None) -> None:
        if core is not None:
            self.free.append(core)


class Run:
    """A run in a thread of its own, which goes from one step to the next when it is told to."""

    def __init__(self, turns: Turns) -> None:
        self.turn: Turn | None = None
        self.began, self.waits, self.goes_on = (threading.Event() for _ in range(3))
        self._pause, self._trained, self._end = (threading.Event() for _ in range(3))
        self._turns = turns
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        with self._turns.turn() as self.turn:
            self.began.set()
            self._pause.wait(10)
            if not self._end.is_set():
                with self.turn.paused():
                    self.waits.set()
                    self._trained.wait(10)
                self.goes_on.set()
            self._end.wait(10)

    def pause(self) -> None:
        """Wait for a training."""
        self._pause.set()
        assert self.waits.wait(10)

    def go_on(self) -> None:
        """The training is there."""
        self._trained.set()

    def end(self) -> None:
        """End the run, wherever it is."""
        for one in (self._end, self._pause, self._trained):
            one.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


class TestTurns:
    """As many go on as may; what waits for a training is none of them."""

    @pytest.fixture
    def turns(self) -> Turns:
        return Turns(FewCores(), limit=2)

    @pytest.fixture
    def runs(self, turns: Turns) -> Iterator[list[Run]]:
        """Three runs for two turns: the first two have begun."""
        made: list[Run] = []
        for _ in range(2):
            made.append(Run(turns))
            assert made[-1].began.wait(10)
        made.append(Run(turns))
        yield made
        for one in made:
            one.end()

    def test_each_has_a_core_of_its_own(self, runs: list[Run]) -> None:
        assert [one.turn.core for one in runs[:2] if one.turn] == [3, 5]
        assert not runs[2].began.wait(SOON)
        runs[0].end()
        assert runs[2].began.wait(10)
        assert runs[2].turn.core == 3

    def test_who_waits_for_a_training_makes_room(self, runs: list[Run]) -> None:
        runs[1].pause()
        assert runs[2].began.wait(10)
        assert runs[2].turn.core == 5
        runs[1].go_on()
        assert not runs[1].goes_on.wait(SOON)
        runs[2].end()
        assert runs[1].goes_on.wait(10)

    def test_who_was_trained_comes_before_who_has_not_begun(
        self, turns: Turns, runs: list[Run]
    ) -> None:
        runs[0].pause()
        assert runs[2].began.wait(10)
        runs[0].go_on()
        later = Run(turns)
        assert not runs[0].goes_on.wait(SOON)
        runs[2].end()
        assert runs[0].goes_on.wait(10)
        assert not later.began.wait(SOON)
        runs[1].end()
        assert later.began.wait(10)
        later.end()

    def test_it_does_not_wait_for_all_that_another_may_take(
        self, turns: Turns, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its own limits go on: it goes on beside the other, and holds no turn."""
        monkeypatch.setattr(module, "MAX_SECONDS_TO_RETURN", SOON)
        turns.limit = 1
        with contextlib.ExitStack() as lent:
            with turns.turn() as one, one.paused():
                other = lent.enter_context(turns.turn())
                assert other.core == one.core
            third = Run(turns)
            assert not third.began.wait(SOON)
        assert third.began.wait(10)
        third.end()

    def test_who_had_others_on_its_core_for_long_was_disturbed(
        self, turns: Turns, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also by one that waits, and by what had ended meanwhile; not by one that was there."""
        now = [1000.0]
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
        monkeypatch.setattr(module, "MAX_SECONDS_TO_RETURN", 0)
        turns.limit = 1
        with contextlib.ExitStack() as waits, contextlib.ExitStack() as ended:
            first = waits.enter_context(turns.turn())
            now[0] += 100
            waits.enter_context(first.paused())
            second = ended.enter_context(turns.turn())
            now[0] += 60
            assert second.was_disturbed
            assert not first.was_disturbed
            waits.close()
            now[0] += 50
            assert second.was_disturbed
            now[0] += 20
            assert not second.was_disturbed

    def test_who_is_to_be_alone_waits_for_a_core_of_its_own(
        self, turns: Turns, runs: list[Run]
    ) -> None:
        """Not for one on which another waits; with it nobody begins there."""
        runs[1].pause()
        assert runs[2].began.wait(10)
        runs[2].end()
        began = threading.Event()

        def be_alone() -> None:
            with turns.turn(alone=True) as turn:
                assert turn.core == 3
                began.set()

        thread = threading.Thread(target=be_alone)
        thread.start()
        assert not began.wait(SOON)
        runs[0].end()
        assert began.wait(10)
        thread.join(10)

    def test_a_limit_counts_those_that_began_without(self, turns: Turns) -> None:
        turns.limit = None
        with turns.turn(), turns.turn():
            turns.limit = 1
            late = Run(turns)
            assert not late.began.wait(SOON)
        assert late.began.wait(10)
        later = Run(turns)
        assert not later.began.wait(SOON)
        late.end()
        assert later.began.wait(10)
        later.end()

    def test_a_run_that_ends_while_it_waits_keeps_no_turn(self, turns: Turns) -> None:
        """Such as one that was cancelled: its answer comes later, in another thread."""
        with contextlib.ExitStack() as lent:
            with turns.turn() as ended:
                pause = ended.paused()
                pause.__enter__()
            first = lent.enter_context(turns.turn())
            # It would wait for ever here, or take the turn of who is next.
            pause.__exit__(None, None, None)
            second = lent.enter_context(turns.turn())
            assert {first.core, second.core} == {3, 5}

    def test_without_a_limit_all_go_on(self) -> None:
        turns = Turns(FewCores())
        with turns.turn() as one, turns.turn() as two, turns.turn() as three:
            assert [one.core, two.core, three.core] == [3, 5, None]

    def test_in_the_end_all_cores_are_given_back(self) -> None:
        cores = FewCores()
        turns = Turns(cores)
        with turns.turn(), turns.turn(), turns.turn():
            assert not cores.free
        turns.close()
        assert cores.free == [3, 5]
