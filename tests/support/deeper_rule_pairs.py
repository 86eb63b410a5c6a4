"""The same for the rules of “A Deeper Brain” itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.judge.rules.rule import Rule
from autograder.lessons.a_deeper_brain.rules import (
    comparison,
    early_stopping,
    parameter_count,
    scaling,
)
from autograder.lessons.a_deeper_brain.rules import hidden_layer as layers
from autograder.lessons.a_deeper_brain.rules.comparison import Comparison
from autograder.lessons.a_deeper_brain.rules.scaling import Scaled
from support.deeper_builder import (
    FIT,
    MODEL,
    SINGLE,
    STOP,
    Callback,
    answers,
    claim,
    fit,
    hidden,
    pictures,
    stop,
    training,
    validation,
)
from support.evidence_builder import FLATTEN, stack
from support.rule_pairs import Pair, pair

MODULES = (scaling, layers, parameter_count, early_stopping, comparison)

RULES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Rule) and value.__module__ == module.__name__
}

SHAPE = (12_000, 28, 28)

TWO_HIDDEN = stack(FLATTEN, hidden(), hidden(inputs=128), answers())

NARROW = stack(FLATTEN, hidden(32), answers(inputs=32))

COMPARISON = Comparison(won=150, lost=60, deep=1_740, single=1_650, different=280, images=2_000)


def scaled_images(black=0.0, white=1.0, **numbers) -> Scaled:
    """Training pictures on this scale."""
    return Scaled(
        name="train_images",
        expected="training",
        shape=SHAPE,
        claim=pictures(**numbers),
        black=black,
        white=white,
    )


SINGLE_NUMBER = replace(scaled_images(), claim=claim(0.5))

PAIRS = {
    "scaling.not_an_array": pair(SINGLE_NUMBER, scaled_images()),
    "scaling.another_shape": pair(replace(scaled_images(), shape=(12_000, 784)), scaled_images()),
    "scaling.whole_numbers_left": pair(
        scaled_images(dtype="uint8", high=1.0), scaled_images(dtype="uint8", high=255.0)
    ),
    "scaling.not_scaled": pair(scaled_images(white=255.0), scaled_images(white=255 / 256)),
    "scaling.scaled_twice": pair(scaled_images(white=1 / 255), scaled_images()),
    "scaling.another_scale": pair(scaled_images(black=-1.0), scaled_images(white=255 / 256)),
    "scaling.another_set": pair(
        scaled_images(about=validation()), scaled_images(about=training(split="unknown"))
    ),
    "hidden_layer.no_hidden_layer": pair(SINGLE, MODEL),
    "hidden_layer.more_hidden_layers": pair(TWO_HIDDEN, MODEL),
    "hidden_layer.wrong_hidden_size": pair(NARROW, MODEL, 128),
    "hidden_layer.no_activation": pair(
        stack(FLATTEN, hidden(activation="linear"), answers()), MODEL
    ),
    "hidden_layer.other_activation": pair(
        stack(FLATTEN, hidden(activation="sigmoid"), answers()), MODEL
    ),
    "parameter_count.no_whole_number": pair(claim("101770"), claim(101_770.0)),
    "parameter_count.biases_forgotten": pair(101_632, 101_770),
    "parameter_count.one_layer": pair(100_480, 101_770),
    "parameter_count.all_see_pixels": pair(108_330, 101_770),
    "parameter_count.no_hidden": pair(7_850, 101_770),
    "parameter_count.another_number": pair(1, 101_770, MODEL),
    "early_stopping.no_early_stopping": pair(
        fit(callbacks=()), fit(callbacks=(Callback(kind="EarlyStopping (custom)"),))
    ),
    "early_stopping.watches_studied": pair(stop(monitor="loss"), stop(monitor="val_accuracy")),
    "early_stopping.watches_nothing": Pair(
        lambda: (FIT, stop(monitor="val_acc")), lambda: (FIT, stop(monitor="val_accuracy"))
    ),
    "early_stopping.wrong_way": pair(stop(mode="max"), stop(mode="min")),
    "early_stopping.no_patience": pair(stop(patience=0), stop(patience=2)),
    "early_stopping.too_patient": Pair(
        lambda: (FIT, stop(patience=20)), lambda: (FIT, stop(patience=19))
    ),
    "early_stopping.begins_too_late": Pair(
        lambda: (FIT, stop(start_from_epoch=17)), lambda: (FIT, stop(start_from_epoch=16))
    ),
    "early_stopping.steps_too_large": pair(stop(min_delta=-1.0), stop(min_delta=-0.01)),
    "early_stopping.out_of_reach": Pair(
        lambda: (FIT, stop(baseline=0.1)), lambda: (FIT, stop(baseline=0.6))
    ),
    "early_stopping.best_weights_left": pair(stop(restore_best_weights=False), STOP),
    "early_stopping.cap_too_low": pair((fit(callbacks=(stop(stopped_epoch=0),)),), (FIT,), 20),
    "comparison.share": pair(claim(0.075), claim(0.5), COMPARISON),
    "comparison.no_whole_number": pair(claim(np.pi), claim(150.0)),
    "comparison.net_gain": pair(90, 150, COMPARISON),
    "comparison.swapped": pair(60, 150, COMPARISON),
    "comparison.all_right": pair(1_740, 150, COMPARISON),
    "comparison.single_mistakes": pair(350, 150, COMPARISON),
    "comparison.different_answers": pair(280, 150, COMPARISON),
    "comparison.another_number": pair(1, 151, COMPARISON),
}
