"""The pixels: scaled to the range from 0 to 1 in both sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.core.evidence import Answer, Claim, Evidence, Numbers
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.rules.format import shape_in_words
from autograder.judge.rules.rule import OPEN, rule

# White is 1, or visually the same: 255 / 256 is near enough.
TOLERANCE = 0.01
SET_NAMES = {"training": "training images", "validation": "validation images", "mixed": "both sets"}


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """An array of images that was handed in under a name, and how its pixels were changed.

    ``expected`` is the set that it should hold, ``shape`` the shape of the raw one. ``black`` and
    ``white`` are the new values of 0 and 255; ``None`` if unknown or different per pixel.
    """

    name: str
    expected: str
    shape: tuple[int, ...]
    claim: Claim
    black: float | None
    white: float | None

    @property
    def numbers(self) -> Numbers | None:
        """What is known of the array; ``None`` if it is not an array."""
        return self.claim.numbers


def scaled(
    evidence: Evidence, answer: Answer, name: str, expected: str, shape: tuple[int, ...]
) -> Scaled:
    """Return what was handed in under this name, together with what is expected."""
    claim = answer.claims[name]
    about = claim.numbers.about if claim.numbers else None
    maps = [evidence.arrays.get(one or "") for one in (about.scale, about.shift)] if about else []
    black = white = None
    if maps and all(one is not None and np.ndim(one) == 0 for one in maps):
        factor, black = (float(one) for one in maps if one is not None)
        white = 255 * factor + black
    return Scaled(name=name, expected=expected, shape=shape, claim=claim, black=black, white=white)


@rule("not-an-array")
def not_an_array(array: Scaled) -> Failed | None:
    """Something else than an array of pictures was handed in, such as a single number."""
    if array.numbers:
        return None
    return Failed(
        f"`{array.name}` is of type `{array.claim.kind}`; it should be an array of pictures.",
        help="NumPy does arithmetic with whole arrays. What comes out is an array again.",
        why="The network is given all pictures at once, in one block of numbers.",
        how=f"Write `{array.name} = raw_{array.name} / 255`.",
    )


@rule("pictures-reshaped")
def another_shape(array: Scaled) -> Failed | None:
    """The pictures have another shape than before: flattened, or fewer of them."""
    if not array.numbers or array.numbers.shape == array.shape:
        return None
    return Failed(
        f"`{array.name}` has the shape {shape_in_words(array.numbers.shape)}; the raw pictures have"
        f" {shape_in_words(array.shape)}.",
        help="Only the numbers should change. The pictures stay as many, and as wide and high.",
        why="The network will lay the rows end to end itself. And each picture that is missing is"
        " one that it cannot learn from.",
        how=f"Leave out any `reshape` and any slice: `{array.name} = raw_{array.name} / 255`.",
    )


@rule("integer-division")
def whole_numbers_left(array: Scaled) -> Failed | None:
    """The division threw away all that is behind the point, so that only 0 and 1 are left."""
    if not array.numbers or array.numbers.dtype[:3] not in ("int", "uin", "boo"):
        return None
    if array.numbers.high is None or array.numbers.high > 1:
        return None
    return Failed(
        f"`{array.name}` holds whole numbers only, 0 and 1; the greys between black and white are"
        " lost.",
        help="Python has two ways to divide. Which of them keeps what is behind the point?",
        why="A pullover in pure black and white is a blot: nearly all that tells it from a coat"
        " lies in the greys.",
        how="Divide with one stroke, `/`, not with two, `//`, and do not turn the result into"
        " integers.",
    )


@rule("not-scaled")
def not_scaled(array: Scaled) -> Failed | None:
    """The pixels are as they were, from 0 to 255."""
    if array.white is None or not _are_scaled_to(array, 255):
        return None
    return Failed(
        f"The pixels of `{array.name}` go from 0 to {array.white:.0f}; they should go from 0 to 1.",
        help="By what must the largest pixel be divided to become 1?",
        why="With large inputs, a small change of a weight changes the output a lot, and training"
        " jumps about.",
        how=f"Write `{array.name} = raw_{array.name} / 255`.",
    )


@rule("scaled-twice")
def scaled_twice(array: Scaled) -> Failed | None:
    """The pixels were divided by 255 two times."""
    if array.white is None or not _are_scaled_to(array, 1 / 255):
        return None
    return Failed(
        f"The pixels of `{array.name}` go from 0 to {array.white:.4f}; they should go from 0 to 1.",
        help="Were they divided twice? A cell that scales what it has scaled before does so each"
        " time it runs.",
        why="Inputs near zero hardly change an output. The weights would have to grow very large"
        " first.",
        how="Begin from the raw pictures each time, so that running the cell again does no harm:"
        f" `{array.name} = raw_{array.name} / 255`.",
    )


@rule("another-scale")
def another_scale(array: Scaled) -> Failed | None:
    """The pixels are on some other scale, such as from -1 to 1."""
    if array.white is None or array.black is None or _are_scaled_to(array, 1):
        return None
    if _are_scaled_to(array, 255) or _are_scaled_to(array, 1 / 255):
        return None
    return Failed(
        f"In `{array.name}` black is {array.black:.3g} and white is {array.white:.3g}; black should"
        " be 0 and white 1.",
        help="Nothing needs to be added or taken away. How do you bring 255 to 1 and leave 0 where"
        " it is?",
        why="Other small scales would do as well. But marks can be compared only where all work"
        " with the same pixels.",
        how=f"Write `{array.name} = raw_{array.name} / 255`.",
    )


@rule("sets-swapped")
def another_set(array: Scaled) -> Failed | None:
    """The array holds the images of the other set."""
    found = array.numbers.about.split if array.numbers else "unknown"
    if found in ("unknown", array.expected):
        return None
    return Failed(
        f"`{array.name}` holds {SET_NAMES[found]}; it should hold the {SET_NAMES[array.expected]}.",
        help="There are two raw arrays. Compare the names on both sides of the equals sign.",
        why="If the sets are mixed up, the network is trained on its own validation images.",
        how=f"Make it from the raw array of that name: `{array.name} = raw_{array.name} / 255`.",
    )


def unknown_scale(array: Scaled) -> CannotTell | None:
    """Find pixels that were changed by something other than one scale for all."""
    if array.numbers is None or array.white is not None:
        return None
    return CannotTell(
        f"What was done to the pixels of `{array.name}` cannot be seen from the numbers.",
        help=f"{OPEN} One division for all pixels is enough.",
    )


def _are_scaled_to(array: Scaled, white: float) -> bool:
    """Return whether black stayed 0 and white has this value, within 1 % of it."""
    if array.black is None or array.white is None:
        return False
    return all(off <= TOLERANCE * white for off in (abs(array.black), abs(array.white - white)))
