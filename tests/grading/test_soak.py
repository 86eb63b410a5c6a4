"""A short stretch of the long class that ``benchmarks/soak.py`` grades: nothing is left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import soak

pytestmark = [pytest.mark.kernel, pytest.mark.slow, pytest.mark.weekly]


def test_a_mixed_class_is_graded_and_leaves_nothing(tmp_path: Path) -> None:
    """Right, wrong, crashing, endless and hostile work."""
    lines, clean = soak.soak(tmp_path, 25)
    assert clean, lines
    assert lines["graded"] == "25"
