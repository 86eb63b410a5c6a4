"""A long class of right, wrong, crashing, endless and hostile work, and what is left behind.

    python benchmarks/soak.py --count 500

grades so many submissions on the sample, each run for itself, and then looks for processes,
sockets, temporary files and memory that should not be there any more.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import classes  # noqa: F401  it finds the tests' support
import nbformat
import psutil
from support import attack_cases, attack_course, mini

from autograder import datasets
from autograder.core.config import Course, Settings
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader

LESSON = load_lesson(attack_course.LESSON)
PATIENCE = 60
SETTINGS = Settings(cell_seconds=10, seconds=60)
HOSTILE = (
    *("daemon", "kill-everyone", "memory-bomb", "fork-bomb", "many-files", "output-flood"),
    *("network", "new-namespaces", "evidence-flood", "left-in-memory"),
)
CRASHING = ("import os\nos._exit(3)", "import ctypes\nctypes.string_at(0)", "raise SystemExit")
ENDLESS = "while True:\n    pass"
WRONG = {"build": "model = tf.keras.Sequential([tf.keras.layers.Dense(3)])"}


def main(argv: Sequence[str] | None = None) -> int:
    """Grade the class and print what was found; return 1 if something was left behind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        lines, clean = soak(Path(scratch), arguments.count)
    print("| | |\n| --- | ---: |")
    for name, value in lines.items():
        print(f"| {name} | {value} |")
    return 0 if clean else 1


def soak(root: Path, count: int) -> tuple[dict[str, str], bool]:
    """Grade *count* submissions; return the findings, and whether nothing was left behind."""
    with own_temporary_files(root / "tmp"):
        return _soak(root, count)


@contextlib.contextmanager
def own_temporary_files(folder: Path) -> Iterator[None]:
    """Put all temporary files into our own folder: the common one is shared with others."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _soak(root: Path, count: int) -> tuple[dict[str, str], bool]:
    datasets.install(DATASET, DATASET.shipped, DATASET.folder(root / "keras"))
    kinds = submit(root / "submitted", count)
    before, began, memory = traces(), time.monotonic(), []
    # The caller may run its own server, such as that of the tests' gradebooks.
    others = set(psutil.Process().children(recursive=True))
    reports: list[Report] = []
    family: set[psutil.Process] = set()
    with grader(root) as graded:
        ready = graded.grade(find_submissions([root / "submitted"]), workers=os.cpu_count() or 1)
        for report in ready:
            reports.append(report)
            family.update(psutil.Process().children(recursive=True))
            memory.append(psutil.Process().memory_info().rss / 2**20)
    seconds = time.monotonic() - began
    gc.collect()
    left = leftovers_since(before)
    # The system may take some seconds to reap a process that has ended.
    left["processes"] = [
        str(one) for one in psutil.wait_procs(family - others, timeout=PATIENCE)[1]
    ]
    ungraded = [
        f"{one.name}: {one.reason}\n{one.trouble or ''}".strip()
        for one in reports
        if one.status != "graded" or one.trouble
    ]
    middle = memory[len(memory) // 5]
    lines = {
        "submissions": f"{count} ({', '.join(f'{n} {kind}' for kind, n in kinds.items())})",
        "graded": str(len(reports) - len(ungraded)),
        "seconds": f"{seconds:.0f} ({seconds / count:.2f} each, {os.cpu_count()} cores)",
        "the grader's memory after a fifth, at the end": f"{middle:.0f}, {memory[-1]:.0f} MiB",
        **{f"{name} left behind": str(len(found)) for name, found in left.items()},
        **{f"not graded ({number})": why for number, why in enumerate(ungraded, start=1)},
    }
    for found in (*left.values(), ungraded):
        for one in found[:10]:
            print(f"left behind or ungraded: {one}", file=sys.stderr)
    return lines, len(reports) == count and not ungraded and not any(left.values())


def grader(root: Path) -> Grader:
    """Return a grader with short limits that runs every submission."""
    return Grader(
        course=Course(root=root, settings=SETTINGS),
        data_home=root / "keras",
        results=root / "results",
        lesson=LESSON,
        share=False,
    )


def submit(folder: Path, count: int) -> Counter[str]:
    """Write the submissions; return how many there are of each kind."""
    kinds: Counter[str] = Counter()
    nbformat.write(mini.released(), _path(folder.parent / "release"))
    for number, (kind, answers) in zip(range(count), mixed(), strict=False):
        kinds[kind] += 1
        notebook = mini.submitted(**answers)
        notebook.cells.append(nbformat.v4.new_code_cell(f"{number}"))
        nbformat.write(notebook, _path(folder / f"{kind}-{number:04}"))
    return kinds


def mixed() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield right, wrong, crashing, endless and hostile answers in turn, forever."""
    hostile = [case for case in attack_cases.cases() if case.name in HOSTILE]
    number = 0
    while True:
        yield "right", {}
        yield "wrong", WRONG
        yield "right", {}
        yield "crashing", {"compile": CRASHING[number % len(CRASHING)]}
        yield "right", {}
        case = hostile[number % len(hostile)]
        yield "hostile", {case.cell: f"{case.source}\n{mini.RIGHT[case.cell]}"}
        if number % 4 == 0:
            yield "endless", {"parameters": ENDLESS}
        number += 1


def leftovers_since(before: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return what is new since ``before``, after waiting up to ``PATIENCE`` seconds for its end."""
    end = time.monotonic() + PATIENCE
    while True:
        left = {name: sorted(now - before[name]) for name, now in traces().items()}
        if not any(left.values()) or time.monotonic() > end:
            return left
        time.sleep(0.5)


def traces() -> dict[str, set[str]]:
    """Return the sockets, open files and threads of this process, and temporary files."""
    process = psutil.Process()
    return {
        "sockets": {str(one) for one in process.net_connections("all")},
        "open files": {one.path for one in process.open_files()},
        "threads": {str(one.id) for one in process.threads()},
        "temporary files": {str(path) for path in Path(tempfile.gettempdir()).iterdir()},
    }


def _path(folder: Path) -> Path:
    path = folder / LESSON.name / LESSON.notebook
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
