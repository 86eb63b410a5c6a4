"""Mutants after older books, slips at which Python itself stops, and values of other kinds."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import OTHER, afterwards, fitted_with
from autograder.lessons.building_a_brain.mutants.expectations import (
    TRAIN,
    stops_build,
    stops_compile,
    stops_train,
    trained_otherwise,
)
from autograder.lessons.building_a_brain.mutants.predict import IMAGE

LOGITS = "from_logits=True"
NO_NUMBER = {"parameters.count": "not-a-number"}
COUNT = "number_of_weights + number_of_biases"
HISTORY = {"train.epochs": "not-a-history"}

FLAGS = (
    right("compile/logits-as-one", (LOGITS, "from_logits=1")),
    right("compile/logits-in-words", (LOGITS, 'from_logits="True"')),
    trained_otherwise(
        "compile/logits-as-zero",
        (LOGITS, "from_logits=0"),
        fails={"compile.loss": "logits-treated-as-probabilities"},
    ),
)
BUILD = (
    # It leaves a model without layers, and the error is told with what that lacks.
    wrong(
        "build/input-dim",
        """
model = tf.keras.Sequential()
model.add(tf.keras.layers.Dense(output_dim=10, input_dim=784))
""",
        fails={"build.input": "wrong-input-shape", "build.layers": "wrong-neuron-count"},
        skips=("build.activation", *TRAIN, "predict.label"),
    ),
    stops_build("build/keras-not-imported", ("tf.keras.Sequential", "keras.Sequential")),
    stops_build("build/np-utils", ("model =", "from keras.utils import np_utils\nmodel =")),
)
COMPILING = (
    stops_compile("compile/lr-of-old", ('"adam"', "tf.keras.optimizers.Adam(lr=0.001)")),
    stops_compile("compile/class-for-object", ('"adam"', "tf.keras.optimizers.Adam")),
    stops_compile("compile/optimizer-of-tensorflow-1", ('"adam"', "tf.train.AdamOptimizer()")),
    stops_compile("compile/metric-for-metrics", ("metrics=", "metric=")),
    wrong(
        "compile/accuracy-misspelt",
        ('"accuracy"', '"acuracy"'),
        fails={"compile.metric": "no-accuracy-metric"},
        skips=TRAIN,
    ),
)
TRAINING = (
    stops_train("train/fit-generator", ("model.fit(", "model.fit_generator(")),
    stops_train("train/epoch-for-epochs", ("epochs=5", "epoch=5")),
    stops_train("train/nb-epoch", ("epochs=5", "nb_epoch=5")),
    right(
        "train/tensorboard", fitted_with('callbacks=[tf.keras.callbacks.TensorBoard("logs/fit")]')
    ),
    trained_otherwise(
        "train/second-call-stops",
        """
valid = (valid_images, valid_labels)
history = model.fit(train_images, train_labels, epochs=2, validation_data=valid, verbose=2)
history = model.fit(train_images, train_labels, epochs=3, validation=valid, verbose=2)
""",
        fails={"train.epochs": "too-few-epochs"},
    ),
    right("train/curve-of-old-looked-for", afterwards('print(history.history["acc"])')),
)
HISTORIES = (
    right(
        "train/history-of-the-model", ("history = ", ""), ("\n)", "\n)\nhistory = model.history")
    ),
    right("train/curves-copied", afterwards("history = dict(history.history)")),
    right(
        "train/curves-joined",
        """
valid, history = (valid_images, valid_labels), {}
for part in range(3):
    more = model.fit(train_images, train_labels, epochs=2, validation_data=valid, verbose=2)
    for name, curve in more.history.items():
        history[name] = history.get(name, []) + curve
""",
    ),
    wrong("train/settings-alone", afterwards("history = history.params"), fails=HISTORY),
    wrong(
        "train/curve-made-up",
        afterwards('history = {"accuracy": [0.9] * 5, "val_accuracy": [0.9] * 5}'),
        fails=HISTORY,
    ),
    wrong(
        "train/history-of-another",
        afterwards(
            f"{OTHER}history = other.fit(train_images[:320], train_labels[:320], verbose=2)\n"
        ),
        fails=HISTORY,
    ),
)
NUMBERS = (
    wrong("parameters/not-a-number", (COUNT, f"float('nan') * ({COUNT})"), fails=NO_NUMBER),
    wrong("parameters/infinite", (COUNT, "float('inf')"), fails=NO_NUMBER),
    wrong("parameters/whether", (COUNT, f"({COUNT}) == 7850"), fails=NO_NUMBER),
    wrong(
        "parameters/of-eight-bits",
        ("28 * 28 * number_of_classes", "28 * 28 * (train_labels.max() + 1)"),
        fails={"parameters.count": None},
    ),
)
PREDICTING = (
    wrong(
        "predict/classes-of-old",
        f"predicted_label = model.predict_classes({IMAGE})[0]",
        fails={"predict.label": None},
    ),
)
MUTANTS = (*FLAGS, *BUILD, *COMPILING, *TRAINING, *HISTORIES, *NUMBERS, *PREDICTING)
