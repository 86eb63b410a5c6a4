"""Images are recognised whatever was done to them, and nothing else is taken for them."""

import numpy as np
import pytest
import tensorflow as tf

from autograder.datasets import Images
from autograder.kernel.recorder.data_matching import DatasetIndex
from autograder.kernel.recorder.image_patterns import patterns, row_digests

rng = np.random.default_rng(20)


@pytest.fixture(scope="module")
def index(sample: Images) -> DatasetIndex:
    return DatasetIndex(sample)


def standardised(x):
    mean, spread = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / np.where(spread, spread, 1)


@pytest.mark.parametrize(
    ("chosen", "split", "count"),
    [
        (slice(None), "training", 12_000),
        (slice(0, 2_000), "training", 2_000),
        (slice(-2_000, None), "training", 2_000),
        (slice(3_000, 9_000), "training", 6_000),
        (slice(99, 100), "training", 1),
        (slice(0, 1), "training", 1),
        (slice(None, None, 7), "training", 1_715),
        (slice(None, None, -1), "training", 12_000),
        (rng.permutation(12_000), "training", 12_000),
    ],
)
@pytest.mark.parametrize("scale", [1, 255])
def test_training_cards(index, sample, chosen, split, count, scale) -> None:
    x, y = sample.train_images[chosen] / scale, sample.train_labels[chosen]
    match = index.identify(x, y)
    assert (match.split, match.count, match.labels) == (split, count, "matching")
    assert match.scale == pytest.approx(1 / scale)
    assert match.shift == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("chosen", [slice(None), slice(500), rng.permutation(2_000)])
def test_validation_cards(index, sample, chosen) -> None:
    match = index.identify(sample.valid_images[chosen], sample.valid_labels[chosen])
    assert (match.split, match.labels) == ("validation", "matching")


def test_a_mixture(index, sample) -> None:
    x = np.concatenate([sample.train_images[:1000], sample.valid_images[:1000]])
    y = np.concatenate([sample.train_labels[:1000], sample.valid_labels[:1000]])
    match = index.identify(x, y)
    assert (match.split, match.labels) == ("mixed", "matching")


def test_a_small_mixture_names_its_training_cards(index, sample) -> None:
    match = index.identify(np.concatenate([sample.valid_images[:3], sample.train_images[5:8]]))
    assert (match.split, match.indices) == ("mixed", (5, 6, 7))


@pytest.mark.parametrize("order", [slice(None), rng.permutation(12_000)])
@pytest.mark.parametrize(
    ("change", "scale", "shift"),
    [
        (lambda x: x / 255, 1 / 255, 0),
        (lambda x: x.astype("float32") / 255, 1 / 255, 0),
        (lambda x: (x / 255).astype("float16"), 1 / 255, 0),
        (lambda x: x.astype("float16"), 1, 0),
        (lambda x: x.astype("float64"), 1, 0),
        (lambda x: x.astype("int32"), 1, 0),
        (lambda x: 1 - x / 255, -1 / 255, 1),
        (lambda x: 255 - x, -1, 255),
        (lambda x: x / 127.5 - 1, 1 / 127.5, -1),
        (lambda x: (x - x.mean()) / x.std(), None, None),
        (lambda x: x.reshape(-1, 784), 1, 0),
        (lambda x: x.reshape(-1, 28, 28, 1), 1, 0),
        (tf.constant, 1, 0),
        (lambda x: tf.cast(x, tf.float32) / 255, 1 / 255, 0),
        (lambda x: [x], 1, 0),
    ],
)
def test_what_was_done_to_the_pixels(index, sample, order, change, scale, shift) -> None:
    match = index.identify(change(sample.train_images[order]), sample.train_labels[order])
    assert (match.split, match.labels) == ("training", "matching")
    if scale is not None:
        assert match.scale == pytest.approx(scale, rel=2e-3)
        assert match.shift == pytest.approx(shift, abs=1e-2)


def test_pixels_standardised_one_by_one(index, sample) -> None:
    x = standardised(sample.train_images.reshape(-1, 784).astype(float))
    match = index.identify(x, sample.train_labels)
    assert (match.split, match.labels) == ("training", "matching")
    assert match.scale.shape == match.shift.shape == (784,)
    again = sample.train_images.reshape(-1, 784) * match.scale + match.shift
    lit = match.scale != 0
    assert lit.sum() > 700
    np.testing.assert_allclose(again[:, lit], x[:, lit], atol=1e-3)


@pytest.mark.parametrize(
    ("relabel", "expected"),
    [
        (lambda y: y, "matching"),
        (lambda y: y.reshape(-1, 1), "matching"),
        (lambda y: np.eye(10)[y], "matching"),
        (lambda y: y.astype(float), "matching"),
        (lambda y: y.tolist(), "matching"),
        (tf.constant, "matching"),
        (lambda y: np.roll(y, 1), "mismatched"),
        (lambda y: (y + 1) % 10, "mismatched"),
        (lambda y: y[::-1], "mismatched"),
        (lambda _: rng.integers(0, 10, 12_000), "mismatched"),
        (lambda y: y[:2000], "mismatched"),
        (lambda _: None, "none"),
        (lambda y: y.astype(str), "unknown"),
        (lambda _: np.zeros((12_000, 0)), "unknown"),
        (lambda _: [], "unknown"),
    ],
)
def test_labels(index, sample, relabel, expected) -> None:
    assert index.identify(sample.train_images, relabel(sample.train_labels)).labels == expected


@pytest.mark.parametrize(
    "x",
    [
        rng.random((300, 28, 28)),
        rng.integers(0, 256, (300, 28, 28), dtype=np.uint8),
        np.zeros((5, 28, 28)),
        np.full((300, 28, 28), np.nan),
        np.full((2, 28, 28), np.inf),
        np.zeros((0, 28, 28)),
        np.zeros((28, 28)),
        np.zeros((3, 32, 32)),
        np.zeros((3, 28, 28), dtype=bool),
        np.array([["a", "b"]]),
        np.array(None),
        None,
        "train_images",
        7,
        [],
        {},
        pytest.param(object(), id="object"),
        tf.ragged.constant([[1.0], [2.0, 3.0]]),
    ],
    ids=repr,
)
def test_what_is_no_card_is_unknown_and_never_wrong(index, x) -> None:
    match = index.identify(x, np.zeros(300))
    assert (match.split, match.indices, match.scale) == ("unknown", None, None)
    assert match.labels == "unknown"


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[:, ::-1],
        lambda x: np.swapaxes(x, 1, 2),
        lambda x: x + rng.normal(0, 20, x.shape),
        lambda x: x * rng.random((len(x), 1, 1)),
    ],
)
def test_pictures_that_were_made_otherwise_are_unknown(index, sample, change) -> None:
    match = index.identify(change(sample.train_images[:2000]), sample.train_labels[:2000])
    assert (match.split, match.labels, match.count) == ("unknown", "unknown", 2000)


@pytest.mark.parametrize("change", [lambda x: (x > 127).astype(float), np.sqrt])
def test_pictures_of_another_brightness_are_known_by_a_table(index, sample, change) -> None:
    """For each of 256 brightnesses there is one number."""
    match = index.identify(change(sample.train_images[:2000]), sample.train_labels[:2000])
    assert (match.split, match.labels, match.count) == ("training", "matching", 2000)
    shown = np.unique(sample.train_images[:2000])
    np.testing.assert_allclose(match.table[shown], change(shown), rtol=1e-6)


@pytest.mark.parametrize("at", [0, 1, 99, 11_999])
@pytest.mark.parametrize("scale", [1, 255])
def test_a_single_card_has_its_place(index, sample, at, scale) -> None:
    match = index.identify(sample.train_images[at : at + 1] / scale)
    assert (match.split, match.indices, match.count) == ("training", (at,), 1)


def test_a_batch_has_the_places_of_all_its_cards(index, sample) -> None:
    indices = rng.permutation(12_000)[:200]
    assert index.identify(sample.train_images[indices]).indices == tuple(indices)
    assert index.identify(sample.valid_images[[7, 3]]).indices == (7, 3)
    assert index.identify(sample.train_images[:257]).indices is None


TYPES = ("uint8", "int32", "float32", "float64")


@pytest.mark.parametrize("kind", TYPES)
def test_an_image_has_one_pattern_in_every_type(sample, kind) -> None:
    rows = sample.train_images[:500].reshape(500, -1)
    wanted = patterns(rows.astype(np.float64) / 255)
    assert (patterns(rows.astype(kind)) == wanted).all()


@pytest.mark.parametrize("kind", TYPES)
def test_every_image_has_a_digest_of_its_own(sample, kind) -> None:
    rows = sample.train_images.reshape(-1, 784)[:, :781]
    assert len({*row_digests(rows.astype(kind)).tolist()}) == len(np.unique(rows, axis=0))


def moved_about(x):
    return np.roll(np.where(x > x.mean(axis=(1, 2), keepdims=True), x, 0), 3, axis=2)


def test_validation_images_that_no_map_describes_are_kept(index, sample) -> None:
    x, studied = moved_about(sample.valid_images), moved_about(sample.train_images)
    rows = index.unmapped_rows(x, sample.valid_labels, studied)
    assert rows is not None
    assert (rows == x.reshape(2_000, 784)).all()
    assert index.unmapped_rows(tf.constant(x), sample.valid_labels, studied) is not None


@pytest.mark.parametrize(
    "given",
    [
        lambda x, y, _: (x[::-1], y[::-1], x[:0]),
        lambda x, y, z: (x[:500], y[:500], z),
        lambda x, _, z: (x, None, z),
        lambda x, y, _: (x, y, x),
        lambda x, y, z: (x * np.nan, y, z),
        lambda x, y, _: (x, y, None),
    ],
    ids=["another order", "a part", "no labels", "studied", "no numbers", "a stream"],
)
def test_other_images_are_not_kept(index, sample, given) -> None:
    x, z = (moved_about(one) for one in (sample.valid_images, sample.train_images))
    assert index.unmapped_rows(*given(x, sample.valid_labels, z)) is None


def noisy(x, scale=2.0):
    return x + rng.normal(scale=scale, size=x.shape)


def between(sample, count, change=lambda x: x):
    """All training images, and validation images where the fixed examples are not."""
    x, y = sample.train_images.astype(float), sample.train_labels.copy()
    looked_at = np.linspace(0, len(x) - 1, 256).astype(int)
    free = np.setdiff1d(np.arange(len(x)), looked_at)[: 6 * count].reshape(-1, 6)[:, 0]
    x[free], y[free] = change(sample.valid_images[:count]), sample.valid_labels[:count]
    return x, y


@pytest.mark.parametrize(
    ("given", "split"),
    [
        (lambda data: between(data, 1_500), "mixed"),
        (lambda data: between(data, 1_500, noisy), "mixed"),
        (lambda data: (noisy(data.valid_images), data.valid_labels), "validation"),
        (lambda data: (noisy(data.valid_images, 60.0), data.valid_labels), "validation"),
        (lambda data: (noisy(np.tile(data.valid_images, (3, 1, 1))), None), "validation"),
        (
            lambda data: (noisy(np.concatenate([data.train_images, data.valid_images])), None),
            "mixed",
        ),
    ],
    ids=["between", "between, noisy", "noisy", "very noisy", "again and again", "all of both"],
)
def test_validation_images_are_found_among_what_was_trained_on(index, sample, given, split) -> None:
    x, y = given(sample)
    match = index.identify(x, y)
    assert match.split in ("training", "unknown")
    assert index.look_again(match, x, y).split == split


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: x / 255,
        lambda x: x[:, :, ::-1],
        lambda x: np.concatenate([x, x[:, :, ::-1]]),
        lambda x: np.roll(x, 1, axis=2),
        lambda x: x[:, ::-1, ::-1],
        lambda x: 255 - x[:, ::-1],
        lambda x: np.cumsum(np.cumsum(x.astype(float), axis=1), axis=2),
        lambda x: np.pad(x[:, 2::2, 2::2], ((0, 0), (7, 8), (7, 8))),
        lambda x: np.sort(x.reshape(len(x), -1), axis=1),
        lambda x: x[:9, :, ::-1],
        lambda x: noisy(x, 20.0),
        lambda x: noisy(x, 100.0),
        lambda x: 0.7 * x + 0.3 * x[::-1],
        np.zeros_like,
        lambda x: rng.normal(size=x.shape),
        lambda x: x * np.nan,
    ],
)
def test_nothing_else_is_taken_for_validation_images(index, sample, change) -> None:
    """However training images were made more or other than they are."""
    x = change(sample.train_images)
    y = np.resize(sample.train_labels, len(x))
    match = index.identify(x, y)
    assert index.look_again(match, x, y) == match


def test_labels_of_others_are_found_between_the_examples_too(index, sample) -> None:
    x, y = between(sample, 0)
    looked_at = np.linspace(0, len(x) - 1, 256).astype(int)
    wrong = (y + 1) % 10
    wrong[looked_at] = y[looked_at]
    match = index.identify(x, wrong)
    assert (match.labels, index.look_again(match, x, wrong).labels) == ("matching", "mismatched")
