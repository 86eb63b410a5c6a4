"""Mutants of the question `predict`."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.authoring.spec.mutation import Edit, Mutant, relying, right, wrong

PREDICT = "model.predict(train_images[data_index:data_index + 1], verbose=0)"
IMAGE = "train_images[data_index:data_index + 1]"
LABEL = "int(np.argmax(outputs[0]))"
NO_INDEX = {"predict.label": "label-not-class-index"}
COPIED = {"predict.label": "copied-label"}
SMALLEST = {"predict.label": "smallest-output"}
OTHER_IMAGE = {"predict.label": "wrong-card"}
NO_IMAGE = {"predict.label": "no-such-card"}
# The index of a trouser between a bag and a boot, which no network confuses with each other.
BETWEEN = ("outputs =", "data_index = 2781\noutputs =")


def trained(name: str, *edits: Edit, fails: Mapping[str, str]) -> Mutant:
    """Return a wrong mutant that is only predictable if the model is trained and well built."""
    return relying(
        wrong(name, *edits, fails=fails), "build.layers", "build.activation", "train.accuracy"
    )


MUTANTS = (
    right("predict/axis", (LABEL, "np.argmax(outputs, axis=1)[0]")),
    right("predict/array-of-one", (LABEL, "np.argmax(outputs, axis=1)")),
    right("predict/tensor", (LABEL, "tf.argmax(outputs[0])")),
    right("predict/in-a-list", (LABEL, "list(outputs[0]).index(max(outputs[0]))")),
    right("predict/sorted", (LABEL, "np.argsort(outputs[0])[-1]")),
    right("predict/index-in-a-list", (IMAGE, "train_images[[data_index]]")),
    right(
        "predict/model-called", (PREDICT, "model(train_images[data_index:data_index + 1]).numpy()")
    ),
    right(
        "predict/all-cards",
        (PREDICT, "model.predict(train_images, verbose=0)[data_index:data_index + 1]"),
    ),
    right("predict/probabilities", (LABEL, "int(np.argmax(tf.nn.softmax(outputs[0])))")),
    right(
        "predict/softmax-model",
        ("model.predict", "tf.keras.Sequential([model, tf.keras.layers.Softmax()]).predict"),
    ),
    right(
        "predict/by-hand",
        """
weights, bias = model.get_weights()
predicted_label = int((train_images[data_index].reshape(-1) @ weights + bias).argmax())
""",
    ),
    right("predict/other-card", ("outputs =", "data_index = 1001\noutputs =")),
    trained("predict/how-large", (LABEL, "np.max(outputs[0])"), fails=NO_INDEX),
    trained("predict/how-large-whole", (LABEL, "int(np.max(outputs[0]))"), fails=NO_INDEX),
    wrong("predict/all-outputs", (LABEL, "outputs[0]"), fails=NO_INDEX),
    wrong("predict/its-name", (LABEL, f"class_names[{LABEL}]"), fails=NO_INDEX),
    trained("predict/one-off", (LABEL, f"{LABEL} + 1"), fails=NO_INDEX),
    trained("predict/second-largest", (LABEL, "int(np.argsort(outputs[0])[-2])"), fails=NO_INDEX),
    wrong(
        "predict/place-among-all",
        (PREDICT, "model.predict(train_images, verbose=0)"),
        ("outputs[0]", "outputs"),
        fails=NO_INDEX,
    ),
    trained("predict/smallest", ("np.argmax", "np.argmin"), fails=SMALLEST),
    trained(
        "predict/card-before",
        (IMAGE, "train_images[data_index - 1:data_index]"),
        BETWEEN,
        fails=OTHER_IMAGE,
    ),
    trained(
        "predict/card-after",
        (IMAGE, "train_images[data_index + 1:data_index + 2]"),
        BETWEEN,
        fails=OTHER_IMAGE,
    ),
    # What the model predicts for it is right for the image in question, too.
    trained(
        "predict/card-alike",
        (IMAGE, "train_images[data_index + 1:data_index + 2]"),
        ("outputs =", "data_index = 418\noutputs ="),
        fails=COPIED,
    ),
    wrong(
        "predict/never-trained-again",
        ("outputs =", "model = tf.keras.models.clone_model(model)\noutputs ="),
        fails={"predict.label": "not-trained"},
    ),
    trained(
        "predict/quiz-card", (IMAGE, "valid_images[data_index:data_index + 1]"), fails=NO_INDEX
    ),
    trained(
        "predict/label-on-the-card", "predicted_label = int(train_labels[data_index])", fails=COPIED
    ),
    trained(
        "predict/model-never-trained",
        ("model.predict", "tf.keras.models.clone_model(model).predict"),
        fails=NO_INDEX,
    ),
    wrong(
        "predict/no-such-card", ("outputs[0]))", "outputs[0]))\ndata_index = -1"), fails=NO_IMAGE
    ),
    wrong("predict/no-batch", (IMAGE, "train_images[data_index]"), fails={"predict.label": None}),
    wrong("predict/second-of-one", ("outputs[0]", "outputs[1]"), fails={"predict.label": None}),
    wrong(
        "predict/other-name", ("predicted_label = ", "prediction = "), fails={"predict.label": None}
    ),
)
