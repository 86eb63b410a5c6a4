"""The neurons: whether there are any, how many the last layer has, and their bias."""

from __future__ import annotations

from autograder.core.evidence import Model
from autograder.core.text import plural
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule


@rule("wrong-neuron-count")
def no_neurons(model: Model, classes: int) -> Failed | None:
    """The network has no layer of neurons."""
    # Another layer that learns may be meant as the neurons; it is reported as well.
    if model.dense:
        return None
    return Failed(
        f"There is no `Dense` layer, so there are no neurons; there should be {classes}.",
        help="A `Dense` layer is a row of neurons, each joined to every input.",
        why="Without neurons there is nothing to learn: the pixels come out as they went in.",
        how="End the list with `tf.keras.layers.Dense(number_of_classes)`.",
    )


@rule("wrong-neuron-count")
def wrong_neuron_count(model: Model, classes: int) -> Failed | None:
    """The last layer has another number of neurons than there are classes."""
    units = model.dense[-1].settings.get("units") if model.dense else classes
    if units == classes:
        return None
    return Failed(
        f"The last layer has {plural(int(units or 0), 'neuron')}; there should be one for each of"
        f" the {classes} classes.",
        help="Count the classes, not the images or the pixels: `number_of_classes` holds their"
        " number.",
        why="Each output stands for one class, and the largest wins. A class without a neuron can"
        " never win; a neuron without a class has nothing to say.",
        how="Write `tf.keras.layers.Dense(number_of_classes)` as the last layer.",
    )


@rule("no-bias")
def no_bias(model: Model) -> Failed | None:
    """The neurons were told to have no bias."""
    if all(layer.settings.get("use_bias", True) for layer in model.dense):
        return None
    return Failed(
        "The neurons have no bias; each should have one, the b in y = mx + b.",
        help="A `Dense` layer has a bias unless you turn it off.",
        why="The bias lets a neuron lean towards its class before it has seen a pixel. Without"
        " it, an all-black image gives zero for each class.",
        how="Take `use_bias=False` out of the `Dense` layer, then run the cells from there on.",
    )
