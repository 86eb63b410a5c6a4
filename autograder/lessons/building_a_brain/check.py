"""The checks that the notebook calls. Importing this module starts the recording."""

from __future__ import annotations

from autograder.core.evidence import Evidence, Fit, Model
from autograder.judge.rules.weights import accuracy, last_weights, mean_weights
from autograder.kernel.check_session import CheckSession
from autograder.kernel.placeholder import Blank
from autograder.lessons.building_a_brain.lesson import LESSON

_SESSION = CheckSession(LESSON)


def __dir__() -> list[str]:
    """List what the tab key offers a student: the checks, without their internals."""
    return [
        "blank",
        "progress",
        "steady_accuracy",
        "threshold",
        *(one.name for one in LESSON.questions),
    ]


def blank(name: str) -> Blank:
    """Return a blank that your own work will replace."""
    return _SESSION.blank(name)


def progress() -> None:
    """Show where you stand, and what comes next."""
    _SESSION.progress()


@_SESSION.asks
def devices(gpus: object) -> float | None:
    """Check the list of GPUs."""


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
    """Check how the model was trained, and how well."""


@_SESSION.asks
def predict(model: object, data_index: object, predicted_label: object) -> float | None:
    """Check the predicted label of one image."""


def threshold() -> float:
    """Return the accuracy that the mean of the weights has to reach, from 0 to 1."""
    return _SESSION.threshold


def steady_accuracy(history: object) -> list[float]:
    """Return the validation accuracy of the mean of the weights after each epoch.

    The mean is taken over the second half of the epochs until then, including earlier training of
    the same model; the last of these numbers is the one that gets marked. They are ``nan`` where
    they cannot be computed: for a history from another kernel, or a network with unknown layers.
    """
    return _SESSION.each_epoch(history, _accuracies)


def _accuracies(evidence: Evidence, model: Model, fit: Fit) -> list[float]:
    fits = [one for one in evidence.fits(fit.model) if one.number <= fit.number]
    if not fits:
        return []
    before = sum(len(one.snapshots) for one in fits[:-1])
    last, images = last_weights(evidence, model), _SESSION.recorder.data
    means = (
        mean_weights(evidence, fits, epochs=before + done)
        for done in range(1, len(fit.snapshots) + 1)
    )
    return [accuracy(evidence, model, {**last, **mean}, fit, images) for mean in means]
