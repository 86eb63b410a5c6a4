"""Which rules each check of a lesson asks, as is seen when the checks run on a few submissions."""

from __future__ import annotations

import functools
import itertools
import os
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

from autograder.core.evidence import Answer
from autograder.core.lesson import Lesson
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import Rule
from autograder.judge.runner import judge
from support import deeper_builder, evidence_builder
from support.evidence_builder import changed, claim

Rules = tuple[Rule[Any], ...]
Works = tuple[Any, ...]


def every_rule() -> set[Rule[Any]]:
    """Every rule of the engine and of its lessons."""
    loaded = [one for name, one in sys.modules.items() if name.startswith("autograder.")]
    return {one for module in loaded for one in vars(module).values() if isinstance(one, Rule)}


def rules_of(lesson: Lesson) -> Mapping[str, Rules]:
    """The rules that each check of a lesson asks, by the check's id, as in ``build.layers``."""
    return _asked_rules(lesson.name)


def misconceptions(lesson: Lesson) -> Mapping[str, Rules]:
    """Every misconception that a lesson's checks can name, with the rules for it."""
    rules_by_check = dict.fromkeys(one for rules in rules_of(lesson).values() for one in rules)
    names = sorted({name for one in rules_by_check for name in one.misconceptions})
    return {
        name: tuple(one for one in rules_by_check if name in one.misconceptions) for name in names
    }


def _first_lesson() -> tuple[Lesson, Works]:
    builder = evidence_builder
    given = builder.Submission()
    return builder.LESSON, (given, replace(given, answers=_no_model(given)))


def _deeper_lesson() -> tuple[Lesson, Works]:
    """Weights that nobody trained will do, for that takes most of a minute."""
    builder = deeper_builder
    deep, single = (_untrained(784, builder.HIDDEN, 10), _untrained(784, 10))
    given = builder.Submission(
        arrays=lambda: builder.arrays(deep, single), won=lambda: claim(1_900)
    )
    return builder.LESSON, (given, replace(given, answers=_no_model(given)))


def _untrained(*sides: int) -> deeper_builder.Trained:
    shapes = [shape for pair in itertools.pairwise(sides) for shape in (pair, pair[1:])]
    # They are not the same in every epoch, as if they had been trained.
    epochs = range(deeper_builder.EPOCHS)
    means = tuple(np.stack([np.full(shape, one, np.float32) for one in epochs]) for shape in shapes)
    return deeper_builder.Trained(last=tuple(one[-1] for one in means), means=means)


LESSONS = {"building-a-brain": _first_lesson, "a-deeper-brain": _deeper_lesson}


@functools.cache
def _asked_rules(name: str) -> dict[str, Rules]:
    """What the checks ask where the accuracy is high enough, and where it is not."""
    lesson, works = LESSONS[name]()
    evidence = [(str(number), work.evidence()) for number, work in enumerate(works)]
    seen: dict[str, dict[Rule[Any], None]] = defaultdict(dict)
    ask = Rule.__call__

    def watched(one: Rule[Any], *args: Any, **kwargs: Any) -> Failed | None:
        running = re.search(r"check_(\w+)\.py::test_(\w+)\[", os.environ["PYTEST_CURRENT_TEST"])
        seen[".".join(running.groups())][one] = None
        return ask(one, *args, **kwargs)

    with mock.patch.object(Rule, "__call__", watched):
        for threshold in (0.0, 1.0):
            judge(evidence, replace(lesson, thresholds={"sample": threshold}))
    return {check: tuple(rules_by_check) for check, rules_by_check in seen.items()}


def _no_model(work: Any) -> dict[str, Answer]:
    """What is handed in where `model` is a list."""
    recorded = work.evidence().recorded
    return {
        one.question: changed(one, model=None, claims={**one.claims, "model": claim(None, "list")})
        for one in recorded.answers
        if one.model
    }
