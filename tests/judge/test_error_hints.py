"""Errors as the installed Python, NumPy and Keras word them, and the sentence for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import processes

from autograder.core import printable
from autograder.core.evidence import shortened
from autograder.core.lesson_registry import load_lesson
from autograder.judge.error_hints import ErrorFacts, ErrorHint, hint_for
from autograder.judge.error_hints.keras import KERAS
from autograder.judge.error_hints.outdated import OUTDATED
from autograder.judge.error_hints.python import PYTHON

OWN = load_lesson("building-a-brain").error_hints

# A cell, and a part of the sentence that a student reads below the error.
CASES: dict[str, tuple[str, str]] = {
    # ---- what Python cannot read
    "bracket at the end": ("number = (28 * 28", "a bracket or a quotation mark"),
    "bracket further up": ("number = (28 * 28\nprint(number)", "`(` that is opened in line 1"),
    "bracket too many": ("print((1 + 2)))", "In line 1 there is one closing bracket `)`"),
    "another bracket": ("print([1, 2)", "a `)` stands where the `[` opened before"),
    "quotation mark": ("name = 'adam\nprint(name)", "text begins with a quotation mark"),
    "text in three": ('"""abc', "a bracket or a quotation mark"),
    "colon": ("for i in range(3)\n    print(i)", "colon is missing at the end of line 1"),
    "comma": ("compiled(optimizer='adam' loss='mse')", "perhaps a comma is missing"),
    "order": ("model.fit(x=1, y)", "put the plain ones first"),
    "sign": ("print(“a”)", "the sign “, which Python does not know"),
    "class": ("class = 3", "Python cannot read line 1"),
    "inside": ("for i in range(3):\nprint(i)", "should begin with four spaces"),
    "spaces": ("a = 1\n  b = 2", "look at the spaces in front"),
    # ---- names
    "no import": ("plt.plot([1])", "a line `import matplotlib.pyplot as plt` above"),
    "no name": ("quux + 1", "There is no name `quux`"),
    "no package": ("import seaborne", "finds no package `seaborne`"),
    "package misspelt": ("import tensorfow", "perhaps `tensorflow` was meant"),
    "package by its short name": ("import tf", "the line is `import tensorflow as tf`"),
    "no such part": ("import numpy.randon", "`numpy` is there, but it has no part `randon`"),
    "not in package": ("from tensorflow.keras.layers import Danse", "perhaps `Dense` was meant"),
    "attribute": ("network().complie()", "type `Sequential` has no `complie`; perhaps `compile`"),
    "small letter": ("tf.keras.layers.dense(10)", "no `dense`; perhaps `Dense` was meant"),
    "no list method": ("[1, 2].argmux()", "type `list` has no `argmux`; perhaps `argmax`"),
    "nothing": ("m = compiled().compile()\nm.fit(x, y)", "`None` stands before `.fit`"),
    # ---- calls
    "call of a list": ("layer = [1, 2]\nlayer(3)", "after something of type `list`"),
    "no parts": ("network()[0]", "type `Sequential`, which has no parts"),
    "history": ("h = compiled().fit(x, y, verbose=0)\nh['loss']", "are in the `.history`"),
    "setting": ("compiled().fit(x, y, epoch=5)", "no setting called `epoch`; perhaps `epochs`"),
    "missing": ("layers.Dense()", "`Dense` was not given all that it needs; missing: 'units'"),
    "missing of a loss": (
        "tf.keras.losses.sparse_categorical_crossentropy(from_logits=True)",
        "missing: 'y_true' and 'y_pred'",
    ),
    "too many": ("layers.Flatten(28, 28)", "`Flatten` was given more values than it takes"),
    "one of an array": ("int(np.zeros((1, 10)))", "A single number is wanted here"),
    "no entry": ("{'acc': 1}['accuracy']", "There is no entry called `accuracy`"),
    "no place": ("x[64]", "There is no number 64: there are 64"),
    "entry of old": ("compiled().fit(x, y, verbose=0).history['acc']", "its name is `accuracy`"),
    # ---- numbers
    "8 bits": ("classes = y.max() + 1\n28 * 28 * classes + classes", "`int(labels.max())`"),
    "8 bits and less than none": ("y - 300", "an array of `uint8`"),
    # ---- memory
    "memory of numpy": ("np.zeros((10**7, 10**7))", "The memory of the computer"),
    "memory of tensorflow": ("tf.zeros((10**7, 10**7))", "The memory of the computer"),
    "no array": ("np.zeros((2**40, 2**40))", "fits into no memory"),
    "no such side": ("np.zeros(2**70)", "fits into no memory"),
    "stopped": ("raise KeyboardInterrupt", "stopped by hand"),
    # ---- Keras
    "units of numpy": ("layers.Dense(y.max() + 1)", "`int(…)` makes one of it"),
    "units in words": ("layers.Dense('10')", "`int(…)` makes one of it"),
    "not compiled": ("network().fit(x, y)", "The model is not compiled yet"),
    "name of a layer": (
        "m = network()\nm.add(layers.ReLU(name='Größe'))\ncompiled(m).fit(x, y, verbose=0)",
        "does not accept a layer, a model or the like with the name `Größe`",
    ),
    # What is made after it has a name that nobody gave it: "my brain_dense_kernel_momentum".
    "name of a model": (
        (
            "inputs = tf.keras.Input((28, 28))\n"
            "m = tf.keras.Model(inputs, layers.Flatten()(inputs), name='my brain')\n"
            "try:\n    compiled(m).fit(x, y)\n"
            "except ValueError:\n    compiled().fit(x, y)\n"
            "finally:\n    tf.keras.backend.clear_session()"
        ),
        "restart the kernel and run all cells, because the old name stays until then",
    ),
    "name of a layer, met later": (
        "m = network()\nm.add(layers.ReLU(name='a\\\\b'))\nm.predict(x, verbose=0)",
        "does not accept the name of a layer, a model or the like. Choose a name of plain letters",
    ),
    "name with a slash": (
        "layers.Dense(10, name='one/two')",
        "the sign `/` in a name, as in `one/two`. Choose a name of plain letters (A to Z)",
    ),
    "single image": ("network().predict(x[0], verbose=0)", "a single example of shape (28, 28)"),
    "single image called": ("network()(x[0])", "a single example of shape (28, 28)"),
    "channel for batch": (
        "network().predict(x[0].reshape(28, 28, 1), verbose=0)",
        "a single example: the batch axis comes first",
    ),
    "channel for batch called": ("network()(x[0][..., None])", "the batch axis comes first"),
    "channel for batch, later": (
        "m = network()\nm.predict(x[:1])\nm.predict(x)\nm.predict(x[0].reshape(28, 28, 1))",
        "a single example: the batch axis comes first",
    ),
    "single image, later": (
        "m = network()\nm.predict(x[:1])\nm.predict(x)\nm.predict(x[0])",
        "with other axes, perhaps a single example: the batch axis comes first, even for a single",
    ),
    "row for batch": (
        "network().predict(x[0].reshape(784), verbose=0)",
        "one image without the batch axis, which comes first",
    ),
    "column for batch": (
        "tf.keras.Sequential([tf.keras.Input((784,)), layers.Dense(10)])(x[0].reshape(784, 1))",
        "a single example: the batch axis comes first",
    ),
    "other rows": (
        "tf.keras.Sequential([tf.keras.Input((784,)), layers.Dense(10)])(x[:, 0])",
        "takes 784 numbers for each example, and these examples have 28",
    ),
    "list for array": ("network().predict(x[:1].tolist(), verbose=0)", "something of type `list`"),
    "input for a setting": ("layers.Dense(tf.keras.Input((28,)))", "`Dense(10)(inputs)`"),
    "input for another setting": ("layers.Flatten(tf.keras.Input((28,)))", "`Dense(10)(inputs)`"),
    "flat images": (
        "compiled().fit(x.reshape(-1, 784), y)",
        "takes examples of shape (28, 28), and these are of shape (784,)",
    ),
    "other labels": ("compiled().fit(x, y[:32])", "There are 64 images and 32 labels"),
    "metric": ("compiled(metrics=['acuracy']).fit(x, y)", "perhaps `accuracy` was meant"),
    "optimizer": ("compiled(optimizer='adma')", "no optimizer called `adma`; perhaps `adam`"),
    "class of an optimizer": (
        "compiled(optimizer=tf.keras.optimizers.Adam)",
        "`Adam(…)` makes an object, which can be used as optimizer",
    ),
    "call in quotes": ("compiled(optimizer='Adam()')", "perhaps `adam` was meant"),
    "class of a callback": (
        "compiled().fit(x, y, callbacks=[tf.keras.callbacks.EarlyStopping])",
        "write `EarlyStopping(…)`",
    ),
    "class of a model": (
        "m = tf.keras.Sequential\nm.add(layers.Flatten())",
        "round brackets are missing after `Sequential`",
    ),
    "callback in words": (
        "compiled().fit(x, y, callbacks=['EarlyStopping'])",
        "was given something of type `str`",
    ),
    "stops at nothing": (
        "compiled().fit(x, y, callbacks=[tf.keras.callbacks.EarlyStopping('val_acc')])",
        "`val_acc` is not in it",
    ),
    "loss": (
        "compiled(loss='sparse_crossentropy').fit(x, y)",
        "no loss called `sparse_crossentropy`; perhaps `sparse_categorical_crossentropy`",
    ),
    "activation": ("layers.Dense(10, activation='sotfmax')", "no activation called `sotfmax`"),
    "metrics": ("compiled(metrics='accuracy').fit(x, y)", "`metrics` takes a list"),
    "no brackets": ("tf.keras.Sequential([layers.Flatten, layers.Dense(10)])", "`Flatten(…)`"),
    "no list": ("tf.keras.Sequential(layers.Flatten(), layers.Dense(10))", "takes one list"),
    "three without": (
        "tf.keras.Sequential(tf.keras.Input((28, 28)), layers.Flatten(), layers.Dense(10))",
        "takes one list",
    ),
    "shape": ("tf.keras.Input(28, 28)", "as in `(28, 28)` or `(784,)`; 28 alone is none"),
    "setting of a layer": ("layers.Dense(10, activaton='relu')", "perhaps `activation` was meant"),
    "no labels": ("compiled().fit(x)", "training needs images and their labels"),
    "no network": (
        "tf.keras.utils.get_file('none.gz', 'http://127.0.0.1:9/none.gz')",
        "The data could not be downloaded",
    ),
    "metric in third place": (
        "network().compile('adam', 'mse', 'accuracy')",
        '`compile` takes metrics by name: write `metrics=["accuracy"]`.',
    ),
    "list in third place": (
        "m = compiled()\nm.compile('adam', m.loss, ['accuracy'])\nm.fit(x, y)",
        'Metrics need their name in `compile`: `metrics=["accuracy"]`.',
    ),
    # ---- arrays that cannot be changed
    "read-only": ("x.setflags(write=False)\nx[0] = 1", "This array cannot be changed."),
    "read-only in place": ("x.setflags(write=False)\nx //= 255", "This array cannot be changed."),
    "fractions in whole numbers": ("z = x.copy()\nz /= 255", "this array holds whole numbers only"),
    # ---- the checks
    "help without a question": (
        "import autograder.lessons.building_a_brain.check as check\ncheck.hint()",
        "as in `check.build.hint()`",
    ),
    # ---- what older books have
    "predict_classes": ("network().predict_classes(x)", "`.argmax(axis=-1)` finds the place"),
    "predict_proba": ("network().predict_proba(x)", "`predict` gives the outputs, and"),
    "fit_generator": ("compiled().fit_generator(x)", "`fit` takes generators as well"),
    "evaluate_generator": ("network().evaluate_generator(x)", "`evaluate` takes generators"),
    "np_utils": ("from keras.utils import np_utils", "are in `tf.keras.utils`"),
    "np_utils of tensorflow": ("from tensorflow.keras.utils import np_utils", "no longer has"),
    "experimental": ("layers.experimental.preprocessing.Rescaling(1)", "`tf.keras.layers.Resc"),
    "part of keras": ("from keras.layers.core import Dense", "no part `keras.layers.core`"),
    "part of tf.keras": (
        "from tensorflow.keras.wrappers.scikit_learn import KerasClassifier",
        "import from `tensorflow.keras.layers`",
    ),
    "legacy": ("tf.keras.optimizers.legacy.Adam()", "as in `tf.keras.optimizers.Adam()`"),
    "lr": ("tf.keras.optimizers.Adam(lr=0.001)", "today its name is `learning_rate`"),
    "setting of an optimizer": ("tf.keras.optimizers.SGD(momentun=0.9)", "no setting called"),
    "nb_epoch": ("compiled().fit(x, y, nb_epoch=5)", "`fit` has no setting called `nb_epoch`; to"),
    "init": ("layers.Dense(10, init='uniform')", "today its name is `kernel_initializer`"),
    "workers": ("compiled().fit(x, y, workers=2)", "no setting called `workers` any more"),
    "optimizer of 1": (
        "tf.train.AdamOptimizer()",
        (
            "`tf.train.AdamOptimizer` belongs to TensorFlow 1, and this is TensorFlow 2: write"
            " `tf.keras.optimizers.Adam()`."
        ),
    ),
    "slope of 1": ("tf.train.GradientDescentOptimizer(0.1)", "`tf.keras.optimizers.SGD()`"),
    "session": ("tf.Session()", "leave it out, because operations run at once"),
    "placeholder": ("tf.placeholder(tf.float32)", "`tf.keras.Input` says what a model is given"),
    "import of 1": ("from tensorflow import placeholder", "`placeholder` belongs to TensorFlow 1"),
    "loss of 1": (
        "tf.losses.sparse_softmax_cross_entropy(y, x)",
        "SparseCategoricalCrossentropy(from_logits=True)",
    ),
    "contrib": ("from tensorflow.contrib import layers", "`tensorflow.contrib` belongs to"),
    "np.int": ("np.int(3)", "NumPy no longer has `np.int`: write `int`."),
    "np.NaN": ("np.NaN", "NumPy no longer has `np.NaN`: write `np.nan`."),
    # ---- this lesson
    "mean squared error": ("compiled(loss='mse').fit(x, y)", "labels are whole numbers"),
    "not sparse": (
        "compiled(loss='categorical_crossentropy').fit(x, y)",
        "labels are whole numbers",
    ),
    "rows one by one": ("compiled(network(flat=False)).fit(x, y)", "for each row of an image"),
    "nine neurons": ("compiled(network(9)).fit(x, y)", "the model has 9 outputs"),
    "all pictures": (
        (
            "compiled(tf.keras.Sequential([tf.keras.Input((60000, 28, 28)),\n"
            "layers.GlobalMaxPooling2D(), layers.Dense(10)])).fit(x, y)"
        ),
        "all the images together",
    ),
}


# What cannot be met here: as TensorFlow words it on a GPU, and the sandbox of a kernel that ended.
GPU = (
    "Failed copying input tensor from /job:localhost/replica:0/task:0/device:CPU:0 to"
    " /job:localhost/replica:0/task:0/device:GPU:0 in order to run _EagerConst: Dst tensor is not"
    " initialized."
)
RECORDED: dict[str, tuple[str, str, str]] = {
    "memory of a GPU": ("InternalError", GPU, "The memory of the computer"),
    "kernel that ended": (
        "DeadKernelError",
        "the kernel died: a cell ended Python itself, or memory ran out",
        "Take out what ends it",
    ),
    "limit on memory": (
        "DeadKernelError",
        "it used more than the 4 GiB of memory that it may use",
        "large copies of the data",
    ),
}


@pytest.fixture(scope="module")
def met() -> dict[str, tuple[str, str]]:
    """The error that each cell met: its name, and its text."""
    script = Path(__file__).parents[1] / "support" / "error_texts.py"
    cells = json.dumps({name: source for name, (source, _) in CASES.items()})
    done = processes.python(script, input=cells, check=True)
    errors = json.loads(done.stdout[done.stdout.index("{") :])
    assert [name for name, error in errors.items() if error is None] == []
    recorded = {name: (ename, evalue) for name, (ename, evalue, _) in RECORDED.items()}
    return recorded | {name: (ename, evalue) for name, (ename, evalue) in errors.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CASES, *RECORDED])
def test_a_real_error_is_told_in_plain_words(met, name) -> None:
    """And still where a record keeps no more of it than its beginning and its end."""
    ename, evalue = met[name]
    for text in (evalue, shortened(evalue)):
        sentence = hint_for(ename, text, lesson_hints=OWN)
        assert sentence, f"nothing is said of {ename}: {evalue}"
        assert (CASES.get(name) or RECORDED[name])[-1] in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence


@pytest.mark.slow
def test_every_rule_is_met_by_a_real_error(met) -> None:
    """A rule for an error that is worded otherwise by now would never be noticed."""
    rules = (*OWN, *OUTDATED, *KERAS, *PYTHON)

    def first(ename: str, evalue: str) -> ErrorHint | None:
        return next(
            (one for one in rules if one.of(ename, printable.plain(evalue), ErrorFacts())), None
        )

    used = {first(*error) for error in met.values()}
    assert [rule.pattern for rule in rules if rule not in used] == []


@pytest.mark.parametrize(
    ("ename", "evalue"),
    [
        ("ValueError", "math domain error"),
        ("ValueError", "Dimensions must be equal, but are 3 and 4 for my own matrices"),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("KeyError", "3"),
        ("IndexError", "list index out of range"),
        ("InternalError", "Blas GEMM launch failed"),
        ("DeadKernelError", "what the kernel sent back could not be read"),
        ("ZeroDivisionError", "division by zero"),
        ("RuntimeError", "name 'x' is not defined"),
        ("MyMemoryErrorToo", ""),
        ("SystemExit", "2"),
        ("NotAttempted", "`model` is still blank."),
        ("", ""),
    ],
)
def test_of_other_errors_nothing_is_said(ename, evalue) -> None:
    """Python's own words are better than a guess."""
    assert hint_for(ename, evalue, lesson_hints=OWN) is None


# ---- what is known besides

ORIGIN = {"train_images": "the cell that begins with `load()`, in “2. The cards”"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "train_images",
            (
                "`train_images` is not there yet: the cell that begins with `load()`, in “2. The"
                " cards”, makes it; run that cell first, then this one again."
            ),
        ),
        ("train_image", "There is no name `train_image`; perhaps `train_images` was meant."),
        ("modle", "There is no name `modle`; perhaps `model` was meant."),
        ("np", "`np` was never imported: a line `import numpy as np` above this one does it."),
    ],
)
def test_a_name_that_is_missing(name, sentence) -> None:
    """Which cell makes it, else how it is imported, else which one was meant."""
    facts = ErrorFacts(origins=ORIGIN, names=["model", "labels"])
    assert hint_for("NameError", f"name '{name}' is not defined", facts) == sentence


def test_what_the_object_really_has_is_suggested() -> None:
    """Where it is known, and not a word that it does not have."""
    facts = ErrorFacts(attributes=["completed"])
    hint = hint_for("AttributeError", "'Thing' object has no attribute 'complete'", facts)
    assert hint == "Something of type `Thing` has no `complete`; perhaps `completed` was meant."


def test_python_that_suggests_a_setting_itself_is_believed() -> None:
    """As from version 3.13 on."""
    evalue = "f() got an unexpected keyword argument 'epoch'. Did you mean 'eras'?"
    hint = hint_for("TypeError", evalue)
    assert hint == "`f` has no setting called `epoch`; perhaps `eras` was meant."


def test_what_is_quoted_is_short_and_harmless() -> None:
    """It may be a student's."""
    evalue = f"Could not interpret loss identifier: {'a' * 300}\x1b[2J"
    hint = hint_for("ValueError", evalue)
    assert len(hint) < 150
    braces = hint_for("KeyError", "'{0.__class__}'")
    assert "`{0.__class__}`" in braces
