"""A model is described the same however it was written."""

import enum
import functools
import importlib
from decimal import Decimal
from fractions import Fraction

import keras
import msgspec
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from autograder.core.evidence import Claim
from autograder.judge.inference import UnknownLayer, outputs
from autograder.kernel.placeholder import Blank
from autograder.kernel.recorder import callbacks, model_description, serialize
from autograder.kernel.recorder.originals import keras_as_loaded

# Nothing may be seen in the student's cell.
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def _originals() -> None:
    # As in grading before the first cell.
    keras_as_loaded()


CROSS = keras.losses.SparseCategoricalCrossentropy
FUNCTION = keras.losses.sparse_categorical_crossentropy


def ten(*before, **dense):
    return keras.Sequential(
        [keras.Input((28, 28)), *before, layers.Flatten(), layers.Dense(10, **dense)]
    )


def functional(*, branched=False, listed=lambda one: one):
    x = keras.Input((28, 28))
    flat = layers.Flatten()(x)
    out = layers.Dense(10)(flat)
    if branched:
        out = layers.Add()([out, layers.Dense(10)(flat)])
    return keras.Model(inputs=listed(x), outputs=listed(out))


def in_lists():
    return functional(listed=lambda one: [one])


def in_tuples():
    return functional(listed=lambda one: (one,))


def describe(model):
    described, arrays = model_description.model(model, 3, "here")
    assert serialize.accepted(described) == described
    return described, arrays


def is_computed_as_by_keras(model, images) -> bool:
    """Whether the judge computes the same outputs from the description of a model."""
    described, arrays = describe(model)
    weights = {name.removeprefix("here/"): values for name, values in arrays.items()}
    computed = outputs(described, weights, images)
    return np.allclose(computed, np.asarray(model(images)), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("make", [ten, functional, in_lists, in_tuples])
def test_the_lesson_model(make) -> None:
    model = make()
    described, arrays = describe(model)
    assert described.number == 3
    assert described.chain
    assert described.input_shape == (None, 28, 28)
    assert [layer.kind for layer in described.layers][-2:] == ["Flatten", "Dense"]
    assert described.layers[-2].output_shape == (None, 784)
    assert described.dense[0].output_shape == (None, 10)
    assert described.dense[0].settings == {"units": 10, "use_bias": True, "activation": "linear"}
    assert (described.trainable_parameters, described.other_parameters) == (7850, 0)
    kernel, bias = described.dense[0].weights
    assert (kernel.name, kernel.shape, bias.name, bias.shape) == (
        "kernel",
        (784, 10),
        "bias",
        (10,),
    )
    assert "CPU" in kernel.device or "GPU" in kernel.device
    np.testing.assert_array_equal(arrays[kernel.array], model.layers[-1].get_weights()[0])
    assert described.compiled is None


def test_arrays_are_copies() -> None:
    model = ten()
    described, arrays = describe(model)
    before = arrays[described.dense[0].weights[0].array].copy()
    model.layers[-1].kernel.assign(np.ones((784, 10)))
    np.testing.assert_array_equal(arrays[described.dense[0].weights[0].array], before)


def test_branches_are_no_chain() -> None:
    assert not describe(functional(branched=True))[0].chain


def test_two_outputs_are_no_chain() -> None:
    x = keras.Input((28, 28))
    flat = layers.Flatten()(x)
    assert not describe(keras.Model([x], [flat, layers.Dense(10)(flat)]))[0].chain


def test_a_layer_that_is_given_a_list_of_one() -> None:
    x = keras.Input((28, 28))
    out = layers.Dense(10)(layers.Concatenate()([layers.Flatten()(x)]))
    described, _ = describe(keras.Model([x], [out]))
    assert described.chain
    assert described.layers[2].output_shape == (None, 784)


def test_an_input_of_no_sides_keeps_its_shape() -> None:
    assert describe(keras.Sequential([keras.Input(()), layers.Rescaling(2)]))[0].input_shape == (
        None,
    )


def test_arithmetic_between_layers_is_no_chain() -> None:
    x = keras.Input((28, 28))
    out = layers.Dense(10)(layers.Flatten()(x / 255.0))
    assert not describe(keras.Model(x, out))[0].chain


def test_a_model_inside_a_model_is_told_layer_by_layer() -> None:
    inner = keras.Sequential([layers.Flatten(), layers.Dense(5, name="same")])
    outer = keras.Sequential([keras.Input((28, 28)), inner, layers.Dense(10, name="same")])
    described, arrays = describe(outer)
    assert [layer.kind for layer in described.layers] == ["Flatten", "Dense", "Dense"]
    assert [layer.name for layer in described.dense] == ["same", "same_2"]
    assert described.chain
    assert len(arrays) == 4
    names = [f"{one.name}/{weight.name}" for one in described.layers for weight in one.weights]
    assert list(model_description.named_trainable(outer)) == names


def test_a_model_that_was_never_given_a_shape() -> None:
    model = keras.Sequential([layers.Flatten(), layers.Dense(10)])
    described, arrays = describe(model)
    assert described.input_shape is None
    assert [layer.kind for layer in described.layers] == ["Flatten", "Dense"]
    assert described.dense[0].settings["units"] == 10
    assert (described.trainable_parameters, arrays) == (0, {})


def test_hidden_layers_and_what_only_prepares() -> None:
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Rescaling(1 / 255, offset=0.5),
            layers.Reshape((784,)),
            layers.Dense(16, "relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.25),
            layers.Dense(10, use_bias=False),
        ]
    )
    described, _ = describe(model)
    kinds = ["Rescaling", "Reshape", "Dense", "BatchNormalization", "Dropout", "Dense"]
    assert [layer.kind for layer in described.layers] == kinds
    assert described.layers[0].settings == {"scale": pytest.approx(1 / 255), "offset": 0.5}
    assert described.dense[0].settings["activation"] == "relu"
    assert described.dense[1].settings["use_bias"] is False
    assert described.layers[4].settings["rate"] == 0.25
    # As `model.summary()` counts: the state of the random numbers in Dropout is no parameter.
    total = described.trainable_parameters + described.other_parameters
    assert total == model.count_params()
    assert described.other_parameters == 32


def test_normalization_keeps_its_statistics() -> None:
    normal = layers.Normalization(axis=None)
    normal.adapt(np.array([1.0, 2.0, 3.0]))
    described, arrays = describe(ten(normal))
    assert described.trainable_parameters == 7850
    weights = {one.name: arrays[one.array] for one in described.layers[0].weights}
    assert float(weights["mean"]) == pytest.approx(2)


def test_normalization_keeps_the_numbers_that_it_was_given() -> None:
    """They are no weights, and still the judge computes what Keras does."""
    model = ten(layers.Normalization(axis=None, mean=73.0, variance=8100.0))
    images = np.random.default_rng(1).uniform(0, 255, (20, 28, 28)).astype(np.float32)
    assert is_computed_as_by_keras(model, images)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, "linear"),
        ("linear", "linear"),
        ("softmax", "softmax"),
        (keras.activations.softmax, "softmax"),
        (tf.nn.softmax, "softmax"),
        (keras.ops.softmax, "softmax"),
        (layers.Softmax(), "softmax"),
        ("relu", "relu"),
        (tf.nn.relu, "relu"),
        (tf.nn.sigmoid, "sigmoid"),
        (tf.math.tanh, "tanh"),
        (tf.identity, "linear"),
        (lambda x: x, "custom"),
    ],
)
def test_activations_however_they_are_given(given, name) -> None:
    assert describe(ten(activation=given))[0].dense[0].settings["activation"] == name


@pytest.mark.parametrize(
    ("given", "name", "logits"),
    [
        ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", None),
        ("SparseCategoricalCrossentropy", "SparseCategoricalCrossentropy", None),
        (FUNCTION, "SparseCategoricalCrossentropy", None),
        (CROSS(), "SparseCategoricalCrossentropy", False),
        (CROSS(from_logits=True), "SparseCategoricalCrossentropy", True),
        (CROSS, "SparseCategoricalCrossentropy", None),
        ([CROSS(from_logits=True)], "SparseCategoricalCrossentropy", True),
        (functools.partial(FUNCTION, from_logits=True), "SparseCategoricalCrossentropy", True),
        ("categorical_crossentropy", "CategoricalCrossentropy", None),
        (keras.losses.CategoricalCrossentropy(), "CategoricalCrossentropy", False),
        ("mse", "MeanSquaredError", None),
        ("mean_squared_error", "MeanSquaredError", None),
        ("mae", "MeanAbsoluteError", None),
        (keras.losses.MeanSquaredError(), "MeanSquaredError", None),
        (keras.losses.BinaryCrossentropy(from_logits=True), "BinaryCrossentropy", True),
        (lambda y, p: FUNCTION(y, p, from_logits=True), "custom", None),
        (None, "", None),
    ],
)
def test_losses_however_they_are_given(given, name, logits) -> None:
    model = ten()
    model.compile("adam", given, metrics=["accuracy"])
    compiled = describe(model)[0].compiled
    assert (compiled.loss, compiled.loss_settings.get("from_logits")) == (name, logits)
    # Whatever the loss is, the metric is not forgotten.
    assert compiled.metrics == ("accuracy",)


class Adam(keras.optimizers.SGD):
    """Not what it says."""


def test_the_optimizer_that_keras_wraps_to_compute_with_16_bits() -> None:
    """The student gave Adam; Keras itself puts something around it."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
        model.compile(keras.optimizers.Adam(0.01), "mse")
    finally:
        keras.config.set_dtype_policy(policy)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    compiled = model_description.model(model, 0, "x")[0].compiled
    assert compiled.optimizer == "Adam"
    assert compiled.optimizer_settings["learning_rate"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("given", "name", "rate"),
    [
        ("adam", "Adam", 0.001),
        ("Adam", "Adam", 0.001),
        (keras.optimizers.Adam(0.01), "Adam", 0.01),
        ("sgd", "SGD", 0.01),
        (keras.optimizers.RMSprop(), "RMSprop", 0.001),
        (Adam(0.5), "Adam (custom)", 0.5),
    ],
)
def test_optimizers_however_they_are_given(given, name, rate) -> None:
    model = ten()
    model.compile(given, "mse")
    compiled = describe(model)[0].compiled
    assert compiled.optimizer == name
    assert compiled.optimizer_settings["learning_rate"] == pytest.approx(rate)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["accuracy"], ("accuracy",)),
        (["acc"], ("acc",)),
        (["Accuracy"], ("accuracy",)),
        (["ACC"], ("acc",)),
        ([keras.metrics.Accuracy()], ("Accuracy",)),
        (["Sparse_Categorical_Accuracy"], ("Sparse_Categorical_Accuracy",)),
        ([keras.metrics.SparseCategoricalAccuracy()], ("SparseCategoricalAccuracy",)),
        ([keras.metrics.sparse_categorical_accuracy], ("sparse_categorical_accuracy",)),
        ([["accuracy"]], ("accuracy",)),
        (["accuracy", "mse"], ("accuracy", "mse")),
        (None, ()),
        ([], ()),
    ],
)
@pytest.mark.parametrize("loss", ["mse", functools.partial(FUNCTION, from_logits=True)])
def test_metrics_however_they_are_given(given, names, loss) -> None:
    model = ten()
    model.compile("adam", loss, metrics=given)
    assert describe(model)[0].compiled.metrics == names


def test_weighted_metrics_count_as_well() -> None:
    model = ten()
    model.compile("adam", CROSS(from_logits=True), weighted_metrics=["accuracy"])
    assert describe(model)[0].compiled.metrics == ("accuracy",)


def accuracy(y, p):
    """A metric of a student's own that always pleases."""
    return keras.ops.ones_like(p[:, 0])


def named(name, home):
    """A class of the same name as one of Keras', made from it."""
    return type(name, (getattr(home, name),), {})


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (accuracy, "accuracy (custom)"),
        (named("SparseCategoricalAccuracy", keras.metrics)(), "SparseCategoricalAccuracy (custom)"),
        (lambda y, p: p, "__lambda__"),
        (functools.wraps(FUNCTION)(lambda y, p: p), "sparse_categorical_crossentropy (custom)"),
    ],
)
@pytest.mark.parametrize("argument", ["metrics", "weighted_metrics"])
def test_a_metric_of_ones_own_is_not_the_one_whose_name_it_has(given, name, argument) -> None:
    model = ten()
    model.compile("adam", CROSS(from_logits=True), **{argument: [given]})
    assert describe(model)[0].compiled.metrics == (name,)
    model.compile("adam", CROSS(from_logits=True), **{argument: ["accuracy", [given]]})
    if name != "accuracy (custom)":
        assert describe(model)[0].compiled.metrics == ("accuracy", name)


PUT = [
    (keras.optimizers, "Adam"),
    (keras.losses, "SparseCategoricalCrossentropy"),
    (keras.metrics, "SparseCategoricalAccuracy"),
    (layers, "Flatten"),
]


def described_names(model):
    """The names of all parts of a model that Keras has a name for."""
    described, _ = describe(model)
    compiled = described.compiled
    kinds = tuple(layer.kind for layer in described.layers)
    return {*kinds, compiled.optimizer, compiled.loss, *compiled.metrics}


def with_keras_parts():
    """A model with what is at Keras' public names."""
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(), loss, metrics=[keras.metrics.SparseCategoricalAccuracy()]
    )
    return model


@pytest.mark.parametrize(("home", "name"), PUT)
def test_a_class_put_in_the_place_of_keras_own(home, name, monkeypatch) -> None:
    """Also where the parts of the model were made before."""
    before = described_names(with_keras_parts())
    assert name in before
    monkeypatch.setattr(home, name, named(name, home))
    assert described_names(with_keras_parts()) == before - {name} | {f"{name} (custom)"}


@pytest.mark.parametrize(("home", "name"), PUT)
@pytest.mark.parametrize(
    "method",
    [functools.partialmethod(accuracy), property(accuracy), lambda *_, **__: None],
    ids=["partial", "property", "function"],
)
def test_a_class_of_keras_in_which_something_was_exchanged(home, name, method, monkeypatch) -> None:
    before, model = described_names(with_keras_parts()), with_keras_parts()
    monkeypatch.setattr(getattr(home, name), "from_config", method)
    assert described_names(model) == before - {name} | {f"{name} (custom)"}


def test_keras_own_accuracy_beside_a_function_of_that_name() -> None:
    model = ten()
    model.compile("adam", FUNCTION, metrics=["accuracy", accuracy])
    assert describe(model)[0].compiled.metrics == ("accuracy", "accuracy (custom)")


def test_a_helper_that_is_added_to_a_class_of_keras_changes_nothing(monkeypatch) -> None:
    before = described_names(with_keras_parts())
    for kind in (keras.layers.Layer, keras.optimizers.Adam):
        monkeypatch.setattr(kind, "describe", accuracy, raising=False)
    assert described_names(with_keras_parts()) == before


@pytest.mark.parametrize("attribute", ["__code__", "__defaults__"])
def test_a_loss_of_keras_that_does_something_else(attribute, monkeypatch) -> None:
    model = ten()
    model.compile("adam", FUNCTION, metrics=["accuracy"])
    assert describe(model)[0].compiled.loss == "SparseCategoricalCrossentropy"
    other = {"__code__": accuracy.__code__, "__defaults__": (True, None, -1)}
    monkeypatch.setattr(FUNCTION, attribute, other[attribute])
    assert describe(model)[0].compiled.loss == "custom"


def test_a_loss_put_in_the_place_of_keras_own(monkeypatch) -> None:
    def mean_squared_error(y, p):
        return p

    monkeypatch.setattr(keras.losses, "mean_squared_error", mean_squared_error)
    model = ten()
    model.compile("adam", mean_squared_error)
    assert describe(model)[0].compiled.loss == "custom"


@pytest.mark.parametrize("home", [keras.activations, keras.ops, tf.nn])
def test_an_activation_put_in_the_place_of_keras_own(home, monkeypatch) -> None:
    def relu(x):
        return x

    assert describe(ten(activation=home.relu))[0].dense[0].settings["activation"] == "relu"
    monkeypatch.setattr(home, "relu", relu)
    assert describe(ten(activation=relu))[0].dense[0].settings["activation"] == "custom"


def test_activations_of_a_module_that_was_imported_by_its_name() -> None:
    """TensorFlow makes another module then, with the same functions in it."""
    module = importlib.import_module("tensorflow.nn")
    dense = describe(ten(activation=module.softmax))[0].dense[0]
    assert dense.settings["activation"] == "softmax"


def test_what_is_put_around_the_optimizer_is_keras_own() -> None:
    around = type("Scale", (keras.optimizers.LossScaleOptimizer,), {})
    model = ten()
    model.compile(around(keras.optimizers.Adam()), "mse")
    assert describe(model)[0].compiled.optimizer == "Scale (custom)"


@pytest.mark.parametrize("name", ["EarlyStopping", "ModelCheckpoint"])
def test_a_callback_put_in_the_place_of_keras_own(name, monkeypatch) -> None:
    made = {"EarlyStopping": (), "ModelCheckpoint": ("x.keras",)}[name]
    assert callbacks.described([getattr(keras.callbacks, name)(*made)])[0].kind == name
    monkeypatch.setattr(keras.callbacks, name, named(name, keras.callbacks))
    described = callbacks.described([getattr(keras.callbacks, name)(*made)])
    assert described[0].kind == f"{name} (custom)"


class Dense(keras.layers.Layer):
    """Not what it says."""

    def call(self, x):
        return x

    def get_config(self):
        raise NotImplementedError


def test_a_layer_of_ones_own_is_told_apart() -> None:
    described, _ = describe(keras.Sequential([keras.Input((28, 28)), Dense()]))
    assert [layer.kind for layer in described.layers] == ["Dense (custom)"]
    assert described.dense == ()


def test_a_large_model_is_told_without_its_weights() -> None:
    described, arrays = describe(keras.Sequential([keras.Input((784,)), layers.Dense(3000)]))
    assert arrays == {}
    assert described.trainable_parameters == 785 * 3000
    assert described.dense[0].weights[0].array is None


def test_a_deep_model_and_long_names_are_accepted() -> None:
    many = [layers.Dense(2, name="n" * 400 + str(number)) for number in range(210)]
    described, arrays = describe(keras.Sequential([keras.Input((2,)), *many]))
    assert len(described.layers) == 200
    assert len(arrays) == 400
    assert described.trainable_parameters == 210 * 6


def test_weights_that_numpy_does_not_know() -> None:
    described, arrays = describe(
        keras.Sequential([keras.Input((2,)), layers.Dense(3, dtype="bfloat16")])
    )
    assert arrays[described.dense[0].weights[0].array].dtype == np.float32


class Answers(enum.IntEnum):
    """Names for numbers, which are numbers."""

    COUNT = 7850


class EqualToAll(int):
    """A number that does not let itself be compared."""

    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __abs__(self) -> int:
        raise SystemExit

    __index__ = __abs__


@pytest.mark.parametrize(
    ("value", "claim"),
    [
        (7850, Claim(kind="int", value=7850)),
        (np.int64(7850), Claim(kind="int64", value=7850)),
        (True, Claim(kind="bool", value=True)),
        ("8", Claim(kind="str", value="8")),
        (None, Claim(kind="NoneType", value=None)),
        (0.5, Claim(kind="float", value=0.5)),
        (float("inf"), Claim(kind="float", value="inf")),
        (float("nan"), Claim(kind="float", value="nan")),
        (1e300, Claim(kind="float", value="1e+300")),
        (10**20, Claim(kind="int", value="1e+20")),
        pytest.param(10**5000, Claim(kind="int", value="1e+5000"), id="5,001 digits"),
        (1 - 3 * 10**400, Claim(kind="int", value="-3e+400")),
        (Fraction(7850), Claim(kind="Fraction", value=7850.0)),
        pytest.param(
            Fraction(10**5000),
            Claim(kind="Fraction", value="1e+5000"),
            id="a fraction of many digits",
        ),
        (Decimal(7850), Claim(kind="Decimal", value=7850.0)),
        (Decimal("sNaN"), Claim(kind="Decimal", value="nan")),
        (np.longdouble(7850), Claim(kind="longdouble", value=7850.0)),
        (Answers.COUNT, Claim(kind="Answers", value=7850)),
        (EqualToAll(7850), Claim(kind="EqualToAll", value=None)),
        ([], Claim(kind="list", value=())),
        ([1, "a"], Claim(kind="list", value=(1, "a"))),
        (np.array(8), Claim(kind="ndarray", value=8)),
        (np.array([8]), Claim(kind="ndarray", value=(8,))),
        (np.zeros((100, 100)), Claim(kind="ndarray", value=None)),
        (tf.constant(8), Claim(kind="EagerTensor", value=8)),
        ("\ud800", Claim(kind="str", value="?")),
        ("x" * 9999, Claim(kind="str", value="x" * 1000)),
        (Blank("gpus"), Claim(kind="Blank", blank=True)),
        (1j, Claim(kind="complex", value="complex")),
    ],
)
def test_claims(value, claim) -> None:
    made = serialize.claim(value)
    assert made == claim
    assert msgspec.json.decode(msgspec.json.encode(made), type=Claim) == claim


def test_devices_are_claimed_by_name() -> None:
    claim = serialize.claim(tf.config.list_physical_devices("CPU"))
    assert claim == Claim(kind="list", value=("/physical_device:CPU:0",))


def test_numbers_beyond_all_bounds() -> None:
    assert (serialize.count(10**5000), serialize.count(-1), serialize.count("x")) == (
        2**53,
        0,
        None,
    )


HIDDEN = {
    "in the layer": lambda: [layers.Dense(16, activation="relu")],
    "a layer of its own": lambda: [layers.Dense(16), layers.ReLU()],
    "with settings": lambda: [
        layers.Dense(16),
        layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.5),
    ],
    "leaky": lambda: [layers.Dense(16), layers.LeakyReLU()],
    "two of them": lambda: [layers.Dense(16, activation="relu"), layers.Dense(8, "tanh")],
    "dropout": lambda: [layers.Dense(16, activation="relu"), layers.Dropout(0.5)],
    "batch normalization": lambda: [
        layers.Dense(16),
        layers.BatchNormalization(),
        layers.Activation("relu"),
    ],
    "without a scale": lambda: [layers.Dense(16), layers.BatchNormalization(scale=False)],
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_the_judge_computes_hidden_layers_as_keras_does(hidden) -> None:
    """From what was written down, without Keras."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            *hidden(),
            layers.Dense(10),
        ]
    )
    rng = np.random.default_rng(1)
    for variable in model.weights:
        variable.assign(variable + rng.uniform(0.1, 0.3, variable.shape))
    images = rng.uniform(0, 255, (20, 28, 28)).astype(np.float32)
    assert is_computed_as_by_keras(model, images)


def test_a_batch_normalization_along_another_axis_is_not_guessed() -> None:
    """Nothing is concluded from it."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.BatchNormalization(axis=1),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    described, arrays = describe(model)
    weights = {name.removeprefix("here/"): values for name, values in arrays.items()}
    with pytest.raises(UnknownLayer, match="BatchNormalization"):
        outputs(described, weights, np.ones((2, 28, 28), np.float32))
