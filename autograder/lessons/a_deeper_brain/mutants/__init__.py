"""The lesson's mutants: what students do instead, right and wrong, question by question."""

from __future__ import annotations

from autograder.authoring.spec.mutation import declared
from autograder.lessons.a_deeper_brain.mutants import (
    build,
    compare,
    compiling,
    handed_in,
    multi_cell,
    parameters,
    scale,
    stopping,
    train,
)

DECLARED = declared(
    (
        *scale.MUTANTS,
        *build.MUTANTS,
        *parameters.MUTANTS,
        *compiling.MUTANTS,
        *train.MUTANTS,
        *stopping.MUTANTS,
        *multi_cell.MUTANTS,
        *compare.MUTANTS,
        *handed_in.MUTANTS,
    ),
)
