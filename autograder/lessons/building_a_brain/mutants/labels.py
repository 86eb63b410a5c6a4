"""Mutants that work the label out from the trained model in many ways, or from something else."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.building_a_brain.mutants.predict import (
    COPIED,
    IMAGE,
    LABEL,
    NO_INDEX,
    PREDICT,
    trained,
)

FROM_THE_MODEL = (
    right(
        "predict/layer-by-layer",
        f"""
row = {IMAGE}
for layer in model.layers:
    row = layer(row)
predicted_label = int(np.argmax(row))
""",
    ),
    right(
        "predict/matrices-multiplied",
        """
row = tf.cast(tf.reshape(train_images[data_index], (1, 784)), tf.float32)
outputs = tf.matmul(row, model.layers[-1].kernel) + model.layers[-1].bias
predicted_label = int(tf.argmax(outputs[0]))
""",
    ),
    right(
        "predict/neuron-by-neuron",
        """
weights, bias = [one.numpy() for one in model.trainable_variables]
pixels, sums = train_images[data_index].flatten(), []
for neuron in range(number_of_classes):
    sums.append((pixels * weights[:, neuron]).sum() + bias[neuron])
predicted_label = sums.index(max(sums))
""",
    ),
    right(
        "predict/weights-from-a-file",
        """
np.savez("weights.npz", *model.get_weights())
saved = np.load("weights.npz")
outputs = train_images[data_index].reshape(1, -1) @ saved["arr_0"] + saved["arr_1"]
predicted_label = int(outputs.argmax())
""",
    ),
    right(
        "predict/by-the-loss",
        f"""
losses = [
    model.evaluate({IMAGE}, np.array([label]), verbose=0)[0] for label in range(10)
]
predicted_label = int(np.argmin(losses))
""",
    ),
    right("predict/on-a-batch", (PREDICT, f"model.predict_on_batch({IMAGE})")),
    right(
        "predict/streamed",
        (
            PREDICT,
            f"model.predict(tf.data.Dataset.from_tensor_slices({IMAGE}).batch(1), verbose=0)",
        ),
    ),
    right(
        "predict/in-a-function",
        """
def label_of(place):
    answers = model.predict(train_images[place:place + 1], verbose=0)
    return int(answers[0].argmax())


predicted_label = label_of(data_index)
""",
    ),
    right(
        "predict/by-the-name",
        (LABEL, "class_names.index(max(zip(outputs[0], class_names))[1])"),
    ),
    right(
        "predict/model-of-a-file",
        f"""
model.save("brain.keras")
loaded = tf.keras.models.load_model("brain.keras")
predicted_label = int(loaded.predict({IMAGE}, verbose=0).argmax())
""",
    ),
    right(
        "predict/softmax-in-the-graph",
        f"""
asked = tf.keras.Model(model.inputs, tf.keras.ops.softmax(model.outputs[0]))
predicted_label = int(np.argmax(asked.predict({IMAGE}, verbose=0)))
""",
    ),
    right(
        "predict/weights-in-a-new-model",
        f"""
fresh = tf.keras.models.clone_model(model)
fresh.set_weights(model.get_weights())
predicted_label = int(fresh.predict({IMAGE}, verbose=0).argmax())
""",
    ),
    right("predict/as-a-float", (LABEL, "float(np.argmax(outputs[0]))")),
    right("predict/as-a-byte", (LABEL, "np.uint8(np.argmax(outputs[0]))")),
)
# What the model predicts is the label of this image, too.
OTHERWISE = (
    trained("predict/asked-and-read-off", (LABEL, "int(train_labels[data_index])"), fails=COPIED),
    trained(
        "predict/most-alike",
        """
image = train_images[data_index].astype(float)
apart = [((image - other) ** 2).sum() for other in train_images[:2000]]
apart[data_index] = np.inf
predicted_label = int(train_labels[np.argmin(apart)])
""",
        fails=COPIED,
    ),
    trained(
        "predict/a-hit-among-labels",
        "predicted_label = int(np.bincount(train_labels[[data_index]]).argmax())",
        fails=COPIED,
    ),
)
NO_NUMBERS = (
    wrong("predict/true-or-false", (LABEL, "bool(np.argmax(outputs[0]))"), fails=NO_INDEX),
    wrong("predict/not-a-number", (LABEL, "float('nan') * np.argmax(outputs[0])"), fails=NO_INDEX),
    wrong("predict/in-words", (LABEL, "str(np.argmax(outputs[0]))"), fails=NO_INDEX),
    wrong("predict/which-is-largest", (LABEL, "outputs[0] == outputs[0].max()"), fails=NO_INDEX),
)
MUTANTS = (*FROM_THE_MODEL, *OTHERWISE, *NO_NUMBERS)
