"""``pytest --evidence FOLDER check_build.py``: an instructor sees the checks as plain tests."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--evidence``."""
    parser.addoption(
        "--evidence",
        action="append",
        type=Path,
        default=[],
        help="folder with the evidence of one submission, or of many (may be repeated)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register our markers, and judge the evidence that was named on the command line."""
    config.addinivalue_line("markers", "points(number): what this check is worth")
    config.addinivalue_line("markers", "hidden: students see its outcome and its help alone")
    config.addinivalue_line("markers", "requires(*checks): checks that must have passed before")
    config.addinivalue_line(
        "markers",
        "explained_by(*checks, never=()): where one failed, no second message is given, but for"
        " misconceptions that they never explain",
    )
    if folders := config.getoption("--evidence", default=[]):
        # Only here: pytest loads this plugin in every project of the environment.
        from autograder.judge.runner import plugin_for  # noqa: PLC0415

        config.pluginmanager.register(plugin_for(folders), "judging")
