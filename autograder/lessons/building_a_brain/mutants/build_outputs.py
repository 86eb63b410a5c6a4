"""Mutants of the question `build`: wrong output activations, and objects that are no model."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    replace_call,
    set_argument,
    set_value,
)
from autograder.authoring.spec.mutation import unclear, wrong
from autograder.authoring.spec.statement_edits import (
    assign_to,
    insert_after,
    instead,
)
from autograder.lessons.building_a_brain.mutants.equivalents import (
    SOFTMAX,
)
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, COMPILE, TRAIN

BUILD = ("build.input", "build.layers", "build.activation")
# The checks that are skipped if no later cell can run.
NOTHING_AFTER = (*COMPILE, *TRAIN, "predict.label")
BENT = {"build.activation": "hidden-nonlinearity"}
TWICE = {"compile.loss": "softmax-with-logits-loss"}
NO_MODEL = {"build.input": "not-a-model"}

relu_at_the_end = add_keyword("Dense", "activation", '"relu"')

OUTPUTS = (
    wrong("build/relu-at-the-end", relu_at_the_end, fails=BENT, may_skip=ACCURACY),
    wrong(
        "build/sigmoid-at-the-end",
        add_keyword("Dense", "activation", '"sigmoid"'),
        fails=BENT,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/tanh-layer-at-the-end",
        insert_after("Dense", 'tf.keras.layers.Activation("tanh")'),
        fails=BENT,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-and-logits",
        add_keyword("Dense", "activation", '"softmax"'),
        fails=TWICE,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-layer-and-logits",
        insert_after("Dense", "tf.keras.layers.Softmax()"),
        fails=TWICE,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-twice",
        insert_after("Dense", "tf.keras.layers.Softmax()"),
        base=SOFTMAX,
        fails=BENT,
        may_skip=ACCURACY,
    ),
    unclear(
        "build/function-at-the-end",
        add_keyword("Dense", "activation", "lambda outputs: outputs * 1.0"),
        checks=("build.activation", "compile.loss", "train.accuracy", "predict.label"),
    ),
)
NAMES = (
    # Keras rejects NumPy integers.
    wrong(
        "build/numpy-ten",
        set_argument("Dense", 0, "np.int64(_)"),
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/only-a-list",
        replace_call("Sequential", "[]"),
        fails=NO_MODEL,
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/only-a-layer",
        instead("model = tf.keras.layers.Dense(number_of_classes)"),
        fails=NO_MODEL,
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/compiled-at-once",
        set_value("model", '_.compile("adam")'),
        fails=NO_MODEL,
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/other-name",
        assign_to("model", "brain"),
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/no-brackets",
        replace_call(
            "Sequential",
            "tf.keras.Sequential(tf.keras.layers.Flatten(), tf.keras.layers.Dense(10))",
        ),
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
)
MUTANTS = (*OUTPUTS, *NAMES)
