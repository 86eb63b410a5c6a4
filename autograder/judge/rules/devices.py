"""The GPUs: the list of them that was handed in, and whether the model was trained on one."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Claim, Evidence, Fit
from autograder.core.text import plural
from autograder.core.verdicts import CannotTell, Failed, NotApplicable
from autograder.judge.rules.rule import rule


def is_gpu(name: str) -> bool:
    """Return whether a device of this name is a GPU."""
    return "GPU" in name.upper()


def offered(evidence: Evidence) -> tuple[str, ...]:
    """Return the names of the devices that existed when the notebook began."""
    return evidence.recorded.devices.offered if evidence.recorded else ()


def short_names(names: Sequence[object]) -> list[str]:
    """Shorten ``/physical_device:GPU:0``, ``/device:GPU:0`` and ``gpu:0`` to ``GPU:0``; sort."""
    return sorted(":".join(str(name).upper().rsplit(":", 2)[-2:]) for name in names)


def listed(claim: Claim) -> list[str]:
    """Return the short names of the devices in a list that was handed in."""
    return short_names(claim.value) if isinstance(claim.value, tuple) else []


@rule("devices-typed-by-hand")
def typed_by_hand(evidence: Evidence) -> Failed | None:
    """The list was typed: TensorFlow was never asked which devices there are."""
    if evidence.recorded and evidence.recorded.devices.queried:
        return None
    return Failed(
        "`gpus` has a value, but TensorFlow was never asked for its devices.",
        help="A list that you type says nothing about this machine. `tf.config` has a function that"
        " lists physical devices of one kind.",
        why="The same notebook runs on many machines. A program that asks TensorFlow is right on"
        " all of them; a typed answer is right on one.",
        how='Call `tf.config.list_physical_devices("GPU")` and keep what it gives back in `gpus`.',
    )


@rule("devices-not-a-list")
def not_a_list(claim: Claim) -> Failed | None:
    """Something else than the list was handed in, such as the number of GPUs."""
    if isinstance(claim.value, tuple):
        return None
    return Failed(
        f"`gpus` is of type `{claim.kind}`; it should be the list that TensorFlow gives.",
        help="Keep the whole list, also where it is empty: its length is the number of GPUs.",
        why="The list also says the name of each device, and a name is what you need to choose"
        " one.",
        how="Put nothing around the call: no `len`, no `bool`, no index behind it.",
    )


@rule("devices-of-every-kind")
def other_kinds(claim: Claim) -> Failed | None:
    """The list holds other devices than GPUs, such as the CPU."""
    names = listed(claim)
    strangers = [name for name in names if not is_gpu(name)]
    if not strangers:
        return None
    also = " too" if len(strangers) < len(names) else ""
    return Failed(
        f"`gpus` should hold GPUs only, and it holds {', '.join(strangers)}{also}.",
        help="Ask TensorFlow for devices of the kind GPU.",
        why="TensorFlow counts the CPU as a device as well. A list of everything is never empty, so"
        " it cannot tell whether there is a GPU.",
        how='Name the kind in the call: `tf.config.list_physical_devices("GPU")`.',
    )


@rule("devices-changed")
def other_gpus(claim: Claim, devices: Sequence[str]) -> Failed | None:
    """The list holds other GPUs than those that TensorFlow sees."""
    found, seen = listed(claim), short_names([name for name in devices if is_gpu(name)])
    if found == seen or not isinstance(claim.value, tuple):
        return None
    return Failed(
        f"`gpus` holds {plural(len(found), 'GPU')}: {', '.join(found) or 'none'}. TensorFlow sees"
        f" {', '.join(seen) or 'none'} here.",
        help="Hand in the list just as TensorFlow gives it.",
        why="A program that believes in a device that is not there stops at its first use.",
        how="Assign the answer of TensorFlow to `gpus` and change nothing in it afterwards.",
    )


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
