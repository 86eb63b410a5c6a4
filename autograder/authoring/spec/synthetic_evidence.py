"""What a student's kernel would have recorded of a training, so that the judge's code marks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import Floats, parts
from autograder.authoring.spec.numpy_training import Trained
from autograder.authoring.spec.recipe import Training
from autograder.core.evidence import (
    Evidence,
    Examples,
    Fit,
    Layer,
    Model,
    Record,
    Recorded,
    Run,
    Weight,
)
from autograder.datasets import Images
from autograder.judge.inference import Weights

Arrays = dict[str, NDArray[Any]]


def recorded(trained: Trained, lesson: str, data: Images) -> tuple[Evidence, Model, Fit]:
    """Return the evidence of one training, its model and its one call of ``fit``."""
    training = trained.training
    last, means = _named(trained.values, training), _means(trained)
    shape = (None, *data.shape)
    model = Model(
        number=0,
        kind="Sequential",
        input_shape=shape,
        layers=_layers(training),
        steps=trained.steps,
    )
    fit = Fit(
        number=0,
        model=0,
        epochs_requested=training.epochs,
        epochs_done=len(trained.snapshots),
        batch_size=training.batch,
        steps=trained.steps,
        training=Examples(scale="scale", shift="shift"),
        means=tuple(last),
        snapshots=trained.snapshots,
    )
    arrays = {
        **last,
        **{f"fit-0/{name}": mean for name, mean in means.items()},
        "scale": np.array(training.scale, np.float32),
        "shift": np.array(0, np.float32),
    }
    run = Run(lesson=lesson, data="sample" if data.name == "sample" else "full")
    record = Record(run=run, recorded=Recorded(fits=(fit,)))
    return Evidence(record=record, arrays=arrays), model, fit


def window(weights: Callable[[Evidence, Fit], Weights]) -> tuple[float, ...]:
    """Return the weight of each of five epochs in ``weights``, the judge's own code."""
    fit = Fit(number=0, model=0, training=Examples(), means=("epoch",), snapshots=(1,) * 5)
    evidence = Evidence(record=Record(run=Run(lesson="")), arrays={"fit-0/epoch": np.eye(5)})
    return tuple(round(float(one), 4) for one in weights(evidence, fit)["epoch"])


def _means(trained: Trained) -> Arrays:
    each = [_named(mean, trained.training) for mean in trained.means]
    return {name: np.stack([one[name] for one in each]) for name in each[0]}


def _named(values: Floats, training: Training) -> Arrays:
    """Return weights by name and in Keras' shapes."""
    named: Arrays = {}
    for number, (kernel, bias) in enumerate(parts(values, training.sizes)):
        named[f"dense_{number}/kernel"] = kernel.T
        named[f"dense_{number}/bias"] = bias.ravel()
    return named


def _layers(training: Training) -> tuple[Layer, ...]:
    flatten = Layer(kind="Flatten", name="flatten", output_shape=(None, training.sizes[0]))
    last = len(training.sizes) - 2
    return (flatten, *(_dense(training, at, last=at == last) for at in range(last + 1)))


def _dense(training: Training, at: int, *, last: bool) -> Layer:
    inputs, neurons = training.sizes[at : at + 2]
    name = f"dense_{at}"
    shapes = {"kernel": (inputs, neurons), "bias": (neurons,)}
    return Layer(
        kind="Dense",
        name=name,
        output_shape=(None, neurons),
        settings={"units": neurons, "activation": "linear" if last else "relu"},
        weights=tuple(
            Weight(name=weight, shape=shape, trainable=True, array=f"{name}/{weight}")
            for weight, shape in shapes.items()
        ),
    )
