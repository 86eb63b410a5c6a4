"""Mutants of the question `parameters`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.building_a_brain.mutants.equivalents import COUNT_PARAMS, NORMALIZATION

WEIGHTS_ONLY = {"parameters.count": "forgot-bias-parameters"}
ONE_NEURON = {"parameters.count": "counted-one-neuron"}
MISCOUNTED = {"parameters.count": "miscounted"}
NO_NUMBER = {"parameters.count": "not-a-number"}

COUNT = "number_of_weights + number_of_biases"

MUTANTS = (
    right("parameters/by-hand", (COUNT, "28 * 28 * 10 + 10")),
    right("parameters/a-bias-each", (COUNT, "(28 * 28 + 1) * number_of_classes")),
    right("parameters/float", (COUNT, f"float({COUNT})")),
    right("parameters/array-of-one", (COUNT, "np.array([7850])")),
    right("parameters/counted-by-keras", (COUNT, "model.count_params()"), base=NORMALIZATION),
    wrong("parameters/weights-only", (COUNT, "number_of_weights"), fails=WEIGHTS_ONLY),
    wrong("parameters/pixels", (COUNT, "28 * 28"), fails=ONE_NEURON),
    wrong("parameters/one-neuron", (COUNT, "28 * 28 + 1"), fails=ONE_NEURON),
    wrong("parameters/neurons", (COUNT, "number_of_classes"), fails=MISCOUNTED),
    wrong("parameters/bias-a-pixel", (COUNT, "number_of_weights + 28 * 28"), fails=MISCOUNTED),
    wrong("parameters/arrays", (COUNT, "len(model.get_weights())"), fails=MISCOUNTED),
    wrong("parameters/as-text", (COUNT, '"7850"'), fails=NO_NUMBER),
    wrong("parameters/comma", (COUNT, "7,850"), fails=NO_NUMBER),
    wrong("parameters/summary", (COUNT, "model.summary()"), fails=NO_NUMBER),
    wrong(
        "parameters/not-called",
        ("count_params()", "count_params"),
        base=COUNT_PARAMS,
        fails=NO_NUMBER,
    ),
    wrong(
        "parameters/other-name",
        ("number_of_parameters = ", "parameters = "),
        fails={"parameters.count": None},
    ),
    wrong(
        "parameters/unknown-name",
        (COUNT, "number_of_weights + biases"),
        fails={"parameters.count": None},
    ),
)
