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
from support.rule_pairs import Pair

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
    "scaling.not_an_array": Pair(lambda: (SINGLE_NUMBER,), lambda: (scaled_images(),)),
    "scaling.another_shape": Pair(
        lambda: (replace(scaled_images(), shape=(12_000, 784)),), lambda: (scaled_images(),)
    ),
    "scaling.whole_numbers_left": Pair(
        lambda: (scaled_images(dtype="uint8", high=1.0),),
        lambda: (scaled_images(dtype="uint8", high=255.0),),
    ),
    "scaling.not_scaled": Pair(
        lambda: (scaled_images(white=255.0),), lambda: (scaled_images(white=255 / 256),)
    ),
    "scaling.scaled_twice": Pair(
        lambda: (scaled_images(white=1 / 255),), lambda: (scaled_images(),)
    ),
    "scaling.another_scale": Pair(
        lambda: (scaled_images(black=-1.0),), lambda: (scaled_images(white=255 / 256),)
    ),
    "scaling.another_set": Pair(
        lambda: (scaled_images(about=validation()),),
        lambda: (scaled_images(about=training(split="unknown")),),
    ),
    "hidden_layer.no_hidden_layer": Pair(lambda: (SINGLE,), lambda: (MODEL,)),
    "hidden_layer.more_hidden_layers": Pair(lambda: (TWO_HIDDEN,), lambda: (MODEL,)),
    "hidden_layer.wrong_hidden_size": Pair(lambda: (NARROW, 128), lambda: (MODEL, 128)),
    "hidden_layer.no_activation": Pair(
        lambda: (stack(FLATTEN, hidden(activation="linear"), answers()),), lambda: (MODEL,)
    ),
    "hidden_layer.other_activation": Pair(
        lambda: (stack(FLATTEN, hidden(activation="sigmoid"), answers()),), lambda: (MODEL,)
    ),
    "parameter_count.no_whole_number": Pair(
        lambda: (claim("101770"),), lambda: (claim(101_770.0),)
    ),
    "parameter_count.biases_forgotten": Pair(lambda: (101_632,), lambda: (101_770,)),
    "parameter_count.one_layer": Pair(lambda: (100_480,), lambda: (101_770,)),
    "parameter_count.all_see_pixels": Pair(lambda: (108_330,), lambda: (101_770,)),
    "parameter_count.no_hidden": Pair(lambda: (7_850,), lambda: (101_770,)),
    "parameter_count.another_number": Pair(lambda: (1, MODEL), lambda: (101_770, MODEL)),
    "early_stopping.no_early_stopping": Pair(
        lambda: (fit(callbacks=()),),
        lambda: (fit(callbacks=(Callback(kind="EarlyStopping (custom)"),)),),
    ),
    "early_stopping.watches_studied": Pair(
        lambda: (stop(monitor="loss"),), lambda: (stop(monitor="val_accuracy"),)
    ),
    "early_stopping.watches_nothing": Pair(
        lambda: (FIT, stop(monitor="val_acc")), lambda: (FIT, stop(monitor="val_accuracy"))
    ),
    "early_stopping.wrong_way": Pair(lambda: (stop(mode="max"),), lambda: (stop(mode="min"),)),
    "early_stopping.no_patience": Pair(lambda: (stop(patience=0),), lambda: (stop(patience=2),)),
    "early_stopping.too_patient": Pair(
        lambda: (FIT, stop(patience=20)), lambda: (FIT, stop(patience=19))
    ),
    "early_stopping.begins_too_late": Pair(
        lambda: (FIT, stop(start_from_epoch=17)), lambda: (FIT, stop(start_from_epoch=16))
    ),
    "early_stopping.steps_too_large": Pair(
        lambda: (stop(min_delta=-1.0),), lambda: (stop(min_delta=-0.01),)
    ),
    "early_stopping.out_of_reach": Pair(
        lambda: (FIT, stop(baseline=0.1)), lambda: (FIT, stop(baseline=0.6))
    ),
    "early_stopping.best_weights_left": Pair(
        lambda: (stop(restore_best_weights=False),), lambda: (STOP,)
    ),
    "early_stopping.cap_too_low": Pair(
        lambda: ((fit(callbacks=(stop(stopped_epoch=0),)),), 20), lambda: ((FIT,), 20)
    ),
    "comparison.share": Pair(lambda: (claim(0.075), COMPARISON), lambda: (claim(0.5), COMPARISON)),
    "comparison.no_whole_number": Pair(lambda: (claim(np.pi),), lambda: (claim(150.0),)),
    "comparison.net_gain": Pair(lambda: (90, COMPARISON), lambda: (150, COMPARISON)),
    "comparison.swapped": Pair(lambda: (60, COMPARISON), lambda: (150, COMPARISON)),
    "comparison.all_right": Pair(lambda: (1_740, COMPARISON), lambda: (150, COMPARISON)),
    "comparison.single_mistakes": Pair(lambda: (350, COMPARISON), lambda: (150, COMPARISON)),
    "comparison.different_answers": Pair(lambda: (280, COMPARISON), lambda: (150, COMPARISON)),
    "comparison.another_number": Pair(lambda: (1, COMPARISON), lambda: (151, COMPARISON)),
}
