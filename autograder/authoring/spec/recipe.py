"""What a study trains: recipes, each declared right or wrong by the lesson."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Training:
    """How neurons are trained, by default on unscaled pixels.

    ``sizes`` are the numbers of pixels, of hidden neurons of each layer, and of outputs; between
    layers stands a ReLU. ``scale`` is what the pixels (0 to 255) are multiplied by. ``loss`` is
    the cross-entropy of logits, or, a mistake, of logits ``taken for probabilities``.
    ``labels`` are the images' own, or ``shuffled``; ``split`` is the set that is used, ``share``
    how much of it. The ``order`` of the images is a fresh one in each epoch, or the first again, as
    in Keras once a seed was set for TensorFlow. With ``patience`` training stops after that many
    epochs in which the validation loss did not fall below its minimum, and the weights
    of the best epoch are restored.
    """

    sizes: tuple[int, ...]
    epochs: int = 5
    batch: int = 32
    optimizer: Literal["adam", "sgd"] = "adam"
    rate: float = 0.001
    scale: float = 1.0
    loss: Literal["raw outputs", "taken for probabilities"] = "raw outputs"
    labels: Literal["own", "shuffled"] = "own"
    split: Literal["training", "validation"] = "training"
    share: float = 1.0
    order: Literal["fresh", "repeated"] = "fresh"
    patience: int | None = None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A way to solve the lesson, right or wrong.

    ``title`` says it in words. ``detected_by`` is the check that detects a wrong one, and
    ``misconception`` what that check names; both are empty where it is right. ``written``: it is
    the lesson as it is written, as the first recipe of a study always is. ``runs`` are published,
    of each data set.
    """

    name: str
    title: str
    training: Training
    detected_by: str = ""
    misconception: str = ""
    written: bool = False
    runs: int = 100

    @property
    def right(self) -> bool:
        """Whether a student who does this should pass."""
        return not self.detected_by


def seeded(recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """Return the recipes with a seed set, as in grading: the images come in one order only."""
    return tuple(
        replace(
            recipe,
            name=f"{recipe.name}-seeded",
            title=f"{recipe.title}, seeded",
            training=replace(recipe.training, order="repeated"),
        )
        for recipe in recipes
    )
