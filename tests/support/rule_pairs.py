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


def pair(speaks: Any, silent: Any, *rest: Any) -> Pair:
    """A pair that differs in what is given first."""
    return Pair(lambda: (speaks, *rest), lambda: (silent, *rest))


PAIRS = {
    "accuracy.pretrained_weights": Pair(
        lambda: (still(), MODEL, (FIT,)), lambda: (right(), MODEL, (FIT,))
    ),
    "accuracy.weights_replaced": Pair(
        lambda: (right(), MODEL, (fit(states=("others",)),)),
        lambda: (right(), MODEL, (fit(states=("others", end_state())),)),
    ),
    "accuracy.diverged": pair(float("nan"), 0.1),
    "accuracy.too_few_updates": Pair(
        lambda: ((fit(batch_size=1024, steps=60),),), lambda: ((fit(steps=1_800),),), PICKED
    ),
    "accuracy.learning_rate_negative": pair(paced(-0.001), paced(0.0)),
    "accuracy.learning_rate_too_small": pair(paced(1e-5), paced(0.0005)),
    "accuracy.learning_rate_too_large": pair(paced(0.5), paced(0.01)),
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
    "epochs.cut_short": pair(
        (fit(epochs_done=2, interrupted=True),), (fit(epochs_done=6, interrupted=True),), 5
    ),
    "epochs.trained_without_fit": Pair(
        lambda: (right(fits=()), changed(MODEL, steps=375), (), 5),
        lambda: (right(fits=()), changed(MODEL, steps=0), (), 5),
    ),
    "epochs.stopped_early": pair(
        (fit(epochs_done=2, callbacks=(STOP,)),), (fit(epochs_done=6, callbacks=(STOP,)),), 5
    ),
    "epochs.another_history": pair(claim_of_fits(1), claim_of_fits(0, 1), (FIT,)),
    "epochs.too_few_epochs": pair(
        (fit(epochs_done=4),), (fit(epochs_done=3), fit(epochs_done=2)), 5
    ),
    "devices.typed_by_hand": Pair(
        lambda: (right(devices=devices(queried=())),), lambda: (right(),)
    ),
    "devices.not_a_list": pair(claim(0), claim((), "tuple")),
    "devices.other_kinds": pair(claim((CPU, GPU)), claim(("gpu:0",))),
    "devices.other_gpus": Pair(
        lambda: (ONE_GPU, (CPU,)), lambda: (ONE_GPU, (CPU, "/device:GPU:0"))
    ),
    "inputs.no_input": pair(UNBUILT, MODEL, IMAGE),
    "inputs.wrong_input_shape": pair(
        stack(dense(), shape=(784,)), stack(FLATTEN, dense(), shape=(28, 28, 1)), IMAGE
    ),
    "inputs.missing_flatten": pair(ROWS, stack(layer("Reshape", (None, 784)), dense()), IMAGE),
    "inputs.pixels_left_out": pair(POOLED, DEEP, IMAGE),
    "single_layer.hidden_layer": pair(DEEP, stack(FLATTEN, layer("Dropout", (None, 784)), dense())),
    "layers.no_neurons": pair(stack(FLATTEN), MODEL, 10),
    "layers.wrong_neuron_count": Pair(
        lambda: (stack(FLATTEN, dense(9)), 10), lambda: (stack(FLATTEN, dense(3)), 3)
    ),
    "layers.no_bias": pair(stack(FLATTEN, dense(bias=False)), MODEL),
    "loss.one_hot_loss": pair(compiled(loss="CategoricalCrossentropy"), COMPILED, 10, ()),
    "loss.one_hot_throughout": Pair(
        lambda: (compiled(loss="CategoricalCrossentropy"), (ONE_HOT,)),
        lambda: (compiled(loss="CategoricalCrossentropy"), (FIT,)),
    ),
    "loss.binary_loss": pair(compiled(loss="BinaryCrossentropy"), COMPILED, 10),
    "loss.regression_loss": pair(compiled(loss="Huber"), COMPILED),
    "loss.no_loss": pair(compiled(loss=""), COMPILED),
    "loss.other_loss": pair(compiled(loss="Poisson"), COMPILED),
    "loss.softmax_twice": pair(("softmax",), (), COMPILED),
    "loss.logits_as_probabilities": pair((), ("softmax",), compiled(loss_settings={})),
    "metric.no_metric": pair(compiled(metrics=()), COMPILED),
    "metric.other_metric": pair(compiled(metrics=("mse",)), compiled(metrics=("mse", "acc"))),
    "models.model_overwritten": pair(answer_of("History"), answer_of("list")),
    "models.not_a_model": pair(answer_of("list"), answer_of("Functional")),
    "models.not_compiled": pair(MODEL, compiled_as()),
    "optimizer.wrong_optimizer": Pair(
        lambda: (compiled(optimizer="AdamW"),), lambda: (compiled(optimizer="SGD"), "SGD")
    ),
    "outputs.activated_outputs": pair(("relu",), ("softmax",)),
    "prediction.no_such_image": pair(claim(-1), claim(9.0), 10),
    "prediction.not_a_class": pair(claim(10), claim((9,)), 10),
    "prediction.untrained_predictor": Pair(
        lambda: (right(fits=(fit(model=MODEL.number + 1),)), MODEL, ()),
        lambda: (right(fits=()), MODEL, ()),
    ),
    "prediction.no_largest": pair([np.full((2, 3), np.nan, np.float32)], RESULTS),
    "prediction.nothing_flows": Pair(
        lambda: (right(cells={"predict": cell("predict", follows={})}), *LABEL, 1),
        lambda: (
            right(cells={"predict": cell("predict", follows={"predicted_label": "prediction"})}),
            *LABEL,
            1,
        ),
    ),
    "prediction.copied_true_label": Pair(lambda: (2, RESULTS, 2), lambda: (1, RESULTS, 1)),
    "prediction.index_of_smallest_output": pair(0, 2, RESULTS),
    "prediction.label_of_neighbour": pair(0, 1, RESULTS),
    "prediction.other_label": pair(2, 1, RESULTS),
    "prediction.never_predicted": Pair(
        lambda: (never_predicted(), MODEL, INDEX, 1),
        lambda: (right(model_calls=(MODEL_CALL,)), MODEL, INDEX, 1),
    ),
    "validation_data.split_off": pair(
        fit(validation=None, validation_split=0.2), fit(validation_split=0.2)
    ),
    "validation_data.validated_on_training": pair(
        fit(validation=training()), fit(validation=validation(split="unknown"))
    ),
    "validation_data.no_validation": pair(
        fit(validation=None), fit(validation=None, validation_split=0.1)
    ),
    "validation_data.partial_validation": pair(
        fit(validation=validation(count=10)), fit(validation=validation(count=1_920)), 2_000
    ),
    "validation_data.mismatched_validation_labels": pair(
        fit(validation=validation(labels="mismatched")),
        fit(validation=validation(labels="unknown")),
    ),
    "validation_data.validation_scaled_differently": Pair(
        lambda: (scaled_validation(), SCALED), lambda: (scaled_validation(), FIT)
    ),
    "learning_curve.loss_not_a_number": pair(curves(loss=(1.0, float("nan"))), curves(loss=FALLS)),
    "learning_curve.loss_exactly_zero": pair(curves(loss=(0.0, 0.0)), curves(loss=(0.1, 0.0))),
    "learning_curve.weights_unmoved": Pair(
        lambda: (still(), MODEL, (FIT,)), lambda: (right(), MODEL, (FIT,))
    ),
    "learning_curve.loss_rising": pair(curves(loss=(1.0, 1.2)), curves(loss=(1.0, 9.0, 1.02))),
    "learning_curve.loss_flat": pair(curves(loss=(2.303, 2.302)), curves(loss=(2.303, 2.2))),
    "learning_curve.accuracy_at_chance": pair(
        curves(accuracy=(0.3, 0.11)), curves(accuracy=(0.1, 0.3)), 10
    ),
    "learning_curve.training_worse_than_validation": pair(
        curves(accuracy=(0.4,), validation_accuracy=(0.7,)),
        curves(accuracy=(0.7,), validation_accuracy=(0.8,)),
    ),
    "training_data.trained_on_validation": pair((fit(training=validation()), FIT), (FIT,)),
    "training_data.mismatched_labels": pair(fit(training=training(labels="mismatched")), FIT),
    "training_data.partial_training": pair(
        # A split holds back a part of what was given.
        fit(training=training(count=600), validation_split=0.95),
        fit(training=training(count=600), validation=training(count=11_400)),
        12_000,
    ),
    "parameter_count.no_whole_number": pair(claim("7850"), claim(7850.0)),
    "parameter_count.weights_only": pair(7840, 7850),
    "parameter_count.one_neuron": pair(785, 786),
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
