"""Sanitize a student's outputs and texts for other readers: no script, nothing remote."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Collection

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbformat import NotebookNode

from autograder.core.printable import line, text
from autograder.reports import inline_pictures, sanitize_budget, sanitize_markdown

TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    ]
)
ATTRIBUTES = frozenset({"alt", "align", "border", "class", "colspan", "rowspan", "style", "title"})
# For text between the cells, which has no box of its own.
PLAIN = ATTRIBUTES - {"class", "style"}
# pandas gives this class to its tables. Others have a meaning in the style sheets of nbgrader's
# pages, which may lift elements over everything else.
CLASSES = frozenset({"dataframe"})
# None of these can contain a URL or move an element over its surroundings.
STYLES = (
    *("color", "background-color", "font-family", "font-size", "font-style", "font-weight"),
    *("line-height", "text-align", "text-decoration", "vertical-align", "white-space"),
    *("width", "height", "max-width", "padding", "border", "overflow-x"),
)
# Not SVG, which can contain programs.
PICTURES = {"image/png": "iVBORw0KGgo", "image/jpeg": "/9j/"}
# nbconvert's Markdown and Pygments' rules for Python take time that grows with the square of the
# length of a text, and even more of its runs of white space. The limits are for the student's own
# text, in one cell and in all together; an answer of 3,000 words has 20,000 characters.
MAX_CHARACTERS = 20_000
MAX_TOTAL_CHARACTERS = 100_000
MAX_BLANKS = 200
BLANKS = {
    "markdown": re.compile(rf"[^\S\n]{{{MAX_BLANKS},}}+"),
    "code": re.compile(rf"\s{{{MAX_BLANKS},}}+"),
}
# Texts whose sanitized form is remembered, none of them longer than a student's own may be.
MAX_REMEMBERED = 512
TOO_MUCH = "What stands here is too large or nested too deeply to be shown."
# Possessive (`*+`), and never beyond the next bracket: otherwise the time would grow with the
# square of the length of a text, or faster.
REMOTE_PICTURE = re.compile(r"!\[([^\[\]]*+)\]\(\s*+<?+(?!attachment:)[^)]*+\)")
# How much of a line of code is shown: Pygments searches some lines to the end for each name.
LONG_LINE = re.compile(r"([^\n]{1000})[^\n]++")
# The characters that end a line of Markdown besides a newline.
LINE_ENDS = re.compile(r"\r\n?")


def clean(notebook: NotebookNode) -> None:
    """Sanitize, in place, all outputs and all text that is not locked.

    The end of very long texts and programs is cut off.
    """
    remaining = MAX_TOTAL_CHARACTERS
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_output(one) for one in cell.get("outputs", [])]
        if not cell.metadata.get("nbgrader", {}).get("locked"):
            limit = min(MAX_CHARACTERS, remaining)
            remaining -= min(len(cell.source), limit)
            kind = "code" if cell.cell_type == "code" else "markdown"
            source = _shortened(cell.source, limit, kind)
            cell.source = source if kind == "code" else _markdown(source)


def _shortened(source: str, limit: int, kind: str) -> str:
    # Keep the last of them: they may indent a line. Of code it is said that others stood there: it
    # may be the end of a line, or of a comment.
    sign = " # …\n" if kind == "code" else ""
    source = BLANKS[kind].sub(lambda found: sign + found[0][-MAX_BLANKS:], source)
    if kind == "code":
        source = LONG_LINE.sub(r"\1 # …", source)
    if len(source) <= limit:
        return source
    sign = "# …" if kind == "code" else "…"
    return f"{source[:limit]}\n\n{sign} {len(source) - limit:,} more characters were handed in."


def markdown(source: str) -> str:
    """Return text as one line that Markdown shows literally."""
    return literal(line(source))


def literal(source: str) -> str:
    """Escape a part of a line so that Markdown shows it literally; its spaces stay."""
    return re.sub(r"([\\`*_\[\]!|#$])", r"\\\1", html.escape(source, quote=False))


def markup(source: str, *, protocols: tuple[str, ...] = ("data",)) -> str:
    """Sanitize HTML: keep only harmless tags, and nothing from elsewhere.

    A link keeps a URL with one of the ``protocols``. HTML that is too complex for the programs that
    read it is replaced by a remark.
    """
    aside, pictures = inline_pictures.put_aside(source)
    return inline_pictures.put_back(_harmless(aside, protocols), pictures)


def _harmless(source: str, protocols: tuple[str, ...]) -> str:
    make = _cleaned_once if len(source) <= MAX_CHARACTERS else _cleaned
    return make(source, protocols)


def _cleaned(source: str, protocols: tuple[str, ...]) -> str:
    stripped = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|\Z)", "", source)
    if sanitize_budget.is_too_much(stripped, TAGS):
        return f"<p>{TOO_MUCH}</p>"
    cleaned: str = bleach.clean(
        stripped,
        tags=TAGS,
        attributes=_is_allowed,
        protocols=protocols,
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
        strip=True,
    )
    return cleaned


# Most of what a class hands in is the lesson's own, or what its cells put out.
_cleaned_once = functools.lru_cache(MAX_REMEMBERED)(_cleaned)


def _is_allowed(tag: str, name: str, value: str, attributes: Collection[str] = ATTRIBUTES) -> bool:
    if tag == "a" and name == "href":
        return value.startswith(("https://", "http://"))
    if tag == "img" and name == "src":
        return bool(re.match(r"data:image/(png|jpeg);base64,", value))
    if name == "class":
        return name in attributes and CLASSES.issuperset(value.split())
    if name == "style" and sanitize_budget.has_many_brackets(value):
        return False
    return name in attributes


@functools.lru_cache(MAX_REMEMBERED)
def _markdown(source: str) -> str:
    """Return a text that can be shown by anyone: as it was written, where that is harmless."""
    source = LINE_ENDS.sub("\n", text(source))
    # No picture ends after the last bracket; before it every search for one ends at a bracket.
    end = source.rfind(")") + 1
    without_pictures = REMOTE_PICTURE.sub(r"\1", source[:end]) + source[end:]
    for variant in (source, without_pictures):
        if not sanitize_budget.is_too_much(variant, TAGS) and sanitize_markdown.is_harmless(
            variant, TAGS, lambda tag, name, value: _is_allowed(tag, name, value, PLAIN)
        ):
            return variant
    return sanitize_markdown.as_plain_text(source)


def _output(output: NotebookNode) -> NotebookNode:
    match output.output_type:
        case "stream":
            output.text = sanitize_budget.coloured(text(output.text))
        case "error":
            output.ename, output.evalue = text(output.ename), text(output.evalue)
            output.traceback = sanitize_budget.coloured(text("\n".join(output.traceback))).split(
                "\n"
            )
        case _:
            output.metadata = NotebookNode()
            output.data = NotebookNode(
                {kind: one for kind in output.data if (one := _shown(kind, output.data[kind]))}
            )
    return output


def _within_its_box(cleaned: str) -> str:
    """Wrap HTML so that it draws nothing outside of its own box.

    Characters that are higher than their line could cover the judge's words; a box that scrolls in
    one direction cuts off what reaches beyond it in the other.
    """
    can_reach_out = re.search(r" style=|<su[bp]\b", cleaned)
    return f'<div style="overflow-x: auto;">{cleaned}</div>' if can_reach_out else cleaned


def _shown(kind: str, content: object) -> str | None:
    """Sanitize one form of an output; return ``None`` for a media type that is not shown."""
    if not isinstance(content, str):
        return None
    if kind in PICTURES:
        return content if content.lstrip().startswith(PICTURES[kind]) else None
    if kind == "text/html":
        aside, pictures = inline_pictures.put_aside(content)
        cleaned = _harmless(text(aside), ("data",))
        return inline_pictures.put_back(_within_its_box(cleaned), pictures)
    return sanitize_budget.coloured(text(content)) if kind == "text/plain" else None
