"""The checks that the notebook calls. Importing this module starts the recording."""

from __future__ import annotations

from autograder.core.evidence import Evidence, Fit, Model
from autograder.judge.rules.weights import accuracy, last_weights
from autograder.kernel.check_session import CheckSession
from autograder.kernel.placeholder import Blank
from autograder.lessons.a_deeper_brain.lesson import LESSON
from autograder.lessons.a_deeper_brain.marked_accuracy import epoch_weights

_SESSION = CheckSession(LESSON)


def __dir__() -> list[str]:
    """List what the tab key offers a student: the checks, without their internals."""
    return ["blank", "progress", "steady_accuracy", *(one.name for one in LESSON.questions)]


def blank(name: str) -> Blank:
    """Return a blank that your own work will replace."""
    return _SESSION.blank(name)


def progress() -> None:
    """Show where you stand, and what comes next."""
    _SESSION.progress()


@_SESSION.asks
def scale(train_images: object, valid_images: object) -> float | None:
    """Check the scaled pixels of both sets of cards."""


@_SESSION.asks
def build(model: object) -> float | None:
    """Check the model's layers."""


@_SESSION.asks
def parameters(number_of_parameters: object) -> float | None:
    """Check the number of parameters."""


@_SESSION.asks
def compile(model: object) -> float | None:
    """Check how the model was compiled."""


@_SESSION.asks
def train(model: object, history: object) -> float | None:
    """Check how the model was trained, when it stopped, and how well it does."""


@_SESSION.asks
def compare(model: object, single_layer: object, cards_won: object) -> float | None:
    """Check how many cards the deeper network wins."""


def steady_accuracy(history: object) -> list[float]:
    """Return the validation accuracy of the mean of the weights over each epoch.

    The last of these numbers is the one that gets marked. They are ``nan`` where they cannot be
    computed: for a history from another kernel, or a network with unknown layers.
    """
    return _SESSION.each_epoch(history, _accuracies)


def _accuracies(evidence: Evidence, model: Model, fit: Fit) -> list[float]:
    last, images = last_weights(evidence, model), _SESSION.recorder.data
    return [
        accuracy(evidence, model, {**last, **epoch_weights(evidence, fit, epoch)}, fit, images)
        for epoch in range(len(fit.snapshots))
    ]
