"""What flows from a model into a value, as a cell's text tells."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autograder.core.evidence.record import Follows
from autograder.notebooks.data_flow import DataFlow

BEFORE = (
    "import numpy as np\nimport tensorflow as tf\nimport matplotlib.pyplot as plt",
    "(train_images, train_labels), (valid_images, valid_labels) = fashion_mnist.load_data()",
    'model = check.blank("model")\nmodel = tf.keras.Sequential([tf.keras.layers.Dense(10)])',
    "history = model.fit(train_images, train_labels, epochs=5)",
    "first_outputs = model.predict(train_images[:10])\nprint(first_outputs, train_labels[0])",
    "data_index = 99",
    # IPython may take a line for a magic command; this is none.
    'show_card(valid_images[123], f"Card 123, label {valid_labels[123]}")',
)
ONE = "train_images[data_index:data_index + 1]"

FROM_WEIGHTS = {
    "by hand": "w, b = model.get_weights()\nlabel = (pixels @ w + b).argmax()",
    "of a layer": "w = model.layers[-1].kernel.numpy()\nlabel = int((pixels @ w).argmax())",
    "called": f"label = int(np.argmax(model({ONE})))",
    "through tf.function": f"fast = tf.function(model)\nlabel = int(np.argmax(fast({ONE})))",
    "loaded": f'label = tf.keras.models.load_model("m.keras")({ONE}).numpy().argmax()',
    "in a function": f"def ask(card):\n    return model(card)\nlabel = int(np.argmax(ask({ONE})))",
    "of the history": f"label = int(np.argmax(history.model({ONE})))",
    "weights from a file": 'w = np.load("w.npy")\nlabel = int((train_images[99] @ w).argmax())',
}
MODEL_CALL = {
    "predicted": f"outputs = model.predict({ONE})\nlabel = int(np.argmax(outputs[0]))",
    "in one go": f"label = int(model.predict({ONE}).argmax())",
    "the largest so far": f"""outputs = model.predict({ONE})[0]
best = outputs[0]
label = 0
for place in range(10):
    if outputs[place] > best:
        best, label = outputs[place], place
""",
    "left with a break": f"""outputs = model.predict({ONE})[0]
for label in range(10):
    if outputs[label] == max(outputs):
        break
""",
    "counted up": f"""outputs = model.predict({ONE})[0]
label = 0
while outputs[label] < max(outputs):
    label += 1
""",
    "chosen by a chain of ifs": f"""outputs = model.predict({ONE})[0]
if outputs[0] == max(outputs):
    label = 0
elif outputs[1] == max(outputs):
    label = 1
else:
    label = 2
""",
    "in a comprehension": f"o = model.predict({ONE})[0]\n"
    "label = [i for i in range(10) if o[i] == max(o)][0]",
    "put in a list": f"said = []\nsaid.append(model.predict({ONE}))\nlabel = int(said[0].argmax())",
    "in a dict": f'said = {{}}\nsaid["one"] = model.predict({ONE})\nlabel = said["one"].argmax()',
    "from an earlier cell": "label = int(first_outputs[0].argmax())",
    "by a global": f"""def answer():
    global label
    label = int(model.predict({ONE}).argmax())
answer()
label = label
""",
    "a walrus": f"print(label := int(model.predict({ONE}).argmax()))",
}
NOTHING = {
    "typed": "label = 8",
    "read off": "label = int(train_labels[data_index])",
    "read off, after it was asked": f"outputs = model.predict({ONE})\n"
    "label = int(train_labels[data_index])",
    "overwritten": f"label = int(model.predict({ONE}).argmax())\nlabel = 8",
    "read off by NumPy": f"np.argmax(model.predict({ONE}))\nlabel = np.max(train_labels[[99]])",
    "another of a pair": f"outputs, label = model.predict({ONE}), train_labels[data_index]",
    "a comment that asks": "# Which one is it?\nlabel = 8",
    "a line of a string": 'print("""\n%time\n""")\nlabel = 8',
    "after a picture of it": f"plt.bar(range(10), model.predict({ONE})[0])\n"
    "label = int(train_labels[99])",
}
# Each loop has to be followed twice each time that it is entered, for it begins anew.
DEEP = (
    "".join(f"{' ' * level}x{level} = 0\n{' ' * level}for i in range(9):\n" for level in range(40))
    + " " * 40
    + " = ".join(f"x{level}" for level in range(40))
    + f" = label = model({ONE})"
)
# Each name leads through all functions.
MANY = "".join(f"def f{number}():\n    f{number + 1}\n" for number in range(250))
NESTED = "".join(f"{' ' * level}while x{level}:\n" for level in range(15))
UNKNOWN = {
    "loops in loops": DEEP,
    "many names of many functions": f"{MANY}label = [{'f0, ' * 1_000}]",
    "a long list in loops": f"{NESTED}{' ' * 15}label = [{'1, ' * 3_000}]",
    "magic": f"%%time\nlabel = int(model.predict({ONE}).argmax())",
    "exec": 'exec("label = 8")',
    "no Python": "label = (",
}


def follows(before: Sequence[str], cell: str) -> Follows | None:
    """What follows from a model in the last of these cells."""
    flow = DataFlow()
    *_, last = [flow.follow(source) for source in (*before, cell)]
    return last


@pytest.mark.parametrize("cell", FROM_WEIGHTS.values(), ids=FROM_WEIGHTS)
def test_it_follows_from_the_weights(cell: str) -> None:
    assert follows(BEFORE, cell)["label"] == "weights"


@pytest.mark.parametrize("cell", MODEL_CALL.values(), ids=MODEL_CALL)
def test_it_follows_from_what_the_model_was_asked(cell: str) -> None:
    assert "label" in follows(BEFORE, cell)


@pytest.mark.parametrize("cell", NOTHING.values(), ids=NOTHING)
def test_nothing_of_a_model_is_in_it(cell: str) -> None:
    assert "label" not in follows(BEFORE, cell)


@pytest.mark.parametrize("cell", UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_text_does_not_say_is_not_said(cell: str) -> None:
    assert follows(BEFORE, cell) is None


def test_it_says_whether_only_predict_was_called() -> None:
    """Then the recorder has the images that the model was asked about."""
    assert follows(BEFORE, MODEL_CALL["predicted"])["label"] == "prediction"
