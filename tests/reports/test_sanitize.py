"""What a student's code puts out can be opened by anyone."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbconvert.filters.markdown import markdown2html

from autograder.core import printable
from autograder.reports import notebook_html, sanitize, sanitize_markdown

TABLE = '<table border="1" class="dataframe"><tr><td style="color: red">1</td></tr></table>'


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<SCRIPT\n>alert(1)",
        "<img src=x onerror=alert(1)>",
        "<img src='http://192.0.2.1/x.png'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='http://192.0.2.1'></iframe>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<style>@import url(http://192.0.2.1)</style>",
        "<p style='background: url(http://192.0.2.1)'>x</p>",
        "<meta http-equiv=refresh content='0;url=http://192.0.2.1'>",
        "<base href='http://192.0.2.1'>",
        "<form action='http://192.0.2.1'><input autofocus onfocus=alert(1)></form>",
        "<math><mtext><img src=x onerror=alert(1)>",
        "<link rel=stylesheet href=http://192.0.2.1>",
    ],
)
def test_hostile_markup(hostile: str) -> None:
    """No script, no event, no address is left."""
    cleaned = sanitize.markup(hostile).lower()
    for word in ("<script", "alert(1)>", "onerror", "onload", "onfocus", "192.0.2.1", "javascript"):
        assert word not in cleaned
    for tag in ("<iframe", "<svg", "<style", "<meta", "<base", "<form", "<link"):
        assert tag not in cleaned


def test_what_shows_something_stays() -> None:
    """Tables, colours and pictures that are in the page itself."""
    assert "dataframe" in sanitize.markup(TABLE)
    assert "color: red" in sanitize.markup(TABLE)
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a shirt">'
    assert "data:image/png" in sanitize.markup(picture)
    pre = '<pre style="white-space: pre; line-height: normal">│ <span style="color: #0af">7</span>'
    assert "white-space: pre" in sanitize.markup(pre)


def test_a_long_picture_comes_out_as_it_went_in() -> None:
    """And what only looks like one, once tags are gone, brings no other in."""
    data = "iVBORw0KGgo" + "Ab+/9" * 20_000
    pictures = "".join(
        f'<img alt="{n}" src="data:image/png;base64,{data}{n}==" onerror="x">' for n in range(12)
    )
    cleaned = sanitize.markup(pictures)
    assert "onerror" not in cleaned
    assert all(f'src="data:image/png;base64,{data}{n}=="' in cleaned for n in range(12))
    broken = "data:image/png;<x>base64,</x>7 data:image/png;base64,QQ"
    assert sanitize.markup(broken) == "data:image/png;base64,7 data:image/png;base64,QQ"


def test_a_picture_is_shown_as_often_as_it_was_handed_in() -> None:
    """A number that stands there only once a script is taken out does not bring it in again."""
    picture = '<img src="data:image/png;base64,' + "A" * 1000 + '">'
    again = '<img src="data:image/png;base64,<script></script>0">'
    cleaned = sanitize.markup(picture + again * 10)
    assert len(cleaned) < len(picture + again * 10)
    shown = sanitize.markup(picture * 3)
    assert shown.count("A" * 1000) == 3


def test_control_characters() -> None:
    """Colours stay; what moves, renames, erases, links or turns around goes."""
    given = "\x1b[2J\x1b]0;title\x07\x1b[31mred\x1b[0m\x08\u202egnp\x1b]8;;http://x\x1b\\here\r\n"
    assert sanitize.text(given) == "\x1b[31mred\x1b[0mgnphere\r\n"


@pytest.mark.parametrize("middle", ["\0", "\x08", "\u202e", "\x1b", "\x1b[2J", "\x1b\x1b[2J\x07"])
@pytest.mark.parametrize("end", ["[2J", "]8;;http://x", "[1;1H", "c", "P1", "[31"])
def test_no_escape_is_put_together_by_taking_something_out(middle: str, end: str) -> None:
    """Only a colour may follow the character that begins an escape."""
    shown = sanitize.text(f"a\x1b{middle}{end}\x1b[31mb")
    assert re.findall("\x1b(?:\\[[0-9;]*m)?", shown) == ["\x1b[31m"]


def test_one_line_for_a_terminal() -> None:
    """Not even colours: they would go on beyond the text."""
    assert printable.line("a\x1b[31mb\r\n\x1b[2J \x1b[\x1b[2Jc") == "ab [c"


def test_text_as_markdown_shows_it() -> None:
    """Neither markup nor a link, a list or a formula."""
    given = "<script>1</script>\n- [x](http://y) ![z](w) `a` $b$ c_d"
    shown = sanitize.markdown(given)
    assert shown.startswith("&lt;script&gt;1&lt;/script&gt; - \\[x\\](http://y)")
    assert shown.endswith("\\!\\[z\\](w) \\`a\\` \\$b\\$ c\\_d")


OWN = "a ![p](http://192.0.2.1/p.png) <script>alert(1)</script>"


def notebook() -> nbformat.NotebookNode:
    """One with outputs of all kinds."""
    data = {
        "text/html": "<b>x</b><script>1</script>",
        "text/plain": "x\x08",
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg/>",
        "image/png": "no picture",
        "image/jpeg": "/9j/4AAQ",
        "application/vnd.vegalite.v5+json": {"a": 1},
    }
    cell = nbformat.v4.new_code_cell("1")
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=data, metadata={"isolated": True}),
        nbformat.v4.new_output("stream", text="\x1b[2Jx"),
        nbformat.v4.new_output("error", ename="E\x08", evalue="\x1b[1A", traceback=["\x1b[31mx"]),
    ]
    own = nbformat.v4.new_markdown_cell(OWN)
    quote = nbformat.v4.new_markdown_cell("> a & b, 1 < 2\n\n![n](attachment:n.png)")
    locked = nbformat.v4.new_markdown_cell("<details>ours</details>")
    locked.metadata["nbgrader"] = {"locked": True}
    return nbformat.v4.new_notebook(cells=[cell, own, quote, locked])


def test_a_notebook() -> None:
    """Every output, and every text that could be the student's own."""
    given = notebook()
    sanitize.clean(given)
    cell, own, quote, locked = given.cells
    shown, stream, error = cell.outputs
    assert shown.data == {"text/html": "<b>x</b>", "text/plain": "x", "image/jpeg": "/9j/4AAQ"}
    assert shown.metadata == {}
    assert stream.text == "x"
    assert (error.ename, error.evalue, error.traceback) == ("E", "", ["\x1b[31mx"])
    assert own.source == sanitize_markdown.as_plain_text(OWN)
    assert quote.source == "> a & b, 1 < 2\n\n![n](attachment:n.png)"
    assert locked.source == "<details>ours</details>"
    nbformat.validate(given)


ODD_LINKS = (
    *("[a](javascript:alert(1))", "[a](<javascript:alert(1)>)", "[a](java&#115;cript:x)"),
    *("[a]( \n javascript:x)", "[a]: javascript:x\n\n[a]", "> [a]:\n> javascript:x\n\n[a]"),
    *("1. [a]: javascript:x\n\n[a]", "<javascript:alert(1)>", "[a\\]b]: javascript:x\n\n[a\\]b]"),
    *("[a](data:text/html;base64,eA==)", "[a](vbscript:x)", "[a](file:///etc/passwd)"),
)
PICTURES = (
    *("![p](http://x.org/p.png)", "![p][r]\n\n[r]: http://x.org/p.png", "![a\\]](http://x.org/p)"),
    *("![a [b] c](http://x.org/p.png)", "![r]\n\n[r]:\nhttp://x.org/p.png", "![](//x.org/p)"),
    *("![p](<http://x.org/p.png>)", "[![p](http://x.org/p.png)](https://x.org)"),
    *("![r]\n\n> [r]: http://x.org/p.png", "![attachment:](http://x.org/p.png)"),
)


HTML = (
    *("<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<b onclick=alert(1)>x</b>"),
    *(
        '<b onclick="alert(1)">x</b>',
        '<a href="javascript:alert(1)">x</a>',
        "<svg/onload=alert(1)>",
    ),
    *('<a href="java&#115;cript:alert(1)">x</a>', "<iframe src=//x.org></iframe>", "<plaintext>"),
    *("$$<img src=//x.org onerror=alert(1)>$$", "$$\n<script>alert(1)</script>\n$$"),
    *("\\begin{a}<script>alert(1)</script>\\end{a}", "<math><mtext><img src=x onerror=alert(1)>"),
    *(
        '```mermaid\ngraph TD\nclick A "javascript:alert(1)"\n```',
        '<p style="position:fixed">x</p>',
    ),
    *('<div class="modal">x</div>', "<div\nonclick=alert(1)>x</div>", "<B ONCLICK=alert(1)>x</B>"),
    *("</div></div></div><h1>20 of 20</h1>", "<table><tr><td>x", "<details>", "<!-- x --><b>x"),
    *(
        "`<b>` <img src='//x.org/p.png'>",
        "``` <script>alert(1)</script>",
        "<!-- > <script>alert(1)//-->",
    ),
    *("~~~\n```\n~~~\n<script>alert(1)</script>", "    code\n<script>alert(1)</script>"),
    *("`````\n" * 3 + "<script>alert(1)</script>", '<https://x.org/"onclick=alert(1)>'),
    *(
        '[a](https://x.org ""onclick=alert(1)")',
        "# <img src=//x.org>",
        "- <script>alert(1)</script>",
    ),
    *("[a](//x.org/evil.md)", "[a](/\\x.org/evil.md)", "[a](evil.html)", "[a](evil.svg)"),
)
RENDERERS = {
    "nbconvert": markdown2html,
    "markdown-it": MarkdownIt("commonmark", {"html": True}).enable("table").render,
}


class OddTags(HTMLParser):
    """The tags and attributes of a page that no renderer makes of Markdown itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.odd += [tag] if tag not in sanitize.TAGS else []
        for name, value in attrs:
            known = name in {*sanitize.ATTRIBUTES, "id", "href"} - {"style"}
            well = name != "href" or str(value).startswith(("http://", "https://", "#"))
            well = well and (name != "class" or str(value) != "modal")
            self.odd += [] if known and well else [f"{name}={value}"]
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "hr", "img"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"/{tag}")


@pytest.mark.parametrize("source", [*ODD_LINKS, *PICTURES, *HTML])
@pytest.mark.parametrize("show", RENDERERS)
def test_a_students_markdown_asks_for_nothing_and_starts_nothing(source: str, show: str) -> None:
    """As nbgrader's feedback shows it, and as our own page does; and it stays in its cell."""
    given = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    sanitize.clean(given)
    seen = OddTags(RENDERERS[show](given.cells[0].source))
    assert (seen.odd, seen.open) == ([], [])
    assert OddTags(notebook_html.markdown(given.cells[0]) or "").odd == []


@pytest.mark.parametrize(
    "source", [one for one in HTML if "mermaid" not in one and not one.startswith("<https")]
)
def test_what_is_not_harmless_is_shown_as_it_was_written(source: str) -> None:
    """Character by character, as text."""
    given = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    sanitize.clean(given)
    for show in RENDERERS.values():
        shown = html.unescape(re.sub(r"<[^<>]*>", "", show(given.cells[0].source)))
        assert source.strip("\n") in shown


@given(
    st.lists(
        st.sampled_from(
            [
                *HTML,
                *PICTURES,
                *ODD_LINKS,
                "`",
                "```",
                "~~~",
                "$$",
                "\n",
                "\n\n",
                "<b>",
                "</b>",
                "> ",
                "- ",
                "    ",
                "<",
                "a",
            ]
        ),
        max_size=6,
    ).map("".join)
)
@settings(max_examples=150, deadline=None)
def test_no_mixture_of_them_is_more_than_text(source: str) -> None:
    cells = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    sanitize.clean(cells)
    for show in RENDERERS.values():
        assert OddTags(show(cells.cells[0].source)).odd == []


@pytest.mark.parametrize(
    "source",
    [
        "model = f(  # ten\n" + 200 * " " + "g(),\n    10)",
        "number = len('" + 300 * " " + "')",
        "# nothing" + 200 * "\n" + "    model = 1",
        "model = f('" + 2_000 * "x" + "')",
        "model = 1\n" * 3_000,
    ],
)
def test_of_a_program_nothing_is_cut_off_without_a_sign(source: str) -> None:
    """Else a comment may seem to go on to the next line, or another program seem the same."""
    given = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    sanitize.clean(given)
    assert "# …" in given.cells[0].source
    assert not re.search(r"#[^\n]*g\(\)", given.cells[0].source)


@pytest.mark.parametrize(
    "source",
    [
        *("[a](https://x.org/y)", "![n](attachment:n.png)", "a[0]: 1, b! [c]", "[here](#part)"),
        *("- [ ] to do", "f(x)[1] (2)", "*a* `b` $c$", "if n <limit and m < 3 and x &lt; y"),
        *("`a <b>c</b> & d`", "```python\nif n <limit:\n    x = a<b>c  # &\n```", "    a <b> & c"),
        *("[my notes](notes/part.md)", "[it](../a.ipynb#part)", "H<sub>2</sub>O, <b>x</b><br>y"),
        *("$$a < b & c$$", "$a<b$", "| a | b |\n| --- | --- |\n| `<b>` | 2 |", "<https://x.org>"),
        *("`List<int>` of 784 < 1000", "a \\<b> c", "~~~\n<layer>\n~~~", "1. <ins>a</ins>\n2. b"),
    ],
)
def test_a_students_markdown_stays_as_it_is(source: str) -> None:
    """Or an answer in words would not be the one that was handed in."""
    given = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    sanitize.clean(given)
    assert given.cells[0].source == source


@pytest.mark.parametrize(
    "given",
    [
        *("<div>" * 200, "<b><p>" * 200, "<b>x</b>" * 6_000, "<B>" * 101 + "</i>" * 101),
        "<b " + "".join(f"a{n} " for n in range(1_000)) + ">x</b>",
    ],
)
def test_what_is_too_much_to_be_cleaned_is_not_shown(given: str) -> None:
    """Nested, or with more tags or attributes than any output has."""
    assert sanitize.markup(given) == f"<p>{sanitize.TOO_MUCH}</p>"


@pytest.mark.parametrize(
    "given",
    [
        "<table>" + "<tr>" + "<td>1</td>" * 784 + "</tr>" + "</table>",
        "<p>one" * 500,
        "<div>" * 50 + "x" + "</div>" * 50,
        '<img src="data:image/png;base64,iVBORw0KGgo' + "A" * 100_000 + '">',
    ],
)
def test_what_is_large_and_flat_is_cleaned(given: str) -> None:
    """Tables of an image's pixels, paragraphs that do not end, pictures."""
    assert sanitize.TOO_MUCH not in sanitize.markup(given)


def test_a_style_with_many_brackets_is_left_out() -> None:
    """The parser of styles cannot follow them."""
    given = "<b style='color:" + "(" * 2_000 + "'>x</b>"
    assert sanitize.markup(given) == "<b>x</b>"
    assert "rgb(1, 2, 3)" in sanitize.markup("<b style='color: rgb(1, 2, 3)'>x</b>")


def test_colours_that_change_too_often_are_left_out() -> None:
    """The rest of the text is copied at each."""
    bars = "\x1b[1m7\x1b[0m \x1b[32m━━━\x1b[0m\n" * 500
    for text, shown in ((bars, bars), ("\x1b[31ma" * 50_000, "a" * 50_000)):
        cell = nbformat.v4.new_code_cell("1")
        cell.outputs = [
            nbformat.v4.new_output("stream", text=text),
            nbformat.v4.new_output("error", ename="E", evalue="", traceback=[text]),
            nbformat.v4.new_output("display_data", data={"text/plain": text}),
        ]
        sanitize.clean(nbformat.v4.new_notebook(cells=[cell]))
        stream, error, plain = cell.outputs
        assert stream.text == shown
        assert "\n".join(error.traceback) == shown
        assert plain.data["text/plain"] == shown
