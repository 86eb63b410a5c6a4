"""Mutants that give `fit` its images piece by piece: data sets, generators, own classes."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.building_a_brain.mutants.expectations import (
    lowers_accuracy,
    trained_otherwise,
)

IMAGES = "tf.data.Dataset.from_tensor_slices((train_images, train_labels))"
VALID = "tf.data.Dataset.from_tensor_slices((valid_images, valid_labels)).batch(500)"
AGAIN_AND_AGAIN = "epochs=5, steps_per_epoch=len(train_images) // 32"


def fit(given: str, more: str = "epochs=5", valid: str = "(valid_images, valid_labels)") -> str:
    """Return a training with what it is given."""
    return f"history = model.fit({given}, {more}, validation_data={valid}, verbose=2)"


def changed(image: str) -> str:
    """Return a training on a stream of images, each of them changed."""
    return f"""
def another(image, label):
    return {image}, label


{fit(f"{IMAGES}.map(another).shuffle(60000).batch(32)")}
"""


def pieces(name: str) -> str:
    """Return a class whose pieces are images of one of the sets, in another order each epoch."""
    return f"""
class Pieces(tf.keras.utils.PyDataset):
    def __init__(self, images, labels):
        super().__init__()
        self.images, self.labels = images, labels
        self.order = np.arange(len(images))

    def __len__(self):
        return len(self.images) // 32

    def __getitem__(self, place):
        part = self.order[place * 32:place * 32 + 32]
        return self.images[part], self.labels[part]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


{fit(f"Pieces({name}_images, {name}_labels)", valid="Pieces(valid_images, valid_labels)")}
"""


GENERATOR = f"""
def batches():
    while True:
        order = np.random.permutation(len(train_images))
        for start in range(0, len(order) - 31, 32):
            part = order[start:start + 32]
            yield train_images[part], train_labels[part]


{fit("batches()", AGAIN_AND_AGAIN)}
"""

MUTANTS = (
    right("train/from-a-generator", GENERATOR),
    right(
        "train/streamed-again-and-again",
        fit(f"{IMAGES}.shuffle(10000).repeat().batch(32)", AGAIN_AND_AGAIN),
    ),
    right(
        "train/scaled-in-the-stream",
        f"""
def scaled(image, label):
    return tf.cast(image, tf.float32) / 255, label


{fit(f"{IMAGES}.map(scaled).shuffle(60000).batch(32)", valid=f"{VALID}.map(scaled)")}
""",
    ),
    right("train/own-data-sets", pieces("train")),
    right(
        "train/some-turned-round",
        changed("tf.image.random_flip_left_right(image[..., None])[..., 0]"),
    ),
    right(
        "train/brighter-or-darker",
        changed("tf.cast(image, tf.float32) * tf.random.uniform((), 0.8, 1.2)"),
    ),
    lowers_accuracy(
        "train/own-data-set-of-the-quiz",
        pieces("valid"),
        fails={"train.data": "trained-on-validation-data"},
    ),
    lowers_accuracy(
        "train/streams-shuffled-apart",
        f"""
images = tf.data.Dataset.from_tensor_slices(train_images).shuffle(10000)
labels = tf.data.Dataset.from_tensor_slices(train_labels).shuffle(10000)
{fit("tf.data.Dataset.zip((images, labels)).batch(32)")}
""",
        fails={"train.data": "mismatched-labels"},
    ),
    wrong(
        "train/streamed-quiz-of-studied",
        fit(f"{IMAGES}.batch(32)", valid=f"{IMAGES}.take(2000).batch(500)"),
        fails={"train.validation": "validated-on-training-data"},
    ),
    trained_otherwise(
        "train/a-part-again-and-again",
        fit(f"{IMAGES}.take(1000).repeat(10).batch(32)"),
        fails={"train.data": "partial-training-data"},
    ),
)
