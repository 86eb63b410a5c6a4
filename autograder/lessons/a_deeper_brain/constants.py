"""What this lesson expects: of the pixels, the network, the training, and what can be believed."""

from __future__ import annotations

from autograder.judge.rules.consistency import Limits

CLASSES = 10
IMAGE = (28, 28)
PIXELS = 28 * 28
HIDDEN = 128
HIDDEN_PARAMETERS = PIXELS * HIDDEN + HIDDEN
OUTPUT_PARAMETERS = HIDDEN * CLASSES + CLASSES
PARAMETERS = HIDDEN_PARAMETERS + OUTPUT_PARAMETERS
# Early stopping may end it sooner; three epochs of batches of 32 are enough for the threshold.
MAX_EPOCHS = 20
ENOUGH_EPOCHS = 3
BATCH = 32
PATIENCE = 3
# With a hidden layer the validation accuracy is about 0.89, and never near 1.
LIMITS = Limits(layers=2, claimed=0.95, explained=0.92)
