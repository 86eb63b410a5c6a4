"""Groups of checks that mutants expect to fail or skip together."""

COMPILE = ("compile.loss", "compile.optimizer", "compile.metric")
AFTER_DATA = ("train.validation", "train.stopping", "train.restored", "train.accuracy")
TRAIN = ("train.data", *AFTER_DATA)
# With another network, loss or optimizer it is luck whether the threshold is reached anyway.
ACCURACY = ("train.accuracy",)
