"""The parts of an executed notebook for ``feedback.html``: no script, nothing from elsewhere.

What students wrote and their outputs must be sanitized already (``sanitize.clean``). The lesson's
own cells are the same in nearly every submission, and rendered once.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.core import printable
from autograder.reports import sanitize

# Longer content is cut off, or shown without colours and formats: characters of a text, and of
# HTML or a picture.
MAX_CHARACTERS = 20_000
MAX_OUTPUT_BYTES = 3_000_000
SHOWN = re.compile(r"""src=(["'])attachment:(?P<address>[^"'>]++)\1""")
BASE64 = re.compile(r"[A-Za-z0-9+/]++=*+")
PICTURES = ("image/png", "image/jpeg")
WIDE = re.compile(r"<(table|pre)\b")


@functools.cache
def code_style() -> str:
    """Return the style sheet for Python code, for light and dark pages."""
    light = HtmlFormatter(style="default").get_style_defs(".code")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".code")
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}"


def is_points(cell: NotebookNode, output: NotebookNode) -> bool:
    """Return whether this output is the number for nbgrader, which the report already shows."""
    graded = bool(cell.metadata.get("nbgrader", {}).get("grade"))
    return graded and bool(output.output_type == "execute_result")


def markdown(cell: NotebookNode) -> str | None:
    """Return the HTML of a cell of text, ``None`` where it is too much to be formatted."""
    source, pictures = cell.source, dict(_attached(cell.get("attachments", {})))
    is_own = cell.metadata.get("nbgrader", {}).get("locked")
    if len(source) > MAX_CHARACTERS and not is_own:
        return None
    made = _rendered(source)
    if is_own:
        return _with_pictures(made, pictures)
    # A picture may be shown several times.
    shown = (pictures.get(_name(found), "") for found in SHOWN.finditer(made))
    if sum(map(len, shown)) > MAX_OUTPUT_BYTES:
        return None
    return sanitize.markup(_with_pictures(made, pictures), protocols=("data", "https", "http"))


def _attached(attachments: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for name, forms in attachments.items():
        for kind in PICTURES:
            if BASE64.fullmatch(content := "".join(forms.get(kind, "").split())):
                yield name, f"data:{kind};base64,{content}"


@functools.lru_cache(maxsize=256)
def _rendered(source: str) -> str:
    made: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    return made


def _with_pictures(made: str, pictures: Mapping[str, str]) -> str:
    """Put in attached pictures: only now, for a parser of Markdown takes long for such an URL."""

    def shown(found: re.Match[str]) -> str:
        return f'src="{pictures.get(_name(found), "")}"'

    return SHOWN.sub(shown, made)


def _name(found: re.Match[str]) -> str:
    """Return the name of a picture: its address in HTML is escaped twice."""
    return unquote(html.unescape(found["address"]))


def coloured(source: str) -> str | None:
    """Return the HTML of a program, ``None`` if it may contain what Pygments takes too long for."""
    return None if len(source) > MAX_CHARACTERS else _coloured(printable.plain(source))


@functools.lru_cache(maxsize=256)
def _coloured(source: str) -> str:
    made: str = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return made


def best_form(data: Mapping[str, object]) -> tuple[str, str]:
    """Return the media type in which an output is shown, and its content."""
    for kind in PICTURES:
        if kind in data:
            return kind, "".join(str(data[kind]).split())
    kind = "text/html" if "text/html" in data else "text/plain"
    return kind, str(data.get(kind, ""))


def is_wide(shown: str) -> bool:
    """Return whether HTML may be wider than a page."""
    return bool(WIDE.search(shown))


def shortened(content: str) -> str:
    """Return the printable text; if its end had to be cut off, the last line says so."""
    shown = printable.plain(content)
    if len(shown) <= MAX_CHARACTERS:
        return shown
    left_out = len(shown) - MAX_CHARACTERS
    return f"{shown[:MAX_CHARACTERS]}\n… {left_out:,} more characters are in the notebook."
