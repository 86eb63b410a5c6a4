"""The rule of this lesson alone: there is a single layer of neurons."""

from __future__ import annotations

from autograder.core.evidence import Model
from autograder.core.verdicts import Failed
from autograder.judge.rules.models import learning_layers
from autograder.judge.rules.rule import rule


@rule("hidden-layer")
def hidden_layer(model: Model) -> Failed | None:
    """There is another layer that learns before the neurons of the output."""
    learning = learning_layers(model)
    if len(learning) <= 1:
        return None
    kinds = ", ".join(f"`{layer.kind}`" for layer in learning)
    return Failed(
        f"{len(learning)} layers learn ({kinds}); this lesson asks for a single one.",
        help="Pixels in, one row of neurons out, nothing between. Hidden layers come in a later"
        " lesson.",
        why="With one layer you can look at each weight and see what it looks for. It is also the"
        " mark that a deeper network has to beat.",
        how="Take the layers between the one that flattens the picture and the last `Dense` layer"
        " out of the list. Then run the cells from there on again.",
    )
