"""Whether the model was trained, and for how many epochs."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Callback, Claim, Evidence, Fit, Model
from autograder.core.text import plural
from autograder.core.verdicts import Failed
from autograder.judge.rules.format import shown
from autograder.judge.rules.rule import rule

# What `fit` gives back, and the dict of curves in it.
HISTORIES = ("History", "dict")
# An epoch on less than this part of the images of another one is no epoch beside it. It is a small
# part, because another one may have had several images made of each.
FAR_FEWER = 0.1


def epochs_done(fits: Sequence[Fit]) -> int:
    """Return the number of epochs in all calls of ``fit``, except those on far fewer images."""
    most = max((images_per_epoch(fit) or 0 for fit in fits), default=0)
    every = (fit for fit in fits if (images_per_epoch(fit) or most) >= FAR_FEWER * most)
    return sum(fit.epochs_done for fit in every)


def images_per_epoch(fit: Fit) -> int | None:
    """Return on how many images each epoch trained, ``None`` where that is not known.

    With ``steps_per_epoch`` they can be fewer than ``fit`` was given.
    """
    count, batch = fit.training.count, fit.batch_size
    if count is None or batch is None or not fit.epochs_done:
        return count
    return min(count, fit.steps * batch // fit.epochs_done)


@rule("not-trained")
def another_was_trained(evidence: Evidence, fits: Sequence[Fit]) -> Failed | None:
    """A model was trained, and then another one was built and handed in."""
    trained = evidence.recorded.fits if evidence.recorded else ()
    if fits or not any(fit.steps for fit in trained):
        return None
    return Failed(
        "The model that you handed in was never trained; another one was.",
        help="Run the cells in order, and build the model only once before you train it.",
        why="Each run of the cell that builds the model makes a new one with new weights. What"
        " the old model learned stays in the old model.",
        how="Run the cells that build, compile and train once each, from top to bottom, and then"
        " this one.",
    )


@rule("not-trained")
def trained_without_fit(
    evidence: Evidence, model: Model, fits: Sequence[Fit], epochs: int
) -> Failed | None:
    """The model was trained batch by batch, by `train_on_batch` or a loop, and not by `fit`."""
    by_batch = evidence.recorded is not None and model.number in evidence.recorded.by_batch
    if fits or not (by_batch or model.steps):
        return None
    how = "by `train_on_batch`" if by_batch else "in a loop of your own"
    steps = f" ({plural(model.steps, 'step')})" if model.steps else ""
    return Failed(
        f"The model was trained {how}{steps}; the blank asks for `fit`, for {epochs} epochs.",
        help="Build and compile the model again, and then let `fit` make the batches and count the"
        " epochs.",
        why="`fit` shuffles the images, goes through all of them in each epoch, validates after"
        " each, and writes it all down. What a loop of your own did, nothing has written down.",
        how="Write `history = model.fit(train_images, train_labels, epochs=..., validation_data="
        "(valid_images, valid_labels))` in place of the loop.",
    )


@rule("not-trained")
def never_trained(evidence: Evidence, fits: Sequence[Fit]) -> Failed | None:
    """`fit` was never called, or did not take a single step."""
    trained = evidence.recorded.fits if evidence.recorded else ()
    if fits or any(fit.steps for fit in trained):
        return None
    return Failed(
        "The model that you handed in was never trained.",
        help="Call the `fit` method of `model`.",
        why="New weights are random. The network knows nothing until it has seen images.",
        how="Write `history = model.fit(...)`. In the brackets go the training images and labels,"
        " the number of epochs and the validation data.",
    )


@rule("too-few-epochs")
def cut_short(fits: Sequence[Fit], epochs: int) -> Failed | None:
    """Training was interrupted before enough epochs were finished."""
    done = epochs_done(fits)
    if not fits or done >= epochs or not fits[-1].interrupted:
        return None
    return Failed(
        f"Training was cut short after {plural(done, 'epoch')}; {epochs} were asked for.",
        help="Run the cell again and let it finish. To start again, build and compile first.",
        why="What was learned until the stop is kept. A second run goes on from there, and the"
        " epochs of both are counted.",
        how="Leave the stop button alone until the last epoch is printed. Each one takes some"
        " seconds.",
    )


@rule("too-few-epochs")
def stopped_early(fits: Sequence[Fit], epochs: int) -> Failed | None:
    """Early stopping ended the training before it had gone through the images often enough."""
    done = epochs_done(fits)
    stop = stopping(fits[-1]) if fits else None
    if stop is None or done >= epochs:
        return None
    return Failed(
        f"`EarlyStopping` ended the training after {plural(done, 'epoch')}, because"
        f" {_why_stopped(fits[-1], stop)}; {epochs} epochs were asked for.",
        help=f"Train for all {epochs} epochs: leave `EarlyStopping` out, or give it a patience that"
        " lets them pass. Before you train again, build and compile.",
        why="A callback can end the training whatever number of epochs `fit` was given. What it"
        " watches, and which way it takes for better, is up to you.",
        how="Take the callback out of the call of `fit`. If you want to keep it, watch `val_loss`,"
        f" leave `mode` out, and write `patience={epochs}`.",
    )


def stopping(fit: Fit) -> Callback | None:
    """Return the early stopping that ended this training, ``None`` where none did."""
    kind = "EarlyStopping"
    found = (one for one in reversed(fit.callbacks) if one.kind == kind)
    return next((one for one in found if one.settings.get("stopped_epoch")), None)


def _why_stopped(fit: Fit, stop: Callback) -> str:
    monitor, mode = str(stop.settings.get("monitor")), stop.settings.get("mode", "auto")
    patience = stop.settings.get("patience", 0)
    waits = f" (`patience={patience}`)"
    curve = [one for one in fit.history.get(monitor, ()) if one is not None]
    wish = {"min": "fall", "max": "rise"}.get(str(mode))
    if len(curve) > 1 and wish and (curve[-1] > curve[0]) == (wish == "fall"):
        did = "rose" if wish == "fall" else "fell"
        return (
            f'`{monitor}` {did} from {curve[0]:.3g} to {curve[-1]:.3g}, and with `mode="{mode}"`'
            f" it should {wish}"
        )
    return f"`{monitor}` got no better for long enough{waits}"


@rule("not-a-history")
def another_history(claim: Claim | None, fits: Sequence[Fit]) -> Failed | None:
    """`history` is not what `fit` gave back for this model, nor the dict in it."""
    if claim is None or claim.fits is None or not fits:
        return None
    numbers = {fit.number for fit in fits} & set(claim.fits)
    if claim.kind in HISTORIES and numbers:
        return None
    found = f"is {shown(claim)}"
    if claim.kind in HISTORIES:
        found = "is the history of another training" if claim.fits else "holds other numbers"
    return Failed(
        f"`history` {found}; it should be what `fit` gave back when it trained this model.",
        help="Keep what `fit` gives back, all of it: `history = model.fit(...)`, with nothing"
        " behind the brackets.",
        why="`fit` gives back a record of every epoch: each loss and each accuracy. The cells below"
        " draw its curves.",
        how="Write `history = model.fit(...)`. A single number you can take out of it later, for"
        ' instance `history.history["val_accuracy"][-1]`, under another name.',
    )


@rule("too-few-epochs")
def too_few_epochs(fits: Sequence[Fit], epochs: int) -> Failed | None:
    """The model went through the images fewer times than asked for."""
    done = epochs_done(fits)
    if not fits or done >= epochs or fits[-1].interrupted or stopping(fits[-1]):
        return None
    return Failed(
        f"The model was trained for {plural(done, 'epoch')}; {epochs} were asked for.",
        help="An epoch is one pass through all the images. `fit` takes the number of epochs.",
        why="After one pass, each image was seen once. The weights still change a lot in the next"
        " passes.",
        how=f"Give `epochs={epochs}` to `fit`. Without it, `fit` makes one pass.",
    )
