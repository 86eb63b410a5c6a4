"""The process of ``limited_process``: answers one call after the other.

``python -m autograder.grading.limited_process_main FD SECONDS BYTES`` has the limits of each call.
"""

from __future__ import annotations

import contextlib
import resource
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from autograder.core import blocked_imports  # noqa: F401  takes effect when it is imported
from autograder.core.process_limits import limit_memory
from autograder.grading.limited_process import Raised


def main(arguments: list[str]) -> int:
    """Answer calls until there are no more."""
    handle, seconds, memory = map(int, arguments)
    limit_memory(memory)
    line = Connection(handle)
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, positional, named = line.recv()
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            answer = _answered(function, positional, named)
            resource.setrlimit(
                resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
            line.send(answer)
    return 0


def _answered(
    function: Callable[..., object], positional: tuple[Any], named: dict[str, Any]
) -> object:
    try:
        return function(*positional, **named)
    # What is nested more deeply than can be followed takes too much of the stack.
    except (MemoryError, RecursionError):
        return Raised(MemoryError())
    except Exception as error:  # noqa: BLE001  raised again where it was called
        # A traceback does not go along with an exception.
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
        error.__cause__ = error.__context__ = None
        return Raised(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
