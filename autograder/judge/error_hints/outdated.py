"""Hints for what older books and answers use, and Keras, TensorFlow or NumPy no longer have."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.core.error_hint import ErrorFacts, Sentences, hints

# What takes the place of a method or of a part of Keras.
KERAS = {
    "predict_classes": "`predict` gives the outputs for all classes, and `.argmax(axis=-1)` finds"
    " the place of the largest",
    "predict_proba": "`predict` gives the outputs, and `tf.nn.softmax` makes probabilities of them"
    " where they are logits",
    "fit_generator": "`fit` takes generators as well",
    "evaluate_generator": "`evaluate` takes generators as well",
    "predict_generator": "`predict` takes generators as well",
    "np_utils": "its functions, such as `to_categorical`, are in `tf.keras.utils`",
    "experimental": "what was in it is one level up, as in `tf.keras.layers.Rescaling`",
    "get_session": "nothing takes its place, because operations run at once",
    "set_session": "nothing takes its place, because operations run at once",
}
AT_ONCE = "leave it out, because operations run at once"
TENSORFLOW_1 = {
    **dict.fromkeys(
        ("Session", "InteractiveSession", "ConfigProto", "global_variables_initializer"), AT_ONCE
    ),
    **dict.fromkeys(
        ("initialize_all_variables", "reset_default_graph", "get_default_graph"), AT_ONCE
    ),
    "placeholder": "`tf.keras.Input` says what a model is given, and everywhere else an array can"
    " stand itself",
    "layers": "write `tf.keras.layers`",
    "contrib": "layers, losses and optimizers are in `tf.keras`",
    "get_variable": "write `tf.Variable`, or let a layer make its weights",
    "set_random_seed": "write `tf.random.set_seed`, or `tf.keras.utils.set_random_seed`",
    "to_float": "write `tf.cast(…, tf.float32)`",
    "random_normal": "write `tf.random.normal`",
    "log": "write `tf.math.log`",
    "sparse_softmax_cross_entropy": "write"
    " `tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)`",
    "softmax_cross_entropy": "write `tf.keras.losses.CategoricalCrossentropy(from_logits=True)`",
}
# Of the optimizers in `tf.train`, without the end of their names.
OPTIMIZERS = {
    **{name: f"{name}()" for name in ("Adam", "Adagrad", "Adadelta", "Ftrl")},
    "RMSProp": "RMSprop()",
    "GradientDescent": "SGD()",
    "Momentum": "SGD(momentum=…)",
}


def _of_tensorflow_1(groups: Mapping[str, str], _: ErrorFacts) -> str | None:
    name = groups["name"]
    module = re.sub(r"^tensorflow(\._api\.v2)?", "tf", groups.get("module") or "")
    # Keras' own names for its modules mean nothing to a student.
    shown = f"{module}.{name}" if module.startswith("tf") else name
    instead = TENSORFLOW_1.get(name)
    if optimizer := OPTIMIZERS.get(name.removesuffix("Optimizer")):
        instead = f"write `tf.keras.optimizers.{optimizer}`"
    if instead is None or name in OPTIMIZERS:
        return None
    return f"`{shown}` belongs to TensorFlow 1, and this is TensorFlow 2: {instead}."


def _of_keras(groups: Mapping[str, str], _: ErrorFacts) -> str | None:
    instead = KERAS.get(groups["name"])
    return f"Keras no longer has `{groups['name']}`: {instead}." if instead else None


SENTENCES: Sentences = {
    "AttributeError": {
        r"module '(?P<module>(?:tensorflow|keras)[\w.]*)' has no attribute"
        r" '(?P<name>\w+)'": _of_tensorflow_1,
        r"(?:'\w+' object|module '(?:tensorflow|keras)[\w.]*') has no attribute"
        r" '(?P<name>\w+)'": _of_keras,
        r"module 'numpy' has no attribute '(?P<name>int|float|bool|complex|object|str)'": (
            "NumPy no longer has `np.{name}`: write `{name}`."
        ),
        r"`np\.(?P<name>\w+)` was removed in .*?\. Use `(?P<instead>[^`]+)`": (
            "NumPy no longer has `np.{name}`: write `{instead}`."
        ),
    },
    "ImportError": {
        r"cannot import name '(?P<name>\w+)' from 'tensorflow": _of_tensorflow_1,
        r"cannot import name '(?P<name>\w+)' from '(?:tensorflow|keras)": _of_keras,
        r"`keras\.optimizers\.legacy` is not supported": (
            "Keras no longer has `optimizers.legacy`: take the optimizer from `tf.keras.optimizers`"
            " itself, as in `tf.keras.optimizers.Adam()`."
        ),
    },
    "ModuleNotFoundError": {
        r"No module named '(?P<name>tensorflow\.(?:contrib|examples)[\w.]*)'": (
            "`{name}` belongs to TensorFlow 1, and this is TensorFlow 2: layers, losses, optimizers"
            " and data sets are in `tf.keras`."
        ),
        r"No module named '(?P<name>(?:tensorflow\.)?keras\.[\w.]+)'": (
            "Keras has no part `{name}`, or no longer: import from `tensorflow.keras.layers`,"
            " `.models`, `.optimizers` or `.utils`, or write the name out, as in"
            " `tf.keras.layers.Dense`."
        ),
    },
}
OUTDATED = hints(SENTENCES)
