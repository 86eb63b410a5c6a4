"""Some runs that replayed a training are made again without: both must say the same."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np

from autograder.core.evidence import Evidence, Recorded

# One of so many programs.
ONE_OF = 50
NOTE = (
    "A training that was replayed was not what the notebook's own training was. The notebook was"
    " run again without. Please report this, and grade with --no-replay until it is explained."
)


def is_chosen(program: str) -> bool:
    """Return whether a program is one that is run again: the same in every run of it."""
    return hashlib.sha256(f"replay {program}".encode()).digest()[0] < 256 / ONE_OF


def is_same(replayed: Evidence, own: Evidence) -> bool:
    """Return whether two runs say the same to the last bit, but for their times."""
    return (
        _plain(replayed.recorded) == _plain(own.recorded)
        and replayed.arrays.keys() == own.arrays.keys()
        and all(_bits(one) == _bits(own.arrays[name]) for name, one in replayed.arrays.items())
    )


def _plain(recorded: Recorded | None) -> Recorded | None:
    if recorded is None:
        return None
    fits = tuple(msgspec.structs.replace(one, replayed=False) for one in recorded.fits)
    return msgspec.structs.replace(recorded, fits=fits)


def _bits(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> tuple[object, ...]:
    return array.shape, array.dtype, array.tobytes()
