"""The log for the administrator: a line for each command and each submission."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.core import printable
from autograder.core.errors import writing
from autograder.core.exception_names import public_name
from autograder.core.report import Report
from autograder.reports import phrases

NAME = "grading.log"


class Log:
    """Lines in UTC, appended to ``grading.log`` in the folder of the results."""

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def say(self, text: str, level: int = logging.INFO) -> None:
        """Write a line without the line breaks and control characters that a student put in."""
        record = logging.LogRecord("autograder", level, "", 0, printable.line(text), None, None)
        self._handler.handle(record)

    def graded(self, report: Report) -> None:
        """Write how a submission was graded, as a warning if it needs manual review."""
        points = f"{phrases.number(report.score)} / {phrases.number(report.max_score)}"
        how = f"{points}, {report.seconds:.1f} s, {report.isolation}"
        reason = f": {report.reason}" if report.reason else ""
        level = logging.WARNING if reason or report.needs_review else logging.INFO
        self.say(f"{report.status} {report.name}/{report.notebook}: {how}{reason}", level)


@contextlib.contextmanager
def open_log(results: Path, command: str) -> Iterator[Log]:
    """Yield the log of one command; note in it the error if the command ends with one."""
    with writing():
        results.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(results / NAME, encoding="utf-8")
    form = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    log = Log(handler)
    # The package's own log records go here, and to the console as before.
    logger, handlers = logging.getLogger("autograder"), (handler, logging.lastResort or handler)
    for one in handlers:
        logger.addHandler(one)
    try:
        yield log
    except BaseException as error:
        log.say(f"{command}: ended by {public_name(type(error))}: {error}", logging.ERROR)
        raise
    finally:
        for one in handlers:
            logger.removeHandler(one)
        handler.close()
