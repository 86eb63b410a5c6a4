"""Limits that a process of ours sets on itself, before it looks at what others wrote."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

# Where memory runs out, such a process is ended, and not the grader that has started it; before
# both goes a student's kernel.
OOM_SCORE = 800


def limit_memory(most: int) -> None:
    """Let this process have so many bytes of memory, and go early where the machine runs out."""
    # Not every system knows each of them.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
