"""Errors that mean something particular in this lesson, each in one plain sentence."""

from __future__ import annotations

from autograder.core.error_hint import ErrorHint

# If labels and outputs do not match, TensorFlow's error names only shapes or a graph node.
WHOLE_NUMBERS = (
    "The labels are whole numbers, one for each card, and the model gives ten outputs for each:"
    " the loss in `compile` has to be one that is made for that, the sparse categorical"
    " cross-entropy."
)
ERROR_HINTS = (
    ErrorHint(
        "ValueError|InvalidArgumentError",
        r"(?:Dimensions must be equal|Incompatible shapes).*compile_loss/",
        WHOLE_NUMBERS,
    ),
    ErrorHint(
        "ValueError",
        r"Arguments `target` and `output` must have the same (?:rank|shape)",
        WHOLE_NUMBERS,
    ),
    ErrorHint(
        "ValueError",
        r"Argument `output` must have rank .*output\.shape=\([^)]*28, (?P<neurons>\d+)\)",
        "The model gives {neurons} outputs for each row of a card, not for the card as a whole:"
        " the rows are not laid end to end before the neurons.",
    ),
    ErrorHint(
        "InvalidArgumentError",
        r"Received a label value of (?P<label>\d+) which is outside the valid range of"
        r" \[0, (?P<neurons>\d+)\)",
        "There are labels up to 9, and the model has {neurons} outputs: it needs one neuron for"
        " each of the ten classes.",
    ),
    ErrorHint(
        "ValueError",
        r"[Ee]xpected shape \(None, 60000, 28, 28\)",
        "The `Input` says that one example is all the pictures together: give it the shape of one"
        " picture only.",
    ),
)
