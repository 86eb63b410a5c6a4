"""The command `comment`: decide on a group of alike answers."""

from __future__ import annotations

import argparse
from dataclasses import replace

from rich.console import Console

from autograder.cli.groups import summary
from autograder.cli.options import add_gradebook, add_lesson_and_results
from autograder.cli.review import open_review
from autograder.core import printable
from autograder.review.decisions import Decision


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("group", metavar="GROUP", help="as `autograder groups` names it")
    command.add_argument("text", nargs="?", metavar="TEXT", help="the comment, in Markdown")
    command.add_argument("--score", type=float, metavar="N", help="points of the question for all")
    command.add_argument(
        "--item",
        action="append",
        default=[],
        metavar="NAME[=POINTS]",
        help="give a rubric item; its points are added to the automatic ones, and other points"
        " change all scores given by it",
    )
    command.add_argument("--clear", action="store_true", help="first take back what was decided")
    add_lesson_and_results(command)
    add_gradebook(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Decide on a group, and print what its students now have."""
    review = open_review(arguments, console)[0]
    group = review.group(arguments.group)
    before = review.decisions.groups.get(group.id, Decision())
    decision = Decision() if arguments.clear else before
    if arguments.text is not None:
        decision = replace(decision, comment=arguments.text)
    if arguments.score is not None:
        decision = replace(decision, score=arguments.score)
    rubric = dict(map(_item, arguments.item))
    items = tuple(dict.fromkeys([*decision.items, *rubric]))
    points = {name: value for name, value in rubric.items() if value is not None}
    remarks = review.decide(group, replace(decision, items=items), points)
    for remark in remarks:
        console.print(remark, soft_wrap=True)
    decided = summary(group, review.decisions) or "nothing decided"
    print(f"{group.id}, {len(group.reports)} answers: {decided}")
    return 0


def _item(text: str) -> tuple[str, float | None]:
    """Read the name of a rubric item, and its points if it has any."""
    name, is_equal, points = text.rpartition("=")
    try:
        return (printable.line(name), float(points)) if is_equal else (printable.line(text), None)
    except ValueError:
        return printable.line(text), None
