"""Mutants whose training misses the threshold, each for a different reason."""

from __future__ import annotations

from autograder.authoring.spec.mutation import relying, wrong
from autograder.authoring.spec.snippets import (
    GROWING,
    HARDLY_ANY,
    adam,
    before_neurons,
    beforehand,
    fitted_with,
    last_layer,
    misses_threshold,
)

DENIED = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])'
UNIT_NORM = last_layer('kernel_constraint="unit_norm"')
VANISHING = "tf.keras.optimizers.schedules.ExponentialDecay(0.001, 1, 0.1)"
# The check whose metric is needed to see these mistakes.
METRIC = ("compile.metric",)

MUTANTS = (
    misses_threshold(
        "train/all-cards-at-once", fitted_with("batch_size=len(train_images)"), of="under-trained"
    ),
    misses_threshold("train/batches-of-4096", fitted_with("batch_size=4096"), of="under-trained"),
    misses_threshold(
        "train/ten-steps-an-epoch", fitted_with("steps_per_epoch=10"), of="under-trained"
    ),
    misses_threshold(
        "train/tiny-steps", beforehand("model.optimizer.learning_rate = 1e-6"), of="under-trained"
    ),
    relying(
        misses_threshold("train/logits-denied-again", beforehand(DENIED), of="accuracy-at-chance"),
        *METRIC,
    ),
    misses_threshold(
        "train/no-card-counts",
        fitted_with("sample_weight=np.zeros(len(train_images))"),
        of="loss-exactly-zero",
    ),
    misses_threshold("compile/tiny-steps", adam("0.000001"), of="under-trained"),
    misses_threshold("compile/no-steps", adam("learning_rate=0.0"), of="weights-unmoved"),
    # Outputs that are no numbers have no largest one.
    wrong(
        "compile/endless-steps",
        adam("1e38"),
        fails={"train.accuracy": "diverged"},
        skips=("predict.label",),
    ),
    misses_threshold(
        "compile/steps-longer-than-weights",
        adam("100.0"),
        also={"build": [UNIT_NORM]},
        of="learning-rate-too-large",
    ),
    misses_threshold("compile/steps-that-grow", adam(GROWING), of="loss-rising"),
    misses_threshold("compile/steps-that-vanish", adam(VANISHING), of="weights-unmoved"),
    misses_threshold("compile/steps-too-small-to-see", adam(HARDLY_ANY), of="loss-flat"),
    misses_threshold("compile/uphill", adam("-0.001"), of="loss-rising"),
    misses_threshold("build/frozen", last_layer("trainable=False"), of="weights-unmoved"),
    relying(
        misses_threshold(
            "build/weights-held-at-nought",
            last_layer("kernel_constraint=tf.keras.constraints.MaxNorm(0.0)"),
            of="accuracy-at-chance",
        ),
        *METRIC,
    ),
    relying(
        misses_threshold(
            "build/nearly-all-dropped",
            before_neurons("Dropout(0.98)"),
            of="studied-worse-than-quizzed",
        ),
        *METRIC,
    ),
    # Labels without a class do it on a GPU; on a CPU Keras refuses them.
    misses_threshold(
        "build/penalty-not-a-number",
        last_layer("kernel_regularizer=lambda weights: 0.0 * tf.math.log(0.0)"),
        also={"compile": [adam("0.0")]},
        of="loss-not-a-number",
    ),
)
