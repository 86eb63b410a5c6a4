"""Mutants of the question `devices`."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import on_gpu, right, wrong

GPUS = 'tf.config.list_physical_devices("GPU")'
BY_HAND = {"devices.asked": "devices-typed-by-hand"}
NO_LIST = {"devices.gpus": "devices-not-a-list"}
EVERY_KIND = {"devices.gpus": "devices-of-every-kind"}
CHANGED = {"devices.gpus": "devices-changed"}

typed = partial(wrong, fails=BY_HAND, skips=("devices.gpus",))

MUTANTS = (
    right(
        "devices/experimental",
        ("tf.config.list_physical_devices", "tf.config.experimental.list_physical_devices"),
    ),
    right("devices/logical", ("tf.config.list_physical_devices", "tf.config.list_logical_devices")),
    right("devices/visible", ("tf.config.list_physical_devices", "tf.config.get_visible_devices")),
    right("devices/keyword", ('"GPU"', 'device_type="GPU"')),
    right(
        "devices/picked-from-all",
        (GPUS, '[one for one in tf.config.list_physical_devices() if one.device_type == "GPU"]'),
    ),
    right("devices/names", (GPUS, f"[one.name for one in {GPUS}]")),
    right("devices/tuple", (GPUS, f"tuple({GPUS})")),
    typed("devices/empty-list-typed", (GPUS, "[]")),
    typed("devices/name-typed", (GPUS, '["/physical_device:GPU:0"]')),
    on_gpu(
        typed("devices/hidden-not-asked", "tf.config.set_visible_devices([], 'GPU')\ngpus = []"),
        fails={**BY_HAND, "train.device": "forced-cpu"},
        skips=("devices.gpus",),
    ),
    wrong("devices/cpus", ('"GPU"', '"CPU"'), fails=EVERY_KIND),
    wrong("devices/all", ('"GPU"', ""), fails=EVERY_KIND),
    wrong("devices/their-number", (GPUS, f"len({GPUS})"), fails=NO_LIST),
    wrong("devices/as-text", (GPUS, f"str({GPUS})"), fails=NO_LIST),
    wrong("devices/one-name", (GPUS, "tf.test.gpu_device_name()"), fails=NO_LIST),
    wrong("devices/printed", (GPUS, f"print({GPUS})"), fails=NO_LIST),
    wrong("devices/one-more", (GPUS, f'{GPUS} + ["GPU:9"]'), fails=CHANGED),
    on_gpu(
        wrong(
            "devices/first-of-none",
            (GPUS, f"{GPUS}[0]"),
            fails={"devices.asked": None},
            skips=("devices.gpus",),
        ),
        fails=NO_LIST,
    ),
    wrong(
        "devices/other-name",
        ("gpus = ", "gpu = "),
        fails={"devices.asked": None},
        skips=("devices.gpus",),
    ),
)
