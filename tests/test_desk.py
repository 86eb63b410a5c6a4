"""The checks on a student's machine, outside of any grading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FIRST_CHECK = """
from autograder.lessons.building_a_brain import check
import tensorflow as tf
print("points:", check.devices(tf.config.list_physical_devices("GPU")))
print("points:", check.parameters(check.blank("number_of_parameters")))
"""


def test_the_first_checks_need_no_images(tmp_path: Path) -> None:
    """On a new machine the images are downloaded by a later cell of the notebook."""
    environment = {
        "HOME": str(tmp_path),
        "KERAS_HOME": str(tmp_path / "keras"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CHECK],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "points: 2.0" in done.stdout, done.stderr
    assert "still blank" in done.stdout
    assert "points: 0.0" in done.stdout
