"""What is expected of many mutants alike: groups of checks, and kinds of wrong work."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import wrong

COMPILE = ("compile.loss", "compile.optimizer", "compile.metric")
AFTER_DATA = ("train.validation", "train.stopping", "train.restored", "train.accuracy")
TRAIN = ("train.data", *AFTER_DATA)
ACCURACY = ("train.accuracy",)

# With another network, loss or optimizer it is luck whether the threshold is reached anyway.
trained_otherwise = partial(wrong, may_skip=ACCURACY)
# That the accuracy is low has a cause that another check names.
lowers_accuracy = partial(wrong, skips=ACCURACY)
weights_replaced = partial(
    wrong, fails={"train.accuracy": "weights-replaced-after-training"}, skips=("compare.won",)
)
