"""Mutants of the question `parameters`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Mutant, right, wrong

COUNT = "hidden_parameters + output_parameters"


def wrong_count(name: str, value: str, misconception: str) -> Mutant:
    """Return a mutant whose count is wrong for this reason."""
    return wrong(name, (COUNT, value), fails={"parameters.count": misconception})


MUTANTS = (
    right("parameters/by-keras", (COUNT, "model.count_params()")),
    right("parameters/a-bias-each", (COUNT, "785 * hidden_neurons + (hidden_neurons + 1) * 10")),
    wrong_count(
        "parameters/no-biases",
        "28 * 28 * hidden_neurons + hidden_neurons * 10",
        "forgot-bias-parameters",
    ),
    wrong_count("parameters/one-layer", "hidden_parameters", "counted-one-layer"),
    wrong_count(
        "parameters/all-see-pixels",
        "785 * (hidden_neurons + number_of_classes)",
        "every-neuron-sees-pixels",
    ),
    wrong_count("parameters/as-before", "7850", "counted-without-hidden-layer"),
    wrong_count("parameters/arrays", "len(model.get_weights())", "miscounted"),
    wrong_count("parameters/both", "[hidden_parameters, output_parameters]", "not-a-number"),
)
