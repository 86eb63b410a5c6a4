"""How many decisions a class takes, marked by groups of alike answers, and how long grouping takes.

    python benchmarks/answer_groups.py

The classes of 120 are those of ``classes.py``; their reports are made up: what a mistake of
``tests/class`` changes has failed. Nothing is run. The class of 1,000 is the first one again and
again, each answer with another comment, so that every text is parsed.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Mapping

import classes
from nbformat import NotebookNode
from support import class_of_reports, make_class

from autograder.core.config import Course
from autograder.core.report import Report
from autograder.grading.limited_process import LimitedProcess
from autograder.review.groups import Group, Grouper, grouped

LESSON = class_of_reports.LESSON


def main() -> int:
    """Print a line for each class."""
    head = ("students", "answers", "groups", "not right", "seconds")
    print(f"{'':16}" + "".join(f"{one:>11}" for one in head))
    for name, spread in {
        "as similar": classes.SPREAD,
        "all different": (1,) * 120,
        "a thousand": (*(9 * one for one in classes.SPREAD[:-3]),),
    }.items():
        members = list(students(spread))
        begun = time.perf_counter()
        with LimitedProcess() as bounded:
            grouper = Grouper.of_course(Course(), LESSON, bounded)
            found = grouped(
                LESSON, [(one, grouper.groups_of(one, book.cells)) for one, book in members]
            )
        seconds = time.perf_counter() - begun
        wrong = [one for one in found if one.points < one.question.points]
        answers = sum(len(one.reports) for one in found)
        figures = (len(members), answers, len(found), len(wrong))
        print(f"{name:16}" + "".join(f"{one:11,}" for one in figures) + f"{seconds:11.1f}")
        print(f"{'':16}{by_question(found)}")
    return 0


def students(spread: tuple[int, ...]) -> Iterator[tuple[Report, NotebookNode]]:
    """Yield reports and notebooks of a class in which so many hand in the same program."""
    numbers = itertools.count()
    for place, (count, changes) in enumerate(zip(spread, classes.programs(), strict=False)):
        wrong = set(changes) & set(class_of_reports.WRONG) if place % 3 == 2 else set()
        for _ in range(count):
            number = next(numbers)
            yield class_of_reports.report(f"student-{number:04}", *wrong), book(changes, number)


def book(changes: Mapping[str, str], number: int) -> NotebookNode:
    """Return a submission with a comment of its own in each answer."""
    made = make_class.notebook(changes)
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = f"# My work, {number}.\n{cell.source}"
    return made


def by_question(found: list[Group]) -> str:
    """Return how many groups each question has."""
    counts = {
        question.name: sum(one.question == question for one in found)
        for question in LESSON.questions
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items())


if __name__ == "__main__":
    sys.exit(main())
