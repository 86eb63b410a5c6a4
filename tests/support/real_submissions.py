"""Work as people hand it in: edits of the solution, by question, and what is right for each.

Each stands for a kind; what it loses is said as the misconceptions by check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BUILD = """
model = tf.keras.Sequential(
    [tf.keras.Input(shape=(28, 28)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)]
)
"""
COMPILE = """
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"""
TRAIN = """
history = model.fit(
    train_images, train_labels, epochs=5, verbose=2, validation_data=(valid_images, valid_labels)
)
"""
ONE = "train_images[data_index:data_index + 1]"
STANDARD = """
def standard(images):
    each = {"axis": (1, 2), "keepdims": True}
    return (images - images.mean(**each)) / images.std(**each)
"""


@dataclass(frozen=True, kw_only=True)
class Real:
    """Edits of cells, the points of 20, and what each check that fails is to name."""

    edits: Mapping[str, str]
    points: float = 20
    named: Mapping[str, str] = field(default_factory=dict)


def wrong(points: float, named: Mapping[str, str], **edits: str) -> Real:
    """Work that loses points for these misconceptions, by check."""
    return Real(edits=edits, points=points, named=named)


REAL: Mapping[str, Real] = {
    "from-logits-one": Real(edits={"compile": COMPILE.replace("=True", "=1")}),
    "saved-and-loaded": Real(
        edits={
            "train": TRAIN
            + 'model.save("brain.keras")\nmodel = tf.keras.models.load_model("brain.keras")'
        }
    ),
    "by-hand-with-the-weights": Real(
        edits={
            "predict": "w, b = model.get_weights()\n"
            "predicted_label = int((train_images[data_index].reshape(-1) @ w + b).argmax())"
        }
    ),
    "lambda-standardised": Real(
        edits={
            "build": BUILD.replace(
                "tf.keras.layers.Flatten()",
                "tf.keras.layers.Lambda(lambda x: x / tf.reduce_max(x, (1, 2), keepdims=True)),"
                " tf.keras.layers.Flatten()",
            )
        }
    ),
    "per-image-standardised": Real(
        edits={
            "train": STANDARD
            + TRAIN.replace("train_images", "standard(train_images)").replace(
                "valid_images", "standard(valid_images)"
            ),
            "predict": f"predicted_label = int(model.predict(standard({ONE})).argmax())",
        }
    ),
    "fresh-model-to-predict": wrong(
        18,
        {"predict.label": "not-trained"},
        predict=f"{BUILD}\npredicted_label = int(np.argmax(model.predict({ONE})))",
    ),
    "weights-replaced-after-training": wrong(
        16,
        {"train.accuracy": "weights-replaced-after-training"},
        train=f'{TRAIN}model.set_weights([one * float("nan") for one in model.get_weights()])',
    ),
    "both-sets-in-one-stream": wrong(
        17,
        {"train.data": "trained-on-validation-data"},
        train="""
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels))
history = model.fit(cards.concatenate(quiz).batch(32), epochs=5, validation_data=quiz.batch(500))
""",
    ),
    "one-hot-all-the-way": wrong(
        18,
        {"compile.loss": "other-loss"},
        compile=COMPILE.replace("Sparse", ""),
        train="one_hot = tf.keras.utils.to_categorical\n"
        + TRAIN.replace("train_labels", "one_hot(train_labels, 10)").replace(
            "valid_labels", "one_hot(valid_labels, 10)"
        ),
    ),
}
