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

from autograder.core.evidence import Examples
from autograder.datasets import Images
from autograder.kernel.recorder.affine_fit import Floats, affine

SAMPLE = 256
# Parts of a sample: above it is that set, below the other one.
NEARLY_ALL = 0.95

SetName = Literal["training", "validation", "mixed", "unknown"]
Labels = Literal["matching", "mismatched", "none", "unknown"]


@dataclass(frozen=True, kw_only=True)
class DataMatch:
    """What is known of some data; the map is ``scale * image + shift``."""

    count: int | None = None
    cards: SetName = "unknown"
    labels: Labels = "unknown"
    scale: Floats | None = None
    shift: Floats | None = None
    places: tuple[int, ...] | None = None

    def of(self, count: int | None) -> DataMatch:
        """Return a copy for ``count`` images."""
        return replace(self, count=count)

    def as_examples(self, prefix: str, arrays: dict[str, NDArray[Any]]) -> Examples:
        """Return this as evidence; the affine map is added to ``arrays`` under ``prefix``."""
        names: dict[str, str | None] = {"scale": None, "shift": None}
        for part, array in (("scale", self.scale), ("shift", self.shift)):
            if array is not None:
                names[part] = f"{prefix}/{part}"
                arrays[f"{prefix}/{part}"] = np.asarray(array)
        return Examples(
            count=self.count, cards=self.cards, labels=self.labels, places=self.places, **names
        )


@dataclass(frozen=True)
class _Found:
    """The positions of rows among the images, and how they were made from them."""

    places: NDArray[np.intp]
    scale: Floats
    shift: Floats


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
        if images is None or not len(images):
            return DataMatch()
        chosen = np.unique(np.linspace(0, len(images) - 1, SAMPLE).astype(int))
        rows = images[chosen].astype(np.float64)
        found = None
        if np.isfinite(rows).all():
            found = self._in_order(rows, chosen, len(images)) or self._anywhere(rows)
        if found is None:
            return DataMatch(count=len(images), labels="none" if y is None else "unknown")
        few = len(images) <= SAMPLE
        return DataMatch(
            count=len(images),
            cards=self._set(found.places),
            labels=self._match(y, chosen, found.places),
            scale=found.scale,
            shift=found.shift,
            places=self._places(found.places) if few else None,
        )

    def _set(self, places: NDArray[np.intp]) -> SetName:
        inside = float(np.mean(places < self._training))
        if inside >= NEARLY_ALL:
            return "training"
        return "validation" if inside <= 1 - NEARLY_ALL else "mixed"

    def _places(self, places: NDArray[np.intp]) -> tuple[int, ...]:
        """Return positions in the set; of a mixture those of the training images."""
        inside = places < self._training
        positions = places[inside] if inside.any() else places - self._training
        return tuple(int(one) for one in positions)

    def _in_order(self, rows: Floats, chosen: NDArray[np.intp], count: int) -> _Found | None:
        """Find rows that are all, the beginning, or the end of a set in its original order."""
        others = len(self._images) - self._training
        for start, size in ((0, self._training), (self._training, others)):
            if count > size:
                continue
            for offset in sorted({0, size - count}):
                places = chosen + start + offset
                if fitted := affine(rows, self._images[places]):
                    return _Found(places, *fitted)
        return None

    def _anywhere(self, rows: Floats) -> _Found | None:
        """Find images in any order, where one map does for all pixels.

        Some are found by the pattern of their light and dark pixels. They give the map, which
        inverted turns all rows into images.
        """
        for sign in (1.0, -1.0):
            known = [self._by_pattern.get(one.tobytes(), -1) for one in _patterns(sign * rows)]
            places = np.array(known)
            some = places >= 0
            fitted = affine(rows[some], self._images[places[some]]) if some.any() else None
            if fitted is None or fitted[0].ndim:
                continue
            scale, shift = fitted
            places = self._exactly(np.rint((rows - float(shift)) / float(scale)))
            if (places >= 0).all() and affine(rows, self._images[places]):
                return _Found(places, scale, shift)
        return None

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
        patterns = np.concatenate([_patterns(part.astype(np.float64)) for part in parts])
        found: dict[bytes, int] = {}
        for place, pattern in enumerate(patterns):
            found.setdefault(pattern.tobytes(), place)
        return found

    @cached_property
    def _by_content(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for place, image in enumerate(self._images):
            found.setdefault(hash(image.tobytes()), place)
        return found

    def _match(self, y: object, chosen: NDArray[np.intp], places: NDArray[np.intp]) -> Labels:
        if y is None:
            return "none"
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.size:
            labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
        if labels.ndim != 1 or not len(labels) or labels.dtype.kind not in "iuf":
            return "unknown"
        given = labels[np.minimum(chosen, len(labels) - 1)]
        same = np.mean(given == self._labels[places])
        return "matching" if same >= NEARLY_ALL else "mismatched"


def _patterns(rows: Floats) -> NDArray[np.uint8]:
    """Return which pixels of each row are lighter than its mean: the same under a positive map."""
    spread = rows.max(axis=1, keepdims=True) - rows.min(axis=1, keepdims=True)
    # How far above the mean, as a part of the image's range. In images of whole numbers no pixel
    # comes near: the sums of all pixels differ by 1, and this is half of it at most.
    light = 0.5 / (255 * rows.shape[1])
    return np.packbits(rows > rows.mean(axis=1, keepdims=True) + light * spread, axis=1)


def _rows(x: Any, pixels: int) -> NDArray[Any] | None:
    """Return images as rows of so many *pixels*, without a copy where possible."""
    if isinstance(x, dict):
        x = list(x.values())
    # Keras takes one array a model input; one in a list is that array.
    if isinstance(x, list | tuple) and len(x) == 1 and getattr(x[0], "ndim", 0) > 2:
        x = x[0]
    if hasattr(x, "numpy"):
        x = x.numpy()
    if isinstance(x, list | tuple):
        x = np.asarray(x)
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "iuf" or x.ndim < 2:
        return None
    return x.reshape(len(x), pixels) if x[:1].size == pixels else None
