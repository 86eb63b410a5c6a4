"""Mutants of the question `predict`."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.authoring.spec.call_edits import (
    call_instead,
    replace_call,
    set_argument,
    set_value,
)
from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import Mutant, relying, right, wrong
from autograder.authoring.spec.statement_edits import assign_to, first, instead, last

NO_INDEX = {"predict.label": "label-not-class-index"}
COPIED = {"predict.label": "copied-label"}
SMALLEST = {"predict.label": "smallest-output"}
OTHER_CARD = {"predict.label": "wrong-card"}
NO_CARD = {"predict.label": "no-such-card"}
# The index of a trouser between a bag and a boot, which no network confuses with each other.
BETWEEN = "data_index = 2781"


def label(value: str) -> Edit:
    """Hand in another label."""
    return set_value("predicted_label", value)


def trained(name: str, *edits: Edit, fails: Mapping[str, str]) -> Mutant:
    """Return a wrong mutant that is only predictable if the model is trained and well built."""
    return relying(
        wrong(name, *edits, fails=fails), "build.layers", "build.activation", "train.accuracy"
    )


def card(value: str) -> Edit:
    """Ask about something else."""
    return set_argument("predict", 0, value)


MUTANTS = (
    right("predict/axis", label("np.argmax(outputs, axis=1)[0]")),
    right("predict/array-of-one", label("np.argmax(outputs, axis=1)")),
    right("predict/tensor", label("tf.argmax(outputs[0])")),
    right("predict/in-a-list", label("list(outputs[0]).index(max(outputs[0]))")),
    right("predict/sorted", label("np.argsort(outputs[0])[-1]")),
    right("predict/index-in-a-list", card("train_images[[data_index]]")),
    right(
        "predict/model-called",
        replace_call("predict", "model(train_images[data_index:data_index + 1]).numpy()"),
    ),
    right(
        "predict/all-cards",
        set_value("outputs", "model.predict(train_images, verbose=0)[data_index:data_index + 1]"),
    ),
    right("predict/probabilities", label("int(np.argmax(tf.nn.softmax(outputs[0])))")),
    right(
        "predict/softmax-model",
        call_instead("predict", "tf.keras.Sequential([model, tf.keras.layers.Softmax()]).predict"),
    ),
    right("predict/other-card", first("data_index = 1001")),
    trained("predict/how-large", label("np.max(outputs[0])"), fails=NO_INDEX),
    trained("predict/how-large-whole", label("int(np.max(outputs[0]))"), fails=NO_INDEX),
    wrong("predict/all-outputs", label("outputs[0]"), fails=NO_INDEX),
    wrong("predict/its-name", label("class_names[_]"), fails=NO_INDEX),
    trained("predict/one-off", label("_ + 1"), fails=NO_INDEX),
    trained("predict/second-largest", label("int(np.argsort(outputs[0])[-2])"), fails=NO_INDEX),
    wrong(
        "predict/place-among-all",
        set_value("outputs", "model.predict(train_images, verbose=0)"),
        set_argument("argmax", 0, "outputs"),
        fails=NO_INDEX,
    ),
    trained("predict/smallest", call_instead("argmax", "np.argmin"), fails=SMALLEST),
    trained(
        "predict/card-before",
        card("train_images[data_index - 1:data_index]"),
        first(BETWEEN),
        fails=OTHER_CARD,
    ),
    trained(
        "predict/card-after",
        card("train_images[data_index + 1:data_index + 2]"),
        first(BETWEEN),
        fails=OTHER_CARD,
    ),
    # What the model predicts for it is right for the image in question, too.
    trained(
        "predict/card-alike",
        card("train_images[data_index + 1:data_index + 2]"),
        first("data_index = 418"),
        fails=COPIED,
    ),
    trained("predict/quiz-card", card("valid_images[data_index:data_index + 1]"), fails=NO_INDEX),
    trained(
        "predict/label-on-the-card",
        instead("predicted_label = int(train_labels[data_index])"),
        fails=COPIED,
    ),
    trained(
        "predict/model-never-trained",
        call_instead("predict", "tf.keras.models.clone_model(model).predict"),
        fails=NO_INDEX,
    ),
    wrong("predict/no-such-card", last("data_index = -1"), fails=NO_CARD),
    wrong("predict/no-batch", card("train_images[data_index]"), fails={"predict.label": None}),
    wrong(
        "predict/second-of-one",
        set_argument("argmax", 0, "outputs[1]"),
        fails={"predict.label": None},
    ),
    wrong(
        "predict/other-name",
        assign_to("predicted_label", "prediction"),
        fails={"predict.label": None},
    ),
)
