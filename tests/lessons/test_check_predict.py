"""What the check of `predict` says."""

import functools

import numpy as np
import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import (
    FLATTEN,
    INDEX,
    MODEL_CALL,
    Submission,
    arrays,
    changed,
    claim,
    dense,
    fit,
    judged,
    largest,
    on_mapped_pixels,
    sample,
    stack,
    trained,
    training,
    validation,
)

from autograder.core.evidence import ModelCall

UNTRAINED = dict.fromkeys(
    ("train.data", "train.validation", "train.device", "train.accuracy"), "skipped"
)
SCALED = {"scale": "map/scale", "shift": "map/shift"}


def scores(index: int):
    return sample().train_images[index].reshape(784) @ trained().kernel + trained().bias


def an_image(suits) -> int:
    """The first image that is in the middle of the set and suits."""
    return next(index for index in range(1, 11_000) if suits(index))


def wrong_image() -> int:
    """An image that the model gets wrong."""
    return an_image(lambda one: largest(one) != sample().train_labels[one])


def between() -> int:
    """An image whose next one is another thing, and of which both are known."""
    return an_image(
        lambda one: (
            largest(one) == sample().train_labels[one]
            and largest(one + 1) not in (largest(one), int(scores(one).argmin()))
        )
    )


def of_28_neurons():
    """The right weights, and 18 neurons more that are never the largest."""
    wider = {
        name: np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, 18)], constant_values=at)
        for name, array in arrays().items()
        for at in (-1e4 if name.endswith("bias") else 0,)
        if "dense" in name
    }
    return {**arrays(), **wider}


def about(index: int, label, **more) -> Submission:
    """A submission that asked the model about this image."""
    calls = (changed(MODEL_CALL, about=training(count=1, indices=(index,))),)
    return Submission(index=claim(index), label=lambda: claim(label), model_calls=calls, **more)


def neither() -> int:
    """A class that none of the rules explains."""
    image = INDEX
    taken = {largest(image + step) for step in (-1, 0, 1)} | {int(scores(image).argmin())}
    return next(one for one in range(10) if one not in taken | {sample().train_labels[image]})


def calls_about(*questions: ModelCall) -> Submission:
    return Submission(model_calls=questions)


@functools.cache
def all_cases() -> dict[str, Case]:
    """The cases: made when they are asked for, because weights have to be trained for them."""
    wrong, middle, right = wrong_image(), between(), largest(INDEX)
    truth = int(sample().train_labels[wrong])
    raw, whole = training(), training(count=12_000, indices=None)
    return {
        "right": Case(work=Submission(), check="predict.label", says=(f"place {right}",)),
        "no row of ten outputs": Case(
            work=Submission(model=stack(dense(inputs=28, rows=(28,))), label=lambda: claim(143)),
            check="predict.label",
            outcome="skipped",
            says=("“Build the neurons”",),
            others={
                "build.input": "failed",
                "train.accuracy": "skipped",
            },
        ),
        "one of more outputs than there are classes": Case(
            work=Submission(
                model=stack(FLATTEN, dense(28)), label=lambda: claim(27), arrays=of_28_neurons
            ),
            check="predict.label",
            outcome="skipped",
            says=("The model gives 28 outputs", "“Build the neurons”"),
            others={"build.layers": "failed"},
        ),
        "the model is wrong, and so says the student": Case(
            work=about(wrong, largest(wrong)),
            check="predict.label",
            says=(f"The true label is {truth}", "your model is wrong here"),
        ),
        "alone in an array": Case(
            work=Submission(label=lambda: claim((right,), "ndarray")), check="predict.label"
        ),
        "as a float": Case(
            work=Submission(label=lambda: claim(float(right))), check="predict.label"
        ),
        "of all images": Case(
            work=calls_about(changed(MODEL_CALL, about=whole)), check="predict.label"
        ),
        "of a batch that cannot be told": Case(
            work=calls_about(changed(MODEL_CALL, about=changed(raw, split="unknown"))),
            check="predict.label",
        ),
        "of the model with a softmax behind it": Case(
            work=calls_about(changed(MODEL_CALL, model=7, fits=0)), check="predict.label"
        ),
        "before training": Case(
            work=Submission(fits=(), model_calls=(changed(MODEL_CALL, fits=0),)),
            check="predict.label",
            others={"train.epochs": "failed", **UNTRAINED},
        ),
        "pixels as they are, after training on scaled ones": Case(
            work=Submission(
                fits=(fit(training=training(**SCALED), validation=validation(**SCALED)),),
                arrays=lambda: on_mapped_pixels(np.float32(1 / 255), np.float32(0)),
                label=lambda: claim(
                    int((sample().train_images[INDEX].reshape(784) @ trained().kernel).argmax())
                ),
            ),
            check="predict.label",
        ),
        "a tie": Case(
            work=Submission(
                arrays=lambda: (
                    {**arrays(), "dense/kernel": np.zeros((784, 10), np.float32)}
                    | {"dense/bias": np.array([0, 1, 1] + [0] * 7, np.float32)}
                ),
                label=lambda: claim(2),
            ),
            check="predict.label",
        ),
        "the label of the image": fails(
            "predict.label",
            "copied-label",
            f"is {truth}, the true label; your model predicts another one",
            work=about(wrong, truth),
        ),
        "typed": fails(
            "predict.label",
            "copied-label",
            "no model was given this image after training",
            work=calls_about(),
        ),
        "asked of other images only": fails(
            "predict.label",
            "copied-label",
            work=calls_about(changed(MODEL_CALL, about=training(indices=(0, 1, 2)))),
        ),
        "asked of validation images only": fails(
            "predict.label",
            "copied-label",
            work=calls_about(changed(MODEL_CALL, about=validation())),
        ),
        "asked before it was trained": fails(
            "predict.label", "copied-label", work=calls_about(changed(MODEL_CALL, fits=0))
        ),
        "the largest output": fails(
            "predict.label",
            "label-not-class-index",
            "is 311.25; it should be the number of a class",
            "its place",
            work=Submission(label=lambda: claim(311.25)),
        ),
        "the largest output, to its last digit": fails(
            "predict.label",
            "label-not-class-index",
            "is about 416.912; it should be the number of a class",
            work=Submission(label=lambda: claim(416.91180419921875)),
        ),
        "the largest output, rounded": fails(
            "predict.label",
            "label-not-class-index",
            "is 311;",
            work=Submission(label=lambda: claim(311)),
        ),
        "the word": fails(
            "predict.label",
            "label-not-class-index",
            "'Bag'",
            work=Submission(label=lambda: claim("Bag")),
        ),
        "all ten outputs": fails(
            "predict.label",
            "label-not-class-index",
            "of type `ndarray`",
            work=Submission(label=lambda: claim(tuple(map(float, range(10))), "ndarray")),
        ),
        "some other class": fails(
            "predict.label",
            "label-not-class-index",
            "largest output for this image is at another place",
            work=Submission(label=lambda: claim(neither())),
        ),
        "the smallest output": fails(
            "predict.label",
            "smallest-output",
            "place of the smallest output",
            work=Submission(label=lambda: claim(int(scores(INDEX).argmin()))),
        ),
        "the next image": fails(
            "predict.label",
            "wrong-card",
            "predicts for the image before or after",
            "for this one it predicts another",
            work=about(middle, largest(middle + 1)),
        ),
        "no such image": fails(
            "predict.label",
            "no-such-card",
            "`data_index` is 70000",
            "11,999",
            work=Submission(index=claim(70_000)),
        ),
        "the weights are missing": Case(
            work=Submission(
                arrays=lambda: {
                    name: array for name, array in arrays().items() if name != "dense/kernel"
                }
            ),
            check="predict.label",
            outcome="error",
            says=("could not be worked out",),
        ),
    }


@pytest.fixture(scope="module")
def cases():
    return all_cases()


@pytest.fixture(scope="module")
def verdicts(cases):
    return judged(cases)


def test_each_case(cases, verdicts):
    for name, case in cases.items():
        verify(case, verdicts[name])
