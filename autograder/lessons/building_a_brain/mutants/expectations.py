"""What is expected of many mutants alike: groups of checks, and kinds of wrong work."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import wrong

BUILD = ("build.input", "build.layers", "build.activation")
COMPILE = ("compile.loss", "compile.optimizer", "compile.metric")
AFTER_EPOCHS = ("train.data", "train.validation", "train.device", "train.accuracy")
TRAIN = ("train.epochs", *AFTER_EPOCHS)
ACCURACY = ("train.accuracy",)
# The checks that are skipped if there is no model, or if it is not compiled.
AFTER_BUILD = (*BUILD[1:], *COMPILE, *TRAIN, "predict.label")
AFTER_COMPILE = (*COMPILE[1:], *TRAIN)

# With another network, loss or optimizer it is luck whether the threshold is reached anyway.
trained_otherwise = partial(wrong, may_skip=ACCURACY)
# That the accuracy is low has a cause that another check names.
lowers_accuracy = partial(wrong, skips=ACCURACY)
# Python itself says what is wrong with the cell.
stops_build = partial(wrong, fails={"build.input": None}, skips=AFTER_BUILD)
stops_compile = partial(wrong, fails={"compile.loss": None}, skips=AFTER_COMPILE)
stops_train = partial(wrong, fails={"train.epochs": None}, skips=AFTER_EPOCHS)
weights_replaced = partial(
    wrong, fails={"train.accuracy": "weights-replaced-after-training"}, skips=("predict.label",)
)
