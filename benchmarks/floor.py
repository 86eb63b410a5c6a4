"""How far a graded submission is from the least that its training can cost: bare numpy.

    python benchmarks/floor.py

Trains the lesson's ten neurons on the full data in numpy, by hand, and runs the right solution in a
warm sandbox, both on one core; prints the seconds of each part and the ratio.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import statistics
import sys
import time

import classes
import numpy as np

from autograder import datasets
from autograder.core.config import Settings
from autograder.core.evidence import Evidence
from autograder.datasets.fashion_mnist import DATASET
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool

RUNS = 3


def main() -> int:
    """Measure and print the table."""
    data = DATASET.load_named("full")
    floor = statistics.median(trained(data) for _ in range(RUNS))
    ran = sandbox_runs()
    whole = statistics.median(one.run.seconds for one in ran)
    train = statistics.median(max(cell.seconds for cell in one.record.cells) for one in ran)
    cells = statistics.median(sum(cell.seconds for cell in one.record.cells) for one in ran)
    print("| part | seconds | times the floor |")
    print("| --- | ---: | ---: |")
    for name, seconds in (
        ("five epochs in bare numpy: the floor", floor),
        ("the cell that trains", train),
        ("the other cells: data, pictures, checks", cells - train),
        ("kernel, messages, evidence", whole - cells),
        ("a submission, in a warm sandbox", whole),
    ):
        print(f"| {name} | {seconds:.2f} | {seconds / floor:.2f} |")
    return 0


def trained(data: datasets.Images) -> float:
    """Return the seconds for five epochs in batches of 32 with Adam, each with a validation."""
    began = time.monotonic()
    pixels = data.train_images.reshape(-1, 784).astype(np.float32)
    valid = data.valid_images.reshape(-1, 784).astype(np.float32)
    right = np.eye(10, dtype=np.float32)[data.train_labels]
    random = np.random.default_rng(20)
    learned = [random.normal(0, 0.05, (784, 10)).astype(np.float32), np.zeros(10, np.float32)]
    moments, spreads = ([np.zeros_like(one) for one in learned] for _ in range(2))
    step = 0
    for _ in range(5):
        order = random.permutation(len(pixels))
        for start in range(0, len(order), 32):
            chosen = order[start : start + 32]
            batch = pixels[chosen]
            logits = batch @ learned[0] + learned[1]
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            off = (powers / powers.sum(axis=1, keepdims=True) - right[chosen]) / len(chosen)
            step += 1
            pace = 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for number, slope in enumerate((batch.T @ off, off.sum(axis=0))):
                moments[number] += 0.1 * (slope - moments[number])
                spreads[number] += 0.001 * (slope**2 - spreads[number])
                learned[number] -= pace * moments[number] / (np.sqrt(spreads[number]) + 1e-7)
        reached = np.mean((valid @ learned[0] + learned[1]).argmax(axis=1) == data.valid_labels)
    assert reached > 0.6
    return time.monotonic() - began


def sandbox_runs() -> list[Evidence]:
    """Run the right solution, each time in a warm sandbox."""
    lent = SandboxPool(settings=Settings(), data_home=DATASET.active_home())
    job, _ = job_runner.prepare(classes.solution(), lent.settings)
    try:
        return [job_runner.run(job, lent) for _ in range(RUNS + 1)][1:]
    finally:
        lent.close()


if __name__ == "__main__":
    sys.exit(main())
