"""The recipes of one lesson: each is its training as it is written, with some changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from autograder.authoring.spec.recipe import Recipe, Training

# The check that detects steps of a wrong number or size alone, and the misconception.
TOO_LITTLE = ("train.accuracy", "under-trained")
TOO_MUCH = ("train.accuracy", "learning-rate-too-large")


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """Makes the recipes of a lesson that trains as ``written``; ``runs`` of each are published."""

    written: Training
    runs: int = 100

    def as_written(self, *, runs: int) -> Recipe:
        """Return the lesson as it is written, the first recipe of its study."""
        return replace(self.right("lesson", "the lesson as it is written"), written=True, runs=runs)

    def right(self, name: str, title: str, **changes: Any) -> Recipe:
        """Return a recipe that follows the lesson, with these changes of the training."""
        training = replace(self.written, **changes)
        return Recipe(name=name, title=title, training=training, runs=self.runs)

    def wrong(
        self, name: str, title: str, detected_by: str, misconception: str, **changes: Any
    ) -> Recipe:
        """Return a recipe with these mistakes, which a check detects and names."""
        recipe = self.right(name, title, **changes)
        return replace(recipe, detected_by=detected_by, misconception=misconception)

    def large_batches(self, *sizes: int) -> tuple[Recipe, ...]:
        """Return batches of so many images, with which the steps are too few."""
        return tuple(
            self.wrong(f"batch-{size}", f"batches of {size:,}", *TOO_LITTLE, batch=size)
            for size in sizes
        )

    def rates(self, *factors: float) -> tuple[Recipe, ...]:
        """Return learning rates that are so many times Adam's own: too small, or too large."""
        return tuple(
            self.wrong(
                f"rate-{factor:g}",
                f"a learning rate {factor:g} times Adam's own",
                *(TOO_LITTLE if factor < 1 else TOO_MUCH),
                rate=0.001 * factor,
            )
            for factor in factors
        )

    def gradient_descent(self, name: str, title: str, **changes: Any) -> Recipe:
        """Return another optimizer in the place of Adam."""
        named = ("compile.optimizer", "wrong-optimizer")
        return self.wrong(name, title, *named, optimizer="sgd", rate=0.01, **changes)

    def usual_mistakes(self) -> tuple[Recipe, ...]:
        """Return what can go wrong in any lesson: with the loss, the labels and the images."""
        return (
            self.wrong(
                "logits-as-probabilities",
                "raw outputs taken for probabilities",
                "compile.loss",
                "logits-treated-as-probabilities",
                loss="taken for probabilities",
            ),
            self.wrong(
                "shuffled-labels",
                "labels in another order than the images",
                "train.data",
                "mismatched-labels",
                labels="shuffled",
            ),
            self.wrong(
                "a-tenth",
                "a tenth of the training images",
                "train.data",
                "partial-training-data",
                share=0.1,
            ),
            self.wrong(
                "validation-cards",
                "trained on the validation images",
                "train.data",
                "trained-on-validation-data",
                split="validation",
            ),
        )
