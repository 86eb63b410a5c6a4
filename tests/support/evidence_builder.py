"""Evidence made by hand: what a run would have left behind, without a notebook or TensorFlow.

``right()`` is the full right solution on the shipped sample. Its weights were really trained, in
NumPy, with the lesson's recipe. Every other submission is made from it by small changes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import parts
from autograder.authoring.spec.numpy_training import train
from autograder.authoring.spec.recipe import Training
from autograder.core.evidence import (
    Answer,
    Cell,
    Claim,
    Compiled,
    Devices,
    Evidence,
    Examples,
    Fit,
    Layer,
    Model,
    ModelCall,
    Record,
    Recorded,
    Run,
    Value,
    Weight,
    state,
)
from autograder.datasets import Images
from autograder.datasets.fashion_mnist import DATASET
from support import cases
from support.mini import LESSON

QUESTIONS = tuple(question.name for question in LESSON.questions)
INDEX = 99
EPOCHS = 5
BATCH = 32
GPU = "/physical_device:GPU:0"
CPU = "/physical_device:CPU:0"

Arrays = Mapping[str, NDArray[Any]]
changed = msgspec.structs.replace


@functools.cache
def sample() -> Images:
    """The shipped sample."""
    return DATASET.load_named("sample")


# ---- weights


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The mean of the snapshots of each epoch, shape ``(epochs, ...)``, and the last weights."""

    kernels: NDArray[np.float32]
    biases: NDArray[np.float32]
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


@functools.cache
def trained(*, epochs: int = EPOCHS, batch: int = BATCH, rate: float = 0.001) -> Trained:
    """Ten neurons trained on raw pixels with Adam, as Keras would do it; takes half a second."""
    made = train(
        Training(sizes=(784, 10), epochs=epochs, batch=batch, rate=rate), sample(), seed=20
    )
    ((kernel, bias),) = in_keras_shapes(made.values, made.training.sizes)
    each = [layer for mean in made.means for layer in in_keras_shapes(mean, made.training.sizes)]
    kernels, biases = map(np.stack, zip(*each, strict=True))
    return Trained(kernels=kernels, biases=biases, kernel=kernel, bias=bias)


def in_keras_shapes(
    values: NDArray[np.float32], sizes: Sequence[int]
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """The kernel and the bias of each layer of neurons."""
    return [(kernel.T, bias.ravel()) for kernel, bias in parts(values, sizes)]


def largest(index: int, weights: Trained | None = None) -> int:
    """What ten neurons on raw pixels say of a training image."""
    ours = weights or trained()
    return int((sample().train_images[index].reshape(784) @ ours.kernel + ours.bias).argmax())


def end_state(weights: Trained | None = None) -> str:
    """The digest of the weights that training left behind."""
    ours = weights or trained()
    return state([ours.kernel, ours.bias])


# ---- layers and models


def layer(kind: str, output: tuple[int | None, ...] | None = None, **settings: Value) -> Layer:
    """A layer without weights."""
    return Layer(kind=kind, name=kind.lower(), output_shape=output, settings=settings)


def normalization(*shape: int, axis: int = -1) -> Layer:
    """A layer that normalizes pixels, by statistics of this shape."""
    weights = tuple(
        Weight(name=name, shape=shape, trainable=False, array=f"normalization/{name}")
        for name in ("mean", "variance")
    )
    return changed(layer("Normalization", (None, 28, 28), axis=axis), weights=weights)


def dense(
    units: int = 10,
    *,
    inputs: int = 784,
    name: str = "dense",
    activation: str = "linear",
    bias: bool = True,
    built: bool = True,
    rows: tuple[int, ...] = (),
) -> Layer:
    """A layer of neurons; ``rows`` are sides of its output before the neurons."""
    weights = [Weight(name="kernel", shape=(inputs, units), trainable=True, array=f"{name}/kernel")]
    if bias:
        weights.append(Weight(name="bias", shape=(units,), trainable=True, array=f"{name}/bias"))
    return Layer(
        kind="Dense",
        name=name,
        output_shape=(None, *rows, units) if built else None,
        settings={"units": units, "use_bias": bias, "activation": activation},
        weights=tuple(weights) if built else (),
    )


def stack(*layers: Layer, shape: tuple[int | None, ...] | None = (28, 28), **more: Any) -> Model:
    """A model of these layers, one after the other."""
    weights = [one for part in layers for one in part.weights]

    def count(*, learned: bool) -> int:
        sizes = (int(np.prod(one.shape)) for one in weights if one.trainable is learned)
        return sum(sizes)

    given: dict[str, Any] = {
        "number": 0,
        "kind": "Sequential",
        "input_shape": None if shape is None else (None, *shape),
        "layers": layers,
        "trainable_parameters": count(learned=True),
        "other_parameters": count(learned=False),
    }
    return Model(**(given | more))


FLATTEN = layer("Flatten", (None, 784))
MODEL = stack(FLATTEN, dense())
COMPILED = Compiled(
    optimizer="Adam",
    optimizer_settings={"learning_rate": 0.001},
    loss="SparseCategoricalCrossentropy",
    loss_settings={"from_logits": True},
    metrics=("accuracy",),
)


# ---- fits


def training(**changes: Any) -> Examples:
    """All training images, as they are."""
    given = Examples(count=12_000, split="training", labels="matching", scale="one", shift="zero")
    return changed(given, **changes)


def validation(**changes: Any) -> Examples:
    """All validation images, as they are."""
    given = Examples(count=2_000, split="validation", labels="matching", scale="one", shift="zero")
    return changed(given, **changes)


def fit(**changes: Any) -> Fit:
    """Five epochs on the training images, each with validation."""
    given: dict[str, Any] = {
        "number": 0,
        "model": 0,
        "epochs_requested": EPOCHS,
        "epochs_done": EPOCHS,
        "batch_size": BATCH,
        "steps": EPOCHS * 375,
        "training": training(),
        "validation": validation(),
        "device": "/job:localhost/replica:0/task:0/device:CPU:0",
        "means": ("dense/kernel", "dense/bias"),
        "snapshots": (3,) * EPOCHS,
    }
    return Fit(**(given | changes))


FIT = fit()
MODEL_CALL = ModelCall(model=0, fits=1, about=training(count=1, labels="unknown", indices=(INDEX,)))
UNKNOWN = Examples(count=None)


def arrays(weights: Trained | None = None, *, number: int = 0) -> dict[str, NDArray[Any]]:
    """The arrays of one fit of the right model, and of a map that leaves the pixels alone."""
    ours = weights or trained()
    return {
        "one": np.ones((), np.float32),
        "zero": np.zeros((), np.float32),
        "dense/kernel": ours.kernel,
        "dense/bias": ours.bias,
        f"fit-{number}/dense/kernel": ours.kernels,
        f"fit-{number}/dense/bias": ours.biases,
    }


def on_mapped_pixels(scale: NDArray[Any], shift: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The same network for pixels ``scale * pixel + shift``: as ``map/...`` and in its weights."""
    ours = trained()
    per_pixel = (np.ones(784) * scale, np.ones(784) * shift)
    kernel, kernels = (one / per_pixel[0][:, None] for one in (ours.kernel, ours.kernels))
    moved = replace(
        ours,
        kernel=kernel.astype(np.float32),
        kernels=kernels.astype(np.float32),
        bias=(ours.bias - per_pixel[1] @ kernel).astype(np.float32),
        biases=(ours.biases - per_pixel[1] @ kernels).astype(np.float32),
    )
    return {
        **arrays(moved),
        "map/scale": np.asarray(scale, np.float32),
        "map/shift": np.asarray(shift, np.float32),
    }


# ---- submissions


def claim(value: Any, kind: str | None = None) -> Claim:
    """A value handed in."""
    return Claim(kind=kind or type(value).__name__, value=value)


BLANK = Claim(kind="Blank", blank=True)
NO_GPUS = claim((), "list")
COUNT = claim(7850)
POSITION = claim(INDEX)
RUN = Run(lesson=LESSON.name, data="sample")
ON_THIS_MACHINE = Devices(offered=(CPU,), visible=(CPU,), queried=("list_physical_devices",))


def devices(**changes: Any) -> Devices:
    """A machine without a GPU, whose TensorFlow was asked."""
    return changed(ON_THIS_MACHINE, **changes)


def solved_cell(questions: Sequence[str], question: str, **changes: Any) -> Cell:
    """A solution cell that was filled in and ran, among those of a lesson's questions."""
    given: dict[str, Any] = {
        "index": questions.index(question),
        "grade_id": question,
        "status": "ok",
        "changed": True,
    }
    return Cell(**(given | changes))


cell = functools.partial(solved_cell, QUESTIONS)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a student did, in the terms of the checks; the right solution where nothing is said.

    ``built`` is the model as it was handed in to ``build``, ``model`` as it was later. ``answers``
    and ``cells`` overrule those of single questions; a hand-in of ``None`` was never made. What
    depends on trained weights is given as a function, so that nothing is trained at import.
    """

    gpus: Claim = NO_GPUS
    devices: Devices = ON_THIS_MACHINE
    built: Model | None = None
    model: Model = MODEL
    parameters: Claim = COUNT
    compiled: Compiled | None = COMPILED
    fits: tuple[Fit, ...] = (FIT,)
    arrays: Callable[[], Arrays] = arrays
    index: Claim = POSITION
    label: Callable[[], Claim] = lambda: claim(largest(INDEX))
    model_calls: tuple[ModelCall, ...] = (MODEL_CALL,)
    answers: Mapping[str, Answer | None] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    run: Run = RUN

    def evidence(self) -> Evidence:
        """The evidence that this leaves behind."""
        answers = {**self._answers(), **self.answers}
        recorded = Recorded(
            devices=self.devices,
            answers=tuple(one for one in answers.values() if one),
            fits=self.fits,
            model_calls=self.model_calls,
        )
        cells = tuple(self.cells.get(name, cell(name)) for name in QUESTIONS)
        record = Record(run=self.run, cells=cells, recorded=recorded)
        return Evidence(record=record, arrays=self.arrays())

    def _answers(self) -> dict[str, Answer]:
        model = changed(self.model, compiled=self.compiled)
        given = claim(None, "Sequential")
        predicted = {"model": given, "data_index": self.index, "predicted_label": self.label()}
        claims: dict[str, tuple[dict[str, Claim], Model | None]] = {
            "devices": ({"gpus": self.gpus}, None),
            "build": ({"model": given}, self.built or self.model),
            "parameters": ({"number_of_parameters": self.parameters}, None),
            "compile": ({"model": given}, model),
            "train": ({"model": given, "history": claim(None, "History")}, model),
            "predict": (predicted, model),
        }
        return {
            name: Answer(question=name, claims=made, model=about)
            for name, (made, about) in claims.items()
        }


def right(**changes: Any) -> Evidence:
    """The evidence of the right solution, with these fields of ``Submission`` changed."""
    return Submission(**changes).evidence()


def of_layers(*layers: Layer, **changes: Any) -> Submission:
    """The right solution with a model of these layers."""
    return Submission(model=stack(*layers), **changes)


def untouched() -> Submission:
    """The released notebook as it is, run from top to bottom."""
    given = {
        "devices": {"gpus": BLANK},
        "build": {"model": BLANK},
        "parameters": {"number_of_parameters": BLANK},
        "compile": {"model": BLANK},
        "train": {"model": BLANK, "history": BLANK},
        "predict": {"model": BLANK, "data_index": claim(INDEX), "predicted_label": BLANK},
    }
    return Submission(
        answers={name: Answer(question=name, claims=claims) for name, claims in given.items()},
        cells={name: cell(name, changed=False) for name in QUESTIONS},
        devices=devices(queried=()),
        fits=(),
        model_calls=(),
        arrays=dict,
    )


# ---- judging


judged = functools.partial(cases.judged, LESSON)
