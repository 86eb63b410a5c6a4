"""The list of GPUs that was handed in, compared with what TensorFlow sees."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Claim, Evidence
from autograder.core.text import plural
from autograder.core.verdicts import Failed
from autograder.judge.rules.device import is_gpu
from autograder.judge.rules.rule import rule


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
