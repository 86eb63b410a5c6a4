"""Mutants whose training misses the threshold, each for a different reason."""

from __future__ import annotations

from autograder.authoring.spec.mutation import relying
from autograder.authoring.spec.snippets import (
    GROWING,
    HARDLY_ANY,
    adam,
    fitted_with,
    misses_threshold,
)

# The loss falls, because the biases learn how often each class comes.
CONSTRAINED = (
    "10, kernel_constraint=tf.keras.constraints.MaxNorm(0.0),"
    " bias_initializer=tf.keras.initializers.RandomNormal(stddev=3.0)"
)
PENALTY = "10, kernel_regularizer=lambda weights: 0.0 * tf.math.log(0.0)"
# The check whose metric is needed to see these mistakes.
METRIC = ("compile.metric",)

MUTANTS = (
    misses_threshold(
        "train/huge-batches", fitted_with("batch_size=len(train_images)"), of="under-trained"
    ),
    misses_threshold(
        "train/no-card-counts",
        fitted_with("sample_weight=np.zeros(len(train_images))"),
        of="loss-exactly-zero",
    ),
    misses_threshold("compile/tiny-steps", adam("0.000001"), of="under-trained"),
    misses_threshold("compile/long-steps", adam("1.0"), of="learning-rate-too-large"),
    misses_threshold("compile/no-steps", adam("learning_rate=0.0"), of="weights-unmoved"),
    misses_threshold("compile/endless-steps", adam("1e38"), of="diverged"),
    misses_threshold("compile/steps-that-grow", adam(GROWING), of="loss-rising"),
    misses_threshold("compile/steps-too-small-to-see", adam(HARDLY_ANY), of="loss-flat"),
    relying(
        misses_threshold(
            "build/answers-held-at-nought",
            ("number_of_classes", CONSTRAINED),
            of="accuracy-at-chance",
        ),
        *METRIC,
    ),
    relying(
        misses_threshold(
            "build/nearly-all-dropped",
            ('"relu"),', '"relu"), tf.keras.layers.Dropout(0.95),'),
            of="studied-worse-than-quizzed",
        ),
        *METRIC,
    ),
    # Labels without a class do it on a GPU; on a CPU Keras refuses them.
    misses_threshold(
        "build/penalty-not-a-number",
        ("number_of_classes", PENALTY),
        also={"compile": [adam("0.0")]},
        of="loss-not-a-number",
    ),
)
