"""What happens to the logits of the last neurons before they are outputs."""

from __future__ import annotations

from autograder.core.evidence import Layer, Model
from autograder.core.verdicts import CannotTell, Failed, Skipped
from autograder.judge.inference import TRANSPARENT
from autograder.judge.rules.rule import OPEN, rule

# Layers that reshape, scale or shift numbers.
LINEAR = frozenset({"Flatten", "Reshape", "Rescaling", "Normalization", "BatchNormalization"})
NAMED = frozenset({"Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU"})
UNKNOWN = "custom"

Steps = tuple[str, ...]


def output_steps(model: Model) -> Steps | None:
    """Return the steps from the logits of the last neurons to the outputs, in order.

    Each step is the name of an activation, of a layer or of its argument, or ``custom`` for an
    unknown one; layers that change no answer, such as ``Dropout``, are no steps. ``None`` where
    there are no neurons.
    """
    if not model.dense:
        return None
    last = model.layers.index(model.dense[-1])
    named = (step_of(layer) for layer in model.layers[last:])
    return tuple(name for name in named if name != "linear")


def step_of(layer: Layer) -> str:
    """Return the name of the activation that a layer applies, or ``custom`` if it is unknown."""
    if layer.kind in ("Dense", "Activation"):
        return str(layer.settings.get("activation", "linear"))
    if layer.kind in NAMED:
        return layer.kind.lower()
    return "linear" if layer.kind in TRANSPARENT or layer.kind in LINEAR else UNKNOWN


def no_outputs(steps: Steps | None) -> Skipped | None:
    """Return ``Skipped`` if there are no neurons, and so no outputs."""
    return Skipped("This is checked once there are neurons.") if steps is None else None


@rule("hidden-nonlinearity")
def activated_outputs(steps: Steps | None) -> Failed | None:
    """The outputs go through an activation that bends them, such as `relu` or `sigmoid`."""
    known = [step for step in steps or () if step != UNKNOWN]
    if known in ([], ["softmax"]):
        return None
    return Failed(
        f"The outputs go through {' and then '.join(f'`{step}`' for step in known)}; in this"
        " lesson they stay as they are.",
        help="Look at the activation of the last layer: there should be none. The loss turns the"
        " outputs into probabilities itself.",
        why="An activation throws away what the loss needs. `relu` turns every negative output"
        " into zero, and nothing is learned from a zero.",
        how="Take the `activation` out of the last `Dense` layer, and any activation layer after"
        " it.",
    )


def unknown_outputs(steps: Steps | None) -> CannotTell | None:
    """Return ``CannotTell`` if the outputs go through an unknown step."""
    if UNKNOWN not in (steps or ()):
        return None
    return CannotTell(
        "The outputs go through a function or a layer that the grader does not know.",
        help=f"{OPEN} In this lesson no activation is needed.",
    )
