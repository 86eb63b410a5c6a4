"""Mutants of the question `devices`."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    call_instead,
    drop_argument,
    replace_call,
    set_argument,
    set_value,
)
from autograder.authoring.spec.mutation import on_gpu, right, wrong
from autograder.authoring.spec.statement_edits import assign_to, instead

BY_HAND = {"devices.asked": "devices-typed-by-hand"}
NO_LIST = {"devices.gpus": "devices-not-a-list"}
EVERY_KIND = {"devices.gpus": "devices-of-every-kind"}
CHANGED = {"devices.gpus": "devices-changed"}

MUTANTS = (
    right(
        "devices/experimental",
        call_instead("list_physical_devices", "tf.config.experimental.list_physical_devices"),
    ),
    right(
        "devices/logical", call_instead("list_physical_devices", "tf.config.list_logical_devices")
    ),
    right(
        "devices/visible", call_instead("list_physical_devices", "tf.config.get_visible_devices")
    ),
    right(
        "devices/keyword",
        drop_argument("list_physical_devices", 0),
        add_keyword("list_physical_devices", "device_type", '"GPU"'),
    ),
    right(
        "devices/picked-from-all",
        set_value(
            "gpus", '[one for one in tf.config.list_physical_devices() if one.device_type == "GPU"]'
        ),
    ),
    right("devices/names", set_value("gpus", "[one.name for one in _]")),
    right("devices/tuple", set_value("gpus", "tuple(_)")),
    wrong(
        "devices/empty-list-typed", set_value("gpus", "[]"), fails=BY_HAND, skips=("devices.gpus",)
    ),
    wrong(
        "devices/name-typed",
        set_value("gpus", '["/physical_device:GPU:0"]'),
        fails=BY_HAND,
        skips=("devices.gpus",),
    ),
    on_gpu(
        wrong(
            "devices/hidden-not-asked",
            instead("tf.config.set_visible_devices([], 'GPU')\ngpus = []"),
            fails=BY_HAND,
            skips=("devices.gpus",),
        ),
        fails={**BY_HAND, "train.device": "forced-cpu"},
        skips=("devices.gpus",),
    ),
    wrong("devices/cpus", set_argument("list_physical_devices", 0, '"CPU"'), fails=EVERY_KIND),
    wrong("devices/all", drop_argument("list_physical_devices", 0), fails=EVERY_KIND),
    wrong("devices/their-number", set_value("gpus", "len(_)"), fails=NO_LIST),
    wrong("devices/as-text", set_value("gpus", "str(_)"), fails=NO_LIST),
    wrong(
        "devices/one-name",
        replace_call("list_physical_devices", "tf.test.gpu_device_name()"),
        fails=NO_LIST,
    ),
    wrong("devices/printed", set_value("gpus", "print(_)"), fails=NO_LIST),
    wrong("devices/one-more", set_value("gpus", '_ + ["GPU:9"]'), fails=CHANGED),
    on_gpu(
        wrong(
            "devices/first-of-none",
            set_value("gpus", "_[0]"),
            fails={"devices.asked": None},
            skips=("devices.gpus",),
        ),
        fails=NO_LIST,
    ),
    wrong(
        "devices/other-name",
        assign_to("gpus", "gpu"),
        fails={"devices.asked": None},
        skips=("devices.gpus",),
    ),
)
