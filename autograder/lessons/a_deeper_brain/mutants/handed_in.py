"""Mutants after what people really hand in: other objects, other streams, old names, no numbers."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import (
    CLONED_WITH_WEIGHTS,
    KEEP,
    LAYERS_IN_ANOTHER_MODEL,
    afterwards,
    beforehand,
    weights_set,
)
from autograder.lessons.a_deeper_brain.mutants.compare import DEEP, SINGLE
from autograder.lessons.a_deeper_brain.mutants.expectations import (
    AFTER_DATA,
    COMPILE,
    TRAIN,
    lowers_accuracy,
    trained_otherwise,
    weights_replaced,
)

LOGITS = "from_logits=True"
PIECES = """
class Pieces(tf.keras.utils.PyDataset):
    def __len__(self):
        return len(train_images) // 32

    def __getitem__(self, place):
        part = slice(place * 32, place * 32 + 32)
        return train_images[part], train_labels[part]


history ="""
IMAGES = 'tf.data.Dataset.from_tensor_slices((train_images.astype("float32"), train_labels))'
VALID = 'tf.data.Dataset.from_tensor_slices((valid_images.astype("float32"), valid_labels))'


SAME_WEIGHTS = (
    right("train/cloned-with-weights", afterwards(CLONED_WITH_WEIGHTS)),
    right("train/in-another-model", afterwards(LAYERS_IN_ANOTHER_MODEL)),
    right(
        "train/averaged-over-epochs",
        afterwards("model.set_weights([np.mean(one, axis=0) for one in zip(*kept[-3:])])"),
        ("[early_stopping]", "[early_stopping, Keep()]"),
        beforehand(KEEP),
    ),
    weights_replaced("train/weights-not-numbers", weights_set("one * float('nan')")),
    weights_replaced("train/weights-at-random", weights_set("np.random.normal(size=one.shape)")),
)
STREAMS = (
    right(
        "train/own-data-set",
        ("train_images,\n    train_labels,", "Pieces(),"),
        ("history =", PIECES),
    ),
    lowers_accuracy(
        "train/both-sets-in-one-stream",
        ("train_images,\n    train_labels,", "both.batch(32),"),
        beforehand(f"both = {IMAGES}.concatenate({VALID})"),
        fails={"train.data": "trained-on-validation-data"},
    ),
)
FLAGS = (
    right("compile/logits-as-one", (LOGITS, "from_logits=1")),
    trained_otherwise(
        "compile/logits-as-zero",
        (LOGITS, "from_logits=0"),
        fails={"compile.loss": "logits-treated-as-probabilities"},
    ),
)
LAYERS = (
    right(
        "build/noisy",
        (
            "tf.keras.layers.Flatten(),",
            "tf.keras.layers.Flatten(), tf.keras.layers.GaussianNoise(0.05),",
        ),
    ),
    right(
        "build/scaled-in-the-graph",
        """
pixels = tf.keras.Input(shape=(28, 28))
row = tf.keras.layers.Flatten()(pixels * 2.0 - 1.0)
hidden = tf.keras.layers.Dense(hidden_neurons, activation="relu")(row)
model = tf.keras.Model(pixels, tf.keras.layers.Dense(number_of_classes)(hidden))
""",
    ),
)
HISTORIES = (
    right("train/curves-only", ("verbose=2,\n)", "verbose=2,\n).history")),
    wrong(
        "train/epochs-alone",
        afterwards("history = history.epoch"),
        fails={"train.data": "not-a-history"},
    ),
)
STOPPED = tuple(
    wrong(name, edit, fails={"compile.loss": None}, skips=(*COMPILE[1:], *TRAIN))
    for name, edit in (
        ("compile/lr-of-old", ('"adam"', "tf.keras.optimizers.Adam(lr=0.001)")),
        ("compile/metric-for-metrics", ("metrics=", "metric=")),
    )
)
NUMBERS = (
    right("compare/as-a-float", f"cards_won = float(({DEEP} & ~{SINGLE}).sum())"),
    right(
        "compare/predicted-again",
        """
deep = model.predict(valid_images, verbose=0).argmax(axis=1) == valid_labels
single = single_layer.predict(valid_images, verbose=0).argmax(axis=1) == valid_labels
cards_won = int(np.sum(deep > single))
""",
    ),
    wrong(
        "compare/no-number",
        f"cards_won = float('nan') * ({DEEP} & ~{SINGLE}).sum()",
        fails={"compare.won": "not-a-number"},
    ),
    wrong(
        "compare/any-at-all",
        f"cards_won = bool(({DEEP} & ~{SINGLE}).any())",
        fails={"compare.won": "not-a-number"},
    ),
)
MUTANTS = (
    *(*SAME_WEIGHTS, *STREAMS, *FLAGS, *LAYERS, *HISTORIES, *STOPPED, *NUMBERS),
    wrong(
        "train/epoch-for-epochs",
        ("epochs=20", "epoch=20"),
        fails={"train.data": None},
        skips=AFTER_DATA,
    ),
)
