"""The messages between the grader and the process in which a notebook is run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Literal

import msgspec

from autograder.core.config import Settings


class End(IntEnum):
    """How a run ended."""

    REACHED = 0
    KERNEL_DIED = 3
    KERNEL_STUCK = 4
    REQUESTED = 5
    BROKEN = 6
    GARBLED = 7


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook to run: its code cells, the files beside it, what is run before its first cell.

    ``dataset`` is the lesson's, ``data`` the folder with its images, as it is called where the
    notebook is run; ``program`` is a digest of what the cells do, and ``id`` names this one run.
    ``solutions`` are run in the place of cells, by their numbers: of those that are ``unusable`` at
    once, of the others where they stop with an error. ``spent`` are the seconds of the time limit
    that are gone already. ``pictures`` need not be drawn again: in base64, by their digests; what
    the lesson's solution puts out (``is_solution``) is added to them.
    """

    cells: list[str]
    files: dict[str, bytes]
    prelude: str
    settings: Settings
    dataset: str = ""
    data: str = ""
    program: str = ""
    id: str = ""
    solutions: dict[int, str] = {}
    unusable: tuple[int, ...] = ()
    spent: float = 0.0
    pictures: dict[str, str] = {}
    is_solution: bool = False

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole job, by which the process that runs it names it."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()


class CellResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one cell ended, after how many seconds, and what it put out.

    A cell that never ended is still ``running``; ``cut`` says that not all output was stored, and
    ``replaced`` that the lesson's solution was run in the place of the cell.
    """

    status: Literal["running", "ok", "error", "timeout"]
    ename: str = ""
    evalue: str = ""
    seconds: float = 0.0
    cut: bool = False
    replaced: bool = False
    outputs: list[dict[str, Any]] = []


def texts(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output with its texts only.

    What is no text is shown nowhere, and may be nested more deeply than anyone can follow.
    """
    data = output.get("data")
    if not isinstance(data, dict):
        return output
    texts_only = {kind: one for kind, one in data.items() if isinstance(one, str)}
    return {**output, "data": texts_only, "metadata": {}}


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """A job can be sent.

    ``warm`` where TensorFlow is loaded already, ``is_filtered`` where system calls are.
    """

    warm: bool
    is_filtered: bool = False


class WorkerEnded(msgspec.Struct, frozen=True, kw_only=True, tag="gone"):
    """A worker has ended, with this code as Python has it: a signal's number is negative."""

    code: int


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is for: jobs, or with ``trains`` a training; on this ``core``, if on one."""

    core: int | None = None
    trains: bool = False


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """The job with this digest is run from now on."""

    digest: str


class CellStarted(msgspec.Struct, frozen=True, kw_only=True, tag="began"):
    """A cell starts, or the solution in its place (``replaced``); cells are counted from 0."""

    index: int
    replaced: bool = False


class CellFinished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """A cell has ended."""

    index: int
    ran: CellResult


class EvidenceUpdate(msgspec.Struct, frozen=True, kw_only=True, tag="left"):
    """What the recorder has written so far, or why that could not be read."""

    recorded: bytes = b""
    arrays: bytes = b""
    trouble: str | None = None


class TrainingRequest(msgspec.Struct, frozen=True, kw_only=True, tag="train"):
    """The kernel asks for a training that it describes (:class:`core.training.Training`)."""

    description: bytes


class TrainingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the training left behind, empty where the kernel is to train by itself."""

    trained: bytes = b""


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The run is over; ``message`` is the traceback where our own code broke."""

    end: int
    message: str = ""


Message = Started | CellStarted | CellFinished | EvidenceUpdate | TrainingRequest | Ended
Send = Callable[[Message], None]
