"""What a sandbox is: a way to start the processes that run notebooks.

One is one module with a class of its own as ``SANDBOX``; ``ISOLATION`` in the settings names them.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from autograder.core.config import ISOLATION, Settings
from autograder.sandbox.process import SandboxProcess


class Sandbox(ABC):
    """Starts processes that run notebooks under these settings.

    Attributes:
        level: how far a notebook is kept apart, in reports and in the keys of runs.
        is_sealed: whether it is kept from everything else; only then is a process used again.
        private: folders that a notebook must not see.
    """

    level: ClassVar[str]
    is_sealed: ClassVar[bool]

    def __init__(self, settings: Settings, private: Sequence[Path] = ()) -> None:
        self.settings = settings
        self.private = private

    def start(self, images: Mapping[str, Path]) -> None:  # noqa: ARG002  nothing, as a rule
        """Start what its processes have in common, if anything, with these folders of images.

        Raises:
            IsolationError: it cannot be had on this machine.
        """
        return

    @abstractmethod
    def open(
        self, images: Mapping[str, Path], *, trains: bool = False, core: int | None = None
    ) -> SandboxProcess:
        """Start a process that runs jobs, with these folders of images, by their names.

        With ``trains`` it does a training instead; only a sealed one can, or works on one ``core``.

        Raises:
            IsolationError: it cannot be had on this machine; the message says what to do.
        """

    def close(self) -> None:
        """End what its processes have in common, if anything."""
        return

    @abstractmethod
    def images_folder(self, images: Path, name: str) -> Path:
        """Return where a notebook finds the folder of images of this name."""


def of(settings: Settings, private: Sequence[Path] = ()) -> Sandbox:
    """Return the sandbox that the settings name."""
    kind: type[Sandbox] = importlib.import_module(ISOLATION[settings.isolation]).SANDBOX
    return kind(settings, private)
