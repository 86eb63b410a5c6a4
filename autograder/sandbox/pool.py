"""Where notebooks are run: sealed sandboxes, or a plain process on request."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from autograder import datasets
from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.core.training import MAX_TRAINING_SECONDS
from autograder.datasets import Dataset
from autograder.reports import html
from autograder.sandbox import diagnostics, sandbox
from autograder.sandbox.cpu_affinity import Cores
from autograder.sandbox.process import CancelledError, SandboxError, SandboxProcess
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.stored_images import StoredImages
from autograder.sandbox.turns import Turn, Turns


class Trainings(Protocol):
    """The cache of trainings."""

    def find(
        self,
        description: bytes,
        train: Callable[[bytes], bytes],
        waiting: Callable[[], AbstractContextManager[None]],
    ) -> bytes:
        """Find what a training left behind, or let it be done; nothing where it cannot be.

        ``waiting`` is entered while another has it done.
        """


@dataclass(frozen=True, kw_only=True)
class SandboxPool:
    """Lends sandboxes, and keeps those that can be used again.

    Attributes:
        settings: the limits, and whether sandboxes are sealed.
        data_home: the Keras home with the images; what is not there, is taken from where
            ``autograder data`` puts it.
        private: folders that a sandbox must not see.
        trainings: where trainings are found again; without it each notebook trains by itself.
        pictures: what need not be drawn again, in base64, by the digests of the figures.
        sandbox: what starts the processes.
        turns: how many runs go on at a time, and on which core each.
    """

    settings: Settings
    data_home: Path
    private: Sequence[Path] = ()
    trainings: Trainings | None = None
    pictures: dict[str, str] = field(default_factory=dict)
    sandbox: Sandbox = field(init=False)
    turns: Turns = field(init=False)
    _starting: threading.Thread = field(init=False)
    _is_closed: threading.Event = field(default_factory=threading.Event)
    _stored: StoredImages = field(init=False)
    _variants: dict[Dataset, str] = field(default_factory=dict)
    _idle: defaultdict[int | None, list[SandboxProcess]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        # Now, and not by whichever thread is the first.
        object.__setattr__(self, "sandbox", sandbox.of(self.settings, self.private))
        turns = Turns(Cores() if self.sandbox.is_sealed else None)
        object.__setattr__(self, "turns", turns)
        # Asked for when the first process starts: by then a cluster's machine was sent its images.
        stored = StoredImages(lambda: {one.name: self.images(one) for one in datasets.known()})
        object.__setattr__(self, "_stored", stored)
        object.__setattr__(self, "_starting", threading.Thread(target=self._start))

    @property
    def level(self) -> str:
        """How far a notebook is kept apart, such as ``bubblewrap``."""
        return self.sandbox.level

    def variant(self, dataset: Dataset) -> Literal["full", "sample"]:
        """Return which images of a data set there are: ``full`` or ``sample``.

        Raises:
            DatasetError: they are missing or damaged.
        """
        if dataset not in self._variants:
            self._variants[dataset] = dataset.verify(self.images(dataset))
        return "sample" if self._variants[dataset] == "sample" else "full"

    def images(self, dataset: Dataset) -> Path:
        """Return the folder with the images of a data set."""
        here = dataset.folder(self.data_home)
        return here if os.path.isdir(here) else dataset.folder(dataset.active_home())

    def data(self, dataset: Dataset) -> str:
        """Return the folder with the images, as it is called in a sandbox."""
        return str(self.sandbox.images_folder(self.images(dataset), dataset.name))

    def add_pictures(self, outputs: Iterable[Mapping[str, Any]]) -> None:
        """Add the pictures in these outputs to those that need not be drawn again."""
        for output in outputs:
            page = output.get("data", {}).get("text/html", "")
            self.pictures.update(html.pictures(page))

    @property
    def replays(self) -> bool:
        """Whether a training that is plain is looked up here, or done by the trainer."""
        return self.settings.replay and self.trainings is not None and self.sandbox.is_sealed

    def train(self, description: bytes, turn: Turn) -> bytes:
        """Return what a training left behind, nothing where the kernel is to train by itself.

        If it has to be done, then on the core of whoever asks first; the others make room.
        """
        if self.trainings is None:
            return b""
        work = functools.partial(self._train, core=turn.core)
        return self.trainings.find(description, work, turn.paused)

    def _train(self, description: bytes, core: int | None) -> bytes:
        """Do a training in a process of its own, without any student's code."""
        # Without it everything goes on, more slowly.
        with (
            contextlib.suppress(OSError, ValueError, RuntimeError, IsolationError, CancelledError),
            contextlib.closing(self._open(core, trains=True)) as process,
        ):
            process.wait_until_ready(self._is_closed)
            # Who has to load TensorFlow first is no faster.
            if process.is_warm:
                return process.train(description, MAX_TRAINING_SECONDS)
        return b""

    def start(self) -> None:
        """Begin to load what all sandboxes have in common, before the first is needed."""
        is_new = not self._starting.ident and not self._is_closed.is_set()
        if self.sandbox.is_sealed and is_new:
            self._starting.start()

    def _start(self) -> None:
        # Whoever needs a sandbox then is told why there is none.
        with contextlib.suppress(OSError, IsolationError):
            self.sandbox.start(self._stored.folders())

    @contextlib.contextmanager
    def lend(
        self, cancel: threading.Event, *, alone: bool = False
    ) -> Iterator[tuple[SandboxProcess, Turn]]:
        """Lend a process for one run, when it is its turn; ``alone`` on a core with no other run.

        Raises:
            IsolationError: sandboxes cannot be sealed here; the message says why, and what to do.
            CancelledError: ``cancel`` was set meanwhile.
        """
        with self.turns.turn(alone=alone) as turn:
            if cancel.is_set():
                raise CancelledError
            process = self._ready(turn.core, cancel)
            keep = False
            try:
                yield process, turn
                keep = process.is_sealed and process.is_usable
            finally:
                if keep:
                    self._idle[turn.core].append(process)
                else:
                    process.close()

    def _ready(self, core: int | None, cancel: threading.Event) -> SandboxProcess:
        """Return a process that can take a job: one that was used before, else a new one."""
        # Several threads borrow at the same time.
        with contextlib.suppress(IndexError):
            while True:
                process = self._idle[core].pop()
                # A process that has ended meanwhile is no sign that this machine cannot isolate.
                with contextlib.suppress(IsolationError):
                    return self._when_ready(process, cancel)
        return self._when_ready(self._open(core), cancel)

    def _open(self, core: int | None, *, trains: bool = False) -> SandboxProcess:
        # Nobody would end what is started now.
        if self._is_closed.is_set():
            raise CancelledError
        # Only a sealed one is given folders of its own.
        images = self._stored.folders() if self.sandbox.is_sealed else {}
        return self.sandbox.open(images, trains=trains, core=core)

    def _when_ready(self, process: SandboxProcess, cancel: threading.Event) -> SandboxProcess:
        try:
            if not process.is_ready:
                self._wait(process, cancel)
        except BaseException:
            process.close()
            raise
        return process

    def close(self) -> None:
        """End all sandboxes."""
        self._is_closed.set()
        if self._starting.ident:
            self._starting.join()
        for processes in [*self._idle.values()]:
            while processes:
                processes.pop().close()
        self.turns.close()
        self.sandbox.close()
        self._stored.close()

    def _wait(self, process: SandboxProcess, cancel: threading.Event) -> None:
        try:
            process.wait_until_ready(cancel)
        except SandboxError as error:
            output = str(error).strip()
            reason = output.splitlines()[-1] if output else ""
            raise IsolationError(
                f"Submissions cannot be kept apart here: {reason}\n"
                f"{diagnostics.cure(output)}\n{diagnostics.CHOICE}"
            ) from error
