"""What a worker of a cluster replies, and what must be the same there and here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata

import msgspec

from autograder import DISTRIBUTION
from autograder.grading import cache_key

# A job that has ended this many workers is not given to another.
MAX_WORKERS = 3
NAMES = (
    *cache_key.SOFTWARE,
    "Python",
    "machine",
    "system",
    "isolation",
    "code",
    "schema",
)


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The job was run; ``evidence`` is packed."""

    evidence: bytes


class WorkerEnded(msgspec.Struct, frozen=True, tag="ended"):
    """The job has ended as many workers as it may; it was not run again."""


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """The job was given up."""


class NeedsImages(msgspec.Struct, frozen=True, tag="needs-images"):
    """The worker does not have the images that the grader has."""

    address: str
    process: int
    dataset: str


class DifferentSoftware(msgspec.Struct, frozen=True, tag="unlike"):
    """What the worker has differs from what the grader has."""

    what: list[str]


class Insecure(msgspec.Struct, frozen=True, tag="insecure"):
    """Submissions cannot be isolated on the worker."""

    why: str


class Troubled(msgspec.Struct, frozen=True, tag="troubled"):
    """The job could not be run, and the notebook is not to blame."""

    why: str


Reply = Done | WorkerEnded | Cancelled | NeedsImages | DifferentSoftware | Insecure | Troubled


def conditions() -> dict[str, str]:
    """Return what a run depends on besides the job and the images, by name."""
    found = dict(zip(NAMES, cache_key.conditions(isolation=""), strict=True))
    own = {name: metadata.version(name) for name in (DISTRIBUTION, "msgspec")}
    return own | {name: text.removeprefix(f"{name} ") for name, text in found.items()}


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """Return how another machine differs from this one, a sentence each."""
    return [
        f"{name} is {there.get(name)}, here it is {version}"
        for name, version in here.items()
        if there.get(name) != version
    ]
