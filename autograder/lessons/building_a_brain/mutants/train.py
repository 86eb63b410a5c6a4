"""Mutants of the question `train`: right ones."""

from __future__ import annotations

from autograder.authoring.spec.mutation import on_gpu, right
from autograder.authoring.spec.snippets import beforehand, fitted_with

RECOMPILED = """
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"""

MUTANTS = (
    right("train/six-epochs", ("epochs=5", "epochs=5 + 1")),
    right("train/batches-of-64", fitted_with("batch_size=64"), ("epochs=5", "epochs=10")),
    right("train/batches-of-128", fitted_with("batch_size=128"), ("epochs=5", "epochs=10")),
    right(
        "train/by-place",
        """
history = model.fit(
    train_images, train_labels, 32, 5, 2, validation_data=[valid_images, valid_labels]
)
""",
    ),
    right("train/not-shuffled", fitted_with("shuffle=False")),
    right("train/floats", ("train_images", 'train_images.astype("float32")')),
    right(
        "train/standardised",
        ("train_images", "(train_images - mean) / spread"),
        ("valid_images", "(valid_images - mean) / spread"),
        beforehand("mean, spread = train_images.mean(), train_images.std()"),
    ),
    right(
        "train/shuffled-together",
        ("train_images", "train_images[order]"),
        ("train_labels", "train_labels[order]"),
        beforehand("order = np.random.default_rng(seed=7).permutation(len(train_images))"),
    ),
    right(
        "train/quiz-streamed",
        (
            "(valid_images, valid_labels)",
            "tf.data.Dataset.from_tensor_slices((valid_images, valid_labels)).batch(100)",
        ),
    ),
    right(
        "train/epoch-by-epoch",
        """
quiz = (valid_images, valid_labels)
for epoch in range(5):
    history = model.fit(train_images, train_labels, validation_data=quiz, verbose=2)
""",
    ),
    right(
        "train/stops-early-if-at-all",
        fitted_with("callbacks=[tf.keras.callbacks.EarlyStopping(patience=9)]"),
    ),
    right("train/compiled-again-after", ("verbose=2,\n)", f"verbose=2,\n)\n{RECOMPILED}")),
    right(
        "train/model-afresh-before",
        beforehand(f"model = tf.keras.models.clone_model(model)\n{RECOMPILED}"),
    ),
    right(
        "train/saved-and-loaded",
        (
            "verbose=2,\n)",
            """verbose=2,
)
model.save("brain.keras")
model = tf.keras.models.load_model("brain.keras")""",
        ),
    ),
    right(
        "train/each-image-standardised",
        ("train_images", "standard(train_images)"),
        ("valid_images", "standard(valid_images)"),
        (
            "history =",
            """
def standard(images):
    each = {"axis": (1, 2), "keepdims": True}
    return (images - images.mean(**each)) / images.std(**each)

history =""",
        ),
        also={"predict": [("train_images", "standard(train_images)")]},
    ),
    right(
        "train/own-data-set",
        """
class Images(tf.keras.utils.PyDataset):
    def __len__(self):
        return len(train_images) // 32

    def __getitem__(self, place):
        part = slice(place * 32, place * 32 + 32)
        return train_images[part], train_labels[part]


history = model.fit(Images(), epochs=5, validation_data=(valid_images, valid_labels), verbose=2)
""",
    ),
    right("train/curves-only", ("verbose=2,\n)", "verbose=2,\n).history")),
    on_gpu(
        right("train/on-cpu", ("history =", 'with tf.device("/CPU:0"): history =')),
        fails={"train.device": "forced-cpu"},
    ),
    right(
        "train/tensors",
        ("train_images", "tf.constant(train_images)"),
        ("train_labels", "tf.constant(train_labels)"),
    ),
)
