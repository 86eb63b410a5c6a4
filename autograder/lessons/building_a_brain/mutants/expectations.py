"""Checks that are named together."""

COMPILE = ("compile.loss", "compile.optimizer", "compile.metric")
AFTER_EPOCHS = ("train.data", "train.validation", "train.device", "train.accuracy")
TRAIN = ("train.epochs", *AFTER_EPOCHS)
# With another network, loss or optimizer it is luck whether the bar is reached all the same.
ACCURACY = ("train.accuracy",)
