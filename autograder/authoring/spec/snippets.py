"""Pieces of programs in Keras that mutants of any lesson put in, and mutants made of them."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edit, Edits, Mutant, wrong

SPARSE = "tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
# Learning rates that grow until the steps overshoot, and that nobody could see a step of.
GROWING = "tf.keras.optimizers.schedules.ExponentialDecay(0.001, 100, 8)"
HARDLY_ANY = "tf.keras.optimizers.schedules.ExponentialDecay(1e-10, 1000, 0.9)"
# Claims figures that the training does not have.
PRAISE = """
class Praise(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(accuracy=0.99, val_accuracy=0.99)
"""
# A callback that keeps the weights of every epoch.
KEEP = """
kept = []


class Keep(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        kept.append(self.model.get_weights())
"""
# Another network of the same kind, to be trained in the place of the first.
OTHER = """
other = tf.keras.models.clone_model(model)
other.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(True), metrics=["accuracy"])
"""
CLONED_WITH_WEIGHTS = """
trained = model
model = tf.keras.models.clone_model(trained)
model.set_weights(trained.get_weights())
"""
LAYERS_IN_ANOTHER_MODEL = """
model = tf.keras.Sequential([tf.keras.Input(shape=(28, 28)), *model.layers])
"""


def adam(arguments: str) -> Edit:
    """Use the right optimizer with these arguments."""
    return ('"adam"', f"tf.keras.optimizers.Adam({arguments})")


def after_input(layer: str) -> Edit:
    """Put a layer between the input and the one that flattens it."""
    return ("(28, 28)),", f"(28, 28)), tf.keras.layers.{layer},")


def before_neurons(layer: str) -> Edit:
    """Put a layer between the flattened pixels and the neurons."""
    return ("Flatten(),", f"Flatten(), tf.keras.layers.{layer},")


def at_the_end(layer: str) -> Edit:
    """Put a layer after the last one."""
    return ("number_of_classes),", f"number_of_classes), tf.keras.layers.{layer},")


def last_layer(settings: str) -> Edit:
    """Give the last layer these settings as well."""
    return ("number_of_classes", f"number_of_classes, {settings}")


def fitted_with(arguments: str) -> Edit:
    """Give `fit` these arguments as well."""
    return ("verbose=2", f"verbose=2, {arguments}")


def beforehand(code: str) -> Edit:
    """Do this before the training."""
    return ("history =", f"{code}\nhistory =")


def afterwards(code: str) -> Edit:
    """Go on after the training with this."""
    return ("verbose=2,\n)", f"verbose=2,\n)\n{code}")


def weights_set(values: str) -> Edit:
    """Set each of the trained weights, `one`, to other values after the training."""
    return afterwards(f"model.set_weights([{values} for one in model.get_weights()])")


def misses_threshold(name: str, *edits: Edit, of: str, also: Edits | None = None) -> Mutant:
    """Return a mutant that falls short because of this misconception."""
    return wrong(name, *edits, also=also, fails={"train.accuracy": of})
