"""Limits that our own processes set on themselves."""

from __future__ import annotations

import resource

from autograder.core.process_limits import allow_open_files


def test_no_more_open_files_can_be_had() -> None:
    """Then a student's kernel cannot keep descriptors from those that we send them to."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
