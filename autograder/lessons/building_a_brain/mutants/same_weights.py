"""Mutants that go on with the trained weights in another object, or with other weights.

Whatever object holds them, weights that training left are the trained network; others are not.
"""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edit, right, wrong

AGAIN = """tf.keras.Sequential([
    tf.keras.Input(shape=(28, 28)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(number_of_classes),
])"""
# A callback that keeps the weights of every epoch.
KEEP = """
kept = []


class Keep(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        kept.append(self.model.get_weights())
"""


def watched(before: str, callback: str, after: str = "", epochs: int = 5) -> Edit:
    """Train with a callback that is made before, and go on after."""
    return f"""{before}
history = model.fit(
    train_images,
    train_labels,
    epochs={epochs},
    validation_data=(valid_images, valid_labels),
    callbacks=[{callback}],
    verbose=2,
)
{after}
"""


def afterwards(code: str) -> Edit:
    """Go on after the training with this."""
    return ("verbose=2,\n)", f"verbose=2,\n)\n{code}")


IN_ANOTHER_OBJECT = (
    right(
        "train/cloned-with-weights",
        afterwards("""
trained = model
model = tf.keras.models.clone_model(trained)
model.set_weights(trained.get_weights())
"""),
    ),
    right(
        "train/weights-saved-and-loaded",
        afterwards("""
model.save_weights("brain.weights.h5")
model = tf.keras.models.clone_model(model)
model.load_weights("brain.weights.h5")
"""),
    ),
    right(
        "train/in-another-model",
        afterwards("model = tf.keras.Sequential([tf.keras.Input(shape=(28, 28)), *model.layers])"),
    ),
    right(
        "train/best-restored-by-hand",
        watched(
            KEEP,
            "Keep()",
            'model.set_weights(kept[int(np.argmax(history.history["val_accuracy"]))])',
        ),
    ),
)
AVERAGED = (
    right(
        "train/averaged-over-epochs",
        watched(KEEP, "Keep()", "model.set_weights([np.mean(one, axis=0) for one in zip(*kept)])"),
    ),
    right(
        "train/averaged-over-the-last-ones",
        watched(
            KEEP,
            "Keep()",
            """averaged = [np.average(one, axis=0, weights=[1, 2, 3]) for one in zip(*kept[-3:])]
model.set_weights(averaged)""",
            epochs=8,
        ),
    ),
)
REPLACED_BY_OTHERS = (
    wrong(
        "predict/built-again",
        ("outputs =", f"model = {AGAIN}\noutputs ="),
        fails={"predict.label": "not-trained"},
    ),
    wrong(
        "predict/weights-set-to-one",
        (
            "outputs =",
            "model.set_weights([np.ones_like(one) for one in model.get_weights()])\noutputs =",
        ),
        fails={"predict.label": "weights-replaced-after-training"},
    ),
)
MUTANTS = (*IN_ANOTHER_OBJECT, *AVERAGED, *REPLACED_BY_OTHERS)
