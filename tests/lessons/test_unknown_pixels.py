"""What was done to pixels is not always known: then what the model was given decides, or a person.

Here pixels were moved about in each image, which no map of the evidence describes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.cases import Case, verify
from support.evidence_builder import (
    UNKNOWN,
    Submission,
    arrays,
    changed,
    claim,
    fit,
    judged,
    sample,
    training,
    validation,
)

ROWS = 1_000
NO_MAP = {"split": "unknown", "labels": "unknown", "scale": None, "shift": None}
GIVEN = {
    "training": training(**NO_MAP),
    "validation": validation(**NO_MAP, rows="fit-0/validation/rows"),
}


def with_rows(rows: Any) -> Any:
    """Add every other validation image as the model was given it."""
    return lambda: {**arrays(), "fit-0/validation/rows": rows()}


def every_other() -> Any:
    return sample().valid_images[::2].reshape(ROWS, 784).astype(np.float32)


def painted() -> Any:
    """Images that are their labels: what the network says of them is right in every case."""
    kernel = arrays()["dense/kernel"]
    return 1e4 * kernel.T[sample().valid_labels[::2]].astype(np.float32)


def moved(rows: Any = every_other, **more: Any) -> Submission:
    return Submission(fits=(fit(**GIVEN),), arrays=with_rows(rows), **more)


LEFT_OPEN = "the preprocessing of its pixels is unknown"
CASES = {
    "kept": Case(
        work=moved(), check="train.accuracy", says=("% of the validation images correctly",)
    ),
    "noise on the training images alone": Case(
        work=Submission(fits=(fit(training=training(**NO_MAP)),)), check="train.accuracy"
    ),
    "none kept": Case(
        work=Submission(fits=(fit(training=UNKNOWN, validation=UNKNOWN),)),
        check="train.accuracy",
        outcome="error",
        says=(LEFT_OPEN,),
    ),
    "more than there are": Case(
        work=moved(rows=lambda: np.zeros((2_001, 784), np.float32)),
        check="train.accuracy",
        outcome="error",
        says=(LEFT_OPEN,),
    ),
    "labels painted into the pixels": Case(
        work=moved(rows=painted),
        check="train.accuracy",
        outcome="error",
        says=("classifies 100", "manual review"),
    ),
    "a label that the raw pixels do not give": Case(
        work=moved(label=lambda: claim(0)),
        check="predict.label",
        outcome="error",
        says=("is unknown",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_work_on_unknown_pixels_never_loses_points_for_it(verdicts: Any, name: str) -> None:
    verify(CASES[name], verdicts[name])


def test_rows_are_looked_at_only_where_no_map_was_found() -> None:
    """A kernel that hands over rows beside a map gains nothing by them."""
    work = Submission(
        fits=(fit(validation=changed(validation(), rows="fit-0/validation/rows")),),
        arrays=with_rows(painted),
    )
    case = Case(work=work, check="train.accuracy")
    verify(case, judged({"one": work})["one"])
