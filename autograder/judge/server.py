"""What runs in the judge's process: ``python -m autograder.judge.server``.

It reads batches from its standard input. Nothing that a student wrote is ever run or imported here.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

import msgspec

from autograder.core.errors import EvidenceError
from autograder.core.evidence import EVIDENCE, Evidence, load
from autograder.core.ipc import claim_standard_streams, receive, send
from autograder.core.lesson_registry import load_lesson
from autograder.core.process_limits import limit_memory
from autograder.core.verdicts import Verdicts
from autograder.judge.judge_process import Batch, JudgeAnswers
from autograder.judge.runner import judge

# Images, and the evidence of a batch: each at most 64 MiB.
MAX_BYTES = 4 * 2**30
# The processor time for all checks of one submission together, many times what they need; each
# check gets at least a second, so that cheap ones still run.
MAX_CHECK_SECONDS = 30


def main() -> int:
    """Judge batches from standard input until there are no more."""
    inbox, outbox = claim_standard_streams()
    limit_memory(MAX_BYTES)
    while batch := receive(inbox, Batch):
        try:
            answers = JudgeAnswers(_answered(batch))
        except MemoryError:
            # As if the system had ended this process: the grader then sends each by itself.
            os.kill(os.getpid(), signal.SIGKILL)
        except Exception:  # noqa: BLE001  sent to the grader, whatever it is
            answers = JudgeAnswers({}, broken=traceback.format_exc()[-4000:])
        send(outbox, answers)
    return 0


def _answered(batch: Batch) -> dict[str, Verdicts | str]:
    answers: dict[str, Verdicts | str] = {}
    first: dict[tuple[int, int, bytes], str] = {}
    submissions, same = [], {}
    for folder, program in batch.folders.items():
        try:
            evidence = _of_program(load(Path(folder)), program)
        except EvidenceError as error:
            answers[folder] = str(error)
            continue
        same[folder] = first.setdefault(_what_is_judged(Path(folder), evidence), folder)
        if same[folder] == folder:
            submissions.append((folder, evidence))
    checks = [Path(one) for one in batch.checks]
    lesson = load_lesson(batch.lesson)
    verdicts = judge(
        submissions, lesson, settings=batch.settings, checks=checks, seconds=MAX_CHECK_SECONDS
    )
    return answers | {folder: verdicts[judged] for folder, judged in same.items()}


def _what_is_judged(folder: Path, evidence: Evidence) -> tuple[int, int, bytes]:
    """Return what is the same where the verdicts must be: a run judged once serves for all.

    A shared run is one file under several names. Of what is each submission's own, no check may
    see the ids of its cells, nor that the run was shared.
    """
    found = (folder / EVIDENCE).stat()
    record = msgspec.structs.replace(
        evidence.record,
        run=msgspec.structs.replace(evidence.run, shared=False),
        cells=tuple(msgspec.structs.replace(one, cell_id="") for one in evidence.record.cells),
    )
    return found.st_dev, found.st_ino, msgspec.json.encode(record)


def _of_program(evidence: Evidence, program: str) -> Evidence:
    """Return the evidence if it belongs to this program.

    Raises:
        EvidenceError: it belongs to another; nobody must be graded by another program.
    """
    if evidence.run.program != program:
        what = (
            f"is of another program than the submission is (run {evidence.run.job})"
            if evidence.run.program
            else "is of a version that did not yet say what was run"
        )
        raise EvidenceError(f"The evidence {what}. Run the submission again.")
    return evidence


if __name__ == "__main__":
    sys.exit(main())
