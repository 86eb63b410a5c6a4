"""Recorded networks computed in NumPy."""

import msgspec
import numpy as np
import pytest
from support.evidence_builder import FLATTEN, dense, layer, normalization, right, stack, training
from support.processes import memory_below

from autograder.core.evidence import Evidence, Examples, Front, PerImage, Record, Run
from autograder.judge.inference import UnknownLayer, as_given, outputs

RANDOM = np.random.default_rng(seed=5)
IMAGES = RANDOM.uniform(0, 255, (7, 784)).astype(np.float32)
WEIGHTS = {
    "dense/kernel": RANDOM.normal(size=(784, 10)).astype(np.float32),
    "dense/bias": RANDOM.normal(size=10).astype(np.float32),
}
SUMS = IMAGES @ WEIGHTS["dense/kernel"] + WEIGHTS["dense/bias"]


def test_the_right_network():
    model = stack(FLATTEN, dense())
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), SUMS)
    assert np.allclose(outputs(model, WEIGHTS, IMAGES.reshape(-1, 28, 28)), SUMS)


def test_more_images_than_are_computed_at_once():
    many = np.tile(IMAGES, (600, 1))
    computed = outputs(stack(FLATTEN, dense()), WEIGHTS, many)
    assert computed.shape == (4200, 10)
    assert np.allclose(computed[-7:], SUMS, rtol=1e-4)


@pytest.mark.parametrize("kind", ["Dropout", "InputLayer", "GaussianNoise"])
def test_layers_that_only_pass_on(kind):
    model = stack(layer(kind), FLATTEN, dense())
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), SUMS)


def test_no_bias():
    computed = outputs(stack(FLATTEN, dense(bias=False)), WEIGHTS, IMAGES)
    assert np.allclose(computed, SUMS - WEIGHTS["dense/bias"], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("linear", lambda x: x),
        ("relu", lambda x: np.where(x > 0, x, 0)),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x.astype(np.float64)))),
        ("tanh", np.tanh),
        ("elu", lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)),
        ("softplus", lambda x: np.log1p(np.exp(-abs(x))) + np.maximum(x, 0)),
        (
            "softmax",
            lambda x: (
                np.exp(x - x.max(1, keepdims=True))
                / np.exp(x - x.max(1, keepdims=True)).sum(1, keepdims=True)
            ),
        ),
    ],
)
@pytest.mark.parametrize("as_layer", [False, True])
def test_activations(activation, function, as_layer):
    small = IMAGES / 2550
    sums = small @ WEIGHTS["dense/kernel"] + WEIGHTS["dense/bias"]
    layers = (
        (dense(), layer("Activation", activation=activation))
        if as_layer
        else (dense(activation=activation),)
    )
    assert np.allclose(outputs(stack(FLATTEN, *layers), WEIGHTS, small), function(sums), atol=1e-4)


@pytest.mark.parametrize(("kind", "low"), [("Softmax", 0), ("ReLU", 0)])
def test_activations_that_are_layers_of_their_own(kind, low):
    assert outputs(stack(FLATTEN, dense(), layer(kind)), WEIGHTS, IMAGES).min() >= low


def test_no_overflow_in_far_outputs():
    with np.errstate(all="raise", under="ignore"):
        for activation in ("softmax", "sigmoid", "softplus", "elu"):
            computed = outputs(stack(FLATTEN, dense(activation=activation)), WEIGHTS, IMAGES * 100)
            assert np.isfinite(computed).all()


def test_reshape_for_flatten():
    model = stack(layer("Reshape", (None, 784)), dense())
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), SUMS)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (1, 28, 28), (784,)])
def test_flatten_where_the_channels_come_first(shape):
    """Keras then puts the first side of an image last; a row stays a row."""
    flatten = layer("Flatten", (None, 784), data_format="channels_first")
    model = stack(flatten, dense(), input_shape=(None, *shape))
    images = IMAGES.reshape(-1, *shape)
    turned = images if len(shape) == 1 else np.moveaxis(images, 1, -1)
    straight = outputs(stack(FLATTEN, dense()), WEIGHTS, turned.reshape(-1, 784))
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), straight)


def test_rescaling():
    model = stack(layer("Rescaling", scale=0.5, offset=3.0), FLATTEN, dense())
    straight = outputs(stack(FLATTEN, dense()), WEIGHTS, IMAGES * np.float32(0.5) + 3)
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), straight, rtol=1e-4)


@pytest.mark.parametrize("shape", [(28,), (28, 28), (1, 1), ()])
def test_normalization(shape):
    mean, variance = RANDOM.uniform(1, 9, (2, *shape)).astype(np.float32)
    weights = {**WEIGHTS, "normalization/mean": mean, "normalization/variance": variance}
    model = stack(normalization(*shape), FLATTEN, dense())
    given = (IMAGES.reshape(-1, 28, 28) - mean) / np.sqrt(variance)
    straight = outputs(stack(FLATTEN, dense()), WEIGHTS, given)
    assert np.allclose(outputs(model, weights, IMAGES), straight, rtol=1e-4)


def test_a_normalization_with_numbers_that_it_was_given():
    model = stack(layer("Normalization", mean=73.0, variance=8100.0), FLATTEN, dense())
    straight = outputs(stack(FLATTEN, dense()), WEIGHTS, (IMAGES - np.float32(73)) / 90)
    assert np.allclose(outputs(model, WEIGHTS, IMAGES), straight, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (stack(FLATTEN, dense(), chain=False), "one chain"),
        (stack(layer("Lambda"), FLATTEN, dense()), "`Lambda`"),
        (stack(FLATTEN, dense(activation="custom")), "`Dense`"),
        (stack(FLATTEN, dense(name="other")), "`Dense`"),
        (stack(layer("Rescaling", scale=2.0), FLATTEN, dense()), "`Rescaling`"),
        (stack(layer("Rescaling", scale="a", offset=0.0), FLATTEN, dense()), "`Rescaling`"),
        (stack(layer("Normalization"), FLATTEN, dense()), "`Normalization`"),
        (stack(layer("Reshape", (None, 5, 5)), dense()), "`Reshape`"),
        (stack(layer("Dropout")), "(28, 28)"),
        (stack(FLATTEN, dense(), shape=(32, 32)), "`input`"),
    ],
)
def test_what_is_not_known_is_said_and_nothing_is_concluded(model, words):
    with pytest.raises(UnknownLayer) as raised:
        outputs(model, WEIGHTS, IMAGES)
    assert words in str(raised.value)


def test_a_normalization_along_another_axis_is_not_guessed():
    weights = {
        **WEIGHTS,
        "normalization/mean": np.ones(28, np.float32),
        "normalization/variance": np.ones(28, np.float32),
    }
    model = stack(normalization(28, axis=1), FLATTEN, dense())
    with pytest.raises(UnknownLayer, match="Normalization"):
        outputs(model, weights, IMAGES)


# ---- what the model was given

RAW_IMAGES = RANDOM.integers(0, 256, (5, 28, 28)).astype(np.uint8)


def mapped(scale, shift):
    evidence = right(arrays=lambda: {"a": np.asarray(scale), "b": np.asarray(shift)})
    return as_given(evidence, training(scale="a", shift="b"), RAW_IMAGES)


def test_one_map_for_all_pixels():
    given = mapped(1 / 255, -0.5)
    assert given.dtype == np.float32
    assert np.allclose(given.reshape(5, 28, 28), RAW_IMAGES / 255 - 0.5, atol=1e-6)


def test_a_map_for_each_pixel():
    scale, shift = RANDOM.normal(size=(2, 784))
    expected = RAW_IMAGES.reshape(5, 784) * scale + shift
    assert np.allclose(mapped(scale, shift).reshape(5, 784), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("scale", "shift"), [(np.ones(3), 0.0), (1.0, np.ones((28, 28))), (np.inf, 0.0), (1.0, np.nan)]
)
def test_a_map_that_cannot_be_used(scale, shift):
    assert mapped(scale, shift) is None


def test_a_map_that_was_not_recorded():
    assert as_given(right(), training(scale=None), RAW_IMAGES) is None
    assert as_given(right(), training(scale="nowhere"), RAW_IMAGES) is None


# ---- what would take too much

WIDE = {
    "one/kernel": np.ones((784, 1), np.float32),
    "one/bias": np.ones(1, np.float32),
    "wide/kernel": np.ones((1, 60_000), np.float32),
    "wide/bias": np.ones(60_000, np.float32),
}
MANY = np.ones((12_000, 784), np.float32)


def wide(*more, units=60_000):
    names = ((1, "one"), (units, "wide"))
    return stack(FLATTEN, *(dense(size, name=name) for size, name in names), *more)


def refusal(model, weights, images, most=16 * 2**20):
    """Why the outputs are not computed, which takes no more memory than so many bytes."""
    with memory_below(most), pytest.raises(UnknownLayer) as raised:
        outputs(model, weights, images)
    return str(raised.value)


def test_a_layer_that_is_far_too_wide_is_not_computed():
    why = refusal(wide(), WIDE, MANY)
    assert "far larger" in why or "60,000 outputs" in why


def test_a_great_many_wide_activations_are_not_computed():
    weights = {name: array[..., :20_000] for name, array in WIDE.items()}
    model = wide(*(layer("Softmax") for _ in range(60)), units=20_000)
    assert "far larger" in refusal(model, weights, MANY)


def test_neurons_for_each_pixel_count_for_each_pixel():
    """A few kilobytes of weights can be multiplied as often as there are pixels."""
    weights = {
        "a/kernel": np.ones((1, 400), np.float32),
        "a/bias": np.ones(400, np.float32),
        "b/kernel": np.ones((400, 40), np.float32),
        "b/bias": np.ones(40, np.float32),
    }
    layers = (dense(400, inputs=1, name="a"), dense(40, inputs=400, name="b"))
    model = stack(layer("Reshape", (None, 784, 1)), *layers)
    assert "far larger" in refusal(model, weights, MANY[:2_500])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("dense/bias", (5_000, 1, 10)),
        ("dense/bias", (1,)),
        ("dense/kernel", (500, 784, 10)),
        ("dense/kernel", (784,)),
        ("dense/kernel", ()),
    ],
)
def test_an_array_of_another_shape_is_not_made_to_fit(name, shape):
    weights = {**WEIGHTS, name: np.ones(shape)}
    assert "`Dense`" in refusal(stack(FLATTEN, dense()), weights, MANY[:2_000], most=64 * 2**20)


@pytest.mark.parametrize("name", ["mean", "variance"])
def test_nor_is_what_normalizes(name):
    one = {"normalization/mean": np.ones(1), "normalization/variance": np.ones(1)}
    weights = {**WEIGHTS, **one, f"normalization/{name}": np.ones((5_000, 1, 28))}
    model = stack(normalization(1), FLATTEN, dense())
    assert "`Normalization`" in refusal(model, weights, MANY[:2_000], most=64 * 2**20)


def test_a_wide_layer_takes_no_more_memory_at_a_time():
    """The widest layer decides how many images are computed together."""
    model = stack(FLATTEN, dense(20_000, name="wide"), dense(10, name="dense"))
    weights = {
        "wide/kernel": np.ones((784, 20_000), np.float32),
        "wide/bias": np.ones(20_000, np.float32),
        "dense/kernel": np.ones((20_000, 10), np.float32),
        "dense/bias": np.ones(10, np.float32),
    }
    with memory_below(256 * 2**20):
        assert outputs(model, weights, MANY[:2_000]).shape == (2_000, 10)


def given(**changes):
    """Images as a model was given them, by a map that is no straight line."""
    numbers = np.log1p(np.arange(256)).astype(np.float32)
    evidence = Evidence(record=Record(run=Run(lesson="any")), arrays={"numbers": numbers})
    images = np.random.default_rng(seed=3).integers(0, 256, (5, 28, 28), np.uint8)
    rows = images.reshape(5, -1).astype(np.float64)
    return as_given(evidence, Examples(**changes), images), rows


def test_each_brightness_can_have_its_number() -> None:
    found, rows = given(table="numbers")
    np.testing.assert_allclose(found, np.log1p(rows), rtol=1e-5)
    assert given(table="none")[0] is None


def test_each_image_can_have_its_scale() -> None:
    found, rows = given(per_image=PerImage(spread="std", slope=1.0, offset=0.5, centre="mean"))
    wanted = (rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 0.5)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


FRONT = Front(before="dense", shape=(784,), scale="scale", shift="shift")


@pytest.mark.parametrize(
    ("front", "arrays", "factor"),
    [
        (FRONT, {"/scale": np.float32(0.5), "/shift": np.float32(0)}, 0.5),
        (
            msgspec.structs.replace(FRONT, scale=None, matrix="matrix"),
            {"/matrix": 2 * np.eye(784, dtype=np.float32), "/shift": np.zeros(784, np.float32)},
            2,
        ),
        (
            msgspec.structs.replace(FRONT, scale=None, shift=None, table="table"),
            {"/table": 3 * np.arange(256, dtype=np.float32)},
            3,
        ),
    ],
)
def test_what_was_found_of_a_model_comes_before_its_layers(front, arrays, factor) -> None:
    """Whatever layers it has there, and whether or not they form a chain."""
    images = np.random.default_rng(seed=4).integers(0, 256, (3, 784)).astype(np.float32)
    unknown = msgspec.structs.replace(stack(layer("Lambda"), dense()), chain=False, front=front)
    straight = outputs(stack(FLATTEN, dense()), WEIGHTS, images * np.float32(factor))
    np.testing.assert_allclose(
        outputs(unknown, {**WEIGHTS, **arrays}, images), straight, rtol=1e-4, atol=1e-2
    )


def test_a_front_of_another_size_is_refused() -> None:
    unknown = msgspec.structs.replace(stack(layer("Lambda"), dense()), front=FRONT)
    wrong = {"/scale": np.ones(3, np.float32), "/shift": np.ones(3, np.float32)}
    with pytest.raises(UnknownLayer):
        outputs(unknown, {**WEIGHTS, **wrong}, np.ones((1, 784), np.float32))
