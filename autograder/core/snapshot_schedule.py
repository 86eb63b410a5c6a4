"""When a snapshot of the weights is taken: counted in cards, so that it is the same for everyone.

Shared by the recorder, which takes them in a student's kernel, and by the study, which asks how
far the accuracy of their mean varies.
"""

from __future__ import annotations

CARDS_A_SNAPSHOT = 4_000
# Where it cannot be told how many cards a step takes; that many of 32 are 4,000.
STEPS_A_SNAPSHOT = 125


def steps_a_snapshot(cards_a_step: int | None) -> int:
    """After how many steps a snapshot is taken: as many as come nearest to 4,000 cards."""
    if not cards_a_step:
        return STEPS_A_SNAPSHOT
    return max(1, round(CARDS_A_SNAPSHOT / cards_a_step))
