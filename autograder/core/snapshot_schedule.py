"""When a snapshot of the weights is taken: counted in images, so that it is the same for everyone.

Shared by the recorder, which takes snapshots in a student's kernel, and by the study, which
measures how far the accuracy of their mean varies.
"""

from __future__ import annotations

CARDS_A_SNAPSHOT = 4_000
# Where the batch size is unknown: this many batches of 32 images are 4,000.
STEPS_A_SNAPSHOT = 125


def steps_a_snapshot(cards_a_step: int | None) -> int:
    """Return the number of steps between snapshots: the nearest to 4,000 images."""
    if not cards_a_step:
        return STEPS_A_SNAPSHOT
    return max(1, round(CARDS_A_SNAPSHOT / cards_a_step))
