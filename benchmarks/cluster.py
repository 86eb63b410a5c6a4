"""Prints how long a class takes on a Dask cluster with one worker and with two.

``python benchmarks/cluster.py`` takes some minutes; ``--submissions N`` says how many are graded.
Scheduler and workers are processes of this machine, and every submission is another program.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import classes
import nbformat
from support import mini
from support.dask_cluster import Cluster

from autograder import datasets
from autograder.core.config import Course
from autograder.core.lesson_registry import load_lesson
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading.dask_executor import DaskExecutor
from autograder.grading.discovery import Submission, find_submissions
from autograder.grading.grader import Grader

LESSON = classes.LESSON


def main() -> int:
    """Grade the same class with one worker and with two, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=6, metavar="N", help="more than 2")
    number = parser.parse_args().submissions
    with tempfile.TemporaryDirectory(prefix="cluster-benchmark-") as scratch:
        home = Path(scratch) / "keras"
        datasets.install(DATASET, DATASET.shipped, DATASET.folder(home))
        submissions = _submissions(Path(scratch) / "submitted", number)
        seconds = {
            workers: _seconds(Path(scratch) / f"with-{workers}", home, submissions, workers)
            for workers in (1, 2)
        }
    load = os.getloadavg()[0]
    print(
        f"{number} submissions, no two alike, on the sample; {os.cpu_count()} cores, load {load:g}"
    )
    print(
        "\n| Dask workers | all | times as fast | first report | each, once warm | times as fast |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    each = {workers: _each(ready, workers) for workers, ready in seconds.items()}
    for workers, ready in seconds.items():
        faster, once_warm = seconds[1][-1] / ready[-1], each[1] / each[workers]
        print(
            f"| {workers} | {ready[-1]:.1f} s | {faster:.2f} | {ready[0]:.1f} s"
            f" | {each[workers]:.1f} s | {once_warm:.2f} |"
        )
    return 0


def _each(ready: list[float], workers: int) -> float:
    """Return the seconds per submission once every worker has a warm sandbox."""
    return (ready[-1] - ready[workers - 1]) / (len(ready) - workers)


def _submissions(folder: Path, number: int) -> list[Submission]:
    for one in range(number):
        place = folder / f"student-{one}" / LESSON
        place.mkdir(parents=True)
        # A different number in each, so that no run is shared.
        answer = f"{mini.RIGHT['parameters']}\nmine = {one}"
        nbformat.write(mini.submitted(parameters=answer), place / f"{LESSON}.ipynb")
    return find_submissions([folder])


def _seconds(folder: Path, home: Path, submissions: list[Submission], workers: int) -> list[float]:
    """Return when each report was ready, in seconds, including warming but not starting workers."""
    folder.mkdir()
    cluster = Cluster(folder, keras_home=home)
    try:
        cluster.add(number=workers)
        began = time.monotonic()
        with Grader(
            course=Course(),
            data_home=home,
            results=folder / "results",
            lesson=load_lesson(LESSON),
            executor_factory=partial(DaskExecutor, address=str(cluster.file)),
        ) as grader:
            ready = []
            for report in grader.grade(submissions):
                if report.status != "graded" or report.reason:
                    raise SystemExit(f"{report.name} could not be graded: {report.reason}")
                ready.append(time.monotonic() - began)
    finally:
        cluster.close()
    return ready


if __name__ == "__main__":
    sys.exit(main())
