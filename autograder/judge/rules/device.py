"""The device on which the model was trained."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Evidence, Fit
from autograder.core.verdicts import CannotTell, Failed, NotApplicable
from autograder.judge.rules.rule import rule


def is_gpu(name: str) -> bool:
    """Return whether a device of this name is a GPU."""
    return "GPU" in name.upper()


def offered(evidence: Evidence) -> tuple[str, ...]:
    """Return the names of the devices that existed when the notebook began."""
    return evidence.recorded.devices.offered if evidence.recorded else ()


@rule("forced-cpu")
def forced_cpu(fit: Fit, devices: Sequence[str]) -> Failed | None:
    """There was a GPU, and the model was trained on the CPU anyway."""
    if not fit.device or is_gpu(fit.device) or not any(map(is_gpu, devices)):
        return None
    return Failed(
        "The model was trained on the CPU, and there is a GPU here.",
        help="TensorFlow takes the GPU by itself: look for a line that hides it or that asks for"
        " the CPU.",
        why="A GPU does thousands of small calculations at a time, and a network consists of"
        " them. Larger networks need one.",
        how="Take out `tf.device`, `set_visible_devices` or `CUDA_VISIBLE_DEVICES`, restart the"
        " kernel and run all cells.",
    )


def unknown_device(fit: Fit, devices: Sequence[str]) -> CannotTell | None:
    """Return ``CannotTell`` if there was a GPU and the device that was used is unknown."""
    if fit.device or not any(map(is_gpu, devices)):
        return None
    return CannotTell("The grader could not see on which device the model was trained.")


def no_gpu_here(
    fit: Fit, devices: Sequence[str], course_says: str
) -> CannotTell | NotApplicable | None:
    """Return the verdict for a machine without a GPU, ``None`` where the course accepts that."""
    if is_gpu(fit.device) or any(map(is_gpu, devices)):
        return None
    if course_says == "error":
        return CannotTell(
            "This course is graded on GPUs, and there was none where the notebook ran.",
            help="It needs to be run again on a machine with a GPU.",
        )
    if course_says == "not_applicable":
        return NotApplicable("There was no GPU to use, so this is not marked.")
    return None
