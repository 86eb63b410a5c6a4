"""The hidden layer: its presence, its width and its activation."""

from __future__ import annotations

from autograder.core.evidence import Layer, Model
from autograder.core.text import plural
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.rules.models import learning_layers
from autograder.judge.rules.outputs import UNKNOWN, step_of
from autograder.judge.rules.rule import OPEN, rule

RELU = "relu"


def hidden_layers(model: Model) -> tuple[Layer, ...]:
    """Return the dense layers before the last one."""
    return model.dense[:-1]


def hidden_steps(model: Model) -> tuple[str, ...]:
    """Return the activations between the first hidden layer and the next dense layer."""
    if len(model.dense) < 2:
        return ()
    first, following = (model.layers.index(layer) for layer in model.dense[:2])
    steps = (step_of(layer) for layer in model.layers[first:following])
    return tuple(step for step in steps if step != "linear")


@rule("no-hidden-layer")
def no_hidden_layer(model: Model) -> Failed | None:
    """There is a single layer of neurons, as in the lesson before."""
    if len(model.dense) != 1 or len(learning_layers(model)) != 1:
        return None
    return Failed(
        "There is one layer of neurons; there should be a hidden one before it.",
        help="The pixels go to the hidden neurons, and the hidden neurons to those of the answer.",
        why="A single layer adds up pixels one by one. It cannot say that a bright pixel speaks for"
        " a boot where another one is dark, and against it where that one is bright.",
        how='Put `tf.keras.layers.Dense(hidden_neurons, activation="relu")` between `Flatten` and'
        " the last layer.",
    )


@rule("more-hidden-layers")
def more_hidden_layers(model: Model) -> Failed | None:
    """There are several hidden layers, or others that learn besides the neurons."""
    learning = learning_layers(model)
    if len(learning) <= 2 and len(model.dense) == len(learning):
        return None
    kinds = ", ".join(f"`{layer.kind}`" for layer in learning)
    return Failed(
        f"The layers that learn are {kinds}; this lesson asks for two layers of neurons: a hidden"
        " one and the last one.",
        help="Count what stands between the pixels and the answers. One layer of neurons is"
        " enough there.",
        why="If we change one thing at a time, we see what each does. More layers come later.",
        how="Keep one hidden `Dense` layer and the last one, and take the others out of the list.",
    )


@rule("wrong-hidden-size")
def wrong_hidden_size(model: Model, neurons: int) -> Failed | None:
    """The hidden layer has another number of neurons than was asked for."""
    units = hidden_layers(model)[0].settings.get("units") if hidden_layers(model) else neurons
    if units == neurons:
        return None
    return Failed(
        f"The hidden layer has {plural(int(units or 0), 'neuron')}; it should have {neurons}.",
        help="The notebook has a name for their number: `hidden_neurons`.",
        why="Fewer neurons find fewer features; more can memorise more images. With the same"
        " number for everyone, results can be compared.",
        how="Give `hidden_neurons` to the first `Dense` layer, and `number_of_classes` to the"
        " last.",
    )


@rule("no-activation")
def no_activation(model: Model) -> Failed | None:
    """The hidden layer has no activation, so both layers together do no more than one."""
    if not hidden_layers(model) or hidden_steps(model):
        return None
    return Failed(
        "The hidden neurons have no activation; they should have a ReLU.",
        help="A `Dense` layer has no activation unless you give it one. Which of its settings is"
        " about that?",
        why="Without an activation between them, two layers can do nothing that one layer cannot:"
        " sums of sums are sums.",
        how='Write `activation="relu"` into the brackets of the hidden `Dense` layer.',
    )


@rule("other-activation")
def other_activation(model: Model) -> Failed | None:
    """The hidden layer has another activation than ReLU, such as a sigmoid."""
    steps = hidden_steps(model)
    known = [step for step in steps if step != UNKNOWN]
    if not known or known == [RELU]:
        return None
    return Failed(
        f"The hidden neurons go through {' and then '.join(f'`{one}`' for one in known)}; the blank"
        " asks for ReLU.",
        help="An activation is given by its name. Compare it with the one that the blank names.",
        why="Other activations work as well. ReLU is the simplest: it is fast to compute, and it"
        " never becomes flat for large inputs.",
        how='Write `activation="relu"` in the hidden layer, and nothing else behind it.',
    )


def unknown_activation(model: Model) -> CannotTell | None:
    """Find an activation of the hidden layer that is unknown here."""
    if UNKNOWN not in hidden_steps(model):
        return None
    return CannotTell(
        "The hidden neurons go through a function or a layer that the grader does not know.",
        help=f"{OPEN} Keras has ReLU ready under that name.",
    )
