"""What the check of `devices` says."""

import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import CPU, GPU, Submission, claim, devices, fit

TWO = (GPU, "/physical_device:GPU:1")
ON_GPU = (fit(device="/job:localhost/replica:0/task:0/device:GPU:0"),)

CASES = {
    "right, without a GPU": Case(work=Submission(), check="devices.gpus", says=("no GPU here",)),
    "right, with a GPU": Case(
        work=Submission(
            gpus=claim((GPU,), "list"), devices=devices(offered=(CPU, GPU)), fits=ON_GPU
        ),
        check="devices.gpus",
        says=("1 GPU here: GPU:0",),
    ),
    "logical devices": Case(
        work=Submission(
            gpus=claim(("/device:GPU:1", "/device:GPU:0"), "list"),
            devices=devices(offered=(CPU, *TWO), queried=("list_logical_devices",)),
            fits=ON_GPU,
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
    "their number": fails(
        "devices.gpus",
        "devices-not-a-list",
        "of type `int`",
        "the list that TensorFlow gives",
        work=Submission(gpus=claim(0)),
    ),
    "every kind": fails(
        "devices.gpus",
        "devices-of-every-kind",
        "it holds CPU:0 too.",
        "GPUs only",
        work=Submission(
            gpus=claim((CPU, GPU), "list"), devices=devices(offered=(CPU, GPU)), fits=ON_GPU
        ),
    ),
    "another kind": fails(
        "devices.gpus",
        "devices-of-every-kind",
        "it holds CPU:0.",
        "GPUs only",
        work=Submission(gpus=claim((CPU,), "list")),
    ),
    "one left out": fails(
        "devices.gpus",
        "devices-changed",
        "holds 1 GPU: GPU:0",
        "sees GPU:0, GPU:1",
        work=Submission(
            gpus=claim((GPU,), "list"), devices=devices(offered=(CPU, *TWO)), fits=ON_GPU
        ),
    ),
    "one made up": fails(
        "devices.gpus",
        "devices-changed",
        "holds 1 GPU: GPU:0",
        "sees none",
        work=Submission(gpus=claim((GPU,), "list")),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])
