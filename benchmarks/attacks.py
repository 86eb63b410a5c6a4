"""The result of every attack, printed as the table in ``docs/attacks.md``.

``python benchmarks/attacks.py`` takes some minutes; ``--write`` puts the table into the page.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from classes import ROOT
from support.attack_besieged import Besieged
from support.attack_cases import BOUNDARIES, Case, cases
from support.attack_course import graded

from autograder import datasets
from autograder.core import printable
from autograder.datasets.fashion_mnist import DATASET

PAGE = ROOT / "docs" / "attacks.md"
BETWEEN = re.compile(r"(<!-- attacks -->\n).*(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Run all attacks and print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "keras"
        datasets.install(DATASET, DATASET.shipped, DATASET.folder(home))
        course, before = graded(Path(scratch) / "siege", home, cases())
        untouched = course.prints() == before and not course.callers
        untouched = untouched and course.keys[0] == course.keys[1]
        table, changed = rows(course)
    if "--write" in sys.argv:
        PAGE.write_text(BETWEEN.sub(lambda found: found[1] + table + found[2], PAGE.read_text()))
    print(table)
    print(
        "Nothing and nobody was touched."
        if untouched and not changed
        else f"SOMETHING WAS TOUCHED. Neighbours: {', '.join(changed) or 'none'}"
    )
    return 0 if untouched and not changed else 1


def rows(course: Besieged) -> tuple[str, list[str]]:
    """Return the table, and the names of the attacks that reached or changed something.

    Points are those of the whole notebook; the last columns say how the run ended, and whether
    the neighbours' reports are the same as without the attack.
    """
    lines = [
        "| boundary | attack | tries to | before | earned | honest work | the run | neighbours |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    honest = course.reports[course.honest].score
    changed = []
    for case in sorted(cases(), key=lambda one: (BOUNDARIES.index(one.boundary), one.name)):
        score = max(course.reports[student].score for student in case.students)
        same = _same(course, case)
        lines.append(
            f"| {case.boundary} | {case.name} | {case.tries} | {case.before} | {score:g} |"
            f" {honest:g} | {_end(course, case)} | {'the same' if same else 'CHANGED'} |"
        )
        changed += [] if same else [case.name]
    return "\n".join(lines) + "\n", changed


def _same(course: Besieged, case: Case) -> bool:
    reached = [line for name in case.students for line in course.reached(name)]
    alike = all(course.seen(name) == course.seen(before) for name, before in course.like(case))
    return alike and not reached and not course.overwritten.get(case.name)


def _end(course: Besieged, case: Case) -> str:
    report = course.reports[case.folder]
    about = [note for note in report.notes if note.startswith("A cell")]
    words = "; ".join([*([report.reason] if report.reason else []), *about])
    return printable.line(words).replace("|", "\\|") or "reached its end"


if __name__ == "__main__":
    sys.exit(main())
