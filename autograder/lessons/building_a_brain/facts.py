"""What the lesson's checks look up in evidence: small questions with one answer."""

from __future__ import annotations

from autograder.checks import CannotTell, Failed, Skipped
from autograder.evidence import Claim, Evidence, Fit, Layer, Model
from autograder.network import TRANSPARENT

CLASSES = 10
PIXELS = 28 * 28
PARAMETERS = PIXELS * CLASSES + CLASSES
EPOCHS = 5
# Layers that lay numbers out anew, scale or shift them.
LINEAR = frozenset({"Flatten", "Reshape", "Rescaling", "Normalization", "BatchNormalization"})
# What to say where only a person can tell.
OPEN = "These points stay open until a person has looked."


def model_of(evidence: Evidence, question: str) -> Model:
    """The model handed in to a question's check.

    Raises:
        Failed: what was handed in is no Keras model.
    """
    hand_in = evidence.hand_in(question)
    if hand_in is None:
        raise Skipped("There is no model to look at yet.")
    if hand_in.model is None:
        kind = hand_in.claims["model"].kind
        if kind in ("Sequential", "Functional"):
            raise CannotTell("This model could not be described; a person has to look at it.")
        raise Failed(
            f"`model` should be a Keras model, and it is of type `{kind}`.",
            help="Methods such as `compile` and `fit` change the model itself; do not assign what"
            " they give back to `model`."
            if kind in ("NoneType", "History")
            else "Let `model` be the whole network: `tf.keras.Sequential` makes one from a list.",
            misconception="not-a-model",
        )
    return hand_in.model


def output_steps(model: Model) -> tuple[str, ...] | None:
    """What the sums of the last neurons go through before they are outputs, in order.

    Each step is the name of an activation, wherever it stands, or ``custom`` for what is not known
    here; what changes no answer, such as ``Dropout``, is no step. ``None`` where there are no
    neurons.
    """
    if not model.dense:
        return None
    last = model.layers.index(model.dense[-1])
    named = (_step(layer) for layer in model.layers[last:])
    return tuple(name for name in named if name != "linear")


def _step(layer: Layer) -> str:
    if layer.kind in ("Dense", "Activation"):
        return str(layer.settings.get("activation", "linear"))
    if layer.kind in ("Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU"):
        return layer.kind.lower()
    return "linear" if layer.kind in TRANSPARENT or layer.kind in LINEAR else "custom"


def neurons(model: Model) -> tuple[Layer, ...]:
    """The layers that learn something, and those of neurons that were told not to."""
    return tuple(
        layer
        for layer in model.layers
        if layer.kind == "Dense" or any(one.trainable for one in layer.weights)
    )


def fits_of(evidence: Evidence) -> tuple[Fit, ...]:
    """The calls of ``fit`` on the model handed in to ``train``, those that did some work."""
    model = model_of(evidence, "train")
    return tuple(fit for fit in evidence.fits(model.number) if fit.steps or fit.epochs_done)


def whole_number(claim: Claim) -> int | None:
    """A whole number, also where it stands alone in an array; ``None`` for anything else."""
    value = claim.value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(claim: Claim) -> str:
    """A claim as a message names it: a number or a text itself, of all else the type."""
    value = claim.value
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return repr(value)[:60]
    return f"of type `{claim.kind}`"


def plural(number: int, word: str) -> str:
    """``1 epoch``, ``5 epochs``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
