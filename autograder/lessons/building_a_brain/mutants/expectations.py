"""Groups of checks that mutants expect to fail or skip together."""

COMPILE = ("compile.loss", "compile.optimizer", "compile.metric")
AFTER_EPOCHS = ("train.data", "train.validation", "train.device", "train.accuracy")
TRAIN = ("train.epochs", *AFTER_EPOCHS)
# With another network, loss or optimizer it is luck whether the threshold is reached anyway.
ACCURACY = ("train.accuracy",)
