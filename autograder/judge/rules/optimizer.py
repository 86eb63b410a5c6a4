"""The optimizer."""

from __future__ import annotations

from autograder.core.evidence import Compiled
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule


@rule("wrong-optimizer")
def wrong_optimizer(compiled: Compiled, wanted: str = "Adam") -> Failed | None:
    """The model learns with another optimizer than the one that was asked for."""
    if compiled.optimizer == wanted:
        return None
    return Failed(
        f"The optimizer is {compiled.optimizer or 'missing'}; the blank asks for {wanted}.",
        help="Name it when you compile, by its name or as an object: by default Keras uses"
        " RMSprop.",
        why="The optimizer decides how far each weight moves. Marks can only be compared where all"
        " move by the same rule.",
        how=f'Give `optimizer="{wanted.lower()}"` to `compile`.',
    )
