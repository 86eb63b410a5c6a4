"""What is taken from a run, whatever a student's code has put there."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from support import runs

from autograder.core.evidence import Arrays, Recorded, pack, pack_arrays, unpack
from autograder.core.ipc import HEADER, MAX_BYTES, receive, send
from autograder.sandbox.evidence_reader import EvidenceReader
from autograder.sandbox.protocol import (
    CellFinished,
    CellResult,
    CellStarted,
    End,
    Ended,
    EvidenceUpdate,
    Message,
    Started,
)
from autograder.sandbox.result import Stopped
from autograder.sandbox.run_state import RunState, ending


class TestMessages:
    """Messages are read whole or not at all."""

    def test_what_is_sent_arrives(self) -> None:
        stream = io.BytesIO()
        sent = [CellStarted(index=3), EvidenceUpdate(recorded=b"{}"), Ended(end=End.REACHED)]
        for message in sent:
            send(stream, message)
        stream.seek(0)
        assert [receive(stream, Message) for _ in range(4)] == [*sent, None]

    @pytest.mark.parametrize(
        "content", [HEADER.pack(MAX_BYTES + 1), HEADER.pack(1) + b"\xc1", HEADER.pack(1) + b"\x00"]
    )
    def test_what_is_none_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r".+"):
            receive(io.BytesIO(content), Message)

    @pytest.mark.parametrize("content", [b"", b"\0\0", HEADER.pack(100) + b"half"])
    def test_a_stream_that_ends_too_early(self, content: bytes) -> None:
        assert receive(io.BytesIO(content), Message) is None


class TestReader:
    """The recorder's folder, where a student's code can write too."""

    def test_only_what_is_new(self, tmp_path: Path) -> None:
        reader = EvidenceReader(tmp_path, 100)
        assert reader.update() is None
        (tmp_path / "recorded.json").write_bytes(b"{}")
        assert reader.update() == EvidenceUpdate(recorded=b"{}")
        assert reader.update() is None
        (tmp_path / "recorded.npz").write_bytes(b"x" * 100)
        assert reader.update() == EvidenceUpdate(recorded=b"{}", arrays=b"x" * 100)

    def test_too_much_is_named_and_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "recorded.json").write_bytes(b"{}")
        (tmp_path / "recorded.npz").write_bytes(b"x" * 101)
        update = EvidenceReader(tmp_path, 100).update()
        assert "recorded.npz has more than" in (update.trouble or "")
        assert update.recorded == b""

    @pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device"])
    def test_what_is_no_file_is_not_followed(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "recorded.json"
        match kind:
            case "link":
                path.symlink_to("/etc/passwd")
            case "pipe":
                os.mkfifo(path)
            case "folder":
                path.mkdir()
            case "device":
                path.symlink_to("/dev/zero")
        update = EvidenceReader(tmp_path, 100).update()
        assert update.trouble
        assert update.recorded == b""


class TestTaken:
    """What the grader makes of the messages."""

    def test_cells(self) -> None:
        state = RunState(job="this")
        state.take(Started(digest="this"))
        state.take(CellStarted(index=1))
        assert state.cells[1].status == "running"
        state.take(CellFinished(index=1, ran=CellResult(status="ok")))
        assert state.cells[1].status == "ok"

    @pytest.mark.parametrize(
        "output",
        [
            *({"output_type": "nonsense"}, {"text": 7}, {}),
            {"output_type": "stream", "name": "stdout", "text": ["a", "b"]},
            {"output_type": "display_data", "data": {}, "metadata": {}, "more": 1},
            {"output_type": "error", "ename": "E", "evalue": "e", "traceback": "t"},
        ],
    )
    def test_outputs_that_no_notebook_may_hold(self, output: dict) -> None:
        state = RunState(job="this", is_started=True)
        state.take(CellFinished(index=0, ran=CellResult(status="ok", outputs=[output])))
        assert (state.cells[0].status, state.cells[0].outputs) == ("ok", [])

    def test_outputs_of_each_kind(self) -> None:
        """As nbclient makes them."""
        outputs = [
            nbformat.v4.new_output("stream", text="x"),
            nbformat.v4.new_output("display_data", data={"text/html": "<b>x</b>"}),
            nbformat.v4.new_output("execute_result", data={"text/plain": "7"}, execution_count=1),
            nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["t"]),
        ]
        state = RunState(job="this", is_started=True)
        state.take(CellFinished(index=0, ran=CellResult(status="ok", outputs=outputs)))
        assert state.cells[0].outputs == outputs

    def test_of_what_is_put_out_texts_are_kept(self) -> None:
        """Whoever followed the rest to its end would come to the end of the stack."""
        nested: dict = {}
        for _ in range(400):
            nested = {"a": nested}
        data = {"application/json": nested, "text/plain": "x"}
        output = {"output_type": "display_data", "data": data, "metadata": nested}
        state = RunState(job="this", is_started=True)
        state.take(CellFinished(index=0, ran=CellResult(status="ok", outputs=[output])))
        (kept,) = state.cells[0].outputs
        assert (kept["data"], kept["metadata"]) == ({"text/plain": "x"}, {})

    @pytest.mark.parametrize(
        "messages",
        [
            [Started(digest="other")],
            [CellStarted(index=0)],
            [EvidenceUpdate()],
            [Started(digest="x"), EvidenceUpdate()],
        ],
        ids=str,
    )
    def test_what_is_said_of_another_job_is_not_believed(self, messages: list[Message]) -> None:
        """It is our fault, and no grade: the run is made again."""
        state = RunState(job="this")
        for message in [*messages, Ended(end=End.REACHED)]:
            if state.ended is None:
                state.take(message)
        assert (state.cells, state.evidence) == ({}, EvidenceUpdate())
        with pytest.raises(RuntimeError, match=r"another job|had not begun"):
            ending(state, 7)

    @pytest.mark.parametrize(
        ("end", "why"),
        [
            (End.KERNEL_DIED, "the kernel died"),
            (End.KERNEL_STUCK, "the time limit of 7 s"),
            (End.REQUESTED, "from outside"),
            (End.GARBLED, "could not be read"),
        ],
    )
    def test_how_it_ended(self, end: End, why: str) -> None:
        stopped = ending(RunState(job="", ended=Ended(end=end)), 7)
        assert why in stopped.why

    def test_the_end(self) -> None:
        assert ending(RunState(job="", ended=Ended(end=End.REACHED)), 7) is None

    def test_our_own_fault_is_no_grade(self) -> None:
        with pytest.raises(RuntimeError, match="what broke"):
            ending(RunState(job="", ended=Ended(end=End.BROKEN, message="what broke")), 7)
        with pytest.raises(RuntimeError):
            ending(RunState(job=""), 7)


def read_from(update: EvidenceUpdate) -> tuple[Recorded | None, Arrays, str | None]:
    """What evidence holds of it, and why it cannot be read, if so."""
    evidence = runs.ran({}, update)
    return evidence.recorded, evidence.arrays, evidence.run.trouble


class TestRecorded:
    """What the recorder left, read as if a stranger had written it."""

    def test_nothing_was_recorded(self) -> None:
        assert read_from(EvidenceUpdate()) == (None, {}, None)

    def test_what_was_recorded(self) -> None:
        assert read_from(EvidenceUpdate(recorded=b"{}")) == (Recorded(), {}, None)
        for content in (b"[]", b'{"surplus": 1}', b"\xff", b"[" * 100_000):
            recorded, arrays, trouble = read_from(EvidenceUpdate(recorded=content))
            assert (recorded, arrays) == (None, {})
            assert trouble
        assert read_from(EvidenceUpdate(recorded=b"{}", arrays=b"no archive"))[2]
        assert read_from(EvidenceUpdate(trouble="too large")) == (None, {}, "too large")

    @pytest.mark.parametrize("kind", ["errors", "names", "fields that are left out", "odd field"])
    def test_what_could_not_be_read_again_is_left_out(self, kind: str) -> None:
        """The judge reads a record only so far; what is longer is no fault of the grader's."""
        recorded, arrays, cells = b"{}", b"", {}
        match kind:
            case "errors":
                ran = CellResult(status="error", ename="\1" * 300, evalue="\1" * 4_000)
                cells = dict.fromkeys(range(2_000), ran)
            case "names":
                names = (f"{number}{chr(1) * 900}" for number in range(4_000))
                arrays = pack_arrays(dict.fromkeys(names, np.zeros(1)))
            case "fields that are left out":
                given = {"model": 1, "fits": 1, "about": {}}
                recorded = json.dumps(
                    {"model_calls": [given] * 5_000, "troubles": ["x" * 3_900] * 900}
                ).encode()
            case "odd field":
                recorded = json.dumps({"x" * 5_000: 1}).encode()
        evidence = runs.ran(cells, EvidenceUpdate(recorded=recorded, arrays=arrays))
        again = unpack(pack(evidence))
        assert again.record == evidence.record
        assert again.recorded is None
        assert again.run.trouble


class TestLimits:
    """A limit that was met has a name, and a sentence with its size."""

    @pytest.mark.parametrize(
        ("ran", "name", "words"),
        [
            (CellResult(status="error", ename="MemoryError"), "memory", "4,096 MiB of memory"),
            (
                CellResult(
                    status="error", ename="OSError", evalue="[Errno 27] File too large: 'x'"
                ),
                "file",
                "a file of more than 256 MiB",
            ),
            (
                CellResult(
                    status="error", ename="OSError", evalue="[Errno 28] No space left on device"
                ),
                "scratch",
                "1,024 MiB",
            ),
            (
                CellResult(status="error", ename="RuntimeError", evalue="can't start new thread"),
                "processes",
                "512 processes",
            ),
            (CellResult(status="ok", cut=True), "output", "4 MiB"),
            (CellResult(status="timeout"), "time", "300 s"),
        ],
    )
    def test_each(self, ran: CellResult, name: str, words: str) -> None:
        run = runs.ran({0: ran, 1: ran}).run
        assert run.limits == (name,)
        (note,) = run.notes
        assert words in note

    def test_none(self) -> None:
        wrong = CellResult(status="error", ename="ValueError")
        run = runs.ran({0: CellResult(status="ok"), 1: wrong}).run
        assert (run.limits, run.notes) == ((), ())

    def test_those_seen_from_outside(self) -> None:
        stopped = Stopped("why", limit="memory")
        evidence = runs.ran({}, EvidenceUpdate(trouble="too large"), stopped=stopped)
        assert evidence.run.limits == ("memory", "evidence")
