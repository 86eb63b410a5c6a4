"""The number of parameters of a hidden layer and the next one, and common miscounts."""

from __future__ import annotations

from autograder.core.evidence import Claim, Model
from autograder.core.verdicts import Failed
from autograder.judge.rules.format import shown, whole_number
from autograder.judge.rules.parameter_count import is_right
from autograder.judge.rules.rule import rule
from autograder.lessons.a_deeper_brain.constants import (
    CLASSES,
    HIDDEN,
    HIDDEN_PARAMETERS,
    OUTPUT_PARAMETERS,
    PARAMETERS,
    PIXELS,
)

SOLUTION = (
    "Write it as a calculation: `28 * 28 * hidden_neurons + hidden_neurons` for the hidden layer,"
    " and the like for the last one."
)
# The counts without the biases of both layers, of the hidden layer, and of the last layer.
WITHOUT_BIASES = (PARAMETERS - HIDDEN - CLASSES, PARAMETERS - HIDDEN, PARAMETERS - CLASSES)
ALL_SEE_PIXELS = (PIXELS + 1) * (HIDDEN + CLASSES)


@rule("not-a-number")
def no_whole_number(claim: Claim) -> Failed | None:
    """Something else than one whole number was handed in, such as a list of two."""
    if whole_number(claim) is not None:
        return None
    return Failed(
        f"`number_of_parameters` is {shown(claim)}; it should be one whole number.",
        help="Count the parameters of each layer, and add them up.",
        why="Parameters are numbers that the network learns. It learns all of them together, so one"
        " number counts them.",
        how=SOLUTION,
    )


@rule("forgot-bias-parameters")
def biases_forgotten(count: int | None) -> Failed | None:
    """The weights were counted, and the biases of one layer or of both forgotten."""
    if count not in WITHOUT_BIASES:
        return None
    return Failed(
        f"{count:,} leaves out biases; every neuron has one, in each of the layers.",
        help="In y = mx + b each neuron has one thing besides its weights. Hidden neurons have it"
        " too.",
        why="With a bias, a hidden neuron can respond only from a certain sum on. Without one, it"
        " responds from zero on.",
        how="Add one for each neuron: `+ hidden_neurons` in the first layer, `+ number_of_classes`"
        " in the last.",
    )


@rule("counted-one-layer")
def one_layer(count: int | None) -> Failed | None:
    """The parameters of one of the two layers were counted."""
    if count not in (
        HIDDEN_PARAMETERS,
        OUTPUT_PARAMETERS,
        HIDDEN_PARAMETERS - HIDDEN,
        OUTPUT_PARAMETERS - CLASSES,
    ):
        return None
    return Failed(
        f"{count:,} counts one of the layers; the network has two that learn.",
        help="Which layers have weights? Count each of them, then add.",
        why="Both layers are trained at the same time. What the last one learns depends on what the"
        " hidden one finds, and the other way round.",
        how=SOLUTION,
    )


@rule("every-neuron-sees-pixels")
def all_see_pixels(count: int | None) -> Failed | None:
    """The last neurons were counted as if they looked at the pixels."""
    if count != ALL_SEE_PIXELS:
        return None
    return Failed(
        f"{count:,} counts every neuron as if it saw all the pixels; the last {CLASSES} do not.",
        help="What goes into the last layer? Follow the numbers from layer to layer.",
        why="The hidden layer stands between: the last neurons see what it hands on, and nothing"
        " else.",
        how="Give each neuron of the last layer `hidden_neurons` weights and one bias.",
    )


@rule("counted-without-hidden-layer")
def no_hidden(count: int | None) -> Failed | None:
    """The parameters of ten neurons on pixels were counted, as in the lesson before."""
    if count not in (PIXELS * CLASSES + CLASSES, PIXELS * CLASSES):
        return None
    return Failed(
        f"{count:,} belongs to ten neurons that look at the pixels; now there is a hidden layer.",
        help="Between the pixels and the ten neurons there are others. Who looks at whom?",
        why="Each line between two layers is a weight. A layer in between makes two bundles of"
        " lines out of one.",
        how=SOLUTION,
    )


@rule("miscounted")
def another_number(count: int | None, model: Model | None) -> Failed | None:
    """Another number, for which no reason is to be seen."""
    if count is None or is_right(count, model, PARAMETERS):
        return None
    return Failed(
        f"`number_of_parameters` is {count:,}; the two layers together learn another number.",
        help="First the hidden layer: weights for each pixel, and biases. Then the last one: what"
        " does it look at?",
        why="If you can count the parameters, you understand the network: every line in its"
        " drawing is one of them.",
        how=SOLUTION,
    )
