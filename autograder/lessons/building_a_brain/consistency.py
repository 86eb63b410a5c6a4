"""Where evidence contradicts itself: what no training could have left behind.

Each rule is true of every training that was really recorded, also of one that was interrupted,
stopped early or cut into pieces; where that is not certain there is no rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from autograder.dataset import FashionMnist
from autograder.evidence import Evidence, Fit, Model
from autograder.lessons.building_a_brain.accuracy import accuracy, last_weights
from autograder.lessons.building_a_brain.facts import plural
from autograder.network import UnknownLayer

# Ten neurons get about 0.84 of the validation cards right, and never nearly all of them.
MORE_THAN_TEN_NEURONS_CAN = 0.95
FAR_LESS = 0.90
ACCURACIES = ("val_accuracy", "val_acc", "val_sparse_categorical_accuracy")
# With layers between or after them, a network may behave otherwise while it is trained.
PLAIN = frozenset({"InputLayer", "Flatten", "Reshape", "Rescaling", "Dense", "Softmax"})

Rule = Callable[[Evidence, Sequence[Fit]], Iterator[str]]


def contradiction(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: FashionMnist
) -> str | None:
    """Two things that cannot both be true of how a model was trained, ``None`` where all can."""
    found = itertools.chain.from_iterable(rule(evidence, fits) for rule in RULES)
    return next(found, None) or _praise(evidence, model, fits, data)


def _numbers(evidence: Evidence, _: Sequence[Fit]) -> Iterator[str]:
    """Calls are numbered in order."""
    numbers = [fit.number for fit in evidence.recorded.fits] if evidence.recorded else []
    if any(after <= before for before, after in itertools.pairwise(numbers)):
        yield "two calls of `fit` have the same number"


def _epochs(_: Evidence, fits: Sequence[Fit]) -> Iterator[str]:
    """No more epochs than were asked for, none without a step, a curve of no more than there are.

    A mean may be there for one epoch more, which was cut short.
    """
    for fit in fits:
        done = plural(fit.epochs_done, "epoch")
        if fit.epochs_asked is not None and fit.epochs_done > fit.epochs_asked:
            yield f"{done} are said to be done, of {fit.epochs_asked:,} that were asked for"
        if not fit.steps:
            yield f"{done} are said to be done without a single step"
        longest = max(map(len, fit.history.values()), default=0)
        if longest > fit.epochs_done:
            yield f"the history tells of {plural(longest, 'epoch')}, of which {done} took place"
        if len(fit.snapshots) > fit.epochs_done + 1:
            yield f"there are weights of {plural(len(fit.snapshots), 'epoch')} after {done}"


def _snapshots(evidence: Evidence, fits: Sequence[Fit]) -> Iterator[str]:
    """At most one snapshot a step, and a mean of them for each epoch that has some."""
    for fit in fits:
        taken = sum(fit.snapshots)
        if taken > fit.steps + len(fit.snapshots):
            yield f"{plural(taken, 'snapshot')} were taken in {plural(fit.steps, 'step')}"
        for name in fit.means:
            kept = evidence.arrays.get(f"fit-{fit.number}/{name}")
            if kept is not None and (not kept.ndim or len(kept) != len(fit.snapshots)):
                yield f"`{name}` was not kept as often as snapshots were taken"


RULES: tuple[Rule, ...] = (_numbers, _epochs, _snapshots)


def _praise(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: FashionMnist
) -> str | None:
    """A history that praises weights which are far from what it says, epoch after epoch."""
    for fit in fits:
        claimed = _lowest_claim(fit, len(data.valid_images))
        if claimed < MORE_THAN_TEN_NEURONS_CAN or not _is_plain(model):
            continue
        try:
            reached = _highest(evidence, model, fit, data)
        except UnknownLayer:
            return None
        if reached < FAR_LESS:
            return (
                f"the history says that {claimed:.0%} of the validation cards were sorted right,"
                f" and the weights sort {reached:.0%}"
            )
    return None


def never_moved(evidence: Evidence, fits: Sequence[Fit]) -> bool:
    """Whether the weights were the same in every epoch, of two or more."""
    found = False
    for name in fits[-1].means if fits else ():
        kept = [evidence.arrays.get(f"fit-{fit.number}/{name}") for fit in fits]
        epochs = [epoch for array in kept if array is not None for epoch in array]
        if any(not np.array_equal(epoch, epochs[0]) for epoch in epochs):
            return False
        found = found or len(epochs) > 1
    return found


def _lowest_claim(fit: Fit, whole: int) -> float:
    """The lowest accuracy that the history tells of a quiz with all validation cards."""
    quiz = fit.validation
    if not quiz or (quiz.cards, quiz.labels, quiz.count) != ("validation", "matching", whole):
        return 0.0
    told = [one for name in ACCURACIES for one in fit.history.get(name, ())]
    return min((one for one in told if one is not None), default=0.0)


def _is_plain(model: Model) -> bool:
    return len(model.dense) == 1 and all(layer.kind in PLAIN for layer in model.layers)


def _highest(evidence: Evidence, model: Model, fit: Fit, data: FashionMnist) -> float:
    """The best accuracy of the weights handed in, and of the means of each epoch."""
    last = last_weights(evidence, model)
    kept = {name: evidence.arrays.get(f"fit-{fit.number}/{name}") for name in fit.means}
    candidates = [last]
    for epoch in range(len(fit.snapshots)):
        means = {name: array[epoch] for name, array in kept.items() if array is not None}
        candidates.append({**last, **means})
    return max(
        accuracy(
            evidence, model, {name: np.nan_to_num(one) for name, one in each.items()}, fit, data
        )
        for each in candidates
    )
