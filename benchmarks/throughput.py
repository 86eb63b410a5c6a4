"""How fast a class is graded, against ``nbgrader autograde`` on the same submissions.

    python benchmarks/throughput.py --different 12 --peer 3

times nbgrader alone, without anything of ours but the notebook, on some of the submissions (each
takes it the same time), then ours on all of them, one program each; then a class of 120 in which
programs repeat (``benchmarks/classes.py`` says how), and then judges that class again. With
``c.Autograder.replay`` the class of different programs is graded once more, and it is said how many
trainings it holds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import classes

PLAIN = """\
c = get_config()
c.CourseDirectory.course_id = "plain"
c.ExecutePreprocessor.timeout = 300
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--different", type=int, default=12, help="submissions, all different")
    parser.add_argument("--peer", type=int, default=3, help="how many of them nbgrader is given")
    parser.add_argument("--no-class", action="store_true", help="without the class of 120")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="throughput-") as scratch:
        root = Path(scratch)
        different = classes.all_different(root / "different" / "submitted", arguments.different)
        peer = nbgrader(root / "plain", different, arguments.peer)
        rows = [("nbgrader autograde", "all different", arguments.peer, peer)]
        rows += ours(root / "different", "all different", arguments.different)
        rows.append(replayed(root / "different", arguments.different))
        if not arguments.no_class:
            classes.alike(root / "alike" / "submitted")
            rows += ours(root / "alike", f"{len(classes.SPREAD)} programs", sum(classes.SPREAD))
    print(f"{os.cpu_count()} cores\n")
    print("| what | class | submissions | seconds | seconds a submission | times nbgrader |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for what, kind, count, seconds in rows:
        each = seconds / count
        ratio = peer / arguments.peer / each
        print(f"| {what} | {kind} | {count} | {seconds:.1f} | {each:.3f} | {ratio:.0f} |")
    return 0


def nbgrader(course: Path, submitted: Path, count: int) -> float:
    """Return the seconds that plain nbgrader takes for the first *count* submissions."""
    (course / "source").mkdir(parents=True)
    shutil.copytree(classes.ROOT / "source" / classes.LESSON, course / "source" / classes.LESSON)
    (course / "nbgrader_config.py").write_text(PLAIN)
    for folder in sorted(submitted.iterdir())[:count]:
        shutil.copytree(folder, course / "submitted" / folder.name)
    _run("nbgrader", "generate_assignment", classes.LESSON, cwd=course)
    return _run("nbgrader", "autograde", classes.LESSON, cwd=course)


def ours(course: Path, kind: str, count: int) -> list[tuple[str, str, int, float]]:
    """Return the seconds for grading and for regrading."""
    shutil.copyfile(classes.ROOT / "nbgrader_config.py", course / "nbgrader_config.py")
    shutil.copytree(classes.ROOT / "release", course / "release")
    graded = _run("autograder.cli", "grade", "submitted", cwd=course)
    again = _run("autograder.cli", "regrade", cwd=course)
    return [("autograder grade", kind, count, graded), ("autograder regrade", kind, count, again)]


def replayed(course: Path, count: int) -> tuple[str, str, int, float]:
    """Return the seconds for grading with trainings that are replayed, from empty caches."""
    shutil.rmtree(course / "results")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Autograder.replay = True\n")
    seconds = _run("autograder.cli", "grade", "submitted", cwd=course)
    trainings = len(list((course / "results" / ".trainings").glob("*/*")))
    return ("autograder grade, replay", f"{trainings} trainings", count, seconds)


def _run(module: str, *arguments: str, cwd: Path) -> float:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(classes.ROOT),
    }
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"{module} {arguments[0]} ended with {done.returncode}:\n{done.stderr}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
