"""Find the GPUs: TensorFlow is asked, and `gpus` holds what it answered."""

from __future__ import annotations

import pytest

from autograder.checks import Failed, Tell
from autograder.evidence import Evidence
from autograder.lessons.building_a_brain.facts import plural


@pytest.mark.points(1)
def test_asked(evidence: Evidence, tell: Tell) -> None:
    """TensorFlow was asked which devices there are."""
    if not evidence.recorded or not evidence.recorded.devices.asked:
        raise Failed(
            "`gpus` has a value, but TensorFlow was never asked for its devices.",
            help="A list that you type says nothing about this machine. `tf.config` has a"
            " function that lists physical devices of one kind.",
            misconception="devices-typed-by-hand",
        )
    tell.passed("You asked TensorFlow itself: that gives the right answer on any machine.")


@pytest.mark.points(1)
@pytest.mark.requires("devices.asked")
def test_gpus(evidence: Evidence, tell: Tell) -> None:
    """`gpus` is the list of the GPUs that TensorFlow sees."""
    hand_in, recorded = evidence.hand_in("devices"), evidence.recorded
    assert hand_in is not None
    assert recorded is not None
    claim = hand_in.claims["gpus"]
    if not isinstance(claim.value, tuple):
        raise Failed(
            f"`gpus` is of type `{claim.kind}`; it should be the list that TensorFlow gives.",
            help="Keep the whole list, also where it is empty: its length is the number of GPUs.",
            misconception="devices-not-a-list",
        )
    found = sorted(_short(str(name)) for name in claim.value)
    expected = sorted(_short(name) for name in recorded.devices.offered if _is_gpu(name))
    if strangers := [name for name in found if not _is_gpu(name)]:
        raise Failed(
            f"`gpus` should hold GPUs only, and it holds {', '.join(strangers)}"
            + (" too." if len(strangers) < len(found) else "."),
            help="Ask TensorFlow for devices of the kind GPU.",
            misconception="devices-of-every-kind",
        )
    if found != expected:
        raise Failed(
            f"`gpus` holds {plural(len(found), 'GPU')}: {', '.join(found) or 'none'}. TensorFlow"
            f" sees {', '.join(expected) or 'none'} here.",
            help="Hand in the list just as TensorFlow gives it.",
            misconception="devices-changed",
        )
    tell.passed(
        f"TensorFlow sees {plural(len(found), 'GPU')} here: {', '.join(found)}."
        if found
        else "TensorFlow sees no GPU here: the list is empty, and the CPU will do the work."
    )


def _short(name: str) -> str:
    """``GPU:0`` for ``/physical_device:GPU:0``, ``/device:GPU:0`` and ``gpu:0``."""
    return ":".join(name.upper().rsplit(":", 2)[-2:])


def _is_gpu(name: str) -> bool:
    return "GPU" in name.upper()
