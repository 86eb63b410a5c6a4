"""How fast a class is graded, against ``nbgrader autograde`` on the same submissions.

    python benchmarks/throughput.py --different 24 --peer 3

times nbgrader alone, without anything of ours but the notebook, on some of the submissions of each
class (each takes it the same time), then ours on all of them, from empty caches: programs that are
all different; programs that all train differently too; a class of 120 in which programs repeat
(``benchmarks/classes.py`` says how), and judging that class again; and ``nbgrader autograde`` with
our plugin. Beside each stands how many trainings were done for it, and a digest of the notebooks
that were handed in. otter-grader is timed too where its program is found, in an environment that
can run the notebooks; we do not depend on it. With ``--times`` all of that is done so often in
turns, and medians are shown.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import classes

PLAIN = """\
c = get_config()
c.CourseDirectory.course_id = "plain"
c.ExecutePreprocessor.timeout = 300
"""
NBGRADER = "nbgrader autograde"
# One test of one question: otter-grader's time is that of running the notebook.
OTTER_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "build"
points = 4


@test_case()
def test_parameters(model):
    assert model.count_params() == 7850
"""


@dataclass(frozen=True)
class Row:
    """What was timed: how many submissions, and the seconds that nbgrader takes for each alone."""

    what: str
    kind: str
    count: int
    seconds: float
    peer: float
    trainings: str
    files: str

    def __str__(self) -> str:
        each = self.seconds / self.count
        numbers = f"{self.seconds:.1f} | {each:.3f} | {self.peer / each:.1f}"
        words = (self.what, self.kind, self.files, str(self.count), self.trainings, numbers)
        return f"| {' | '.join(words)} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--different", type=int, default=12, help="submissions, all different")
    parser.add_argument("--peer", type=int, default=3, help="how many of them nbgrader is given")
    parser.add_argument("--no-class", action="store_true", help="without the class of 120")
    parser.add_argument("--times", type=int, default=1, help="how often, to show medians")
    arguments = parser.parse_args(argv)
    every = [_measured(arguments) for _ in range(arguments.times)]
    print(f"{os.cpu_count()} cores\n")
    print("| what | class | files | submissions | trainings | seconds | each | times nbgrader |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    print(*map(_median, zip(*every, strict=True)), sep="\n")
    return 0


def _median(rows: Sequence[Row]) -> Row:
    """Return the median of what was measured several times."""
    seconds = statistics.median(one.seconds for one in rows)
    return replace(rows[0], seconds=seconds, peer=statistics.median(one.peer for one in rows))


def _measured(arguments: argparse.Namespace) -> list[Row]:
    count = arguments.different
    with tempfile.TemporaryDirectory(prefix="throughput-") as scratch:
        root = Path(scratch)
        different = classes.all_different(root / "different" / "submitted", count)
        rows = [nbgrader(root / "plain", "all different", different, arguments.peer)]
        peer = rows[0].peer
        if program := shutil.which("otter"):
            rows.append(otter(root / "otter", different, Path(program), peer))
        rows.append(graded(root / "different", "all different", count, peer))
        apart = classes.all_trained_apart(root / "apart" / "submitted", count)
        rows.append(nbgrader(root / "plain-apart", "all trained apart", apart, arguments.peer))
        rows.append(graded(root / "apart", "all trained apart", count, rows[-1].peer))
        rows.append(with_plugin(root / "plugin", different, count, peer))
        if not arguments.no_class:
            classes.alike(root / "alike" / "submitted")
            kind, everybody = f"{len(classes.SPREAD)} programs", sum(classes.SPREAD)
            rows.append(graded(root / "alike", kind, everybody, peer))
            rows.append(regraded(root / "alike", kind, everybody, peer))
    return rows


def digest(submitted: Path) -> str:
    """Return the beginning of a digest of all notebooks: of the same class it is the same."""
    every = hashlib.sha256()
    for path in sorted(submitted.rglob("*.ipynb")):
        every.update(path.read_bytes())
    return every.hexdigest()[:8]


def nbgrader(course: Path, kind: str, submitted: Path, count: int) -> Row:
    """Time plain nbgrader on the first *count* submissions."""
    (course / "source").mkdir(parents=True)
    shutil.copytree(classes.ROOT / "source" / classes.LESSON, course / "source" / classes.LESSON)
    (course / "nbgrader_config.py").write_text(PLAIN)
    for folder in sorted(submitted.iterdir())[:count]:
        shutil.copytree(folder, course / "submitted" / folder.name)
    _run("nbgrader", "generate_assignment", classes.LESSON, cwd=course)
    seconds = _run("nbgrader", "autograde", classes.LESSON, cwd=course)
    files = digest(course / "submitted")
    return Row(NBGRADER, kind, count, seconds, seconds / count, str(count), files)


def otter(folder: Path, submitted: Path, program: Path, peer: float) -> Row:
    """Time otter-grader without a container on the first submission."""
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "build.py").write_text(OTTER_TEST)
    (path,) = min(submitted.iterdir()).glob("*/*.ipynb")
    shutil.copy(path, folder)
    _run_program(program, "generate", "-t", "tests", "--no-environment", cwd=folder)
    seconds = _run_program(program, "run", "-a", "autograder.zip", path.name, cwd=folder)
    return Row("otter run", "all different", 1, seconds, peer, "1", digest(folder))


def graded(course: Path, kind: str, count: int, peer: float) -> Row:
    """Time grading from empty caches."""
    _set_up(course)
    seconds = _run("autograder.cli", "grade", "submitted", cwd=course)
    files = digest(course / "submitted")
    return Row("autograder grade", kind, count, seconds, peer, _trainings(course), files)


def regraded(course: Path, kind: str, count: int, peer: float) -> Row:
    """Time judging again what was graded."""
    seconds = _run("autograder.cli", "regrade", cwd=course)
    return Row("autograder regrade", kind, count, seconds, peer, "0", digest(course / "submitted"))


def with_plugin(course: Path, submitted: Path, count: int, peer: float) -> Row:
    """Time nbgrader with our plugin, which has graded none of it before."""
    _set_up(course)
    # nbgrader makes it, and registers the assignment with it.
    shutil.rmtree(course / "release")
    shutil.copytree(submitted, course / "submitted")
    _run("nbgrader", "generate_assignment", classes.LESSON, cwd=course)
    seconds = _run("nbgrader", "autograde", classes.LESSON, cwd=course)
    done, files = _trainings(course), digest(submitted)
    return Row(f"{NBGRADER}, our plugin", "all different", count, seconds, peer, done, files)


def _set_up(course: Path) -> None:
    course.mkdir(exist_ok=True)
    shutil.copyfile(classes.ROOT / "nbgrader_config.py", course / "nbgrader_config.py")
    for name in ("source", "release"):
        shutil.copytree(classes.ROOT / name, course / name)


def _trainings(course: Path) -> str:
    return str(len(list((course / "results" / ".trainings").glob("*/*"))))


def _run(module: str, *arguments: str, cwd: Path) -> float:
    return _run_program(Path(sys.executable), "-m", module, *arguments, cwd=cwd)


def _run_program(program: Path, *arguments: str, cwd: Path) -> float:
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(classes.ROOT),
    }
    began = time.monotonic()
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - began
    if done.returncode:
        command = " ".join([program.name, *arguments])
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
