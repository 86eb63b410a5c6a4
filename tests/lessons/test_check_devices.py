"""What the check of `devices` says."""

from functools import partial

import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import CPU, GPU, Submission, claim, devices, fit

TWO = (GPU, "/physical_device:GPU:1")
ON_GPU = (fit(device="/job:localhost/replica:0/task:0/device:GPU:0"),)


def listed(*names: str, offered: tuple[str, ...] = (), **more) -> Submission:
    """These were handed in as GPUs; training was on a GPU where the machine offers some."""
    there = {"devices": devices(offered=offered, **more), "fits": ON_GPU} if offered else {}
    return Submission(gpus=claim(names, "list"), **there)


wrong_list = partial(fails, "devices.gpus")
CASES = {
    "right, without a GPU": Case(work=Submission(), check="devices.gpus", says=("no GPU here",)),
    "right, with a GPU": Case(
        work=listed(GPU, offered=(CPU, GPU)),
        check="devices.gpus",
        says=("1 GPU here: GPU:0",),
    ),
    "logical devices": Case(
        work=listed(
            *("/device:GPU:1", "/device:GPU:0"),
            offered=(CPU, *TWO),
            queried=("list_logical_devices",),
        ),
        check="devices.gpus",
        says=("2 GPUs",),
    ),
    "a tuple instead of a list": Case(
        work=Submission(gpus=claim((), "tuple")), check="devices.gpus"
    ),
    "typed": fails(
        "devices.asked",
        "devices-typed-by-hand",
        "never asked",
        work=Submission(devices=devices(queried=())),
        others={"devices.gpus": "skipped"},
    ),
    "their number": wrong_list(
        "devices-not-a-list",
        "of type `int`",
        "the list that TensorFlow gives",
        work=Submission(gpus=claim(0)),
    ),
    "every kind": wrong_list(
        "devices-of-every-kind",
        "it holds CPU:0 too.",
        "GPUs only",
        work=listed(CPU, GPU, offered=(CPU, GPU)),
    ),
    "another kind": wrong_list(
        "devices-of-every-kind", "it holds CPU:0.", "GPUs only", work=listed(CPU)
    ),
    "one left out": wrong_list(
        "devices-changed",
        "holds 1 GPU: GPU:0",
        "sees GPU:0, GPU:1",
        work=listed(GPU, offered=(CPU, *TWO)),
    ),
    "one made up": wrong_list(
        "devices-changed", "holds 1 GPU: GPU:0", "sees none", work=listed(GPU)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])
