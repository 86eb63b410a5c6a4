"""The model that was handed in, how it was compiled, and the calls of ``fit`` on it."""

from __future__ import annotations

import math

from autograder.core.evidence import Answer, Claim, Compiled, Evidence, Fit, Layer, Model
from autograder.core.verdicts import CannotTell, Failed, Skipped
from autograder.judge.rules.rule import OPEN, raise_first, rule


def model_of(evidence: Evidence, question: str) -> Model:
    """Return the model that was handed in to a question's check.

    Raises:
        Failed: the value that was handed in is no Keras model.
        CannotTell: it is one, but it could not be described.
        Skipped: nothing was handed in.
    """
    answer = evidence.answer(question)
    if answer is None:
        raise Skipped("There is no model to look at yet.")
    if answer.model:
        return answer.model
    raise_first(model_overwritten(answer), not_a_model(answer))
    raise CannotTell("This model could not be described; it needs manual review.")


def compiled_of(evidence: Evidence, question: str) -> Compiled:
    """Return how the model that was handed in to a question's check was compiled.

    Raises:
        Failed: it was not compiled.
        CannotTell: it was, with something that cannot be recorded.
    """
    model = model_of(evidence, question)
    raise_first(not_compiled(model))
    assert model.compiled
    if not model.compiled.loss and any(fit.steps for fit in evidence.fits(model.number)):
        raise CannotTell(
            "The model was compiled with something that cannot be written down, such as a loss of"
            " your own.",
            help=OPEN,
        )
    return model.compiled


def fits_of(evidence: Evidence, question: str) -> tuple[Fit, ...]:
    """Return the calls of ``fit`` with steps or epochs on the model that was handed in.

    What was played with after the check is none of them.
    """
    model, answer = model_of(evidence, question), evidence.answer(question)
    before = math.inf if answer is None or answer.fits is None else answer.fits
    return tuple(
        fit
        for fit in evidence.fits(model.number)
        if fit.number < before and (fit.steps or fit.epochs_done)
    )


def claim_of(evidence: Evidence, question: str, name: str) -> Claim | None:
    """Return what was handed in under a name, ``None`` where nothing was."""
    answer = evidence.answer(question)
    return answer.claims.get(name) if answer else None


def learning_layers(model: Model) -> tuple[Layer, ...]:
    """Return the layers with trainable weights, and all ``Dense`` layers."""
    return tuple(
        layer
        for layer in model.layers
        if layer.kind == "Dense" or any(one.trainable for one in layer.weights)
    )


def _kind(answer: Answer) -> str:
    return answer.claims["model"].kind


@rule("not-a-model")
def model_overwritten(answer: Answer) -> Failed | None:
    """`model` no longer holds the model: what a method of it gave back was put into its place."""
    if _kind(answer) not in ("NoneType", "History"):
        return None
    is_none = _kind(answer) == "NoneType"
    also = " A function of your own gives `None` back where it has no `return`." if is_none else ""
    return Failed(
        f"`model` should be a Keras model, and it is of type `{_kind(answer)}`.",
        help="Methods such as `compile` and `fit` change the model itself; do not assign their"
        f" result to `model`.{also}",
        why="A name in Python holds one thing at a time. Once `model` holds something else, the"
        " network that you built is out of reach.",
        how="Write `model.compile(...)` on a line of its own, without `model =` before it. Then run"
        " the cells again from the one that builds the model.",
    )


@rule("not-a-model")
def not_a_model(answer: Answer) -> Failed | None:
    """`model` holds something else than a Keras model, such as a list of layers."""
    kind = _kind(answer)
    if kind in ("Sequential", "Functional"):
        return None
    return Failed(
        f"`model` is of type `{kind}`; it should be a Keras model.",
        help="Let `model` be the whole network: `tf.keras.Sequential` makes one from a list.",
        why="Layers alone do not know of each other. A model joins them, and only a model can be"
        " compiled, trained and asked.",
        how="Put the layers into a list and hand that list over:"
        " `model = tf.keras.Sequential([...])`.",
    )


@rule("not-compiled")
def not_compiled(model: Model) -> Failed | None:
    """The cell ran, but `compile` was never called on this model."""
    if model.compiled:
        return None
    return Failed(
        "Your cell ran, but the model is not compiled.",
        help="`model` has a method of that name. It takes an optimizer, a loss and metrics.",
        why="Without them Keras does not know what counts as a mistake, nor how to learn from one.",
        how="Call `model.compile(optimizer=..., loss=..., metrics=[...])` on the very model that"
        " you hand in, after the cell that builds it.",
    )
