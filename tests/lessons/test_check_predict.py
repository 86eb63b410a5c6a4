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
    cell,
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

UNTRAINED = dict.fromkeys(
    ("train.data", "train.validation", "train.device", "train.accuracy"), "skipped"
)
SCALED = {"scale": "map/scale", "shift": "map/shift"}


def scores(index: int):
    return sample().train_images[index].reshape(784) @ trained().kernel + trained().bias


def an_image(suits) -> int:
    """The first image that is in the middle of the set and suits."""
    return next(index for index in range(1, 11_000) if suits(index))


def missed_image() -> int:
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


def about(index: int, label) -> Submission:
    """A submission that asked the model about this image."""
    calls = (changed(MODEL_CALL, about=training(count=1, indices=(index,))),)
    return labelled(label, index=claim(index), model_calls=calls)


def neither() -> int:
    """A class that none of the rules explains."""
    image = INDEX
    taken = {largest(image + step) for step in (-1, 0, 1)} | {int(scores(image).argmin())}
    return next(one for one in range(10) if one not in taken | {sample().train_labels[image]})


def asked(**changes) -> Submission:
    """A submission that asked a model in another way."""
    return Submission(model_calls=(changed(MODEL_CALL, **changes),))


def labelled(label, kind: str | None = None, **more) -> Submission:
    return Submission(label=lambda: claim(label, kind), **more)


def accepted(work: Submission, *says: str) -> Case:
    return Case(work=work, check="predict.label", says=says)


wrong = functools.partial(fails, "predict.label")


@functools.cache
def all_cases() -> dict[str, Case]:
    """The cases: made when they are asked for, because weights have to be trained for them."""
    missed, middle, right = missed_image(), between(), largest(INDEX)
    truth = int(sample().train_labels[missed])
    raw, whole = training(), training(count=12_000, indices=None)
    return {
        "right": accepted(Submission(), f"place {right}"),
        "no row of ten outputs": Case(
            work=labelled(143, model=stack(dense(inputs=28, rows=(28,)))),
            check="predict.label",
            outcome="skipped",
            says=("“Build the neurons”",),
            others={"build.input": "failed", "train.accuracy": "skipped"},
        ),
        "one of more outputs than there are classes": Case(
            work=labelled(27, model=stack(FLATTEN, dense(28)), arrays=of_28_neurons),
            check="predict.label",
            outcome="skipped",
            says=("The model gives 28 outputs", "“Build the neurons”"),
            others={"build.layers": "failed"},
        ),
        "the model is wrong, and so says the student": accepted(
            about(missed, largest(missed)), f"The true label is {truth}", "your model is wrong here"
        ),
        "alone in an array": accepted(labelled((right,), "ndarray")),
        "as a float": accepted(labelled(float(right))),
        "of all images": accepted(asked(about=whole)),
        "of a batch that cannot be told": accepted(asked(about=changed(raw, split="unknown"))),
        "of the model with a softmax behind it": accepted(asked(model=7, fits=0)),
        "before training": Case(
            work=Submission(fits=(), model_calls=(changed(MODEL_CALL, fits=0),)),
            check="predict.label",
            others={"train.epochs": "failed", **UNTRAINED},
        ),
        # The blank has cost its own points.
        "where training was left out": Case(
            work=Submission(
                fits=(),
                answers={"train": None},
                cells={"train": cell("train", changed=False)},
                model_calls=(changed(MODEL_CALL, fits=0),),
            ),
            check="predict.label",
            others={"train.epochs": "not_attempted", **dict.fromkeys(UNTRAINED, "not_attempted")},
        ),
        "pixels as they are, after training on scaled ones": accepted(
            Submission(
                fits=(fit(training=training(**SCALED), validation=validation(**SCALED)),),
                arrays=lambda: on_mapped_pixels(np.float32(1 / 255), np.float32(0)),
                label=lambda: claim(
                    int((sample().train_images[INDEX].reshape(784) @ trained().kernel).argmax())
                ),
            )
        ),
        "a tie": accepted(
            labelled(
                2,
                arrays=lambda: (
                    {**arrays(), "dense/kernel": np.zeros((784, 10), np.float32)}
                    | {"dense/bias": np.array([0, 1, 1] + [0] * 7, np.float32)}
                ),
            )
        ),
        "the label of the image": wrong(
            "copied-label",
            f"is {truth}, the true label; your model predicts another one",
            work=about(missed, truth),
        ),
        "typed": wrong(
            "copied-label",
            "no model was given this image after training",
            work=Submission(model_calls=()),
        ),
        "asked of other images only": wrong(
            "copied-label", work=asked(about=training(indices=(0, 1, 2)))
        ),
        "asked of validation images only": wrong("copied-label", work=asked(about=validation())),
        "asked before it was trained": wrong("copied-label", work=asked(fits=0)),
        "the largest output": wrong(
            "label-not-class-index",
            "is 311.25; it should be the number of a class",
            "its place",
            work=labelled(311.25),
        ),
        "the largest output, to its last digit": wrong(
            "label-not-class-index",
            "is about 416.912; it should be the number of a class",
            work=labelled(416.91180419921875),
        ),
        "the largest output, rounded": wrong(
            "label-not-class-index", "is 311;", work=labelled(311)
        ),
        "the word": wrong("label-not-class-index", "'Bag'", work=labelled("Bag")),
        "all ten outputs": wrong(
            "label-not-class-index",
            "of type `ndarray`",
            work=labelled(tuple(map(float, range(10))), "ndarray"),
        ),
        "some other class": wrong(
            "label-not-class-index",
            "largest output for this image is at another place",
            work=labelled(neither()),
        ),
        "the smallest output": wrong(
            "smallest-output",
            "place of the smallest output",
            work=labelled(int(scores(INDEX).argmin())),
        ),
        "the next image": wrong(
            "wrong-card",
            "predicts for the image before or after",
            "for this one it predicts another",
            work=about(middle, largest(middle + 1)),
        ),
        "no such image": wrong(
            "no-such-card", "`data_index` is 70000", "11,999", work=Submission(index=claim(70_000))
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
def verdicts():
    return judged(all_cases())


def test_each_case(verdicts):
    for name, case in all_cases().items():
        verify(case, verdicts[name])
