"""A cell in whose place the solution was run is known as such, whatever runs beside it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from support.runs import PLAIN

from autograder.core.evidence import Evidence
from autograder.sandbox import execute
from autograder.sandbox.protocol import (
    CellFinished,
    CellResult,
    CellStarted,
    End,
    Ended,
    Job,
    Message,
    Started,
)
from autograder.sandbox.result import Conditions, Stopped, evidence_of
from autograder.sandbox.run_state import RunState

JOB = Job(cells=["student"], files={}, prelude="", settings=PLAIN, solutions={0: "solution"})
# As the kernel may put it out, and no notebook of ours may hold it.
IN_LINES = {"output_type": "stream", "name": "stdout", "text": ["in", "lines"]}


def evidence(*said: Message, stopped: Stopped | None = None) -> Evidence:
    state = RunState(job="this")
    for message in (Started(digest="this"), *said):
        state.take(message)
    return evidence_of(JOB, state.cells, state.evidence, conditions=Conditions(), stopped=stopped)


def test_outputs_that_are_refused_do_not_make_it_the_students() -> None:
    ran = CellResult(status="ok", seconds=2, replaced=True, outputs=[IN_LINES])
    found = evidence(CellStarted(index=0), CellFinished(index=0, ran=ran))
    (cell,) = found.record.cells
    assert (cell.replaced, cell.seconds, found.outputs) == (True, 2, {0: []})


@pytest.mark.parametrize(
    "stopped",
    [None, Stopped("the kernel died"), Stopped("a cell was stopped", cell="timeout", limit="time")],
    ids=["garbled", "died", "too long"],
)
def test_nor_does_a_run_that_ends_while_it_runs(stopped: Stopped | None) -> None:
    """By then it may have left something, and have handed it in."""
    said = (CellStarted(index=0), CellStarted(index=0, replaced=True), Ended(end=End.KERNEL_DIED))
    (cell,) = evidence(*said, stopped=stopped).record.cells
    assert cell.replaced


class FakeClient:
    """Runs cells as they say; a solution ends Python."""

    def __init__(self, source: str) -> None:
        cells = [nbformat.v4.new_code_cell(one) for one in ("prelude", source)]
        self.nb = nbformat.v4.new_notebook(cells=cells)

    async def run(self, index: int) -> CellResult:
        if self.nb.cells[index].source == "solution":
            raise execute.DeadKernelError
        return CellResult(status="error" if self.nb.cells[index].source == "stops" else "ok")


@pytest.mark.parametrize(
    ("source", "unusable", "replaced"),
    [("stops", (), [False, True]), ("ends well", (), [False]), ("ends well", (0,), [False, True])],
)
def test_it_is_told_before_the_solution_is_run(source, unusable, replaced) -> None:
    job = Job(
        cells=[source],
        files={},
        prelude="",
        settings=PLAIN,
        solutions={0: "solution"},
        unusable=unusable,
    )
    sent: list[Any] = []
    reader: Any = SimpleNamespace(update=lambda: None)
    client: Any = FakeClient(source)
    how = asyncio.run(execute._run_cells(client, job, reader, sent.append))
    assert [one.replaced for one in sent if isinstance(one, CellStarted)] == replaced
    assert how is (End.KERNEL_DIED if True in replaced else End.REACHED)
