"""Mutants of the question `train`: when it stops, and which weights it restores."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edit, Mutant, right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import AFTER_DATA, trained_otherwise


def stop_with(settings: str) -> Edit:
    """Give early stopping these settings as well."""
    return ("restore_best_weights=True", f"restore_best_weights=True, {settings}")


def does_not_stop(name: str, *edits: Edit, of: str) -> Mutant:
    """Return a mutant whose training does not stop as it should, for this reason."""
    return trained_otherwise(name, *edits, fails={"train.stopping": of}, skips=("train.restored",))


MUTANTS = (
    right("train/watches-accuracy", ('"val_loss"', '"val_accuracy"')),
    right("train/watches-by-default", ('monitor="val_loss", ', "")),
    right("train/more-patience", ("patience=3", "patience=5")),
    right("train/small-steps", stop_with("min_delta=0.001")),
    right("train/room-for-50", ("epochs=20", "epochs=50")),
    does_not_stop("train/never-stops", ("callbacks=[early_stopping],", ""), of="no-early-stopping"),
    does_not_stop("train/watches-studied", ('"val_loss"', '"loss"'), of="watches-studied-cards"),
    does_not_stop(
        "train/watches-nothing",
        ('"val_loss"', '"val_acc"'),
        stop_with('mode="max"'),
        of="watches-nothing",
    ),
    wrong(
        "train/watches-unknown",
        ('"val_loss"', '"val_acc"'),
        fails={"train.data": None},
        skips=AFTER_DATA,
    ),
    does_not_stop("train/wrong-way", stop_with('mode="max"'), of="watches-the-wrong-way"),
    does_not_stop("train/no-patience", ("patience=3, ", ""), of="no-patience"),
    does_not_stop("train/endless-patience", ("patience=3", "patience=20"), of="too-patient"),
    does_not_stop("train/late-watch", stop_with("start_from_epoch=18"), of="too-patient"),
    does_not_stop("train/large-steps-only", stop_with("min_delta=1.0"), of="asks-for-too-much"),
    does_not_stop("train/out-of-reach", stop_with("baseline=0.05"), of="asks-for-too-much"),
    does_not_stop("train/three-epochs", ("epochs=20", "epochs=3"), of="too-patient"),
    does_not_stop("train/four-epochs", ("epochs=20", "epochs=4"), of="too-few-epochs"),
    wrong(
        "train/best-left",
        (", restore_best_weights=True", ""),
        fails={"train.restored": "best-weights-not-restored"},
    ),
)
