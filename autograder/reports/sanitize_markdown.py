"""Tell whether a student's Markdown is harmless as it was written, by what it is rendered to.

A notebook is shown by more than one program: JupyterLab, nbconvert in nbgrader's pages, and our own
pages. Text that is harmless in the eyes of two renderers stays as it is; any other is shown as
plain text, in a block of code that it cannot end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt

IsAllowed = Callable[[str, str, str], bool]
AS_WRITTEN = (
    "*This text is shown as it was written, without its formatting: it holds HTML, a picture or a"
    " link that is not shown here.*"
)
# What loads or runs something wherever a renderer takes it for HTML: not even in code, because
# renderers do not agree to the last character on where code ends.
ACTIVE = re.compile(
    r"<\s*/?(?:script|style|iframe|frame|object|embed|applet|svg|math|image|link|meta|base|form"
    r"|input|button|video|audio|source|picture|body|img(?!\s[^>]*\bsrc=\"data:image/(?:png|jpeg);))"
    r"\b",
    re.IGNORECASE,
)
PICTURE = re.compile(r"!\[(?![^\[\]\\]*+\]\(attachment:[^()\[\s]++\))")
# A page, a place on this one, or a file beside the notebook of a kind that runs nothing.
LINK = re.compile(
    r"https?://.*|mailto:.*|attachment:.*|#.*|"
    r"(?![/\\])[^:?#\\]*\.(?:md|txt|py|ipynb|csv|json|png|jpe?g|pdf)(?:#[^\s]*)?|",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z]+=(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*/?>"
)
ATTRIBUTE = re.compile(r"([a-zA-Z]+)=(?:\"([^\"]*)\"|'([^']*)')")
MAY_BE_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
EMPTY = frozenset({"br", "hr", "img"})


@dataclass
class _Rendered:
    """What a renderer passes on as it is written: pieces of HTML, links, pictures."""

    html: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


def is_harmless(source: str, tags: frozenset[str], is_allowed: IsAllowed) -> bool:
    """Return whether Markdown loads nothing, runs nothing, and keeps within its cell.

    ``tags`` are those that may be in it, ``is_allowed`` tells of a tag, an attribute and its value
    whether it may have that one.
    """
    if ACTIVE.search(source) or PICTURE.search(source):
        return False
    try:
        both = (_by_markdown_it(source), _by_nbconvert(source))
    # What a renderer stops at would stop the page too, whatever it raises.
    except Exception:  # noqa: BLE001
        return False
    return all(
        _is_balanced("".join(one.html), tags, is_allowed)
        and all(LINK.fullmatch(link) for link in one.links)
        and all(picture.startswith("attachment:") for picture in one.pictures)
        for one in both
    )


def as_plain_text(source: str) -> str:
    """Return Markdown that shows a text as it was written."""
    longest = max(map(len, re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{AS_WRITTEN}\n\n{fence}\n{source}\n{fence}"


def _is_balanced(html: str, tags: frozenset[str], is_allowed: IsAllowed) -> bool:
    """Return whether HTML has tags of these only, and each has its end: none closes another's."""
    opened: list[str] = []
    for start in MAY_BE_TAG.finditer(html):
        tag = TAG.match(html, start.start())
        if tag is None or (name := tag["name"].lower()) not in tags:
            return False
        given = [(key.lower(), one + other) for key, one, other in ATTRIBUTE.findall(tag[0])]
        if not all(is_allowed(name, key, value) for key, value in given):
            return False
        if name in EMPTY:
            continue
        if not tag["end"]:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _by_markdown_it(source: str) -> _Rendered:
    found = _Rendered()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(source)
    for token in (one for block in tokens for one in (block, *(block.children or ()))):
        match token.type:
            case "html_block" | "html_inline":
                found.html.append(token.content)
            case "link_open":
                found.links.append(str(token.attrs.get("href", "")))
            case "image":
                found.pictures.append(str(token.attrs.get("src", "")))
    return found


def _by_nbconvert(source: str) -> _Rendered:
    # It loads Pygments and more, of which a student's own notebook has no need.
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath  # noqa: PLC0415

    found = _Rendered()

    class MarkupRecorder(IPythonRenderer):
        def inline_html(self, html: str) -> str:
            found.html.append(html)
            return ""

        def block_html(self, html: str) -> str:
            return self.inline_html(html)

        def multiline_math(self, text: str) -> str:
            # It is passed on without a change.
            return self.inline_html(text)

        def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
            found.links.append(url)
            return ""

        def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
            found.pictures.append(url)
            return ""

        def block_code(self, code: str, info: str | None = None) -> str:  # noqa: ARG002
            # A diagram is a program of its own kind, which may have links.
            return self.inline_html("<mermaid>" if "mermaid" in (info or "") else "")

        def heading(self, text: str, level: int, **attrs: Any) -> str:  # noqa: ARG002
            return ""

    MarkdownWithMath(renderer=MarkupRecorder(escape=False)).render(source)
    return found
