"""Early stopping: it watches validation, has some patience, and restores the best weights."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import CUSTOM, Callback, Fit
from autograder.core.text import plural
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.rules.epochs import epochs_done
from autograder.judge.rules.rule import OPEN, rule

KIND = "EarlyStopping"
# By about how much the validation loss falls in the last epochs that are worth waiting for.
MAX_STEP = 0.01
EXAMPLE = (
    '`tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)`'
)


def early_stopping(fit: Fit) -> Callback | None:
    """Return the early stopping that ``fit`` was given, the last one if there are several."""
    return next((one for one in reversed(fit.callbacks) if one.kind == KIND), None)


def has_stopped(fit: Fit) -> bool:
    """Return whether early stopping ended this training."""
    stop = early_stopping(fit)
    return stop is not None and bool(stop.settings.get("stopped_epoch"))


def _may_have_stopped(fit: Fit) -> bool:
    """Return whether a callback of the student's own has patience, or ended the training."""
    ended = 0 < fit.epochs_done < (fit.epochs_requested or 0) and not fit.interrupted
    return any(
        ended or one.kind.startswith(KIND) or one.settings.get("patience") is not None
        for one in fit.callbacks
        if one.kind.endswith(CUSTOM) or one.kind == "LambdaCallback"
    )


@rule("no-early-stopping")
def no_early_stopping(fit: Fit) -> Failed | None:
    """`fit` was given nothing that ends the training in time."""
    if early_stopping(fit) or _may_have_stopped(fit):
        return None
    return Failed(
        f"Nothing watched the training: it went on for {plural(fit.epochs_done, 'epoch')}, as"
        " `fit` was asked to; it should stop when validation gets no better.",
        help="`fit` takes a list of callbacks. One of them is made for this.",
        why="A model that trains too long memorises its images. Nobody knows in advance how long"
        " is too long; validation shows it.",
        how=f"Make {EXAMPLE} and give it to `fit` in a list, as `callbacks=[...]`.",
    )


def unknown_early_stopping(fit: Fit) -> CannotTell | None:
    """Find early stopping by a class that the student wrote: its settings are unknown."""
    if early_stopping(fit) or not _may_have_stopped(fit):
        return None
    return CannotTell(
        "The early stopping is your own class; the grader cannot see when it stops.",
        help=f"{OPEN} Keras has it ready in `tf.keras.callbacks`.",
    )


@rule("watches-studied-cards")
def watches_studied(stop: Callback) -> Failed | None:
    """Early stopping watches the training images, not validation."""
    monitor = str(stop.settings.get("monitor"))
    if monitor.startswith("val_"):
        return None
    return Failed(
        f"Early stopping watches `{monitor}`, which is about the training images; it should watch"
        " validation.",
        help="Keras puts the same prefix before everything that it measures in validation.",
        why="Results on the training images improve to the very end. They never show when"
        " memorising begins.",
        how='Write `monitor="val_loss"`.',
    )


@rule("watches-nothing")
def watches_nothing(fit: Fit, stop: Callback) -> Failed | None:
    """Early stopping watches a number that this training does not have, so it never acts."""
    monitor = str(stop.settings.get("monitor"))
    if not monitor.startswith("val_") or monitor in fit.history or not fit.history:
        return None
    found = ", ".join(f"`{name}`" for name in fit.history if name.startswith("val_")) or "nothing"
    return Failed(
        f"Early stopping watches `{monitor}`, and there is no such number; validation has {found}.",
        help="The names are those in `history.history`. Without validation data it has none of"
        " validation.",
        why="What watches a number that never comes never acts. Keras only prints a warning.",
        how='Write `monitor="val_loss"`, and give `fit` the validation data.',
    )


@rule("watches-the-wrong-way")
def wrong_way(stop: Callback) -> Failed | None:
    """Early stopping takes a falling loss for the worse, or a rising accuracy."""
    monitor, mode = str(stop.settings.get("monitor")), stop.settings.get("mode", "auto")
    better = "min" if "loss" in monitor else "max"
    if mode in ("auto", better):
        return None
    return Failed(
        f"Early stopping watches `{monitor}` with the mode `{mode}`, as if it should"
        f" {'rise' if mode == 'max' else 'fall'}; it should do the opposite.",
        help="Keras finds out by itself which direction is better, unless you set `mode`.",
        why="A guard who takes better for worse ends the training as soon as it goes well.",
        how="Take `mode` out of the brackets.",
    )


@rule("no-patience")
def no_patience(stop: Callback) -> Failed | None:
    """Early stopping gives up at the first epoch that is no better than the best."""
    patience = stop.settings.get("patience", 0)
    if not isinstance(patience, int) or patience >= 2:
        return None
    return Failed(
        f"Early stopping has a patience of {plural(patience, 'epoch')}; the blank asks for 3.",
        help="Validation results go up and down from epoch to epoch. One bad epoch is no bad sign.",
        why="Without patience a single unlucky epoch ends the training, long before the network has"
        " learned what it can.",
        how="Write `patience=3` into the brackets.",
    )


@rule("too-patient")
def too_patient(fit: Fit, stop: Callback) -> Failed | None:
    """Early stopping waits for longer than the training can last."""
    patience = stop.settings.get("patience", 0)
    if (
        not isinstance(patience, int)
        or fit.epochs_requested is None
        or patience < fit.epochs_requested
    ):
        return None
    return Failed(
        f"Early stopping waits for {plural(patience, 'epoch')}, and the training may last for"
        f" {fit.epochs_requested}; so it can never act.",
        help="Compare the patience with the number of epochs. Which of them must be smaller?",
        why="Patience is the number of epochs without improvement before training stops. It has"
        " to be smaller than the number of epochs.",
        how="Write `patience=3` into the brackets.",
    )


@rule("too-patient")
def begins_too_late(fit: Fit, stop: Callback) -> Failed | None:
    """Early stopping looks away for so long that nothing is left to stop."""
    patience, begin = stop.settings.get("patience", 0), stop.settings.get("start_from_epoch", 0)
    if not isinstance(patience, int) or not isinstance(begin, int) or fit.epochs_requested is None:
        return None
    if not begin or begin + patience < fit.epochs_requested:
        return None
    return Failed(
        f"Early stopping begins after {plural(begin, 'epoch')} and then waits for {patience} more;"
        f" the training may last for {fit.epochs_requested}, so it can never act.",
        help="Let it watch from the first epoch.",
        why="What comes before it begins is not kept as the best. If the best epoch lies there, it"
        " is lost.",
        how="Take `start_from_epoch` out of the brackets.",
    )


@rule("asks-for-too-much")
def steps_too_large(stop: Callback) -> Failed | None:
    """Early stopping takes an epoch that is better for one that is no better."""
    # Keras inverts its sign where less is better.
    least = stop.settings.get("min_delta", 0)
    if not isinstance(least, int | float) or abs(least) <= MAX_STEP:
        return None
    return Failed(
        f"Early stopping has a `min_delta` of {abs(least):g}: only an epoch that is better by"
        " more than that counts as better. Training stops, and an early epoch is restored, while"
        " validation is still improving.",
        help="Every step counts, however small. What does Keras take if you do not say it?",
        why="Later epochs gain less than the first ones, and together they gain much.",
        how="Take `min_delta` out of the brackets.",
    )


@rule("asks-for-too-much")
def out_of_reach(fit: Fit, stop: Callback) -> Failed | None:
    """Early stopping waits for a validation result that never came."""
    line, monitor = stop.settings.get("baseline"), str(stop.settings.get("monitor"))
    reached = [one for one in fit.history.get(monitor, ()) if one is not None]
    if not isinstance(line, int | float) or not reached:
        return None
    if min(reached) < line if "loss" in monitor else max(reached) > line:
        return None
    return Failed(
        f"Early stopping has a `baseline` of {line:g}, and `{monitor}` never got there; until it"
        " does, patience runs out, however much better the epochs are.",
        help="The training should be as good as it can, not as good as a number set beforehand.",
        why="How good a network can become nobody knows before it was trained. With a line that it"
        " cannot reach, the first unlucky epoch ends the training.",
        how="Take `baseline` out of the brackets.",
    )


@rule("best-weights-not-restored")
def best_weights_left(stop: Callback) -> Failed | None:
    """Early stopping ends the training, and leaves the weights as they were at the end."""
    if stop.settings.get("restore_best_weights", True):
        return None
    return Failed(
        "Early stopping leaves the network with its last weights; it should take back the best.",
        help="Look at what early stopping can do with the weights of the best epoch.",
        why="When it stops, the best epoch lies some way back: as many epochs as its patience. What"
        " came after was learning by heart.",
        how="Write `restore_best_weights=True` into the brackets.",
    )


@rule("too-few-epochs")
def cap_too_low(fits: Sequence[Fit], max_epochs: int) -> Failed | None:
    """The training came to its last epoch before early stopping had anything to do."""
    done = epochs_done(fits)
    if not fits or done >= max_epochs or fits[-1].interrupted or has_stopped(fits[-1]):
        return None
    return Failed(
        f"Training ended after {plural(done, 'epoch')}, because `fit` was asked for no more; it"
        f" may go on for {max_epochs}.",
        help="Give it more epochs. Early stopping ends training in time.",
        why="If the number of epochs is too small, you have guessed the end after all, and the"
        " network could have learned more.",
        how=f"Give `epochs={max_epochs}` to `fit`, then build, compile and train again.",
    )
