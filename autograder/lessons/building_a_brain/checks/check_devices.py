"""Find the GPUs: was TensorFlow asked, and does `gpus` hold what it answered?"""

from __future__ import annotations

import pytest

from autograder.checks import Failed
from autograder.evidence import Evidence
from autograder.pytest_plugin import Tell


@pytest.mark.points(1)
def test_asked(evidence: Evidence, tell: Tell) -> None:
    """TensorFlow was asked which devices there are."""
    devices = evidence.recorded.devices if evidence.recorded else None
    if not devices or not devices.asked:
        raise Failed(
            "TensorFlow was never asked for its devices, so `gpus` was written by hand.",
            help="A list that you type says nothing about this machine. `tf.config` has a"
            " function that lists physical devices of one kind.",
            misconception="devices-typed-by-hand",
        )
    tell.passed("You asked TensorFlow itself: the answer is right on any machine.")


@pytest.mark.points(1)
@pytest.mark.requires("devices.asked")
def test_gpus(evidence: Evidence, tell: Tell) -> None:
    """`gpus` is the list of the GPUs that TensorFlow sees."""
    hand_in, recorded = evidence.hand_in("devices"), evidence.recorded
    assert hand_in and recorded
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
            f"`gpus` holds {', '.join(strangers)}, which is no GPU.",
            help="Ask for devices of the kind GPU only.",
            misconception="devices-of-every-kind",
        )
    if found != expected:
        raise Failed(
            f"`gpus` names {len(found)}, TensorFlow sees {len(expected)} here.",
            help="Hand in the list just as TensorFlow gives it.",
        )
    tell.passed(
        f"TensorFlow sees {len(found)} here: {', '.join(found)}."
        if found
        else "TensorFlow sees no GPU here: the list is empty, and the CPU will do the work."
    )


def _short(name: str) -> str:
    """``GPU:0`` for ``/physical_device:GPU:0``, ``/device:GPU:0`` and ``gpu:0``."""
    return ":".join(name.upper().rsplit(":", 2)[-2:])


def _is_gpu(name: str) -> bool:
    return "GPU" in name.upper()
