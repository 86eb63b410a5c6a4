"""Mutants of the question `train`: right ones."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import add_keyword, set_keyword, set_value, use_instead
from autograder.authoring.spec.mutation import on_gpu, right
from autograder.authoring.spec.statement_edits import first, instead, last, within

RECOMPILED = """
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"""

MUTANTS = (
    right("train/six-epochs", set_keyword("fit", "epochs", "_ + 1")),
    right(
        "train/batches-of-64",
        add_keyword("fit", "batch_size", "64"),
        set_keyword("fit", "epochs", "10"),
    ),
    right(
        "train/batches-of-128",
        add_keyword("fit", "batch_size", "128"),
        set_keyword("fit", "epochs", "10"),
    ),
    right(
        "train/by-place",
        instead("""
history = model.fit(
    train_images, train_labels, 32, 5, 2, validation_data=[valid_images, valid_labels]
)
"""),
    ),
    right("train/not-shuffled", add_keyword("fit", "shuffle", "False")),
    right("train/floats", use_instead("train_images", 'train_images.astype("float32")')),
    right(
        "train/standardised",
        use_instead("train_images", "(train_images - mean) / spread"),
        use_instead("valid_images", "(valid_images - mean) / spread"),
        first("mean, spread = train_images.mean(), train_images.std()"),
    ),
    right(
        "train/shuffled-together",
        use_instead("train_images", "train_images[order]"),
        use_instead("train_labels", "train_labels[order]"),
        first("order = np.random.default_rng(seed=7).permutation(len(train_images))"),
    ),
    right(
        "train/quiz-streamed",
        set_keyword("fit", "validation_data", "tf.data.Dataset.from_tensor_slices(_).batch(100)"),
    ),
    right(
        "train/epoch-by-epoch",
        instead("""
quiz = (valid_images, valid_labels)
for epoch in range(5):
    history = model.fit(train_images, train_labels, validation_data=quiz, verbose=2)
"""),
    ),
    right(
        "train/stops-early-if-at-all",
        add_keyword("fit", "callbacks", "[tf.keras.callbacks.EarlyStopping(patience=9)]"),
    ),
    right("train/compiled-again-after", last(RECOMPILED)),
    right(
        "train/model-afresh-before",
        first(f"model = tf.keras.models.clone_model(model)\n{RECOMPILED}"),
    ),
    right("train/curves-only", set_value("history", "_.history")),
    on_gpu(
        right("train/on-cpu", within('with tf.device("/CPU:0"): ...')),
        fails={"train.device": "forced-cpu"},
    ),
    right(
        "train/tensors",
        use_instead("train_images", "tf.constant(train_images)"),
        use_instead("train_labels", "tf.constant(train_labels)"),
    ),
)
