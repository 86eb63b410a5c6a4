"""Evidence of the lesson "A Deeper Brain", made by hand on the shipped sample.

``right()`` is the full right solution. Both its networks were really trained, in NumPy, with the
lesson's recipe. Every other submission is made from it by small changes.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_training import train
from autograder.authoring.spec.recipe import Training
from autograder.core.evidence import (
    Answer,
    Callback,
    Cell,
    Claim,
    Compiled,
    Evidence,
    Examples,
    Fit,
    Model,
    Numbers,
    Record,
    Recorded,
    Run,
    Weight,
)
from autograder.core.lesson_registry import load_lesson
from support import cases
from support.evidence_builder import (
    COMPILED,
    FLATTEN,
    Arrays,
    changed,
    claim,
    dense,
    in_keras_shapes,
    layer,
    sample,
    solved_cell,
    stack,
)
from support.evidence_builder import fit as any_fit
from support.evidence_builder import training as raw_training
from support.evidence_builder import validation as raw_validation

LESSON = load_lesson("a-deeper-brain")
QUESTIONS = tuple(question.name for question in LESSON.questions)
HIDDEN = 128
EPOCHS = 6
BATCH = 32
Floats = NDArray[np.float32]


# ---- weights


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The weights handed in, and the mean over each epoch, one array a weight.

    Those handed in stand for the best ones, which were taken back: the mean of the last epoch.
    """

    last: tuple[Floats, ...]
    means: tuple[Floats, ...]


@functools.cache
def trained(*, hidden: int = HIDDEN, epochs: int = EPOCHS) -> Trained:
    """A network trained on scaled pixels with Adam; ``hidden`` neurons, or none.

    Takes a second or two, once.
    """
    sizes = (784, hidden, 10) if hidden else (784, 10)
    made = train(Training(sizes=sizes, epochs=epochs, scale=1 / 255), sample(), seed=20)
    each = [itertools.chain(*in_keras_shapes(mean, sizes)) for mean in made.means]
    means = tuple(map(np.stack, zip(*each, strict=True)))
    return Trained(last=tuple(each[-1] for each in means), means=means)


def _guesses(weights: tuple[Floats, ...], images: Floats) -> NDArray[np.intp]:
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        images = np.maximum(images @ kernel + bias, 0)
    guesses: NDArray[np.intp] = (images @ weights[-2] + weights[-1]).argmax(axis=1)
    return guesses


@dataclass(frozen=True)
class Counts:
    """Validation images: right with the deeper network, with the single layer, and so on."""

    won: int
    lost: int
    deep: int
    single: int
    apart: int


@functools.cache
def counts(scale: float = 1 / 255) -> Counts:
    """How the two right networks do on the sample's validation images, with scaled pixels."""
    images = sample().valid_images.reshape(-1, 784).astype(np.float32) * np.float32(scale)
    deep, single = _guesses(trained().last, images), _guesses(trained(hidden=0).last, images)
    right, other = deep == sample().valid_labels, single == sample().valid_labels
    return Counts(
        won=int((right & ~other).sum()),
        lost=int((other & ~right).sum()),
        deep=int(right.sum()),
        single=int(other.sum()),
        apart=int((deep != single).sum()),
    )


# ---- models, fits, arrays


def hidden(units: int = HIDDEN, activation: str = "relu", **more: Any):
    """A hidden layer."""
    return dense(units, name="hidden", activation=activation, **more)


def answers(units: int = 10, inputs: int = HIDDEN, **more: Any):
    """The last layer."""
    return dense(units, inputs=inputs, name="answers", **more)


def stored(model: Model, prefix: str) -> Model:
    """The same, its weights kept under a prefix."""

    def moved(one: Weight) -> Weight:
        return changed(one, array=f"{prefix}/{one.array}")

    layers = (changed(one, weights=tuple(map(moved, one.weights))) for one in model.layers)
    return changed(model, layers=tuple(layers))


MODEL = stack(FLATTEN, hidden(), answers())
SINGLE = stored(stack(FLATTEN, dense(), number=1), "single")
SCALED = {"scale": "part", "shift": "zero"}
STOP = Callback(
    kind="EarlyStopping",
    settings={
        "monitor": "val_loss",
        "mode": "auto",
        "patience": 3,
        "restore_best_weights": True,
        "stopped_epoch": 5,
        "best_epoch": 2,
    },
)
HISTORY = {
    "loss": (0.9, 0.6, 0.5, 0.45, 0.4, 0.36),
    "accuracy": (0.7, 0.79, 0.82, 0.84, 0.86, 0.87),
    "val_loss": (0.7, 0.55, 0.5, 0.51, 0.5, 0.52),
    "val_accuracy": (0.75, 0.81, 0.83, 0.83, 0.84, 0.83),
}


def training(**changes: Any) -> Examples:
    """All training images, scaled."""
    return raw_training(**(SCALED | changes))


def validation(**changes: Any) -> Examples:
    """All validation images, scaled."""
    return raw_validation(**(SCALED | changes))


def stop(**settings: Any) -> Callback:
    """Early stopping with these settings changed."""
    return changed(STOP, settings={**STOP.settings, **settings})


def fit(**changes: Any) -> Fit:
    """A training of the deeper network that early stopping has ended."""
    given: dict[str, Any] = {
        "epochs_requested": 20,
        "epochs_done": EPOCHS,
        "steps": EPOCHS * 375,
        "training": training(),
        "validation": validation(),
        "callbacks": (STOP,),
        "history": HISTORY,
        "means": ("hidden/kernel", "hidden/bias", "answers/kernel", "answers/bias"),
        "snapshots": (3,) * EPOCHS,
    }
    return any_fit(**(given | changes))


FIT = fit()
SINGLE_FIT = any_fit(number=1, model=1, training=training(), validation=validation(), means=())


def arrays(deep: Trained | None = None, single: Trained | None = None) -> Arrays:
    """The weights of both networks, and the map of the pixels."""
    ours, single = deep or trained(), single or trained(hidden=0)
    names = FIT.means
    return {
        "one": np.ones((), np.float32),
        "part": np.full((), 1 / 255, np.float32),
        "zero": np.zeros((), np.float32),
        **dict(zip(names, ours.last, strict=True)),
        **{f"fit-0/{name}": one for name, one in zip(names, ours.means, strict=True)},
        "single/dense/kernel": single.last[0],
        "single/dense/bias": single.last[1],
    }


def with_map(scale: Any, shift: Any = 0.0) -> Callable[[], Arrays]:
    """The same arrays, and another map of pixels, to be named ``map/scale`` and ``map/shift``."""
    more = {"map/scale": np.asarray(scale), "map/shift": np.asarray(shift)}
    return lambda: {**arrays(), **more}


# ---- submissions


def pictures(split: str = "training", **changes: Any) -> Claim:
    """All images of a set, scaled, as they are handed in."""
    about = (training if split == "training" else validation)(labels="none")
    given = Numbers(dtype="float64", shape=(about.count, 28, 28), low=0.0, high=1.0, about=about)
    return Claim(kind="ndarray", numbers=changed(given, **changes))


BLANK = Claim(kind="Blank", blank=True)
RUN = Run(lesson=LESSON.name, data="sample")


cell = functools.partial(solved_cell, QUESTIONS)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a student did, in the terms of the checks; the right solution where nothing is said."""

    train_images: Claim = field(default_factory=pictures)
    valid_images: Claim = field(default_factory=lambda: pictures("validation"))
    built: Model | None = None
    model: Model = MODEL
    parameters: Claim = field(default_factory=lambda: claim(101_770))
    compiled: Compiled | None = COMPILED
    fits: tuple[Fit, ...] = (FIT, SINGLE_FIT)
    arrays: Callable[[], Arrays] = arrays
    single: Model | None = SINGLE
    won: Callable[[], Claim] = lambda: claim(counts().won)
    answers: Mapping[str, Answer | None] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def evidence(self) -> Evidence:
        """The evidence that this leaves behind."""
        answers = {**self._answers(), **self.answers}
        recorded = Recorded(answers=tuple(one for one in answers.values() if one), fits=self.fits)
        cells = tuple(self.cells.get(name, cell(name)) for name in QUESTIONS)
        record = Record(run=RUN, cells=cells, recorded=recorded)
        return Evidence(record=record, arrays=self.arrays())

    def _answers(self) -> dict[str, Answer]:
        model = changed(self.model, compiled=self.compiled)
        given = claim(None, "Sequential")
        both = {"model": given, "single_layer": given, "cards_won": self.won()}
        pixels = {"train_images": self.train_images, "valid_images": self.valid_images}
        claims: dict[str, tuple[dict[str, Claim], Model | None]] = {
            "scale": (pixels, None),
            "build": ({"model": given}, self.built or self.model),
            "parameters": ({"number_of_parameters": self.parameters}, None),
            "compile": ({"model": given}, model),
            "train": ({"model": given, "history": claim(None, "History")}, model),
            "compare": (both, model),
        }
        others = {"single_layer": self.single} if self.single else {}
        return {
            name: Answer(
                question=name,
                claims=made,
                model=about,
                others=others if name == "compare" else {},
            )
            for name, (made, about) in claims.items()
        }


def of_layers(*layers: Any, **changes: Any) -> Submission:
    """The right solution with a model of these layers."""
    return Submission(model=stack(*layers), **changes)


def trained_with(*fits: Fit, **changes: Any) -> Submission:
    """Return a submission with these trainings of the right network and the usual single layer."""
    return Submission(fits=(*fits, SINGLE_FIT), **changes)


def weights(change: Callable[[Floats], Floats]) -> Callable[[], Arrays]:
    """Return the arrays of the right solution with the deeper network's weights changed."""
    deep = trained()
    changed_deep = replace(
        deep, means=tuple(map(change, deep.means)), last=tuple(map(change, deep.last))
    )
    return lambda: arrays(changed_deep)


def untouched() -> Submission:
    """The released notebook as it is, run from top to bottom."""
    given = {
        "scale": {"train_images": BLANK, "valid_images": BLANK},
        "build": {"model": BLANK},
        "parameters": {"number_of_parameters": BLANK},
        "compile": {"model": BLANK},
        "train": {"model": BLANK, "history": BLANK},
        "compare": {
            "model": BLANK,
            "single_layer": claim(None, "Sequential"),
            "cards_won": BLANK,
        },
    }
    return Submission(
        answers={name: Answer(question=name, claims=claims) for name, claims in given.items()},
        cells={name: cell(name, changed=False) for name in QUESTIONS},
        fits=(),
        arrays=dict,
    )


# ---- judging


judged = functools.partial(cases.judged, LESSON)


RELU = layer("ReLU", (None, HIDDEN))
