"""The count of images that only the deeper network classifies correctly, and its mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Answer, Claim, Evidence, Model
from autograder.core.verdicts import Failed, Skipped
from autograder.datasets import Images
from autograder.judge.activations import Floats
from autograder.judge.inference import UnknownLayer, as_given, outputs
from autograder.judge.rules.format import shown, whole_number
from autograder.judge.rules.models import claim_of, learning_layers
from autograder.judge.rules.rule import rule
from autograder.judge.rules.weights import given_images, last_weights

Guesses = NDArray[np.intp]

SINGLE_LAYER = "single_layer"
MODEL_QUESTIONS = ("build", "compile", "train")
# Nearly equal outputs may be ordered differently on another device.
TOLERANCE = 3
SOLUTION = (
    "Write `won = (deep_guesses == valid_labels) & (single_guesses != valid_labels)`, and then"
    " `cards_won = int(won.sum())`."
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How the two networks did on all validation images: numbers of images.

    ``won``: only the deeper network is right; ``lost``: only the single layer is right; ``deep``
    and ``single``: all that each gets right; ``different``: their predictions differ.
    """

    won: int
    lost: int
    deep: int
    single: int
    different: int
    images: int


def compare(evidence: Evidence, deep: Model, single: Model, data: Images) -> Comparison:
    """Evaluate both networks on the validation images.

    The lesson's own cell gives both the same images: a network that was never trained is given
    those of the other one.

    Raises:
        UnknownLayer: one of them, or what it was given, cannot be computed here.
    """
    return _comparison(
        _guesses(evidence, deep, _prepared(evidence, deep, single, data, "your network")),
        _guesses(evidence, single, _prepared(evidence, single, deep, data, f"`{SINGLE_LAYER}`")),
        data,
    )


def compare_raw(evidence: Evidence, deep: Model, single: Model, data: Images) -> Comparison | None:
    """Evaluate both networks on the raw validation images, ``None`` where others were handed in.

    To leave them as they are costs its own points. Of what was prepared in any other way the answer
    could be known without counting.
    """
    claim = claim_of(evidence, "scale", "valid_images")
    numbers = claim.numbers if claim else None
    images = as_given(evidence, numbers.about, data.valid_images) if numbers else None
    if images is None or not np.array_equal(images.ravel(), data.valid_images.ravel()):
        return None
    return _comparison(_guesses(evidence, deep, images), _guesses(evidence, single, images), data)


def _comparison(deep_guesses: Guesses, single_guesses: Guesses, data: Images) -> Comparison:
    deep_right = deep_guesses == data.valid_labels
    single_right = single_guesses == data.valid_labels
    return Comparison(
        won=int((deep_right & ~single_right).sum()),
        lost=int((single_right & ~deep_right).sum()),
        deep=int(deep_right.sum()),
        single=int(single_right.sum()),
        different=int((deep_guesses != single_guesses).sum()),
        images=len(deep_right),
    )


def _prepared(evidence: Evidence, model: Model, other: Model, data: Images, name: str) -> Floats:
    fits = evidence.fits(model.number) or evidence.fits(other.number)
    if not fits:
        raise UnknownLayer(f"{name} was not trained, so that what goes into it is not known")
    images = given_images(evidence, fits[-1], data.valid_images)
    if images is None:
        raise UnknownLayer(f"the preprocessing of the pixels for {name} is unknown")
    return images


def _guesses(evidence: Evidence, model: Model, images: Floats) -> Guesses:
    guesses: Guesses = outputs(model, last_weights(evidence, model), images).argmax(axis=1)
    return guesses


def require_own_network(evidence: Evidence, deep: Model) -> None:
    """Require that a network is that of an earlier question.

    Raises:
        Skipped: it was made for the comparison.
    """
    earlier = [one for name in MODEL_QUESTIONS if (one := evidence.answer(name))]
    if not any(one.model and one.model.number == deep.number for one in earlier):
        raise Skipped(
            "`model` is not the network of the questions before.",
            help="Leave `model` as you have built it there, and run the cells in order.",
        )


def single_layer_model(answer: Answer, deep: Model) -> Model:
    """Return the single layer that was handed in for comparison.

    Raises:
        Skipped: there is none, or it is another network.
    """
    leave = f"Leave `{SINGLE_LAYER}` as the notebook makes it, and run the cells in order."
    if SINGLE_LAYER not in answer.others:
        raise Skipped(f"There is no `{SINGLE_LAYER}` to compare with.", help=leave)
    single = answer.others[SINGLE_LAYER]
    if single.number == deep.number or len(learning_layers(single)) != 1:
        raise Skipped(f"`{SINGLE_LAYER}` is not the network that the notebook makes.", help=leave)
    return single


def is_right(count: int, comparison: Comparison) -> bool:
    """Return whether the count is right, up to a few images with nearly equal outputs."""
    return _is_near(count, comparison.won)


@rule("share-not-number")
def share(claim: Claim, comparison: Comparison) -> Failed | None:
    """The share of the images was handed in, not their number."""
    value = claim.value
    if not isinstance(value, float) or not 0 < value < 1 or comparison.won < 1:
        return None
    if abs(value - comparison.won / comparison.images) > TOLERANCE / comparison.images:
        return None
    return Failed(
        f"`cards_won` is {value:.4g}, a share of the images; it should be their number.",
        help="You have found the right images. One function adds up, another one takes the mean.",
        why="A number says how many images there are. A share also needs to say of how many.",
        how="Take `sum()` in the place of `mean()`.",
    )


@rule("not-a-number")
def no_whole_number(claim: Claim) -> Failed | None:
    """Something else than one whole number was handed in, such as the array of true and false."""
    if whole_number(claim) is not None:
        return None
    return Failed(
        f"`cards_won` is {shown(claim)}; it should be one whole number.",
        help="An array of true and false says which images were won. How many are true?",
        why="NumPy counts true as 1 and false as 0, so that adding up is counting.",
        how=SOLUTION,
    )


@rule("counted-net-gain")
def net_gain(count: int, comparison: Comparison) -> Failed | None:
    """The difference of the right answers was counted: won minus lost."""
    if not _is_near(count, comparison.won - comparison.lost):
        return None
    return Failed(
        f"{count:,} is by how many right answers the deeper network is ahead; some of its gains"
        " are hidden in that number.",
        help="On some images only the single layer is right. They were subtracted, and should not"
        " be.",
        why="Two networks can be equally good and still be wrong on different images. The"
        " difference alone does not show it.",
        how=SOLUTION,
    )


@rule("won-and-lost-swapped")
def swapped(count: int, comparison: Comparison) -> Failed | None:
    """The images were counted that only the single layer gets right."""
    if not _is_near(count, comparison.lost):
        return None
    return Failed(
        f"{count:,} images are right with the single layer and wrong with the deeper network; the"
        " question asks for the reverse.",
        help="Read your two comparisons aloud. Which network is right in them, and which is wrong?",
        why="Those images were lost. It is worth knowing that there are some: the deeper network"
        " is not better everywhere.",
        how=SOLUTION,
    )


@rule("counted-all-right")
def all_right(count: int, comparison: Comparison) -> Failed | None:
    """All images were counted that one of the networks gets right."""
    if not (_is_near(count, comparison.deep) or _is_near(count, comparison.single)):
        return None
    which = "deeper network" if _is_near(count, comparison.deep) else "single layer"
    return Failed(
        f"{count:,} images are right with the {which}, whatever the other says; asked for are"
        " those that only the deeper network gets right.",
        help="Two things must be true of an image that was won. You have checked one of them.",
        why="Most images are easy, and both get them right. The others show what a hidden layer"
        " adds.",
        how=SOLUTION,
    )


@rule("counted-single-mistakes")
def single_mistakes(count: int, comparison: Comparison) -> Failed | None:
    """All mistakes of one network were counted, won or not."""
    wrong = (comparison.images - comparison.single, comparison.images - comparison.deep)
    if not any(_is_near(count, one) for one in wrong):
        return None
    return Failed(
        f"{count:,} images are wrong with one of the networks, whatever the other predicts; the"
        " question asks for the single layer's mistakes that the other network corrects.",
        help="Two things must be true of an image that was won. You have checked one of them.",
        why="Some images are wrong with both networks. Neither has won those.",
        how=SOLUTION,
    )


@rule("counted-different-answers")
def different_answers(count: int, comparison: Comparison) -> Failed | None:
    """The images were counted for which the two networks give different answers."""
    if not _is_near(count, comparison.different):
        return None
    return Failed(
        f"The two networks give different answers to {count:,} images; not all of those were won.",
        help="Where they differ, either may be right, or neither. What does the label say?",
        why="Different is not better. Only the true label decides.",
        how=SOLUTION,
    )


@rule("miscounted-cards")
def another_number(count: int, comparison: Comparison) -> Failed | None:
    """Another number, for which no reason is to be seen."""
    if is_right(count, comparison):
        return None
    return Failed(
        f"`cards_won` is {count:,}; counted again with the weights of both networks it is another"
        " number.",
        help="Run the cell that makes the guesses again, then yours. Were the networks trained"
        " again after that?",
        why="The guesses are a picture of one moment. If a network learns on, they are out of"
        " date.",
        how=SOLUTION,
    )


def _is_near(count: int, number: int) -> bool:
    return abs(count - number) <= TOLERANCE
