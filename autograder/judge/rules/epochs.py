"""Whether the model was trained, and for how many epochs."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Evidence, Fit
from autograder.core.verdicts import Failed
from autograder.judge.rules.format import plural
from autograder.judge.rules.rule import rule


def epochs_done(fits: Sequence[Fit]) -> int:
    """Return the number of epochs in all calls of ``fit``."""
    return sum(fit.epochs_done for fit in fits)


@rule("not-trained")
def another_was_trained(evidence: Evidence, fits: Sequence[Fit]) -> Failed | None:
    """A model was trained, and then another one was built and handed in."""
    trained = evidence.recorded.fits if evidence.recorded else ()
    if fits or not any(fit.steps for fit in trained):
        return None
    return Failed(
        "The model that you handed in was never trained; another one was.",
        help="Run the cells in order, and build the model only once before you train it.",
        why="Each time the cell that builds the model runs, it makes a new one with fresh weights."
        " What the old one learned stays with the old one.",
        how="Run the cells that build, compile and train once each, from top to bottom, and then"
        " this one.",
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
        why="Fresh weights are random. The network knows nothing until it has studied cards.",
        how="Write `history = model.fit(...)`. In the brackets go the training images and labels,"
        " the number of epochs and the validation data.",
    )


@rule("too-few-epochs")
def cut_short(fits: Sequence[Fit], epochs: int) -> Failed | None:
    """Training was interrupted before it had gone through the cards often enough."""
    done = epochs_done(fits)
    if not fits or done >= epochs or not fits[-1].interrupted:
        return None
    return Failed(
        f"Training was cut short after {plural(done, 'epoch')}; {epochs} were asked for.",
        help="Run the cell again and let it end. To start afresh, build and compile first.",
        why="What was learned until the stop is kept. A second run goes on from there, and the"
        " epochs of both are counted.",
        how="Leave the stop button alone until the last epoch is printed. Each one takes some"
        " seconds.",
    )


@rule("too-few-epochs")
def too_few_epochs(fits: Sequence[Fit], epochs: int) -> Failed | None:
    """The model went through the cards less often than was asked for."""
    done = epochs_done(fits)
    if not fits or done >= epochs or fits[-1].interrupted:
        return None
    return Failed(
        f"The model was trained for {plural(done, 'epoch')}; {epochs} were asked for.",
        help="An epoch is one pass through the cards; `fit` takes their number.",
        why="After one pass the weights have seen each card once. They still move a good way in the"
        " passes that follow.",
        how=f"Give `epochs={epochs}` to `fit`. Without a word from you it makes one pass.",
    )
