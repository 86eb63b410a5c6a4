"""A number of parameters that was handed in, beside the lesson's and that of one's own network."""

from __future__ import annotations

from autograder.core.evidence import Model
from autograder.core.verdicts import Skipped


def is_right(count: int | None, model: Model | None, right: int) -> bool:
    """Whether this is the lesson's number, or its own model's with statistics beside it."""
    if count == right or model is None:
        return count == right
    return count == _all_of(model) and model.trainable_parameters == right


def of_another_network(
    count: int | None, model: Model | None, right: int, question: str
) -> Skipped | None:
    """The count is right for what was built, which is not what the lesson asks for.

    ``question`` is the title of the one that asks for the network.
    """
    if not count or model is None or count != _all_of(model) or is_right(count, model, right):
        return None
    return Skipped(
        f"{count:,} is right for the network that you built; the lesson asks for another one.",
        help=f"Put “{question}” right first, then count again.",
    )


def _all_of(model: Model) -> int:
    return model.trainable_parameters + model.other_parameters
