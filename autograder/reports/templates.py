"""HTML by Jinja2: one environment, whose templates are files beside the modules that fill them.

A student's text must never become markup. So all that a template prints is escaped, and has no
control characters. Where a template says ``|safe``, a comment says why it may.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.core import printable
from autograder.reports import accuracy_plot, phrases

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, /, **values: object) -> str:
    """Return a template, filled with these values."""
    return _environment().get_template(template).render(values)


def card(name: str, *values: object) -> str:
    """Return what a macro of ``cards.html`` makes of these values."""
    made = getattr(_environment().get_template("cards.html").module, name)(*values)
    # Not Markup: what is put into a notebook has to be escaped or sanitized where it is shown.
    return str(made)


def digest(content: str) -> str:
    """Return what a Content-Security-Policy calls a script or a style sheet of this content."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


@functools.cache
def _environment() -> Environment:
    # Only here: it takes a tenth of a second, and most commands draw nothing.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"code_parts": _code_parts, "line": printable.line}
    made.globals |= {"accuracy_plot": accuracy_plot, "digest": digest, "phrases": phrases}
    return made


def _printable(value: object) -> object:
    # Asked of the class: a node of a notebook has the attributes that its JSON names.
    return value if hasattr(type(value), "__html__") else printable.plain(str(value))


def _code_parts(words: str) -> list[str]:
    """Split text at backticks: what is in between two of them is at odd indices."""
    return re.split(r"`([^`]+)`", printable.plain(words))
