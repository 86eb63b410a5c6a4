"""What is known of a run so far, and what of it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from autograder.core import decode
from autograder.core.evidence import Replay
from autograder.sandbox.protocol import (
    CellFinished,
    CellResult,
    CellStarted,
    End,
    Ended,
    EvidenceUpdate,
    Message,
    Started,
    texts,
)
from autograder.sandbox.result import Stopped


class _Stream(msgspec.Struct, tag_field="output_type", tag="stream", forbid_unknown_fields=True):
    name: str
    text: str


class _Display(
    msgspec.Struct, tag_field="output_type", tag="display_data", forbid_unknown_fields=True
):
    data: dict[str, Any]
    metadata: dict[str, Any]


class _Result(
    msgspec.Struct, tag_field="output_type", tag="execute_result", forbid_unknown_fields=True
):
    data: dict[str, Any]
    metadata: dict[str, Any]
    execution_count: int | None


class _Error(msgspec.Struct, tag_field="output_type", tag="error", forbid_unknown_fields=True):
    ename: str
    evalue: str
    traceback: list[str]


# As nbformat 4 has them. Its own check takes a minute for what a cell can put out.
Output = _Stream | _Display | _Result | _Error


@dataclass
class RunState:
    """The messages of a sandbox on one run, collected. A student's code may influence all of it.

    ``job`` is the digest of the job that was sent.
    """

    job: str
    is_started: bool = False
    cells: dict[int, CellResult] = field(default_factory=dict)
    evidence: EvidenceUpdate = field(default_factory=EvidenceUpdate)
    replays: list[Replay] = field(default_factory=list)
    ended: Ended | None = None
    stopped: Stopped | None = None

    def take(self, message: Message) -> None:
        """Take the next message; the first must name the job."""
        match message:
            case Started(digest=digest) if digest == self.job:
                self.is_started = True
            case Started():
                self.ended = Ended(end=End.BROKEN, message="another job was run than the one given")
            case CellStarted() | CellFinished() | EvidenceUpdate() if not self.is_started:
                self.ended = Ended(end=End.BROKEN, message="a run was told of that had not begun")
            case CellStarted(index=index, replaced=replaced):
                self.cells[index] = CellResult(status="running", replaced=replaced)
            case CellFinished(index=index, ran=ran):
                self.cells[index] = _sound(ran)
            case EvidenceUpdate():
                self.evidence = message
            case Ended():
                self.ended = message


def _sound(ran: CellResult) -> CellResult:
    """Return a result with the texts of its outputs, without them where no notebook may hold them.

    Nothing else may depend on what is put out: least of all whose cell it was.
    """
    try:
        decode.convert(ran.outputs, list[Output])
    except (ValueError, RecursionError):
        return msgspec.structs.replace(ran, outputs=[])
    return msgspec.structs.replace(ran, outputs=[texts(one) for one in ran.outputs])


def ending(state: RunState, cell_seconds: int) -> Stopped | None:
    """Return why a run stopped before the end, ``None`` where it reached it.

    Raises:
        RuntimeError: what runs notebooks is broken, and the notebook is not to blame.
    """
    if state.stopped:
        return state.stopped
    match state.ended.end if state.ended else End.BROKEN:
        case End.REACHED:
            return None
        case End.KERNEL_DIED:
            return Stopped("the kernel died: a cell ended Python itself, or memory ran out")
        case End.KERNEL_STUCK:
            return Stopped(
                f"a cell was stopped at the time limit of {cell_seconds} s, and the kernel did not"
                " come back from it",
                limit="time",
            )
        case End.GARBLED:
            return Stopped("what the kernel sent back could not be read")
        case End.REQUESTED:
            return Stopped("the run was ended from outside", by_others=True)
    raise RuntimeError(
        f"The notebook could not be run:\n{state.ended.message if state.ended else ''}"
    )
