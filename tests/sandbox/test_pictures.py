"""In a real sandbox: a figure that was drawn before is not drawn again."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import mini

from autograder.core.config import Settings
from autograder.core.evidence import Evidence
from autograder.notebooks.restore import restore
from autograder.reports import html
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

FIGURES = """gpus = tf.config.list_physical_devices("GPU")
import matplotlib.pyplot as plt
from autograder.notebook import show
for title in ("one", {title!r}):
    plt.figure(figsize=(3, 2))
    plt.imshow(train_images[0])
    plt.colorbar()
    plt.title(title)
    show("A card.")
"""


def shown(pool: SandboxPool, title: str) -> dict[str, str]:
    """The pictures that a notebook shows, by the digests of their figures."""
    restored = restore(mini.submitted(devices=FIGURES.format(title=title)), mini.released())
    job, _ = job_runner.prepare(restored, pool.settings)
    evidence: Evidence = job_runner.run(job, pool)
    outputs = (one for number in sorted(evidence.outputs) for one in evidence.outputs[number])
    pages = (one.get("data", {}).get("text/html", "") for one in outputs)
    return {digest: content for page in pages for digest, content in html.pictures(page)}


def test_what_was_drawn_before_is_shown(sample_keras: Path) -> None:
    """In another fork of the same process and in another program; the other figure is drawn."""
    pool = SandboxPool(settings=Settings(), data_home=sample_keras)
    try:
        first = shown(pool, "two")
        assert len(first) == 2
        one, two = first
        pool.pictures[one] = "cGljdHVyZQ=="
        again = shown(pool, "three")
    finally:
        pool.close()
    assert again.pop(one) == "cGljdHVyZQ=="
    ((three, picture),) = again.items()
    assert three != two
    assert len(picture) > 1000
