"""A number of parameters that was handed in, compared with the lesson's and the own network's."""

from __future__ import annotations

from autograder.core.evidence import Model
from autograder.core.verdicts import Skipped


def is_right(count: int | None, model: Model | None, right: int) -> bool:
    """Return whether the count is the lesson's, or the model's with non-trainable statistics."""
    if count == right or model is None:
        return count == right
    return count == _all_of(model) and model.trainable_parameters == right


def right_for_other_network(
    count: int | None, model: Model | None, right: int, question: str
) -> Skipped | None:
    """Return ``Skipped`` if the count is right for a network that the lesson does not ask for.

    ``question`` is the title of the question about the network.
    """
    if not count or model is None or count != _all_of(model) or is_right(count, model, right):
        return None
    return Skipped(
        f"{count:,} is right for the network that you built; the lesson asks for another one.",
        help=f"Correct “{question}” first, then count again.",
    )


def _all_of(model: Model) -> int:
    return model.trainable_parameters + model.other_parameters
