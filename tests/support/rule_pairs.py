"""For each rule what makes it speak, and what does not."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.core.evidence import Answer, Callback, Claim
from autograder.core.verdicts import Failed
from autograder.judge import rules
from autograder.judge.rules import learning_curve
from autograder.judge.rules.rule import Rule
from autograder.lessons.building_a_brain.constants import IMAGE, LIMITS
from autograder.lessons.building_a_brain.rules import parameter_count, single_layer
from support.evidence_builder import (
    COMPILED,
    CPU,
    FIT,
    FLATTEN,
    GPU,
    INDEX,
    MODEL,
    MODEL_CALL,
    cell,
    changed,
    claim,
    dense,
    devices,
    end_state,
    fit,
    layer,
    right,
    sample,
    stack,
    training,
    validation,
)

MODULES = [
    importlib.import_module(f"{rules.__name__}.{one.name}")
    for one in pkgutil.iter_modules(rules.__path__)
]

RULES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (*MODULES, parameter_count, single_layer)
    for name, value in vars(module).items()
    if isinstance(value, Rule) and value.__module__ == module.__name__
}

UNBUILT = stack(FLATTEN, dense(built=False), shape=None)

ROWS = stack(dense(inputs=28, rows=(28,)))

POOLED = stack(layer("Flatten", (None, 196)), dense(inputs=196))

DEEP = stack(FLATTEN, dense(128, name="hidden", activation="relu"), dense(inputs=128))

ONE_GPU = claim((GPU,), "list")

SCALED = fit(validation=validation(scale="map/scale", shift="map/shift"))

STILL = np.zeros((5, 784, 10), np.float32)

PICKED = {"epochs": 5, "images": 12_000, "batch": 32}

RESULTS = [np.array([[0, 3, 1], [5, 1, 0]], np.float32)]

FALLS = (2.0, 1.0)

STOP = Callback(kind="EarlyStopping", settings={"monitor": "val_loss", "stopped_epoch": 1})

ONE_HOT = fit(training=training(one_hot=True))

LABEL = ("predict", "predicted_label")


def claim_of_fits(*numbers: int) -> Claim:
    return changed(claim(None, "History"), fits=numbers)


def compiled(**changes: Any):
    return changed(COMPILED, **changes)


def compiled_as(**changes: Any):
    """A model whose compile settings were changed."""
    return changed(MODEL, compiled=compiled(**changes))


def paced(rate: float):
    return compiled_as(optimizer_settings={"learning_rate": rate})


def answer_of(kind: str) -> Answer:
    return Answer(question="build", claims={"model": claim(None, kind)})


def curves(**compiled_as: Any) -> learning_curve.LearningCurve:
    empty: dict[str, Any] = {"loss": (), "accuracy": (), "validation_accuracy": ()}
    return learning_curve.LearningCurve(**(empty | compiled_as))


def still():
    """Evidence of weights that never moved."""
    return right(arrays=lambda: {"fit-0/dense/kernel": STILL, "fit-0/dense/bias": STILL[:, 0]})


def scaled_validation():
    arrays = {"one": np.ones(()), "map/scale": np.full((), 1 / 255), "map/shift": np.zeros(())}
    return right(arrays=lambda: arrays)


def never_predicted():
    return right(model_calls=())


@dataclass(frozen=True)
class Pair:
    """What a rule is given where it must speak, and where it must not."""

    speaks: Callable[[], tuple[Any, ...]]
    silent: Callable[[], tuple[Any, ...]]
    named: dict[str, Any] | None = None

    def ask(self, what: Callable[[], tuple[Any, ...]], of: Rule[Any]) -> Failed | None:
        return of(*what(), **(self.named or {}))


PAIRS = {
    "accuracy.pretrained_weights": Pair(
        lambda: (still(), MODEL, (FIT,)), lambda: (right(), MODEL, (FIT,))
    ),
    "accuracy.weights_replaced": Pair(
        lambda: (right(), MODEL, (fit(states=("others",)),)),
        lambda: (right(), MODEL, (fit(states=("others", end_state())),)),
    ),
    "accuracy.diverged": Pair(lambda: (float("nan"),), lambda: (0.1,)),
    "accuracy.too_few_updates": Pair(
        lambda: ((fit(steps=60),),), lambda: ((fit(steps=1_800),),), PICKED
    ),
    "accuracy.learning_rate_negative": Pair(lambda: (paced(-0.001),), lambda: (paced(0.0),)),
    "accuracy.learning_rate_too_small": Pair(lambda: (paced(1e-5),), lambda: (paced(0.0005),)),
    "accuracy.learning_rate_too_large": Pair(lambda: (paced(0.5),), lambda: (paced(0.01),)),
    "consistency.contradictory": Pair(
        lambda: (right(fits=(FIT, FIT)), MODEL, (FIT, FIT), sample(), LIMITS),
        lambda: (right(), MODEL, (FIT,), sample(), LIMITS),
    ),
    "devices.forced_cpu": Pair(lambda: (FIT, (CPU, GPU)), lambda: (FIT, (CPU,))),
    "epochs.another_was_trained": Pair(
        lambda: (right(fits=(fit(model=1),)), ()), lambda: (right(), (FIT,))
    ),
    "epochs.never_trained": Pair(
        lambda: (right(fits=()), ()), lambda: (right(fits=(fit(model=1),)), ())
    ),
    "epochs.cut_short": Pair(
        lambda: ((fit(epochs_done=2, interrupted=True),), 5),
        lambda: ((fit(epochs_done=6, interrupted=True),), 5),
    ),
    "epochs.trained_without_fit": Pair(
        lambda: (right(fits=()), changed(MODEL, steps=375), (), 5),
        lambda: (right(fits=()), changed(MODEL, steps=0), (), 5),
    ),
    "epochs.stopped_early": Pair(
        lambda: ((fit(epochs_done=2, callbacks=(STOP,)),), 5),
        lambda: ((fit(epochs_done=6, callbacks=(STOP,)),), 5),
    ),
    "epochs.another_history": Pair(
        lambda: (claim_of_fits(1), (FIT,)), lambda: (claim_of_fits(0, 1), (FIT,))
    ),
    "epochs.too_few_epochs": Pair(
        lambda: ((fit(epochs_done=4),), 5), lambda: ((fit(epochs_done=3), fit(epochs_done=2)), 5)
    ),
    "devices.typed_by_hand": Pair(
        lambda: (right(devices=devices(queried=())),), lambda: (right(),)
    ),
    "devices.not_a_list": Pair(lambda: (claim(0),), lambda: (claim((), "tuple"),)),
    "devices.other_kinds": Pair(lambda: (claim((CPU, GPU)),), lambda: (claim(("gpu:0",)),)),
    "devices.other_gpus": Pair(
        lambda: (ONE_GPU, (CPU,)), lambda: (ONE_GPU, (CPU, "/device:GPU:0"))
    ),
    "inputs.no_input": Pair(lambda: (UNBUILT, IMAGE), lambda: (MODEL, IMAGE)),
    "inputs.wrong_input_shape": Pair(
        lambda: (stack(dense(), shape=(784,)), IMAGE),
        lambda: (stack(FLATTEN, dense(), shape=(28, 28, 1)), IMAGE),
    ),
    "inputs.missing_flatten": Pair(
        lambda: (ROWS, IMAGE),
        lambda: (stack(layer("Reshape", (None, 784)), dense()), IMAGE),
    ),
    "inputs.pixels_left_out": Pair(lambda: (POOLED, IMAGE), lambda: (DEEP, IMAGE)),
    "single_layer.hidden_layer": Pair(
        lambda: (DEEP,), lambda: (stack(FLATTEN, layer("Dropout", (None, 784)), dense()),)
    ),
    "layers.no_neurons": Pair(lambda: (stack(FLATTEN), 10), lambda: (MODEL, 10)),
    "layers.wrong_neuron_count": Pair(
        lambda: (stack(FLATTEN, dense(9)), 10), lambda: (stack(FLATTEN, dense(3)), 3)
    ),
    "layers.no_bias": Pair(lambda: (stack(FLATTEN, dense(bias=False)),), lambda: (MODEL,)),
    "loss.one_hot_loss": Pair(
        lambda: (compiled(loss="CategoricalCrossentropy"), 10, ()), lambda: (COMPILED, 10, ())
    ),
    "loss.one_hot_throughout": Pair(
        lambda: (compiled(loss="CategoricalCrossentropy"), (ONE_HOT,)),
        lambda: (compiled(loss="CategoricalCrossentropy"), (FIT,)),
    ),
    "loss.binary_loss": Pair(
        lambda: (compiled(loss="BinaryCrossentropy"), 10), lambda: (COMPILED, 10)
    ),
    "loss.regression_loss": Pair(lambda: (compiled(loss="Huber"),), lambda: (COMPILED,)),
    "loss.no_loss": Pair(lambda: (compiled(loss=""),), lambda: (COMPILED,)),
    "loss.other_loss": Pair(lambda: (compiled(loss="Poisson"),), lambda: (COMPILED,)),
    "loss.softmax_twice": Pair(lambda: (("softmax",), COMPILED), lambda: ((), COMPILED)),
    "loss.logits_as_probabilities": Pair(
        lambda: ((), compiled(loss_settings={})),
        lambda: (("softmax",), compiled(loss_settings={})),
    ),
    "metric.no_metric": Pair(lambda: (compiled(metrics=()),), lambda: (COMPILED,)),
    "metric.other_metric": Pair(
        lambda: (compiled(metrics=("mse",)),), lambda: (compiled(metrics=("mse", "acc")),)
    ),
    "models.model_overwritten": Pair(lambda: (answer_of("History"),), lambda: (answer_of("list"),)),
    "models.not_a_model": Pair(lambda: (answer_of("list"),), lambda: (answer_of("Functional"),)),
    "models.not_compiled": Pair(lambda: (MODEL,), lambda: (compiled_as(),)),
    "optimizer.wrong_optimizer": Pair(
        lambda: (compiled(optimizer="AdamW"),), lambda: (compiled(optimizer="SGD"), "SGD")
    ),
    "outputs.activated_outputs": Pair(lambda: (("relu",),), lambda: (("softmax",),)),
    "prediction.no_such_image": Pair(lambda: (claim(-1), 10), lambda: (claim(9.0), 10)),
    "prediction.not_a_class": Pair(lambda: (claim(10), 10), lambda: (claim((9,)), 10)),
    "prediction.untrained_predictor": Pair(
        lambda: (right(fits=()), MODEL, ()),
        lambda: (right(fits=(), cells={"train": cell("train", status="error")}), MODEL, ()),
    ),
    "prediction.no_largest": Pair(
        lambda: ([np.full((2, 3), np.nan, np.float32)],), lambda: (RESULTS,)
    ),
    "prediction.nothing_flows": Pair(
        lambda: (right(cells={"predict": cell("predict", follows={})}), *LABEL, 1),
        lambda: (
            right(cells={"predict": cell("predict", follows={"predicted_label": "prediction"})}),
            *LABEL,
            1,
        ),
    ),
    "prediction.copied_true_label": Pair(lambda: (2, RESULTS, 2), lambda: (1, RESULTS, 1)),
    "prediction.index_of_smallest_output": Pair(lambda: (0, RESULTS), lambda: (2, RESULTS)),
    "prediction.label_of_neighbour": Pair(lambda: (0, RESULTS), lambda: (1, RESULTS)),
    "prediction.other_label": Pair(lambda: (2, RESULTS), lambda: (1, RESULTS)),
    "prediction.never_predicted": Pair(
        lambda: (never_predicted(), MODEL, INDEX, 1),
        lambda: (right(model_calls=(MODEL_CALL,)), MODEL, INDEX, 1),
    ),
    "validation_data.split_off": Pair(
        lambda: (fit(validation=None, validation_split=0.2),),
        lambda: (fit(validation_split=0.2),),
    ),
    "validation_data.validated_on_training": Pair(
        lambda: (fit(validation=training()),),
        lambda: (fit(validation=validation(split="unknown")),),
    ),
    "validation_data.no_validation": Pair(
        lambda: (fit(validation=None),), lambda: (fit(validation=None, validation_split=0.1),)
    ),
    "validation_data.partial_validation": Pair(
        lambda: (fit(validation=validation(count=10)), 2_000),
        lambda: (fit(validation=validation(count=1_920)), 2_000),
    ),
    "validation_data.mismatched_validation_labels": Pair(
        lambda: (fit(validation=validation(labels="mismatched")),),
        lambda: (fit(validation=validation(labels="unknown")),),
    ),
    "validation_data.validation_scaled_differently": Pair(
        lambda: (scaled_validation(), SCALED), lambda: (scaled_validation(), FIT)
    ),
    "learning_curve.loss_not_a_number": Pair(
        lambda: (curves(loss=(1.0, float("nan"))),), lambda: (curves(loss=FALLS),)
    ),
    "learning_curve.loss_exactly_zero": Pair(
        lambda: (curves(loss=(0.0, 0.0)),), lambda: (curves(loss=(0.1, 0.0)),)
    ),
    "learning_curve.weights_unmoved": Pair(
        lambda: (still(), MODEL, (FIT,)), lambda: (right(), MODEL, (FIT,))
    ),
    "learning_curve.loss_rising": Pair(
        lambda: (curves(loss=(1.0, 1.2)),), lambda: (curves(loss=(1.0, 9.0, 1.02)),)
    ),
    "learning_curve.loss_flat": Pair(
        lambda: (curves(loss=(2.303, 2.302)),), lambda: (curves(loss=(2.303, 2.2)),)
    ),
    "learning_curve.accuracy_at_chance": Pair(
        lambda: (curves(accuracy=(0.3, 0.11)), 10), lambda: (curves(accuracy=(0.1, 0.3)), 10)
    ),
    "learning_curve.training_worse_than_validation": Pair(
        lambda: (curves(accuracy=(0.4,), validation_accuracy=(0.7,)),),
        lambda: (curves(accuracy=(0.7,), validation_accuracy=(0.8,)),),
    ),
    "training_data.trained_on_validation": Pair(
        lambda: ((fit(training=validation()), FIT),), lambda: ((FIT,),)
    ),
    "training_data.mismatched_labels": Pair(
        lambda: (fit(training=training(labels="mismatched")),), lambda: (FIT,)
    ),
    "training_data.partial_training": Pair(
        lambda: (fit(training=training(count=600)), 12_000),
        lambda: (fit(training=training(count=600), validation_split=0.95), 12_000),
    ),
    "parameter_count.no_whole_number": Pair(lambda: (claim("7850"),), lambda: (claim(7850.0),)),
    "parameter_count.weights_only": Pair(lambda: (7840,), lambda: (7850,)),
    "parameter_count.one_neuron": Pair(lambda: (785,), lambda: (786,)),
    "parameter_count.another_number": Pair(
        lambda: (7906, MODEL), lambda: (7906, changed(MODEL, other_parameters=56))
    ),
}

EMPTY = {
    "learning_curve.loss_not_a_number": (),
    "learning_curve.loss_exactly_zero": (),
    "learning_curve.loss_rising": (),
    "learning_curve.loss_flat": (),
    "learning_curve.accuracy_at_chance": (10,),
    "learning_curve.training_worse_than_validation": (),
}
