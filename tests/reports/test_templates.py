"""Pages and cards: whatever text they are filled with, none of it becomes markup."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import nbformat
import pytest
from nbformat import NotebookNode
from support import mini
from support.class_of_reports import LESSON, result

from autograder.core.progress import Progress
from autograder.core.report import CheckResult, Outcome, Report, Standing
from autograder.reports import class_report, feedback, html, progress_card, templates
from autograder.reports.annotate import filled
from autograder.reports.class_report import GradebookScores

PACKAGE = Path(templates.__file__).parents[1]
T = TypeVar("T", Report, CheckResult, Standing, GradebookScores)

PLAIN = "word"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><b onclick='x'>",
    "'><img src=x onerror=x>",
    "</style></title></code></pre><p>",
    "{{ 321 * 1000 }}{% raw %}{# x",
    "&lt;b&gt; <!-- `<i>`",
)
# What others than students write, and what has to have a meaning.
OURS = {"question", "status", "lesson"}


def saying(given: T, text: str) -> T:
    """The same with this text in each field that holds a text or several."""
    fields = {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    texts = {
        name: text
        for name, value in fields.items()
        if name not in OURS and (value is None or type(value) is str) and name != "standing"
    }
    texts |= {name: (text,) for name in ("notes", "limits") if name in fields}
    return dataclasses.replace(given, **texts)


def report(text: str, **changes: object) -> Report:
    """A report that has a check of each outcome."""
    standing = saying(Standing(value=0.79, threshold=0.8, low=0.82, high=0.84), text)
    checks = tuple(
        dataclasses.replace(saying(result(question.name, outcome), text), standing=standing)
        for question, outcome in zip(LESSON.questions, Outcome, strict=True)
    )
    return saying(Report(name="", notebook="", checks=checks, **changes), text)


def notebook(text: str) -> NotebookNode:
    """A notebook that has this text in its code and in each kind of output."""
    made = mini.submitted()
    cell, new = mini.cell_of(made, "devices"), nbformat.v4.new_output
    cell.source = f"# {text}"
    cell.outputs = [
        new("stream", name="stderr", text=text),
        new("error", ename=text, evalue=text, traceback=[text]),
        new("display_data", {"text/plain": text}),
        new("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": text}),
    ]
    return made


def pages(text: str) -> dict[str, str]:
    """Every page and card, filled with this text."""
    one, build = report(text), LESSON.question("build")
    unread = report(text, status="failed")
    book = {
        text: saying(GradebookScores(score=1.0, max_score=20.0), text),
        f"{text} absent": saying(GradebookScores(score=None, max_score=20.0), text),
    }
    measures = {"accuracy": 0.79, "threshold": 0.8}
    current = Progress(lesson=LESSON, results=one.checks, measures=measures, doubts=(text,))
    return {
        "feedback": feedback.page(one, LESSON, filled(notebook(text), one, LESSON)),
        "unread": feedback.page(unread, LESSON, None),
        "class": class_report.page([one, one, unread], LESSON, folder=text, gradebook=book),
        "progress": progress_card.page(current),
        "notice": html.notice(text),
        "hint": html.hint(build, "a hint", text),
        "picture": html.picture(text, "iVBORw0KGgo="),
        "answer": html.answer(build, one.checks, so_far=text, footer=[text]),
    }


class Structure(HTMLParser):
    """The tags of a page with the names of their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[object] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Pygments colours code by what is written in it, and backticks make code anywhere.
        if tag not in ("span", "code"):
            self.tags.append((tag, [name for name, _ in attrs]))
        else:
            assert {name for name, _ in attrs} <= {"class", "style", "aria-hidden"}

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("span", "code"):
            self.tags.append(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def harmless() -> dict[str, Structure]:
    return {name: Structure(page) for name, page in pages(PLAIN).items()}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_report_is_markup(text: str, harmless: dict[str, Structure]) -> None:
    """The page has the tags and attributes that it has for a plain word, and shows the text."""
    for name, page in pages(text).items():
        found = Structure(page)
        pairs = zip_longest(found.tags, harmless[name].tags)
        assert next((pair for pair in pairs if pair[0] != pair[1]), None) is None, name
        assert "321000" not in found.text
        if name != "picture":
            assert re.sub("`(.*)`", r"\1", text) in found.text, name


def test_no_page_has_a_character_that_changes_what_is_around_it() -> None:
    for page in pages("a\u202eb\x1b[2Jc\x07d").values():
        assert not re.search(r"[\u202a-\u202e\x00-\x08\x1b]", page)
        assert "abcd" in page


def test_a_node_of_a_notebook_that_says_it_is_html_is_escaped() -> None:
    """``execution_count`` and the like are what a notebook's JSON says."""
    made = mini.submitted()
    mini.cell_of(made, "devices").execution_count = NotebookNode({"__html__": "<script>"})
    assert "<script>" not in feedback.page(report(PLAIN), LESSON, made)


def test_what_is_not_escaped_is_known() -> None:
    """Whoever adds to it has to show that no student's text is in it, or that it is sanitized."""
    found = {
        (path.name, where)
        for path in PACKAGE.rglob("*.html")
        for where in re.findall(r"(\S+)\s*\|\s*safe|(?=autoescape)", path.read_text())
    }
    assert found == {
        ("feedback.html", "notebook.code_style()"),
        ("feedback.html", "rendered"),
        ("cells.html", "content"),
        ("cells.html", "coloured"),
        # An instructor's Markdown, sanitized.
        ("cards.html", "comment"),
        # The page of `autograder review`.
        ("page.html", "notebook.code_style()"),
        ("page.html", "xsrf"),
    }
    for path in {*PACKAGE.rglob("*.py")} - {PACKAGE / "reports" / "sanitize.py"}:
        assert not re.search(r"markupsafe|html\.escape|f['\"]<[a-z]", path.read_text()), path


def test_what_draws_nothing_does_not_load_jinja() -> None:
    code = (
        "import sys, autograder.cli, autograder.reports.feedback, autograder.kernel.ipython;"
        " sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
