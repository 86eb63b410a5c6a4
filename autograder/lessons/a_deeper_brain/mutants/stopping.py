"""Mutants of the question `train`: when it stops, and which weights it restores."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import add_keyword, drop_keyword, set_keyword
from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import Mutant, right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import ACCURACY, AFTER_DATA

STOP = "EarlyStopping"


def does_not_stop(name: str, *edits: Edit, of: str) -> Mutant:
    """Return a mutant whose training does not stop as it should, for this reason."""
    return wrong(
        name,
        *edits,
        fails={"train.stopping": of},
        skips=("train.restored",),
        may_skip=ACCURACY,
    )


MUTANTS = (
    right("train/watches-accuracy", set_keyword(STOP, "monitor", '"val_accuracy"')),
    right("train/watches-by-default", drop_keyword(STOP, "monitor")),
    right("train/more-patience", set_keyword(STOP, "patience", "5")),
    right("train/small-steps", add_keyword(STOP, "min_delta", "0.001")),
    right("train/room-for-50", set_keyword("fit", "epochs", "50")),
    does_not_stop("train/never-stops", drop_keyword("fit", "callbacks"), of="no-early-stopping"),
    does_not_stop(
        "train/watches-studied", set_keyword(STOP, "monitor", '"loss"'), of="watches-studied-cards"
    ),
    does_not_stop(
        "train/watches-nothing",
        set_keyword(STOP, "monitor", '"val_acc"'),
        add_keyword(STOP, "mode", '"max"'),
        of="watches-nothing",
    ),
    wrong(
        "train/watches-unknown",
        set_keyword(STOP, "monitor", '"val_acc"'),
        fails={"train.data": None},
        skips=AFTER_DATA,
    ),
    does_not_stop(
        "train/wrong-way", add_keyword(STOP, "mode", '"max"'), of="watches-the-wrong-way"
    ),
    does_not_stop("train/no-patience", drop_keyword(STOP, "patience"), of="no-patience"),
    does_not_stop("train/endless-patience", set_keyword(STOP, "patience", "20"), of="too-patient"),
    does_not_stop(
        "train/late-watch", add_keyword(STOP, "start_from_epoch", "18"), of="too-patient"
    ),
    does_not_stop(
        "train/large-steps-only", add_keyword(STOP, "min_delta", "1.0"), of="asks-for-too-much"
    ),
    does_not_stop(
        "train/out-of-reach", add_keyword(STOP, "baseline", "0.05"), of="asks-for-too-much"
    ),
    does_not_stop("train/three-epochs", set_keyword("fit", "epochs", "3"), of="too-patient"),
    does_not_stop("train/four-epochs", set_keyword("fit", "epochs", "4"), of="too-few-epochs"),
    wrong(
        "train/best-left",
        drop_keyword(STOP, "restore_best_weights"),
        fails={"train.restored": "best-weights-not-restored"},
    ),
)
