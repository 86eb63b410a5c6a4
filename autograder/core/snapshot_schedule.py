"""When a snapshot of the weights is taken: counted in images, so that it is the same for everyone.

Shared by the recorder, which takes snapshots in a student's kernel, and by the study, which
measures how far the accuracy of their mean varies.
"""

from __future__ import annotations

IMAGES_PER_SNAPSHOT = 4_000
# Where the batch size is unknown: this many batches of 32 images are 4,000.
DEFAULT_STEPS_PER_SNAPSHOT = 125


def steps_per_snapshot(images_per_step: int | None) -> int:
    """Return the number of steps between snapshots: the nearest to 4,000 images."""
    if not images_per_step:
        return DEFAULT_STEPS_PER_SNAPSHOT
    return max(1, round(IMAGES_PER_SNAPSHOT / images_per_step))
