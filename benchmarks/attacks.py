"""Prints what became of every attack, as the table in ``docs/security.md``.

``python benchmarks/attacks.py`` takes some minutes; ``--write`` puts the table into the page.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from attack_course import HONEST, Besieged, Case, cases, graded  # noqa: E402

from autograder.dataset.places import data_folder  # noqa: E402
from autograder.dataset.provision import SHIPPED_SAMPLE, install  # noqa: E402
from autograder.render import signs  # noqa: E402

PAGE = ROOT / "docs" / "security.md"
BETWEEN = re.compile(r"(<!-- attacks -->\n).*(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Run them all and print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "keras"
        install(SHIPPED_SAMPLE, data_folder(home))
        course, before = graded(Path(scratch) / "siege", home, cases())
        untouched = course.prints() == before and not course.callers
    table = rows(course)
    if "--write" in sys.argv:
        PAGE.write_text(BETWEEN.sub(lambda found: found[1] + table + found[2], PAGE.read_text()))
    print(table)
    print("Nothing was touched." if untouched else "SOMETHING WAS TOUCHED.")
    return 0 if untouched else 1


def rows(course: Besieged) -> str:
    """The table; points of the question attacked, and how the run ended."""
    lines = [
        "| attack | tries to | earned | honest work | the run |",
        "| --- | --- | --- | --- | --- |",
    ]
    honest = course.reports[HONEST[0]].score
    for case in cases():
        report = course.reports[case.name]
        lines.append(
            f"| {case.name} | {case.tries} | {report.score:g} | {honest:g} | {_end(course, case)} |"
        )
    return "\n".join(lines) + "\n"


def _end(course: Besieged, case: Case) -> str:
    report = course.reports[case.name]
    about = [note for note in report.notes if note.startswith("A cell")]
    words = "; ".join([*([report.reason] if report.reason else []), *about])
    return signs.line(words).replace("|", "\\|") or "reached its end"


if __name__ == "__main__":
    sys.exit(main())
