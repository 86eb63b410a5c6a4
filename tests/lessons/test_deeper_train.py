"""The training of “A Deeper Brain”: its images, its validation, its end, and how well it does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from support.cases import Case, fails, of, verify
from support.deeper_builder import (
    FIT,
    LESSON,
    SINGLE_FIT,
    Callback,
    Submission,
    arrays,
    changed,
    fit,
    judged,
    pictures,
    stop,
    trained,
    trained_with,
    training,
    validation,
    weights,
)

# Asked once the model is trained.
REST = dict.fromkeys(
    ("train.validation", "train.stopping", "train.restored", "train.accuracy"), "skipped"
)


def stopped(*callbacks: Callback, **changes) -> Submission:
    """A training with these callbacks."""
    return trained_with(fit(callbacks=callbacks, **changes))


def stops_badly(misconception: str, *says: str, work: Submission) -> Case:
    """A case in which the way that training ends is wrong, so that nothing is said of its end."""
    return fails(
        "train.stopping", misconception, *says, work=work, others={"train.restored": "skipped"}
    )


ACCEPTED = {
    "as the lesson has it": Submission(),
    "not stopped": stopped(
        stop(stopped_epoch=0), epochs_done=20, epochs_requested=20, steps=7_500, snapshots=(3,) * 6
    ),
    "watching the accuracy": stopped(stop(monitor="val_accuracy")),
    "with other callbacks": stopped(Callback(kind="TerminateOnNaN"), stop()),
    "more patience": stopped(stop(patience=5)),
    "many more epochs asked for": stopped(stop(), epochs_requested=100),
    "going on": Submission(fits=(FIT, SINGLE_FIT, fit(number=2, means=(), snapshots=()))),
    "a small step is no better": stopped(stop(min_delta=-0.001)),
    "a line that was reached": stopped(stop(baseline=0.9)),
    "a watch that begins later": stopped(stop(start_from_epoch=3)),
    "from a stream": trained_with(
        fit(training=training(split="unknown", labels="unknown"), batch_size=64)
    ),
}


def started(change) -> Submission:
    """The right solution, whose training began with its last weights, changed."""

    def recorded():
        start = {
            f"fit-0/start/{name}": change(one)
            for name, one in zip(FIT.means, trained().last, strict=True)
        }
        return {**arrays(), **start}

    return trained_with(fit(start="before", states=()), arrays=recorded)


wrong_data = partial(fails, "train.data")
wrong_validation = partial(fails, "train.validation")
CASES = {
    **{name: Case(work=work, check="train.stopping") for name, work in ACCEPTED.items()},
    "started with weights from nowhere": Case(
        work=started(lambda one: one),
        check="train.accuracy",
        outcome="error",
        says=("before `fit` was called", "manual review"),
    ),
    "started at random": Case(
        work=started(np.random.default_rng(7).permutation), check="train.accuracy"
    ),
    "never": wrong_data(
        "not-trained",
        "never trained.",
        work=Submission(fits=(SINGLE_FIT,)),
        others={**REST, "train.restored": "skipped"},
    ),
    "another one": wrong_data(
        "not-trained",
        "another one was",
        work=Submission(fits=(changed(FIT, model=7), SINGLE_FIT)),
        others=REST,
    ),
    "trained on the validation images": wrong_data(
        "trained-on-validation-data",
        work=trained_with(fit(training=validation())),
        others={"train.accuracy": "skipped"},
    ),
    "labels of others": wrong_data(
        "mismatched-labels", work=trained_with(fit(training=training(labels="mismatched")))
    ),
    "a part of the images": wrong_data(
        "partial-training-data", work=trained_with(fit(training=training(count=1_000)))
    ),
    "no validation": wrong_validation(
        "no-validation-data",
        work=trained_with(fit(validation=None, callbacks=(stop(monitor="val_loss"),))),
    ),
    "validated on few images": wrong_validation(
        "partial-validation-data",
        "10 validation images",
        work=trained_with(fit(validation=validation(count=10))),
    ),
    "validated on the training images": wrong_validation(
        "validated-on-training-data", work=trained_with(fit(validation=training()))
    ),
    "only the training images scaled": wrong_validation(
        "validation-scaled-differently", work=trained_with(fit(validation=validation(scale="one")))
    ),
    "no early stopping": stops_badly("no-early-stopping", "6 epochs", work=stopped()),
    "patience of another kind": stops_badly(
        "no-early-stopping",
        work=stopped(Callback(kind="ReduceLROnPlateau", settings={"patience": 3})),
    ),
    "a stop of one's own": Case(
        work=stopped(Callback(kind="EarlyStopping (custom)")),
        check="train.stopping",
        outcome="error",
        others={"train.restored": "skipped"},
    ),
    "one that has patience, and another name": Case(
        work=stopped(Callback(kind="MyStop (custom)", settings={"patience": 3})),
        check="train.stopping",
        outcome="error",
        others={"train.restored": "skipped"},
    ),
    "one of which only is known that it ended the training": Case(
        work=stopped(Callback(kind="LambdaCallback")),
        check="train.stopping",
        outcome="error",
        others={"train.restored": "skipped"},
    ),
    "watching the training images": stops_badly(
        "watches-studied-cards", "`loss`", work=stopped(stop(monitor="loss"))
    ),
    "watching what is not there": stops_badly(
        "watches-nothing",
        "`val_acc`",
        "`val_accuracy`",
        work=stopped(stop(monitor="val_acc", stopped_epoch=0)),
    ),
    "the wrong way round": stops_badly("watches-the-wrong-way", work=stopped(stop(mode="max"))),
    "no patience": stops_badly("no-patience", work=stopped(stop(patience=0))),
    "too much of it": stops_badly(
        "too-patient", "30 epochs", work=stopped(stop(patience=30, stopped_epoch=0))
    ),
    "a watch that begins too late": stops_badly(
        "too-patient",
        "begins after 18 epochs",
        work=stopped(stop(start_from_epoch=18, stopped_epoch=0)),
    ),
    "only large steps are better": stops_badly(
        "asks-for-too-much", "`min_delta` of 1", work=stopped(stop(min_delta=-1.0))
    ),
    "a line that is out of reach": stops_badly(
        "asks-for-too-much", "`baseline` of 0.01", work=stopped(stop(baseline=0.01))
    ),
    "a low cap": stops_badly(
        "too-few-epochs", "6 epochs", work=stopped(stop(stopped_epoch=0), epochs_requested=6)
    ),
    "cut short": stops_badly(
        "too-few-epochs", "cut short", work=stopped(stop(stopped_epoch=0), interrupted=True)
    ),
    "not taken back": fails(
        "train.restored",
        "best-weights-not-restored",
        work=stopped(stop(restore_best_weights=False)),
    ),
    "huge batches": fails(
        "train.accuracy",
        "under-trained",
        "12 times",
        work=trained_with(
            fit(batch_size=6_000, steps=12, snapshots=(1,) * 6), arrays=weights(np.negative)
        ),
        others={"compare.won": "failed"},
    ),
    "no numbers": fails(
        "train.accuracy",
        "diverged",
        work=Submission(arrays=weights(lambda one: one * np.nan)),
        others={"compare.won": "failed"},
    ),
    "an accuracy that the weights do not have": wrong_data(
        "contradictory-evidence",
        "99%",
        work=trained_with(fit(history={"val_accuracy": (0.99,) * 6})),
        others=REST,
    ),
    "weights that never moved": fails(
        "train.accuracy",
        "not-trained",
        work=Submission(
            arrays=lambda: arrays(
                replace(
                    trained(), means=tuple(one[-1:].repeat(6, axis=0) for one in trained().means)
                )
            )
        ),
    ),
    "pixels that cannot be told": Case(
        work=trained_with(
            fit(
                training=training(scale=None, shift=None),
                validation=validation(scale=None, shift=None),
            )
        ),
        check="train.accuracy",
        outcome="error",
        others={"compare.won": "error"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_train(verdicts, name):
    verify(CASES[name], verdicts[name])


def test_what_waits_for_a_review_waits_for_no_correction(verdicts):
    """There is no mistake above it."""
    waiting = of(verdicts["a stop of one's own"], "train.restored").message
    assert waiting == "This builds on the check above, which needs manual review."


def test_the_accuracy_is_that_of_the_last_epoch(verdicts):
    """Of the mean of its weights, on the judge's own images; no claim changes it."""
    measures = verdicts["as the lesson has it"].measures
    assert measures["accuracy"] == pytest.approx(0.865, abs=0.01)
    assert measures["threshold"] == 0.84
    boast = Submission(fits=(fit(history={"val_accuracy": (0.9,) * 6}), SINGLE_FIT))
    assert judged({"": boast})[""].measures == measures


def test_the_accuracy_waits_for_what_spoils_it():
    """Where the pixels were not scaled and the threshold is missed, only the pixels are told."""
    raw = training(labels="none", scale="one")
    work = Submission(
        train_images=pictures(dtype="uint8", high=255.0, about=raw),
        fits=(fit(training=training(scale="one")), SINGLE_FIT),
        arrays=weights(np.negative),
    )
    verdicts = judged({"": work})[""]
    assert of(verdicts, "scale.train").outcome == "failed"
    assert of(verdicts, "train.accuracy").outcome == "skipped"
    assert "“Scale the pixels”" in of(verdicts, "train.accuracy").message


def test_it_is_told_where_the_accuracy_stands(verdicts):
    """Among right solutions, with the threshold of the images that it was trained on."""
    where = of(verdicts["as the lesson has it"], "train.accuracy").standing
    assert where.threshold == LESSON.thresholds["sample"] < where.low < where.high
    assert where.value == verdicts["as the lesson has it"].measures["accuracy"] >= where.threshold
    assert "training log" in where.note
