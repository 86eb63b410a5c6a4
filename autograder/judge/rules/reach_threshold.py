"""Whether a trained classifier reaches its lesson's threshold: a whole check in one call.

The accuracy after the last step jumps about from step to step; that of the mean of the weights
does not. Averaging is right where the loss of a single linear layer is convex (Polyak and
Juditsky 1992, "Acceleration of stochastic approximation by averaging").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.lesson import Lesson
from autograder.core.reference import FILE, standing
from autograder.core.verdicts import Tell
from autograder.datasets import Images
from autograder.judge.rules.accuracy import (
    accuracy_summary,
    can_be_computed,
    diverged,
    fall_short,
    implausible,
    nearly_trained,
    weights_replaced,
)
from autograder.judge.rules.consistency import Limits, contradictory
from autograder.judge.rules.epochs import another_was_trained, never_trained
from autograder.judge.rules.groups import low_accuracy, raise_not_earned
from autograder.judge.rules.initial_weights import started_trained
from autograder.judge.rules.models import fits_of, learning_layers, model_of
from autograder.judge.rules.rule import raise_first
from autograder.judge.rules.weights import accuracy, last_weights, mean_weights

# Where nothing is known of the network, no accuracy is too good for it.
NO_LIMITS = Limits(layers=0, claimed=math.inf, explained=0.0)


def marked_accuracy(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, *, simple: bool
) -> float:
    """Return the accuracy to judge, from 0 to 1; ``nan`` if a weight is not finite.

    A ``simple`` network has one layer of neurons and is judged by the mean of its weights. For any
    other the mean says little: there the better of the mean and the last weights counts.

    Raises:
        UnknownLayer: the network or what it was given cannot be computed here.
    """
    last, mean = last_weights(evidence, model), mean_weights(evidence, fits)
    candidates = [{**last, **mean}] if simple else [{**last, **mean}, last]
    finite = [one for one in candidates if all(np.isfinite(array).all() for array in one.values())]
    if not finite:
        return math.nan
    return max(accuracy(evidence, model, one, fits[-1], data) for one in finite)


@dataclass(frozen=True, kw_only=True)
class AccuracyCheck:
    """What a lesson asks of a trained model, how it measures that, and what it says of it.

    Attributes:
        epochs: how often all images are enough.
        batch: images a step, at most.
        measure: returns the accuracy to judge, from 0 to 1; ``nan`` if a weight is not finite.
        limits: what accuracy is too good for the lesson's network.
        summary: how the sentence on the accuracy begins.
        not_the_log: why the training log shows another number.
        more: one fact to know where all is well.
    """

    epochs: int
    batch: int
    measure: Callable[[Evidence, Model, Sequence[Fit], Images], float]
    limits: Limits = NO_LIMITS
    summary: str = "With averaged weights"
    not_the_log: str = (
        "Your training log shows another number: its last line is about the last step, which varies"
        " by chance. The weights are averaged over the second half of training."
    )
    more: str = (
        "The last step may be good or bad. Over many steps this cancels out, so averaged weights"
        " are both steadier and better."
    )

    def judge(
        self,
        evidence: Evidence,
        model: Model,
        fits: tuple[Fit, ...],
        *,
        lesson: Lesson,
        data: Images,
        tell: Tell,
    ) -> None:
        """Let a check pass if a trained model reaches the lesson's threshold.

        Args:
            evidence: what the run left behind.
            model: the model that was handed in.
            fits: the calls of ``fit`` on it, at least one.
            lesson: whose threshold counts.
            data: the judge's own images.
            tell: is told the accuracy, for the class page too.

        Raises:
            Failed: it does not, and why.
            CannotTell: the network cannot be computed here, or a person has to decide.
            Skipped: it was trained on validation images, which another check says.
        """
        raise_first(nearly_trained(model, fits), weights_replaced(evidence, model, fits))
        threshold = lesson.thresholds[evidence.run.data]
        with can_be_computed("The accuracy of your model"):
            reached = self.measure(evidence, model, fits, data)
        raise_first(diverged(reached), implausible(evidence, fits[-1], reached, self.limits))
        tell.measure("accuracy", reached)
        tell.measure("threshold", threshold)
        # Once its study is published, it is shown where this stands among right solutions.
        if (lesson.folder / FILE).is_file():
            tell.stands(standing(lesson, evidence.run.data, reached, self.not_the_log))
        summary = accuracy_summary(reached, threshold, self.summary)
        if reached < threshold:
            causes = low_accuracy(
                evidence,
                model,
                fits,
                examples=len(data.train_images),
                epochs=self.epochs,
                batch=self.batch,
                classes=int(data.train_labels.max()) + 1,
            )
            raise fall_short(summary, *causes)
        raise_not_earned(evidence, model, fits)
        raise_first(started_trained(evidence, model, fits, data, threshold))
        tell.passed(summary, more=self.more)


def reach_threshold(
    evidence: Evidence,
    question: str,
    *,
    lesson: Lesson,
    data: Images,
    tell: Tell,
    epochs: int,
    batch: int = 32,
) -> None:
    """Let a check pass if the model that was handed in to a question was trained well enough.

    Args:
        evidence: what the run left behind.
        question: its name; its check hands in ``model``.
        lesson: whose threshold counts.
        data: the judge's own images.
        tell: is told the accuracy, for the class page too.
        epochs: how often all images are enough.
        batch: images a step, at most.

    Raises:
        Failed: it was not, and why.
        CannotTell: the network cannot be computed here.
    """
    model, fits = model_of(evidence, question), fits_of(evidence, question)
    raise_first(
        another_was_trained(evidence, fits),
        never_trained(evidence, fits),
        contradictory(evidence, model, fits, data, NO_LIMITS),
    )
    simple = len(learning_layers(model)) == 1
    check = AccuracyCheck(
        epochs=epochs, batch=batch, measure=partial(marked_accuracy, simple=simple)
    )
    check.judge(evidence, model, fits, lesson=lesson, data=data, tell=tell)
