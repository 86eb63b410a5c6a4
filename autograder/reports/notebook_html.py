"""An executed notebook as HTML for a page: no script, nothing from elsewhere.

What students wrote and their outputs must be sanitized already (``sanitize.clean``). The lesson's
own cells are the same in every submission, and rendered once.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.core import printable
from autograder.reports import sanitize

# Longer content is cut off, or shown without colours and formats: characters of a text, and of
# HTML including its pictures.
MAX_CHARACTERS = 20_000
MAX_OUTPUT_BYTES = 3_000_000
ATTACHMENT = re.compile(r"attachment:([^)\s\"'>]++)")
PICTURES = ("image/png", "image/jpeg")
WIDE = re.compile(r"<(table|pre)\b")


def notebook(given: NotebookNode, *, without: str = "") -> str:
    """Render all cells except the one with the id ``without``."""
    return "".join(_cell(cell) for cell in given.cells if cell.get("id") != without)


@functools.cache
def style() -> str:
    """Return the style sheet for Python code, for light and dark pages."""
    light = HtmlFormatter(style="default").get_style_defs(".code")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".code")
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}"


def _cell(cell: NotebookNode) -> str:
    if cell.cell_type != "code":
        trusted = bool(cell.metadata.get("nbgrader", {}).get("locked"))
        pictures = tuple(sorted(_attached(cell.get("attachments", {}))))
        return f'<div class="text">{_markdown(cell.source, pictures, trusted)}</div>'
    outputs = "".join(_output(one) for one in cell.get("outputs", []) if not is_points(cell, one))
    count = cell.get("execution_count")
    number = f'<span class="count">[{count}]</span>' if count else ""
    return (
        f'<div class="cell">{number}<pre class="code"><code>{_code(cell.source)}</code></pre>'
        f"{outputs}</div>"
    )


def is_points(cell: NotebookNode, output: NotebookNode) -> bool:
    """Return whether this output is the number for nbgrader, which the report already shows."""
    graded = bool(cell.metadata.get("nbgrader", {}).get("grade"))
    return graded and bool(output.output_type == "execute_result")


def _attached(attachments: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for name, forms in attachments.items():
        for kind in PICTURES:
            if kind in forms:
                yield name, f"data:{kind};base64,{''.join(forms[kind].split())}"


def _markdown(source: str, pictures: tuple[tuple[str, str], ...], trusted: bool) -> str:  # noqa: FBT001
    if trusted:
        return _rendered_once(source, pictures)
    known = {name: len(picture) for name, picture in pictures}
    # A picture may be shown several times.
    shown = sum(known.get(found[1], 0) for found in ATTACHMENT.finditer(source))
    if len(source) > MAX_CHARACTERS or shown > MAX_OUTPUT_BYTES:
        return _text(source)
    return sanitize.markup(_rendered(source, pictures), protocols=("data", "https", "http"))


@functools.lru_cache(maxsize=256)
def _rendered_once(source: str, pictures: tuple[tuple[str, str], ...]) -> str:
    return _rendered(source, pictures)


def _rendered(source: str, pictures: tuple[tuple[str, str], ...]) -> str:
    known = dict(pictures)
    source = ATTACHMENT.sub(lambda found: known.get(found[1], ""), source)
    made: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    return made


def _code(source: str) -> str:
    # A long program may contain what Pygments takes too long for.
    return html.escape(printable.plain(source)) if len(source) > MAX_CHARACTERS else _python(source)


@functools.lru_cache(maxsize=256)
def _python(source: str) -> str:
    made: str = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return made


def _output(output: NotebookNode) -> str:
    match output.output_type:
        case "stream":
            kind = "stream error" if output.name == "stderr" else "stream"
            return _text(output.text, kind)
        case "error":
            return _text("\n".join(output.traceback), "stream error")
    return _shown(output.get("data", {}))


def _shown(data: dict[str, Any]) -> str:
    """Render the best form of an output: a picture, else HTML, else text."""
    text = str(data.get("text/plain", ""))
    for kind in PICTURES:
        if kind in data:
            content = "".join(str(data[kind]).split())
            return _fitting(
                f'<img src="data:{kind};base64,{html.escape(content)}"'
                f' alt="{html.escape(printable.line(text)[:200] or "a picture")}">'
            )
    if "text/html" in data:
        shown = str(data["text/html"])
        # Content wider than the page scrolls, so it must be reachable by keyboard.
        wide = ' tabindex="0" role="group" aria-label="Output"' if WIDE.search(shown) else ""
        return _fitting(f'<div class="shown"{wide}>{shown}</div>')
    return _text(text)


def _fitting(made: str) -> str:
    """Return the HTML, or a remark if it is too large for a page."""
    if len(made) > MAX_OUTPUT_BYTES:
        return _text("What is too large for this page is in the notebook.")
    return made


def _text(content: str, kind: str = "stream") -> str:
    shown = printable.plain(content)
    if len(shown) > MAX_CHARACTERS:
        left_out = len(shown) - MAX_CHARACTERS
        shown = f"{shown[:MAX_CHARACTERS]}\n… {left_out:,} more characters are in the notebook."
    return f'<pre class="{kind}">{html.escape(shown)}</pre>'
