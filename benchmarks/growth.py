"""Whether a submission costs more in a large class, and how fast a class is judged again.

    python benchmarks/growth.py --sizes 10 100 1000

grades classes of these sizes whose programs were run before, on the sample, so that what is timed
is all but the runs: reading, finding the run, evidence, judging, writing. Then judges them again.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import classes

from autograder import datasets
from autograder.core.config import Course
from autograder.core.lesson_registry import load_lesson
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader
from autograder.grading.regrade import regrade

PROGRAMS = 5
LESSON = load_lesson(classes.LESSON)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    sizes = parser.parse_args(argv).sizes
    rows = []
    with tempfile.TemporaryDirectory(prefix="growth-") as scratch:
        root = Path(scratch)
        datasets.install(DATASET, DATASET.shipped, DATASET.folder(root / "keras"))
        programs = sorted(classes.all_different(root / "programs", PROGRAMS).iterdir())
        grade(root, root / "programs")
        for size in sizes:
            for number in range(size):
                place = root / f"class-{size}" / f"s{number:04}"
                shutil.copytree(programs[number % PROGRAMS], place)
            shutil.rmtree(root / "results" / LESSON.name)
            graded = grade(root, root / f"class-{size}")
            began = time.monotonic()
            again = sum(1 for _ in regrade(root / "results" / LESSON.name, LESSON, Course()))
            rows.append((size, graded / size, (time.monotonic() - began) / again, memory()))
    print(f"{os.cpu_count()} cores\n")
    print("| submissions | grading, ms each | ratio | judging again, ms each | grader, MiB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for size, each, judged, most in rows:
        ratio = each / rows[0][1]
        print(f"| {size} | {each * 1e3:.0f} | {ratio:.2f} | {judged * 1e3:.0f} | {most:.0f} |")
    return 0


def grade(root: Path, submitted: Path) -> float:
    """Grade a class; return the seconds it took."""
    began = time.monotonic()
    grader = Grader(
        course=Course(),
        data_home=root / "keras",
        results=root / "results",
        lesson=LESSON,
    )
    with grader:
        for report in grader.grade(find_submissions([submitted]), workers=os.cpu_count() or 1):
            assert report.status == "graded", report.reason
    return time.monotonic() - began


def memory() -> float:
    """Return the peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
