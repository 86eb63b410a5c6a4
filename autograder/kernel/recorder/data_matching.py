"""Which of the course's images some data is, and what was done to its pixels.

Data is compared with the course's own images up to an affine map, one for all pixels or one a
pixel, so that ``x / 255`` and standardised pixels are recognised.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Examples, PerImage
from autograder.core.image_numbers import Floats, spread_over
from autograder.datasets import Images
from autograder.kernel.recorder.image_patterns import patterns, row_digests
from autograder.kernel.recorder.pixel_maps import affine, per_image, table
from autograder.kernel.recorder.stream_tally import StreamTally, class_labels

SAMPLE = 256
# Parts of a sample: above it is that set, below the other one.
NEARLY_ALL = 0.95

# Examples that are recorded as they were given, where nothing says how they were made, and their
# bytes.
MAX_ROWS = 2_000
MAX_ROWS_BYTES = 8 * 2**20

# Of a stream all is looked at: this share of images from the other set is no accident.
SOME = 0.001

# So many examples are enough to tell a set by the images that are nearest to them. Of training
# images that were turned or moved, a fifth are nearest to a validation image.
ENOUGH = 32
# So many that are near to one validation image alone are no accident: among turned training images
# it is one in a thousand.
NO_ACCIDENT = 6
# Images that others are compared with at a time.
CHUNK = 4096

SetName = Literal["training", "validation", "mixed", "unknown"]
Labels = Literal["matching", "mismatched", "none", "unknown"]


@dataclass(frozen=True, kw_only=True)
class DataMatch:
    """What is known of some data; the map is ``scale * image + shift``, or one of the others."""

    count: int | None = None
    split: SetName = "unknown"
    labels: Labels = "unknown"
    scale: Floats | None = None
    shift: Floats | None = None
    table: Floats | None = None
    per_image: PerImage | None = None
    one_hot: bool = False
    indices: tuple[int, ...] | None = None
    rows: NDArray[Any] | None = None

    def as_examples(self, prefix: str, arrays: dict[str, NDArray[Any]]) -> Examples:
        """Return this as evidence; its arrays are added to ``arrays`` under ``prefix``."""
        names: dict[str, str | None] = {}
        parts = {"scale": self.scale, "shift": self.shift, "table": self.table, "rows": self.rows}
        for part, array in parts.items():
            if array is not None:
                names[part] = f"{prefix}/{part}"
                arrays[f"{prefix}/{part}"] = np.asarray(array)
        return Examples(
            count=self.count,
            split=self.split,
            labels=self.labels,
            indices=self.indices,
            per_image=self.per_image,
            one_hot=self.one_hot,
            **names,
        )


# The positions of rows among the images, and how they were made from them.
Found = tuple[NDArray[np.intp], DataMatch]


@functools.lru_cache(maxsize=4)
def dataset_index(data: Images) -> DatasetIndex:
    """Return the index of this dataset; built once, because it takes a while."""
    return DatasetIndex(data)


class DatasetIndex:
    """The course's images, indexed to find others among them."""

    def __init__(self, data: Images) -> None:
        images = np.concatenate([data.train_images, data.valid_images])
        self._images = images.reshape(-1, data.pixels)
        self._labels = np.concatenate([data.train_labels, data.valid_labels])
        self._training = len(data.train_images)

    def identify(self, x: object, y: object = None) -> DataMatch:
        """Find out what ``x`` of shape ``(n, ...)`` and its labels ``y`` are."""
        images = _rows(x, self._images.shape[1])
        if images is None:
            return DataMatch()
        # Always the same ones: what is found of them is the same in every run.
        chosen = np.unique(np.linspace(0, len(images) - 1, SAMPLE).astype(int))
        return self._identify(images, y, chosen)

    def look_again(self, match: DataMatch, x: object, y: object = None) -> DataMatch:
        """Return what is known of training data after a look at examples that nobody can foresee.

        It tells of validation images only: between the examples that were looked at before, or
        changed so that no map describes them. A training image is then nearer to itself than to
        any other, mostly even if noise was added to it, and so is a validation image.
        """
        images = _rows(x, self._images.shape[1])
        if images is None or match.split not in ("training", "unknown"):
            return match
        # This takes 2 ms, and 300 where no map is found and the nearest images are looked for.
        size = min(len(images), SAMPLE)
        chosen = np.sort(np.random.default_rng().choice(len(images), size, replace=False))
        second = self._identify(images, y, chosen)
        split = second.split
        if split == "unknown":
            split = self._set_of_nearest(images[chosen[::2]].astype(np.float64))
        if split in ("validation", "mixed"):
            return replace(match, split="mixed" if match.split == "training" else split)
        if "mismatched" == second.labels != match.labels:
            return replace(match, labels="mismatched")
        return match

    def _identify(self, images: NDArray[Any], y: object, chosen: NDArray[np.intp]) -> DataMatch:
        rows = images[chosen].astype(np.float64)
        found = None
        if np.isfinite(rows).all():
            found = self._in_order(rows, chosen, len(images)) or self._anywhere(rows)
        if found is None:
            return DataMatch(
                count=len(images),
                labels="none" if y is None else "unknown",
                one_hot=_is_one_hot(y),
            )
        indices, match = found
        return replace(
            match,
            count=len(images),
            split=self._set(indices),
            labels=self._match(y, chosen, indices),
            one_hot=_is_one_hot(y),
            indices=self._positions(indices) if len(images) <= SAMPLE else None,
        )

    def _set(self, indices: NDArray[np.intp]) -> SetName:
        inside = float(np.mean(indices < self._training))
        if inside == 1:
            return "training"
        # Of validation images some are among the training images, too.
        return "validation" if inside <= 1 - NEARLY_ALL else "mixed"

    def _set_of_nearest(self, rows: Floats) -> SetName:
        """Return the set from which most of the images are that are nearest to these rows.

        Nearest is what correlates most. A mixture is seen by those rows alone that are decidedly
        nearer to one image than to any other.
        """
        if len(rows) < ENOUGH or not np.isfinite(rows).all():
            return "unknown"
        nearest, decided = self._nearest(rows)
        others = nearest >= self._training
        # A few images are near to all that is changed beyond recognition.
        if len(np.unique(nearest[others])) > len(rows) / 2:
            return "validation"
        return "mixed" if (others & decided).sum() >= NO_ACCIDENT else "unknown"

    def _nearest(self, rows: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the index of the nearest image to each row, and whether no other is near it."""
        directions = _directions(rows)
        best = second = np.full(len(rows), -1.0, np.float32)
        index = np.zeros(len(rows), np.intp)
        every = np.arange(len(rows))
        for start in range(0, len(self._images), CHUNK):
            likeness = directions @ _directions(self._images[start : start + CHUNK]).T
            place = likeness.argmax(axis=1)
            largest = likeness[every, place]
            likeness[every, place] = -1
            others = np.maximum(likeness.max(axis=1), np.minimum(best, largest))
            index = np.where(largest > best, place + start, index)
            best, second = np.maximum(best, largest), np.maximum(second, others)
        return index, 1 - best < (1 - second) / 2

    def _positions(self, indices: NDArray[np.intp]) -> tuple[int, ...]:
        """Return positions in the set; of a mixture those of the training images."""
        inside = indices < self._training
        positions = indices[inside] if inside.any() else indices - self._training
        return tuple(int(one) for one in positions)

    def _in_order(self, rows: Floats, chosen: NDArray[np.intp], count: int) -> Found | None:
        """Find rows that are all, the beginning, or the end of a set in its original order."""
        others = len(self._images) - self._training
        for start, size in ((0, self._training), (self._training, others)):
            if count > size:
                continue
            for offset in sorted({0, size - count}):
                indices = chosen + start + offset
                if match := _match_of(rows, self._images[indices]):
                    return indices, match
        return None

    def _anywhere(self, rows: Floats) -> Found | None:
        """Find images in any order, where one map does for all pixels.

        Some are found by the pattern of their light and dark pixels. They give the map, which
        inverted turns all rows into images.
        """
        for sign in (1.0, -1.0):
            known = [self._by_pattern.get(one.tobytes(), -1) for one in patterns(sign * rows)]
            indices = np.array(known)
            some = indices >= 0
            fitted = affine(rows[some], self._images[indices[some]]) if some.any() else None
            if fitted and not fitted[0].ndim:
                scale, shift = fitted
                exact = self._exactly(np.rint((rows - float(shift)) / float(scale)))
                if (exact >= 0).all() and affine(rows, self._images[exact]):
                    return exact, DataMatch(scale=scale, shift=shift)
            if some.all() and (by_image := per_image(rows, self._images[indices])):
                return indices, DataMatch(per_image=by_image)
        return None

    def sample(self, count: int) -> NDArray[np.uint8]:
        """Return so many of the training images, shape (count, pixels), from all over the set."""
        chosen = np.linspace(0, self._training - 1, count).astype(int)
        images: NDArray[np.uint8] = self._images[chosen]
        return images

    def unmapped_rows(self, x: object, y: object, studied: object) -> NDArray[Any] | None:
        """Return some of the validation examples as a model was given them, ``None`` if it was not.

        All of their labels, in order, identify them. None of them may be among what
        the model ``studied``.

        Returns:
            Rows from all over the set, shape (n, numbers), their indices those of ``spread_over``.
        """
        labels = None if y is None else class_labels(y)
        rows, others = _rows_of_numbers(x), _rows_of_numbers(studied)
        if labels is None or rows is None or others is None or len(rows) != len(labels):
            return None
        if not np.array_equal(labels, self._labels[self._training :]):
            return None
        if np.isin(row_digests(rows), row_digests(others)).mean() > SOME:
            return None
        size = min(len(rows), MAX_ROWS, MAX_ROWS_BYTES // (4 * rows.shape[1]))
        chosen = rows[spread_over(len(rows), size)].astype(np.float32)
        return chosen if size and np.isfinite(chosen).all() else None

    def over_all(self, match: DataMatch, tally: StreamTally) -> DataMatch:
        """Return what is known of a stream by a sample of it, with all that flowed looked at."""
        indices = tally.indices(self._by_pattern)
        found = indices >= 0
        if not found.any():
            return match
        inside = float((indices[found] < self._training).mean())
        if min(inside, 1 - inside) >= SOME:
            match = replace(match, split="mixed")
        elif found.mean() >= NEARLY_ALL:
            match = replace(match, split="training" if inside > 0.5 else "validation")
        labels = tally.labels
        labelled = found & (labels >= 0)
        if labelled.any() and found.mean() >= NEARLY_ALL:
            same = float((labels[labelled] == self._labels[indices[labelled]]).mean())
            match = replace(match, labels="matching" if same >= NEARLY_ALL else "mismatched")
        if match.count is not None and found.mean() >= NEARLY_ALL and tally.is_complete:
            # An example that flows twice in an epoch is still one example.
            match = replace(match, count=min(match.count, len(indices)))
        return match

    def _exactly(self, images: Floats) -> NDArray[np.intp]:
        """Return the index of each of these exact images, -1 where there is no such image."""
        within = np.clip(images, 0, 255).astype(np.uint8)
        return np.array([self._by_content.get(hash(one.tobytes()), -1) for one in within])

    def build(self) -> None:
        """Build the lookup tables now, which is otherwise done by the first lookup."""
        assert self._by_pattern
        assert self._by_content

    @cached_property
    def _by_pattern(self) -> dict[bytes, int]:
        parts = np.array_split(self._images, 20)
        every = np.concatenate([patterns(part) for part in parts])
        found: dict[bytes, int] = {}
        for index, pattern in enumerate(every):
            found.setdefault(pattern.tobytes(), index)
        return found

    @cached_property
    def _by_content(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for index, image in enumerate(self._images):
            found.setdefault(hash(image.tobytes()), index)
        return found

    def _match(self, y: object, chosen: NDArray[np.intp], indices: NDArray[np.intp]) -> Labels:
        if y is None:
            return "none"
        labels = class_labels(y)
        if labels.ndim != 1 or not len(labels) or labels.dtype.kind not in "iuf":
            return "unknown"
        chosen_labels = labels[np.minimum(chosen, len(labels) - 1)]
        same = np.mean(chosen_labels == self._labels[indices])
        return "matching" if same >= NEARLY_ALL else "mismatched"


def _directions(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows without their means, each of length 1: their products are correlations."""
    numbers = rows.astype(np.float32)
    numbers -= numbers.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True).astype(np.float32)
    numbers /= np.where(lengths, lengths, np.float32(1))
    return numbers


def _match_of(rows: Floats, images: NDArray[np.uint8]) -> DataMatch | None:
    """Return how rows were made of these images, ``None`` where that is not found."""
    if fitted := affine(rows, images):
        return DataMatch(scale=fitted[0], shift=fitted[1])
    if by_image := per_image(rows, images):
        return DataMatch(per_image=by_image)
    numbers = table(rows, images)
    return None if numbers is None else DataMatch(table=numbers)


def _is_one_hot(y: object) -> bool:
    labels = None if y is None else np.asarray(y)
    return labels is not None and labels.ndim == 2 and labels.shape[1] > 1


def _rows_of_numbers(x: object) -> NDArray[Any] | None:
    """Return the examples in an array or a tensor as rows of numbers."""
    array = x.numpy() if hasattr(x, "numpy") else x
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf" or array.ndim < 2:
        return None
    return array.reshape(len(array), -1) if array.size else None


def _rows(x: Any, pixels: int) -> NDArray[Any] | None:
    """Return images as rows of so many *pixels*, without a copy where possible."""
    if isinstance(x, dict):
        x = list(x.values())
    # Keras takes one array a model input; one in a list is that array.
    if isinstance(x, list | tuple):
        x = x[0] if len(x) == 1 and getattr(x[0], "ndim", 0) > 2 else np.asarray(x)
    rows = _rows_of_numbers(x)
    return rows if rows is not None and rows.shape[1] == pixels else None
