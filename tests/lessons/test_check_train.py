"""What the checks of `train` say."""

import runpy
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from support.cases import Case, fails, of, verify
from support.check_rules import rules_of
from support.evidence_builder import (
    COMPILED,
    CPU,
    FIT,
    FLATTEN,
    GPU,
    INDEX,
    LESSON,
    MODEL,
    MODEL_CALL,
    UNKNOWN,
    Submission,
    arrays,
    changed,
    claim,
    dense,
    devices,
    fit,
    judged,
    largest,
    layer,
    on_mapped_pixels,
    stack,
    trained,
    training,
    validation,
)

from autograder.core.config import Settings
from autograder.core.evidence import Answer, Compiled, Fit

SKIPPED = dict.fromkeys(
    ("train.data", "train.validation", "train.device", "train.accuracy"), "skipped"
)
ON_GPU = "/job:localhost/replica:0/task:0/device:GPU:0"
WITH_GPU = devices(offered=(CPU, GPU), visible=(CPU, GPU))
ONE_GPU = {"gpus": claim((GPU,), "list")}
NO_MEANS = {"means": (), "snapshots": ()}
PRAISE = {"val_accuracy": (0.99,) * 5}
SCALED = {"scale": "map/scale", "shift": "map/shift"}


def trained_by(**changes) -> Submission:
    """The right solution with one call of `fit` that was given something else."""
    return Submission(fits=(fit(**changes),))


def before_one_epoch(**changes) -> Submission:
    """An epoch on all images, and before it a call of `fit` with these changes."""
    fits = (fit(**changes, **NO_MEANS), fit(number=1, epochs_done=1, steps=375, **NO_MEANS))
    return Submission(fits=fits, model_calls=(changed(MODEL_CALL, fits=2),))


def given_away(question: str) -> Answer:
    """The history handed in as the model."""
    claims = {"model": claim(None, "History"), "data_index": claim(INDEX)}
    return Answer(question=question, claims=claims)


def spoilt():
    """Arrays of weights that sort hardly anything right."""
    given = trained()
    return arrays(replace(given, kernel=given.kernel[:, ::-1], kernels=given.kernels[:, :, ::-1]))


def not_numbers():
    given = arrays()
    return {**given, **{name: np.full_like(given[name], np.nan) for name in given if "/" in name}}


def five_fits():
    """Arrays of the same training, as five calls of `fit` would leave them."""
    given = arrays()
    for number in range(5):
        for name in ("kernel", "bias"):
            whole = arrays()[f"fit-0/dense/{name}"]
            given[f"fit-{number}/dense/{name}"] = whole[number : number + 1]
    return given


def not_moving(start=arrays):
    """Weights that were there before training and stayed as they were: good ones by default."""
    given = start()
    for name in ("kernel", "bias"):
        given[f"fit-0/dense/{name}"] = np.repeat(given[f"dense/{name}"][None], 5, axis=0)
    return given


def contradicts(*says: str, **changes) -> Case:
    """A case in which nothing can be earned for training, because of these words."""
    work = changes.pop("work", None) or trained_by(**changes)
    return wrong_epochs(
        "contradictory-evidence", "contradicts itself", *says, work=work, others=SKIPPED
    )


def hidden():
    """Arrays of a hidden layer that hands the pixels on, and whose mean is spoilt."""
    pass_on = np.eye(784, dtype=np.float32)
    given = {**arrays(), "hidden/kernel": pass_on, "hidden/bias": np.zeros(784, np.float32)}
    return {**given, "fit-0/dense/kernel": spoilt()["fit-0/dense/kernel"]}


HIDDEN = stack(FLATTEN, dense(784, name="hidden", activation="relu"), dense())


def with_weights(weights, **changes) -> Submission:
    """These weights, and what they say of the image."""

    def label():
        kernel, bias = (weights()[f"dense/{name}"] for name in ("kernel", "bias"))
        return claim(largest(INDEX, replace(trained(), kernel=kernel, bias=bias)))

    return Submission(arrays=weights, label=label, **changes)


def misses(misconception: str, *says: str, weights=spoilt, **changes) -> Case:
    """A case in which the weights miss the threshold, for a reason that is told."""
    return fails("train.accuracy", misconception, *says, work=with_weights(weights, **changes))


def curves(**history) -> dict[str, tuple[Fit]]:
    """One training with this history."""
    return {"fits": (fit(history=history),)}


def with_rate(rate: float) -> dict[str, Compiled]:
    """Compiled with this learning rate."""
    return {"compiled": changed(COMPILED, optimizer_settings={"learning_rate": rate})}


wrong_epochs = partial(fails, "train.epochs")
wrong_data = partial(fails, "train.data")
wrong_validation = partial(fails, "train.validation")
FROZEN = changed(MODEL, trainable_parameters=0, other_parameters=7_850)
FALLING = (2.0, 1.5, 1.2, 1.1, 1.0)
DIVIDED = fit(training=training(**SCALED), validation=validation(**SCALED))
RIGHT = {
    "right": Submission(),
    "more epochs": trained_by(epochs_requested=9, epochs_done=9, snapshots=(3,) * 5),
    "five fits of one epoch": Submission(
        fits=tuple(fit(number=n, epochs_done=1, snapshots=(3,), steps=375) for n in range(5)),
        model_calls=(changed(MODEL_CALL, fits=5),),
        arrays=five_fits,
    ),
    "a validation set that cannot be told": trained_by(validation=UNKNOWN),
    "batches of 128": trained_by(batch_size=128, steps=470),
    "a stream that drops the rest": trained_by(training=training(count=11_904)),
    "divided by 255": Submission(
        fits=(DIVIDED,), arrays=lambda: on_mapped_pixels(np.float32(1 / 255), np.float32(0))
    ),
    "standardised, each pixel by itself": Submission(
        fits=(DIVIDED,),
        arrays=lambda: on_mapped_pixels(
            np.linspace(0.01, 0.02, 784, dtype=np.float32), np.linspace(-2, 0, 784)
        ),
    ),
    "another model was trained before": Submission(
        fits=(fit(model=1), fit(number=1)), arrays=lambda: arrays(number=1)
    ),
    "cut short in its seventh epoch": trained_by(
        epochs_requested=9,
        epochs_done=6,
        steps=6 * 375 + 9,
        interrupted=True,
        snapshots=(3,) * 5,
        history={"loss": (1.0,) * 6, "val_accuracy": (0.8,) * 3},
    ),
    "a try on an image, and then on all": Submission(
        fits=(fit(epochs_done=1, steps=1, training=training(count=1), **NO_MEANS), fit(number=1)),
        model_calls=(changed(MODEL_CALL, fits=2),),
        arrays=lambda: arrays(number=1),
    ),
    "most of the images, and then all": Submission(
        fits=(
            fit(epochs_done=3, steps=3 * 280, training=training(count=9_000), **NO_MEANS),
            fit(number=1, epochs_done=2, steps=2 * 375, **NO_MEANS),
        ),
        model_calls=(changed(MODEL_CALL, fits=2),),
        arrays=lambda: arrays(number=1),
    ),
    "the first steps of each epoch": trained_by(steps=15, snapshots=(1,) * 5),
    "validation that drops the rest": trained_by(validation=validation(count=1_920)),
    "proud figures of the first validation images, all of them right": trained_by(
        history={"val_accuracy": (1.0,) * 5}
    ),
    "proud figures of unknown images": trained_by(history=PRAISE, validation=UNKNOWN),
    "one proud epoch": trained_by(history={"val_accuracy": (0.8, 0.8, 0.8, 0.8, 0.99)}),
    "a history of no numbers": trained_by(history={"val_accuracy": (None,) * 5, "loss": (None,)}),
    "no means were kept": trained_by(**NO_MEANS),
    "a split that Keras ignores": trained_by(validation_split=0.2),
    "a curve that looks bad, and weights that are good": trained_by(
        history={"loss": (1.0, 1.0, 1.0, 1.0, 2.0), "accuracy": (0.1,) * 5}
    ),
    "a label set that cannot be told": trained_by(training=training(labels="unknown")),
}
CASES = {
    **{name: Case(work=work, check="train.accuracy") for name, work in RIGHT.items()},
    "never": wrong_epochs(
        "not-trained",
        "was never trained.",
        "`fit`",
        work=Submission(fits=(), model_calls=(changed(MODEL_CALL, fits=0),)),
        others=SKIPPED,
    ),
    "another model": wrong_epochs(
        "not-trained",
        "was never trained; another one was.",
        "build the model only once",
        work=Submission(fits=(fit(model=1),)),
        others=SKIPPED,
    ),
    "one epoch": wrong_epochs(
        "too-few-epochs",
        "for 1 epoch; 5 were asked for",
        work=trained_by(epochs_done=1, steps=375, **NO_MEANS),
    ),
    "four epochs on an image, and one on all": wrong_epochs(
        "too-few-epochs",
        "for 1 epoch; 5 were asked for",
        work=before_one_epoch(epochs_done=4, steps=4, training=training(count=1)),
    ),
    "four epochs of a step, and one of all": wrong_epochs(
        "too-few-epochs",
        "for 1 epoch; 5 were asked for",
        work=before_one_epoch(epochs_done=4, steps=4),
    ),
    "interrupted": wrong_epochs(
        "too-few-epochs",
        "cut short after 2 epochs",
        work=trained_by(
            epochs_done=2, steps=900, interrupted=True, training=training(count=2_000), **NO_MEANS
        ),
    ),
    "trained on the validation images": wrong_data(
        "trained-on-validation-data",
        "trained on validation images",
        "`train_images`",
        work=trained_by(training=validation()),
        others={"train.accuracy": "skipped"},
    ),
    "trained on everything": wrong_data(
        "trained-on-validation-data",
        work=trained_by(training=training(count=14_000, split="mixed")),
        others={"train.accuracy": "skipped"},
    ),
    "trained on the validation images once, long ago": wrong_data(
        "trained-on-validation-data",
        "does not forget",
        work=Submission(
            fits=(fit(training=validation(), means=()), fit(number=1)),
            model_calls=(changed(MODEL_CALL, fits=2),),
            arrays=lambda: arrays(number=1),
        ),
        others={"train.accuracy": "skipped"},
    ),
    "mismatched": wrong_data(
        "mismatched-labels",
        "do not belong together",
        work=with_weights(spoilt, fits=(fit(training=training(labels="mismatched")),)),
        others={"train.accuracy": "skipped"},
    ),
    "half of the images": wrong_data(
        "partial-training-data",
        "6,000 images; there are 12,000",
        work=trained_by(training=training(count=6_000)),
    ),
    "a few images, and a split that Keras ignores": wrong_data(
        "partial-training-data",
        "320 images; there are 12,000",
        work=trained_by(training=training(count=320), validation_split=0.1),
    ),
    "few images, and few more for validation": wrong_data(
        "partial-training-data",
        "320 images; there are 12,000",
        work=trained_by(training=training(count=320), validation=training(count=32)),
        others={"train.validation": "failed"},
    ),
    "no validation": wrong_validation(
        "no-validation-data", "There was no validation", work=trained_by(validation=None)
    ),
    "validation on few images, and proud of it": wrong_validation(
        "partial-validation-data",
        "validated on 32 validation images",
        "there are 2,000",
        work=trained_by(history=PRAISE, validation=validation(count=32)),
    ),
    "validated on the training images": wrong_validation(
        "validated-on-training-data",
        "validated on training images",
        "should be validated on the validation images",
        work=trained_by(validation=training()),
    ),
    "a part split off": wrong_validation(
        "validated-on-training-data",
        "kept back 20 % of the training images",
        "asks for the validation images",
        work=trained_by(validation=None, validation_split=0.2),
    ),
    "a part kept by hand": wrong_validation(
        "validated-on-training-data",
        work=trained_by(training=training(count=10_000), validation=training(count=2_000)),
    ),
    "validation with other labels": wrong_validation(
        "mismatched-labels",
        "The validation images and labels do not belong together",
        work=trained_by(validation=validation(labels="mismatched")),
    ),
    "only the training images scaled": wrong_validation(
        "validation-scaled-differently",
        "were not scaled",
        work=Submission(
            fits=(fit(training=training(**SCALED)),),
            arrays=lambda: on_mapped_pixels(np.float32(1 / 255), np.float32(0)),
        ),
    ),
    "on the CPU beside a GPU": fails(
        "train.device",
        "forced-cpu",
        "on the CPU, and there is a GPU",
        work=Submission(devices=WITH_GPU, **ONE_GPU),
    ),
    "on the GPU": Case(
        work=Submission(devices=WITH_GPU, fits=(fit(device=ON_GPU),), **ONE_GPU),
        check="train.device",
        says=("on the GPU",),
    ),
    "nobody knows where": Case(
        work=Submission(devices=WITH_GPU, fits=(fit(device=""),), **ONE_GPU),
        check="train.device",
        outcome="error",
    ),
    "huge batches": misses(
        "under-trained",
        f"(threshold: {LESSON.thresholds['sample'] * 100:.0f} %)",
        "changed 60 times; 5 epochs in batches of 32 change them 1,875 times",
        weights=lambda: arrays(trained(batch=1024, rate=0.0001)),
        fits=(fit(batch_size=1024, steps=60, snapshots=(1,) * 5),),
    ),
    "hardly any pace": misses(
        "under-trained",
        "The learning rate is 1e-06",
        weights=lambda: arrays(trained(epochs=1, rate=1e-6)),
        fits=(fit(snapshots=(3,)),),
        **with_rate(1e-6),
    ),
    "no reason to be seen": misses("under-trained", "Build and compile again"),
    "good weights that training did not touch": fails(
        "train.accuracy",
        "not-trained",
        "the same in every epoch",
        work=Submission(arrays=not_moving),
    ),
    "a pace that leaps about": misses(
        "learning-rate-too-large",
        "The learning rate is 5",
        "Look at where you set",
        **curves(loss=(1.0, 9.0)),
        **with_rate(5.0),
    ),
    "a pace below zero": misses(
        "loss-rising",
        "The learning rate is negative (-0.001), so each step increases the loss",
        "Look at the sign",
        **curves(loss=(3.0, 9.0)),
        **with_rate(-0.001),
    ),
    "a layer that may not learn": misses(
        "weights-unmoved", "each step should move them", fits=(fit(**NO_MEANS),), model=FROZEN
    ),
    "good weights in a layer that may not learn": fails(
        "train.accuracy",
        "not-trained",
        "the same in every epoch",
        work=Submission(fits=(fit(**NO_MEANS),), model=FROZEN),
    ),
    "a loss that is no number": misses(
        "loss-not-a-number",
        "(threshold: 73 %). The loss became `nan`",
        **curves(loss=(2.0, None, None, None, None)),
    ),
    "a loss of zero": misses(
        "loss-exactly-zero", "exactly 0 in every epoch", **curves(loss=(0.0,) * 5)
    ),
    "weights that stay as they were": misses(
        "weights-unmoved",
        "each step should move them",
        weights=lambda: not_moving(spoilt),
        **curves(loss=(2.3,) * 5),
    ),
    "a loss that rises": misses(
        "loss-rising",
        "rose from 2 in the first epoch to 3.5 in the last; it should fall",
        **curves(loss=(2.0, 2.5, 3.0, 3.2, 3.5)),
    ),
    "a loss that stays": misses(
        "loss-flat",
        "stayed at 2.3 from the first",
        **curves(loss=(2.303, 2.302, 2.303, 2.302, 2.303)),
    ),
    "no better than guessing": misses(
        "accuracy-at-chance",
        "classifies 10.1 % of its own training images correctly; guessing",
        **curves(loss=FALLING, accuracy=(0.1, 0.1, 0.1, 0.1, 0.101)),
    ),
    "better in validation than in training": misses(
        "studied-worse-than-quizzed",
        "70.0 % of the validation images correctly and only 30.0 % of the training images",
        **curves(loss=FALLING, accuracy=(0.3,) * 5, val_accuracy=(0.7,) * 5),
    ),
    "good weights that too short a training did not touch": fails(
        "train.accuracy",
        "not-trained",
        "training changed none of them",
        work=Submission(
            arrays=not_moving, fits=(fit(epochs_done=4, epochs_requested=4, snapshots=(3,) * 5),)
        ),
        others={"train.epochs": "failed"},
    ),
    "more epochs than were asked for": contradicts("of 3 that were", epochs_requested=3),
    "epochs without a step": contradicts("without a single step", steps=0),
    "a history longer than training": contradicts(
        "tells of 6 epochs, of which 5", history={"loss": (1.0,) * 6}
    ),
    "weights of epochs that were not done": contradicts(
        "weights of 5 epochs after 1 epoch", epochs_done=1, steps=375
    ),
    "more snapshots than steps": contradicts("15 snapshots were taken in 9 steps", steps=9),
    "means of another number": contradicts("`dense/kernel` was not kept", snapshots=(3,) * 4),
    "one number twice": contradicts(
        "the same number",
        work=Submission(fits=(FIT, FIT), model_calls=(changed(MODEL_CALL, fits=2),)),
    ),
    "praised weights": contradicts("99% of the validation images", "classify 8", history=PRAISE),
    "diverged": fails(
        "train.accuracy",
        "diverged",
        "no longer numbers",
        "learning rate",
        work=Submission(arrays=not_numbers, label=lambda: claim(0)),
        others={"predict.label": "skipped"},
    ),
    "a hidden layer is judged by its last weights": Case(
        work=Submission(model=HIDDEN, arrays=hidden),
        check="train.accuracy",
        others={"build.layers": "failed"},
    ),
    "a hidden layer that nobody can compute": Case(
        work=Submission(model=stack(FLATTEN, dense(5, activation="custom"), dense())),
        check="train.accuracy",
        outcome="skipped",
        says=("once “Build the neurons” is corrected",),
        others={"build.layers": "failed", "predict.label": "error"},
    ),
    "another optimizer did not get there": Case(
        work=with_weights(spoilt, compiled=changed(COMPILED, optimizer="SGD")),
        check="train.accuracy",
        outcome="skipped",
        says=("once “Compile” is corrected",),
        others={"compile.optimizer": "failed"},
    ),
    "images that cannot be told": Case(
        work=trained_by(training=UNKNOWN, validation=UNKNOWN),
        check="train.accuracy",
        outcome="error",
        says=("preprocessing of its pixels is unknown",),
    ),
    "softmax that nobody trained again": Case(
        work=Submission(
            model=stack(FLATTEN, dense(), layer("Softmax", (None, 10))),
            compiled=changed(COMPILED, loss_settings={"from_logits": False}),
            fits=(FIT,),
        ),
        check="train.accuracy",
    ),
    "a model that was given away": wrong_epochs(
        "not-a-model",
        work=Submission(answers={name: given_away(name) for name in ("train", "predict")}),
        others={**SKIPPED, "predict.label": "skipped"},
    ),
    "branches": Case(
        work=Submission(model=stack(FLATTEN, dense(), chain=False)),
        check="train.accuracy",
        outcome="error",
        others={"predict.label": "error"},
    ),
    "a map of a wrong shape": Case(
        work=Submission(
            fits=(DIVIDED,),
            arrays=lambda: {**arrays(), "map/scale": np.ones(3), "map/shift": np.ones(3)},
        ),
        check="train.accuracy",
        outcome="error",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])


def test_the_accuracy_is_noted_also_where_it_misses_the_threshold(verdicts):
    assert verdicts["right"].measures["accuracy"] > LESSON.thresholds["sample"]
    assert verdicts["huge batches"].measures["accuracy"] < LESSON.thresholds["sample"]
    assert verdicts["huge batches"].measures["threshold"] == LESSON.thresholds["sample"]


def test_what_is_tried_after_the_check_does_not_count():
    """Another epoch, on ten images and without validation."""
    few = training(count=10)
    later = fit(number=1, epochs_done=1, steps=1, training=few, validation=None, **NO_MEANS)
    both = Submission(fits=(FIT, later), model_calls=(changed(MODEL_CALL, fits=2),))
    handed_in = changed(both.evidence().answer("train"), fits=1)
    found = judged({"later": replace(both, answers={"train": handed_in}), "before": both})
    assert {str(one.outcome) for one in found["later"].checks} == {"passed"}
    assert of(found["before"], "train.validation").outcome == "failed"


def test_unknown_is_said_to_be_fine(verdicts):
    message = of(verdicts["images that cannot be told"], "train.data").message
    assert "is not known one by one; that is fine" in message
    message = of(verdicts["a validation set that cannot be told"], "train.validation").message
    assert "is not known; that is fine" in message


@pytest.mark.parametrize(
    ("no_gpu", "outcome", "most"),
    [("accept", "passed", 1), ("not_applicable", "not_applicable", 0), ("error", "error", 1)],
)
def test_a_course_decides_what_a_machine_without_a_gpu_means(no_gpu, outcome, most):
    verdicts = judged({"": Submission()}, settings=Settings(no_gpu=no_gpu))[""]
    result = of(verdicts, "train.device")
    assert (result.outcome, result.max_points) == (outcome, most)
    assert of(verdicts, "train.accuracy").outcome == "passed"


def test_roots_are_checks_that_there_are():
    roots = runpy.run_path(str(LESSON.checks[4]))["ROOTS"]
    assert roots
    assert set(rules_of(LESSON)) >= set(roots)


def test_two_mistakes_in_two_questions_are_both_told():
    work = Submission(
        built=stack(FLATTEN, dense(bias=False)),
        compiled=changed(COMPILED, optimizer="SGD"),
        fits=(fit(validation=None),),
    )
    message = [one.misconception for one in judged({"": work})[""].checks if one.misconception]
    assert message == ["no-bias", "wrong-optimizer", "no-validation-data"]
