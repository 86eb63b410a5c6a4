"""What the lesson's checks look up in evidence: small questions with one answer."""

from __future__ import annotations

from autograder.checks import Failed, Skipped
from autograder.evidence import Evidence, Fit, Layer, Model

CLASSES = 10
PIXELS = 28 * 28
PARAMETERS = PIXELS * CLASSES + CLASSES
EPOCHS = 5


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
        raise Failed(
            f"`model` is of type `{kind}`, not a Keras model.",
            help="Let `model` be the whole network: `tf.keras.Sequential` makes one from a list.",
            misconception="not-a-model",
        )
    return hand_in.model


def output_activation(model: Model) -> str | None:
    """The activation of the model's outputs, in the last layer or in one of its own.

    ``None`` where no layer makes outputs.
    """
    for layer in reversed(model.layers):
        if layer.kind == "Softmax":
            return "softmax"
        if layer.kind in ("ReLU", "LeakyReLU"):
            return layer.kind.lower()
        activation = layer.settings.get("activation")
        if layer.kind in ("Dense", "Activation") and activation != "linear":
            return str(activation)
        if layer.kind == "Dense":
            return "linear"
    return None


def trainable(model: Model) -> tuple[Layer, ...]:
    """The layers that learn something."""
    return tuple(layer for layer in model.layers if any(one.trainable for one in layer.weights))


def fits_of(evidence: Evidence) -> tuple[Fit, ...]:
    """The calls of ``fit`` on the model handed in to ``train``, those that did some work."""
    model = model_of(evidence, "train")
    return tuple(fit for fit in evidence.fits(model.number) if fit.steps or fit.epochs_done)


def plural(number: int, word: str) -> str:
    """``1 epoch``, ``5 epochs``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
