"""The lesson's mutants: what students do instead, right and wrong, by question or by kind."""

from __future__ import annotations

from autograder.authoring.spec.mutation import declared
from autograder.lessons.building_a_brain.mutants import (
    build,
    build_layers,
    build_outputs,
    compiling,
    devices,
    equivalents,
    labels,
    multi_cell,
    old_names,
    parameters,
    pixel_layers,
    predict,
    same_weights,
    streams,
    train,
    train_arguments,
    train_images,
)

# Misconceptions that no mutant can show, and why.
UNSEEN = {
    "forced-cpu": "Only a machine with a GPU can show it: there `train/on-cpu` is expected to.",
}

DECLARED = declared(
    (
        *devices.MUTANTS,
        *equivalents.EQUIVALENTS,
        *build.MUTANTS,
        *build_layers.MUTANTS,
        *build_outputs.MUTANTS,
        *parameters.MUTANTS,
        *compiling.MUTANTS,
        *train.MUTANTS,
        *train_images.MUTANTS,
        *train_arguments.MUTANTS,
        *multi_cell.MUTANTS,
        *predict.MUTANTS,
        *same_weights.MUTANTS,
        *pixel_layers.MUTANTS,
        *streams.MUTANTS,
        *labels.MUTANTS,
        *old_names.MUTANTS,
    ),
    unseen=UNSEEN,
)
