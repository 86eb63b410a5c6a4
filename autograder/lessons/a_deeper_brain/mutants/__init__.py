"""The lesson's mutants: what students do instead, right and wrong, question by question."""

from __future__ import annotations

from autograder.lessons.a_deeper_brain.mutants import (
    build,
    compare,
    compiling,
    parameters,
    scale,
    short,
    stopping,
    train,
)
from autograder.mutants.mutant import declared

DECLARED = declared(
    (
        *scale.MUTANTS,
        *build.MUTANTS,
        *parameters.MUTANTS,
        *compiling.MUTANTS,
        *train.MUTANTS,
        *stopping.MUTANTS,
        *short.MUTANTS,
        *compare.MUTANTS,
    ),
)
