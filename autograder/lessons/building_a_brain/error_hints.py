"""Errors that mean something particular in this lesson, each in one plain sentence."""

from __future__ import annotations

from autograder.core.error_hint import Sentences, hints

# If labels and outputs do not match, TensorFlow's error names only shapes or a graph node.
WHOLE_NUMBERS = (
    "The labels are whole numbers, one for each image, and the model gives ten outputs for each:"
    " `compile` needs the loss for that, sparse categorical cross-entropy."
)
SENTENCES: Sentences = {
    "ValueError|InvalidArgumentError": {
        r"(?:Dimensions must be equal|Incompatible shapes).*compile_loss/": WHOLE_NUMBERS,
    },
    "ValueError": {
        r"Arguments `target` and `output` must have the same (?:rank|shape)": WHOLE_NUMBERS,
        r"Argument `output` must have rank .*output\.shape=\([^)]*28, (?P<neurons>\d+)\)": (
            "The model gives {neurons} outputs for each row of an image, not for the whole image: a"
            " `Flatten` layer is missing before the neurons."
        ),
        r"[Ee]xpected shape \(None, 60000, 28, 28\)": (
            "The `Input` has the shape of all the images together: give it the shape of a single"
            " image."
        ),
    },
    "InvalidArgumentError": {
        r"Received a label value of (?P<label>\d+) which is outside the valid range of"
        r" \[0, (?P<neurons>\d+)\)": (
            "There are labels up to 9, and the model has {neurons} outputs: it needs one neuron for"
            " each of the ten classes."
        ),
    },
}
ERROR_HINTS = hints(SENTENCES)
