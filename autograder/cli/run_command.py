"""Run one command: what it may raise becomes a sentence and an exit code."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Sequence

from rich.text import Text

from autograder.cli import parser
from autograder.cli.options import plain_console, use_lessons_of_course
from autograder.core import blocked_imports  # noqa: F401  takes effect when it is imported
from autograder.core.errors import AutograderError


def run(argv: Sequence[str]) -> int:
    """Run the command that *argv* begins with, and return its exit code."""
    _print_anywhere()
    console = plain_console(stderr=True)
    # SIGTERM ends everything as Ctrl-C does: nothing that we started goes on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        use_lessons_of_course(argv)
        arguments = parser(argv[:1]).parse_args(argv)
        code: int = arguments.run(arguments, console)
    except AutograderError as error:
        console.print(Text.assemble(("autograder:", "bold"), f" {error}"), soft_wrap=True)
        return 2
    except Exception:  # noqa: BLE001  any bug of ours: show the traceback, never exit code 1
        console.print_exception()
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is kept; the same command starts again.")
        # An interrupt that left an `exec`, as where a dataclass is made, is remembered: `python -m`
        # would end itself with SIGINT at last. The next `exec` that ends well forgets it.
        exec("")  # noqa: S102
        return 130
    return code


def _print_anywhere() -> None:
    """Put a `?` where the terminal or a pipe has no sign for a quotation mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
