"""In real sandboxes: a replayed training leaves the evidence that the kernel's own leaves."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support import mini

from autograder.core.config import Settings
from autograder.core.evidence import Evidence
from autograder.core.training import digest
from autograder.grading.training_cache import TrainingCache
from autograder.notebooks.restore import restore
from autograder.sandbox import job_runner, replay_check
from autograder.sandbox.pool import SandboxPool

pytestmark = [pytest.mark.kernel, pytest.mark.slow, pytest.mark.weekly]

TIMES = re.compile(r"\d+m?u?s(/step)?")
FIT = "history = model.fit(train_images, train_labels, epochs=2, verbose=2,"
TRAIN = (
    f"{FIT} validation_data=(valid_images, valid_labels))\nimport random\nprint(random.random())"
)
# Writes nonsense to the line to the trainer, and goes on as if nothing were.
NONSENSE = f"import os\nos.write(int(os.environ['AUTOGRADER_TRAINER']), b'\\0\\0\\0\\2xx')\n{TRAIN}"


@pytest.fixture(scope="module")
def runs(sample_keras: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Evidence]:
    """The same training by the kernel, by the trainer, from the cache, and after an attack."""
    folder = tmp_path_factory.mktemp("trainings")
    found = {}
    pool = SandboxPool(
        settings=Settings(), data_home=sample_keras, trainings=TrainingCache(folder, ["1"])
    )
    with contextlib.closing(pool):
        found["own"] = run(pool, TRAIN, replay=False)
        found["replayed"] = run(pool, TRAIN)
        found["cached"] = run(pool, TRAIN)
        found["attack"] = run(pool, NONSENSE)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    return found


def run(pool: SandboxPool, train: str, *, replay: bool = True) -> Evidence:
    """Run the lesson's notebook."""
    restored = restore(mini.submitted(train=train), mini.released())
    job, _ = job_runner.prepare(restored, replace(pool.settings, replay=replay))
    return job_runner.run(job, pool)


def printed(evidence: Evidence) -> str:
    """What was printed, without its times, in however many messages it came."""
    outputs = (one for number in sorted(evidence.outputs) for one in evidence.outputs[number])
    return TIMES.sub("", "".join(one["text"] for one in outputs if one["output_type"] == "stream"))


@pytest.mark.parametrize("name", ["replayed", "cached"])
def test_evidence_and_what_is_printed_are_the_same(runs: dict[str, Evidence], name: str) -> None:
    """To the last bit: weights and their means, history, digests, the prediction."""
    own, other = runs["own"], runs[name]
    assert own.run.training == "own"
    assert other.run.training == "replayed"
    assert [one.replayed for one in other.recorded.fits] == [True]
    assert replay_check.is_same(other, own)
    assert printed(other) == printed(own)
    assert "val_accuracy" in printed(own)


def test_the_grader_keeps_what_was_asked_and_answered(runs: dict[str, Evidence]) -> None:
    """By digests, of both the same each time."""
    (first,), (second,) = runs["replayed"].run.replays, runs["cached"].run.replays
    assert first == second
    assert len(first.answer) == len(digest(b""))
    assert first.seconds > 0


def test_a_kernel_that_writes_nonsense_trains_by_itself(runs: dict[str, Evidence]) -> None:
    """And everything else goes on."""
    attack = runs["attack"]
    assert attack.run.training == "own"
    assert attack.run.stopped is None
    assert replay_check.is_same(attack, runs["own"])
