"""Find the GPUs: TensorFlow is asked, and `gpus` holds what it answered."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.text import plural
from autograder.core.verdicts import Tell
from autograder.judge.rules import devices
from autograder.judge.rules.rule import raise_first


@pytest.mark.points(1)
def test_asked(evidence: Evidence, tell: Tell) -> None:
    """TensorFlow was asked which devices there are."""
    raise_first(devices.typed_by_hand(evidence))
    tell.passed(
        "You asked TensorFlow itself: that gives the right answer on any machine.",
        more="TensorFlow looks for GPUs once, when it starts. It sees a GPU that is added later"
        " after a restart of the kernel.",
    )


@pytest.mark.points(1)
@pytest.mark.requires("devices.asked")
def test_gpus(evidence: Evidence, tell: Tell) -> None:
    """`gpus` is the list of the GPUs that TensorFlow sees."""
    answer = evidence.answer("devices")
    assert answer is not None
    claim = answer.claims["gpus"]
    raise_first(
        devices.not_a_list(claim),
        devices.other_kinds(claim),
        devices.other_gpus(claim, devices.offered(evidence)),
    )
    found = devices.listed(claim)
    tell.passed(
        f"TensorFlow sees {plural(len(found), 'GPU')} here: {', '.join(found)}."
        if found
        else "TensorFlow sees no GPU here: the list is empty, and the CPU will do the work.",
        more="A GPU was made to draw pictures: it does the same small calculation for thousands"
        " of pixels at a time. A layer of neurons does the same.",
    )
