"""Mutants of the question `parameters`."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import not_called, set_value
from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.statement_edits import assign_to
from autograder.lessons.building_a_brain.mutants.equivalents import COUNTED, NORMALIZATION

WEIGHTS_ONLY = {"parameters.count": "forgot-bias-parameters"}
ONE_NEURON = {"parameters.count": "counted-one-neuron"}
MISCOUNTED = {"parameters.count": "miscounted"}
NO_NUMBER = {"parameters.count": "not-a-number"}


def count(value: str) -> Edit:
    """Hand in this instead."""
    return set_value("number_of_parameters", value)


MUTANTS = (
    right("parameters/by-hand", count("28 * 28 * 10 + 10")),
    right("parameters/a-bias-each", count("(28 * 28 + 1) * number_of_classes")),
    right("parameters/float", count("float(_)")),
    right("parameters/array-of-one", count("np.array([7850])")),
    right("parameters/counted-by-keras", count("model.count_params()"), base=NORMALIZATION),
    wrong("parameters/weights-only", count("number_of_weights"), fails=WEIGHTS_ONLY),
    wrong("parameters/pixels", count("28 * 28"), fails=ONE_NEURON),
    wrong("parameters/one-neuron", count("28 * 28 + 1"), fails=ONE_NEURON),
    wrong("parameters/neurons", count("number_of_classes"), fails=MISCOUNTED),
    wrong("parameters/bias-a-pixel", count("number_of_weights + 28 * 28"), fails=MISCOUNTED),
    wrong("parameters/arrays", count("len(model.get_weights())"), fails=MISCOUNTED),
    wrong("parameters/as-text", count('"7850"'), fails=NO_NUMBER),
    wrong("parameters/comma", count("7,850"), fails=NO_NUMBER),
    wrong("parameters/summary", count("model.summary()"), fails=NO_NUMBER),
    wrong("parameters/not-called", not_called("count_params"), base=COUNTED, fails=NO_NUMBER),
    wrong(
        "parameters/other-name",
        assign_to("number_of_parameters", "parameters"),
        fails={"parameters.count": None},
    ),
    wrong(
        "parameters/unknown-name",
        count("number_of_weights + biases"),
        fails={"parameters.count": None},
    ),
)
