"""The command `groups`: which answers are alike, and what was decided on them."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from autograder.cli.options import add_lesson_and_results, plain_console
from autograder.cli.review import open_review
from autograder.core.printable import line
from autograder.core.report import Outcome
from autograder.reports import phrases
from autograder.review.decisions import Decisions
from autograder.review.groups import Group


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--question", metavar="NAME", help="only groups of this question")
    command.add_argument("--who", action="store_true", help="also say who is in each group")
    add_lesson_and_results(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the groups: what needs manual review first, then by size."""
    arguments.no_gradebook = True
    review = open_review(arguments, console)[0]
    if arguments.question:
        review.lesson.question(arguments.question)
    found = [one for one in review.groups if arguments.question in (None, one.question.name)]
    decided = review.decisions
    # The name is what `autograder comment` asks for, so none of it is left out on a narrow screen.
    name = Column("group", min_width=max((len(one.id) for one in found), default=0))
    table = Table(name, "answers", "points", "what the checks said", "decision")
    for one in found:
        messages = (each.message for each in one.results if each.outcome is not Outcome.PASSED)
        first = line(next(messages, "Everything is right."))
        who = f"\n{', '.join(line(each.name) for each in one.reports)}" if arguments.who else ""
        cells = (one.id, str(len(one.reports)), phrases.points(one.results), f"{first}{who}")
        table.add_row(*map(Text, cells), Text(summary(one, decided)))
    plain_console().print(table)
    unclear = sum(one.needs_review for one in found)
    done = sum(one.id in decided.groups for one in found)
    print(
        f"{len(found)} groups of {sum(len(one.reports) for one in found)} answers:"
        f" {done} decided, {unclear} need manual review."
    )
    if gone := sorted(set(decided.groups) - {one.id for one in review.groups}):
        print(f"Nobody is in these any more; their decisions wait: {', '.join(gone)}")
    return 0


def summary(group: Group, decided: Decisions) -> str:
    """Return in one line what was decided on a group; empty where nothing was."""
    mark = decided.mark(group)
    points = "" if mark.score is None else f"{mark.score:g} points"
    return "; ".join(part for part in (points, line(mark.comment or "")[:200]) if part)
