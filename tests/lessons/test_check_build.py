"""What the checks of `build` say."""

from functools import partial

import numpy as np
import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import (
    FLATTEN,
    LESSON,
    Layer,
    Submission,
    Weight,
    arrays,
    changed,
    claim,
    dense,
    fit,
    layer,
    normalization,
    of_layers,
    on_mapped_pixels,
    stack,
    training,
    validation,
)

from autograder.core.evidence import Answer, Model

CONVOLUTION = changed(
    layer("Conv2D", (None, 26, 26, 4), filters=4),
    weights=(Weight(name="kernel", shape=(3, 3, 1, 4), trainable=True),),
)
SOFTMAX = layer("Softmax", (None, 10))
PROBABILITIES = changed(Submission().compiled, loss_settings={"from_logits": False})
UNTOLD = fit(training=training(scale=None, shift=None), validation=validation(scale=None))


def built(*layers: Layer, shape=(28, 28), **more) -> Submission:
    """Handed in to `build` only: what comes of it later is another test's matter."""
    return Submission(built=stack(*layers, shape=shape, **more))


def of_own_class(*layers: Layer) -> Model:
    """A model of which Keras knows neither the input nor the outputs of the layers."""
    return stack(*layers, shape=None, kind="Brain", chain=False)


def normalized(mean, variance):
    """Arrays of a network that normalizes its pixels itself."""
    deviation = np.sqrt(variance).astype(np.float32)
    scale, shift = (np.tile(one, 28) for one in (1 / deviation, -mean / deviation))
    given = on_mapped_pixels(scale, shift)
    return {**given, "normalization/mean": mean, "normalization/variance": variance}


RIGHT = {
    "right": of_layers(FLATTEN, dense()),
    "an input layer": of_layers(layer("InputLayer", (None, 28, 28)), FLATTEN, dense()),
    "functional": Submission(model=stack(FLATTEN, dense(), kind="Functional")),
    "reshaped": of_layers(layer("Reshape", (None, 784)), dense()),
    "a channel": Submission(model=stack(FLATTEN, dense(), shape=(28, 28, 1))),
    "dropout": of_layers(FLATTEN, layer("Dropout", (None, 784), rate=0.1), dense()),
    "linear, as a layer": of_layers(
        FLATTEN, dense(), layer("Activation", (None, 10), activation="linear")
    ),
    "rescaled": of_layers(
        layer("Rescaling", (None, 28, 28), scale=1 / 255, offset=0.0),
        FLATTEN,
        dense(),
        arrays=lambda: on_mapped_pixels(np.float32(1 / 255), np.float32(0)),
    ),
    "normalized": of_layers(
        normalization(28),
        FLATTEN,
        dense(),
        arrays=lambda: normalized(
            np.linspace(50, 90, 28, dtype=np.float32), np.full(28, 8000, np.float32)
        ),
    ),
    "softmax in the last layer": of_layers(
        FLATTEN, dense(activation="softmax"), compiled=PROBABILITIES
    ),
    "outputs laid out anew": of_layers(
        FLATTEN, dense(), layer("Dropout", (None, 10), rate=0.1), layer("Reshape", (None, 10))
    ),
    "softmax as a layer": of_layers(FLATTEN, dense(), SOFTMAX, compiled=PROBABILITIES),
    "numpy's number of classes": of_layers(FLATTEN, dense(np.int64(10).item())),
}

wrong_input = partial(fails, "build.input")
wrong_layers = partial(fails, "build.layers")
wrong_activation = partial(fails, "build.activation")
CASES = {
    **{name: Case(work=work, check="build.layers") for name, work in RIGHT.items()},
    "no input": wrong_input(
        "wrong-input-shape",
        "does not know yet",
        "(28, 28)",
        work=built(FLATTEN, dense(built=False), shape=None),
    ),
    "a class of one's own that was given images": Case(
        work=Submission(built=of_own_class(layer("Flatten"), changed(dense(), output_shape=None))),
        check="build.input",
        says=("all 784 pixels",),
    ),
    "a class of one's own that was given nothing": wrong_input(
        "wrong-input-shape",
        "does not know yet",
        "learns it from the first image that it is given",
        work=Submission(built=of_own_class(layer("Flatten"), dense(built=False))),
    ),
    "a class of one's own that does not flatten": wrong_input(
        "wrong-input-shape",
        work=Submission(built=of_own_class(changed(dense(), output_shape=None))),
    ),
    "a class of one's own that pools": wrong_input(
        "pixels-left-out",
        "sees 196 numbers",
        work=Submission(
            built=of_own_class(
                layer("AveragePooling2D"),
                layer("Flatten"),
                changed(dense(inputs=196), output_shape=None),
            )
        ),
    ),
    "a row as the input": wrong_input(
        "wrong-input-shape", "shape (784)", "(28, 28)", work=built(dense(), shape=(784,))
    ),
    "any width": wrong_input(
        "wrong-input-shape", "(28, any)", work=built(FLATTEN, dense(), shape=(28, None))
    ),
    "all images as the input": wrong_input(
        "wrong-input-shape",
        "(60000, 28, 28)",
        "without the number of images",
        work=built(FLATTEN, dense(inputs=47_040_000), shape=(60_000, 28, 28)),
    ),
    "no flatten": wrong_input(
        "missing-flatten", "one by one", "784 pixels", work=built(dense(inputs=28, rows=(28,)))
    ),
    "flatten too late": wrong_input(
        "missing-flatten", work=built(dense(inputs=28, rows=(28,)), layer("Flatten", (None, 280)))
    ),
    "pooled": wrong_input(
        "pixels-left-out",
        "sees 196 numbers",
        work=built(
            layer("AveragePooling2D", (None, 14, 14, 1)),
            layer("Flatten", (None, 196)),
            dense(inputs=196),
            shape=(28, 28, 1),
        ),
    ),
    "nothing at all": wrong_layers(
        "wrong-neuron-count",
        "no `Dense` layer",
        "10",
        work=built(FLATTEN),
        others={"build.activation": "skipped"},
    ),
    "one neuron": wrong_layers(
        "wrong-neuron-count", "has 1 neuron;", work=built(FLATTEN, dense(1))
    ),
    "as many as the largest label": wrong_layers(
        "wrong-neuron-count", "9 neurons", "10 classes", work=built(FLATTEN, dense(9))
    ),
    "as many as the pixels": wrong_layers(
        "wrong-neuron-count", "784 neurons", work=built(FLATTEN, dense(784))
    ),
    "no bias": wrong_layers("no-bias", "y = mx + b", work=built(FLATTEN, dense(bias=False))),
    "hidden layer": wrong_layers(
        "hidden-layer",
        "2 layers learn (`Dense`, `Dense`)",
        "a single one",
        work=built(FLATTEN, dense(128, name="hidden", activation="relu"), dense(inputs=128)),
    ),
    "hidden layer that is not built": wrong_layers(
        "hidden-layer",
        work=built(FLATTEN, dense(64, built=False), dense(built=False), shape=None),
        others={"build.input": "failed"},
    ),
    "hidden layer of fixed weights": wrong_layers(
        "hidden-layer",
        work=built(
            FLATTEN,
            changed(
                dense(64, name="hidden"),
                weights=tuple(
                    changed(one, trainable=False) for one in dense(64, name="hidden").weights
                ),
            ),
            dense(inputs=64),
        ),
    ),
    "convolution": wrong_layers(
        "hidden-layer",
        "`Conv2D`",
        work=built(
            CONVOLUTION, layer("Flatten", (None, 2704)), dense(inputs=2704), shape=(28, 28, 1)
        ),
    ),
    "relu on the outputs": wrong_activation(
        "hidden-nonlinearity",
        "`relu`",
        "stay as they are",
        work=built(FLATTEN, dense(activation="relu")),
    ),
    "sigmoid as a layer": wrong_activation(
        "hidden-nonlinearity",
        "`sigmoid`",
        work=built(FLATTEN, dense(), layer("Activation", (None, 10), activation="sigmoid")),
    ),
    "leaky relu as a layer": wrong_activation(
        "hidden-nonlinearity",
        "`leakyrelu`",
        work=built(FLATTEN, dense(), layer("LeakyReLU", (None, 10))),
    ),
    "an activation of one's own": Case(
        work=built(FLATTEN, dense(activation="custom")),
        check="build.activation",
        outcome="error",
        says=("a function or a layer that the grader does not know", "stay open"),
    ),
    "a softmax of one's own, as a layer": Case(
        work=of_layers(FLATTEN, dense(), layer("Lambda", (None, 10)), compiled=PROBABILITIES),
        check="build.activation",
        outcome="error",
        says=("a function or a layer that the grader does not know",),
        others=dict.fromkeys(("compile.loss", "train.accuracy", "predict.label"), "error"),
    ),
    "relu, then softmax": wrong_activation(
        "hidden-nonlinearity",
        "through `relu` and then `softmax`;",
        work=built(FLATTEN, dense(activation="relu"), SOFTMAX),
    ),
    "softmax twice": wrong_activation(
        "hidden-nonlinearity",
        "through `softmax` and then `softmax`;",
        work=built(FLATTEN, dense(activation="softmax"), SOFTMAX),
    ),
    "relu, then a layer of one's own": wrong_activation(
        "hidden-nonlinearity",
        "through `relu`;",
        work=built(FLATTEN, dense(activation="relu"), layer("Lambda", (None, 10))),
    ),
    **{
        f"of type {kind}": wrong_input(
            "not-a-model",
            f"of type `{kind}`",
            next_step,
            work=Submission(
                answers={"build": Answer(question="build", claims={"model": claim(None, kind)})}
            ),
            others={"build.layers": "skipped", "build.activation": "skipped"},
        )
        for kind, next_step in (
            ("NoneType", "change the model itself"),
            ("list", "`tf.keras.Sequential` makes one"),
        )
    },
    "a layer that the judge does not know": Case(
        work=of_layers(layer("Lambda", (None, 28, 28)), FLATTEN, dense(), fits=(UNTOLD,)),
        check="train.accuracy",
        outcome="error",
        says=("could not be worked out",),
        others={"predict.label": "error"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])


def test_the_right_solution_reaches_the_threshold_however_it_is_written(verdicts):
    reached = {name: verdicts[name].measures["accuracy"] for name in RIGHT}
    assert max(reached.values()) - min(reached.values()) < 0.01
    assert min(reached.values()) > LESSON.thresholds["sample"]


def test_the_arrays_of_the_cases_are_those_of_one_network():
    assert arrays()["dense/kernel"].shape == (784, 10)
