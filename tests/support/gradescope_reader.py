"""A reader of Gradescope's results, after its own rules."""

from __future__ import annotations

import json

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}

FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def read_as_gradescope(text: str) -> dict:
    """Check a ``results.json`` against the specification; return it."""
    found = json.loads(text)
    known = {"score", "execution_time", "output", "visibility", "stdout_visibility", "extra_data"}
    known |= {"output_format", "test_output_format", "test_name_format", "tests", "leaderboard"}
    assert set(found) <= known
    # "optional, but required if not on each test case below"
    assert "score" in found or all("score" in test for test in found["tests"])
    assert isinstance(found["score"], int | float)
    assert isinstance(found["execution_time"], int)
    assert found["stdout_visibility"] in VISIBILITY
    assert {found[name] for name in known & set(found) if name.endswith("_format")} <= FORMATS
    of_tests = {"score", "max_score", "status", "name", "name_format", "number", "output"}
    of_tests |= {"output_format", "tags", "visibility", "extra_data"}
    for test in found["tests"]:
        assert set(test) <= of_tests
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in VISIBILITY
        assert isinstance(test["number"], str)
        assert all(isinstance(tag, str) for tag in test["tags"])
    return found
