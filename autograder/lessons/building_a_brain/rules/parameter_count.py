"""The number of parameters of a single layer of neurons, and common miscounts."""

from __future__ import annotations

from autograder.core.evidence import Claim, Model
from autograder.core.verdicts import Failed
from autograder.judge.rules.format import shown, whole_number
from autograder.judge.rules.parameter_count import is_right
from autograder.judge.rules.rule import rule
from autograder.lessons.building_a_brain.constants import CLASSES, PARAMETERS, PIXELS

# What Python makes of a count with `28^2` in it, with and without brackets.
WITH_XOR = frozenset(
    {
        *((28 ^ 2) * CLASSES, (28 ^ 2) * CLASSES + 1, (28 ^ 2) * CLASSES + CLASSES),
        *((28 ^ 3) * CLASSES, 28 ^ 2 * CLASSES, 28 ^ 2 * CLASSES + 1, 28 ^ 2 * CLASSES + CLASSES),
    }
)
SOLUTION = (
    "Write it as a calculation: `28 * 28 * number_of_classes + number_of_classes`. The first part"
    " is the weights, the second the biases."
)


@rule("not-a-number")
def no_whole_number(claim: Claim) -> Failed | None:
    """Something else than one whole number was handed in, such as a text or a shape."""
    if whole_number(claim) is not None:
        return None
    return Failed(
        f"`number_of_parameters` is {shown(claim)}; it should be one whole number.",
        help="Count: how many numbers does one neuron learn, and how many neurons are there?",
        why="Parameters are numbers that the network learns. Their count is one whole number,"
        " without quotes.",
        how=SOLUTION,
    )


@rule("forgot-bias-parameters")
def weights_only(count: int | None) -> Failed | None:
    """The weights were counted, and the biases forgotten."""
    if count != PIXELS * CLASSES:
        return None
    return Failed(
        f"{count:,} counts the weights only; the parameters are all the numbers that are learned.",
        help="In y = mx + b each neuron has one thing besides its weights.",
        why="A small number can still matter: the bias shifts each neuron's output before it sees"
        " an image.",
        how="Add one bias for each neuron to the weights that you counted: `+ number_of_classes`.",
    )


@rule("counted-one-neuron")
def one_neuron(count: int | None) -> Failed | None:
    """The parameters of a single neuron were counted."""
    if count not in (PIXELS, PIXELS + 1):
        return None
    return Failed(
        f"{count:,} counts a single neuron; the network has {CLASSES} of them.",
        help="Each neuron has weights of its own.",
        why="Two neurons with the same weights always give the same output. To tell clothes"
        " apart, each needs its own.",
        how="Multiply what one neuron learns by `number_of_classes`. Mind that a neuron has a bias"
        " too.",
    )


@rule("miscounted")
def another_number(count: int | None, model: Model | None) -> Failed | None:
    """Another number, for which no reason is to be seen."""
    if count is None or is_right(count, model, PARAMETERS):
        return None
    found = (
        f"`number_of_parameters` is {count:,}; {CLASSES} neurons that see 28 × 28 pixels learn"
        " another number."
    )
    step = (
        "Count the weights of one neuron, then those of all neurons, then what is left in"
        " y = mx + b."
    )
    if count == PIXELS * CLASSES + 1:
        found = f"{count:,} counts a single bias; each of the {CLASSES} neurons has its own."
        step = "Add one bias for each neuron."
    if count in WITH_XOR:
        found = f"`number_of_parameters` is {count:,}; in Python `28^2` is not 28 squared."
        step = "Write `28 * 28` or `28**2`: `^` compares the bits of two numbers."
    return Failed(
        found,
        help=step,
        why="If you can count the parameters, you understand the network: every line in the drawing"
        " is one of them.",
        how=SOLUTION,
    )
