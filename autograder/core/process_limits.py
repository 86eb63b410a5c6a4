"""Limits that one of our processes sets on itself before it reads untrusted data."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

# If memory runs out, the system ends a student's kernel first, then such a process, and last the
# grader that started it.
OOM_SCORE = 800


def limit_memory(max_bytes: int) -> None:
    """Limit the memory of this process, in bytes, and let it end early if the machine runs out."""
    # Not every system knows each of them.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (max_bytes, max_bytes))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))


def allow_open_files() -> None:
    """Let this process open, and send to others, as many files as the system lets it at most.

    Of a user with more descriptors on their way through sockets than this limit, Linux takes no
    more (``man 7 unix``: ``ETOOMANYREFS``). A student's kernel, which Linux counts as the same
    user's, may have some thousands on their way.
    """
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
