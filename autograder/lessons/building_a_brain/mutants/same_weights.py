"""Mutants that go on with the trained weights in another object, or with other weights.

Whatever object holds them, weights that training left are the trained network; others are not.
"""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edit, right, unclear, wrong
from autograder.authoring.spec.snippets import (
    CLONED_WITH_WEIGHTS,
    KEEP,
    LAYERS_IN_ANOTHER_MODEL,
    afterwards,
    beforehand,
    weights_set,
)
from autograder.lessons.building_a_brain.mutants.expectations import weights_replaced

AGAIN = """tf.keras.Sequential([
    tf.keras.Input(shape=(28, 28)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(number_of_classes),
])"""
EMA = """
class Average(tf.keras.callbacks.Callback):
    weights = None

    def on_train_batch_end(self, batch, logs=None):
        now = self.model.get_weights()
        before = self.weights or now
        self.weights = [0.99 * old + 0.01 * new for old, new in zip(before, now)]


average = Average()
"""
BEST = """
best = tf.keras.callbacks.ModelCheckpoint("best.keras", "val_accuracy", save_best_only=True)
"""
RESTORED = """
best = tf.keras.callbacks.EarlyStopping("val_accuracy", patience=9, restore_best_weights=True)
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


IN_ANOTHER_OBJECT = (
    right("train/cloned-with-weights", afterwards(CLONED_WITH_WEIGHTS)),
    right("train/pickled", afterwards("import pickle\nmodel = pickle.loads(pickle.dumps(model))")),
    right(
        "train/made-of-its-config",
        afterwards("""
weights = model.get_weights()
model = tf.keras.Sequential.from_config(model.get_config())
model.set_weights(weights)
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
    right("train/in-another-model", afterwards(LAYERS_IN_ANOTHER_MODEL)),
    right(
        "train/checkpoint-loaded",
        watched(BEST, "best", 'model = tf.keras.models.load_model("best.keras")'),
    ),
    right("train/best-restored-by-keras", watched(RESTORED, "best", epochs=7)),
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
    right(
        "train/averaged-over-calls",
        """
valid, kept = (valid_images, valid_labels), []
for part in range(3):
    history = model.fit(train_images, train_labels, epochs=2, validation_data=valid, verbose=2)
    kept.append(model.get_weights())
model.set_weights([sum(one) / len(one) for one in zip(*kept)])
""",
    ),
    right(
        "train/averaged-in-a-clone",
        watched(
            KEEP,
            "Keep()",
            """model = tf.keras.models.clone_model(model)
model.set_weights([np.mean(one, axis=0) for one in zip(*kept)])""",
        ),
    ),
    right(
        "train/rounded",
        weights_set('one.astype("float16").astype("float32")'),
    ),
    right(
        "compile/averaged-by-adam",
        ('"adam"', "tf.keras.optimizers.Adam(use_ema=True, ema_momentum=0.9)"),
    ),
    # An average by hand over all steps: near to what was trained, and of no epoch.
    unclear(
        "train/averaged-over-steps",
        watched(EMA, "average", "model.set_weights(average.weights)"),
        checks=("train.accuracy", "predict.label"),
    ),
    unclear(
        "train/small-weights-cut",
        weights_set("np.where(abs(one) < 0.02, 0, one)"),
        checks=("train.accuracy", "predict.label"),
    ),
)
REPLACED_BY_OTHERS = (
    weights_replaced("train/weights-not-numbers", weights_set("one * float('nan')")),
    weights_replaced("train/weights-at-random", weights_set("np.random.normal(size=one.shape)")),
    weights_replaced(
        "train/weights-of-the-start",
        beforehand("start = model.get_weights()"),
        afterwards("model.set_weights(start)"),
    ),
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
