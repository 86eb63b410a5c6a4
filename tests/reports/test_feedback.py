"""What a student gets back: results above, the executed notebook below, all in one file."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from support import class_of_reports, mini
from support.chromium import launched
from support.class_of_reports import LESSON, report, with_check
from support.pages import REMOTE, Page

from autograder.core.report import Outcome, Report
from autograder.reports import feedback, notebook_html, sanitize
from autograder.reports.annotate import filled

DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 60).decode()
SOLVED = Path(__file__).parents[2] / "solutions" / LESSON.name / LESSON.notebook


def handed_in(*outputs: NotebookNode, text: str = "My *thoughts*.") -> NotebookNode:
    """A notebook whose first solution cell has put out something."""
    notebook = mini.submitted()
    cell = mini.cell_of(notebook, "devices")
    cell.outputs, cell.execution_count = list(outputs), 3
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    return notebook


def page(notebook: NotebookNode | None, one: Report | None = None) -> str:
    one = one or report("ann", "build")
    return feedback.page(one, LESSON, notebook and filled(notebook, one, LESSON))


def display(**data: str) -> NotebookNode:
    kinds = {"png": "image/png", "html": "text/html", "plain": "text/plain"}
    return nbformat.v4.new_output("display_data", {kinds[kind]: one for kind, one in data.items()})


def test_results_stand_above_the_notebook_with_code_outputs_and_text() -> None:
    stream = nbformat.v4.new_output("stream", text="hello \x1b[31mred\x1b[0m")
    made = page(handed_in(stream))
    found = Page(made)
    assert found.text.index("16 of 20 points") < found.text.index("The notebook")
    for words in ("list_physical_devices", "hello red", "[3]"):
        assert words in found.text
    assert "<em>thoughts</em>" in made


def test_the_words_are_those_in_the_notebook_and_the_bare_number_is_left_out() -> None:
    made = page(handed_in())
    assert made.count("The layer has no bias") == 2  # above, and at its cell
    assert not re.search(r"<pre[^>]*>0\.0</pre>", made)


def test_pictures_are_in_the_page_with_words_for_those_who_do_not_see_them() -> None:
    made = Page(page(handed_in(display(png=DOT, plain="<Figure size 640x480>"))))
    (picture,) = [attrs for tag, attrs in made.tags if tag == "img"]
    assert picture == {"src": f"data:image/png;base64,{DOT}", "alt": "<Figure size 640x480>"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("n.png", "![a neuron](attachment:n.png)"),
        ("n.png", "<img alt='a neuron' src='attachment:n.png'>"),
        ("ein_Bild_ä&b.png", "![a neuron](attachment:ein_Bild_ä&b.png)"),
        ("ein Bild.png", "![a neuron](attachment:ein%20Bild.png)"),
    ],
)
def test_an_attached_picture_is_in_the_page(name: str, text: str) -> None:
    """However it is written, and whatever its name."""
    notebook = handed_in(text=text)
    notebook.cells[-1].attachments = {name: {"image/png": DOT}}
    assert f'src="data:image/png;base64,{DOT}"' in page(notebook)


@pytest.mark.parametrize(
    "text", ["![a](attachment:a.png)\n" * 100, "![a][p] " * 100 + "\n\n[p]: attachment:a.png"]
)
def test_a_picture_that_is_shown_too_often_is_not(text: str) -> None:
    """The text is shown as it was written."""
    notebook = handed_in(text=text)
    picture = base64.b64encode(b"a picture" * 10_000).decode()
    notebook.cells[-1].attachments = {"a.png": {"image/png": picture}}
    made = page(notebook)
    assert picture not in made
    assert "attachment:a.png" in made


def test_a_hidden_check_stays_hidden_above_and_below() -> None:
    secret = class_of_reports.result(
        "build", Outcome.FAILED, message="the secret", misconception="secret-name", hidden=True
    )
    made = page(handed_in(), with_check(report("ann"), secret))
    assert "secret" not in made
    assert made.count("A hidden check failed.") == 2


def test_notes_on_the_submission_are_told_once() -> None:
    made = page(handed_in(), replace(report("ann"), notes=("A cell was put back.",)))
    assert made.count("A cell was put back.") == 1


@pytest.mark.parametrize(
    "hostile",
    [
        display(html="<img src=x onerror=alert(1)><script>alert(1)</script>"),
        display(html="<img src='http://x.org/p.png'>", plain="x"),
        display(png="http://x.org/p.png"),
        nbformat.v4.new_output("stream", text="</pre><script>alert(1)</script>"),
        nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["<script>1</script>"]),
        *("<script>alert(1)</script>", '` <em title="`<img src=x onerror=alert(1)>">'),
        *("[x](javascript:alert(1))", "![p](http://x.org/p.png)", "<a href='javascript:1'>x</a>"),
    ],
)
def test_nothing_is_run_and_nothing_is_asked_from_elsewhere(hostile) -> None:
    """Whatever a student put out, or wrote between the cells."""
    text = hostile if isinstance(hostile, str) else "x"
    made = Page(page(handed_in(*([] if isinstance(hostile, str) else [hostile]), text=text)))
    assert "script" not in {tag for tag, _ in made.tags}
    for _, attrs in made.tags:
        assert not [name for name in attrs if name.startswith("on")]
        for name in REMOTE & set(attrs):
            assert str(attrs[name]).startswith("data:image/")
        assert not str(attrs.get("href", "https:")).startswith("javascript")


def test_no_program_may_run_and_no_connection_be_made() -> None:
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', page(handed_in()))
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "script" not in policy


def test_what_is_too_long_is_cut_and_says_where_the_rest_is() -> None:
    flood = nbformat.v4.new_output("stream", text="z" * 2_000_000)
    large = display(png="iVBORw0KGgo" + "A" * 4_000_000), display(html="x" * 4_000_000)
    made = page(handed_in(flood, *large))
    assert len(made) < 200_000
    assert "1,980,000 more characters are in the notebook." in made
    assert made.count("What is too large for this page is in the notebook.") == 2


def test_the_page_of_a_whole_lesson_is_of_a_sane_size() -> None:
    """Hardly more than its pictures."""
    notebook = nbformat.read(SOLVED, as_version=4)
    made = page(notebook)
    Page(made)
    assert len(made) < SOLVED.stat().st_size + 120_000


def test_a_submission_that_could_not_be_read_has_a_page_without_a_notebook() -> None:
    found = Page(page(None, class_of_reports.odd_ones()[-1]))
    assert "It is not JSON." in found.text
    assert "The notebook" not in found.text


def test_what_is_the_same_in_every_submission_is_rendered_once() -> None:
    """Its own texts, whether locked or not, are neither drawn nor sanitized again."""
    kept = (notebook_html._rendered, sanitize._cleaned_once)
    page(handed_in())
    before = [one.cache_info().misses for one in kept]
    page(handed_in())
    assert [one.cache_info().misses for one in kept] == before


def test_pictures_that_a_student_attached_are_not_remembered() -> None:
    """Those of a class may take more memory than there is."""
    kept = (notebook_html._rendered, sanitize._cleaned_once)
    for number in range(2):
        notebook = handed_in(text="![mine](attachment:a.png)")
        picture = base64.b64encode(bytes([number]) * sanitize.MAX_CHARACTERS).decode()
        notebook.cells[-1].attachments = {"a.png": {"image/png": picture}}
        before = [one.cache_info().misses for one in kept]
        assert picture in page(notebook)
    assert [one.cache_info().misses for one in kept] == before


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_serious_to_say(scheme: str, tmp_path: Path) -> None:
    """The page of a whole lesson, in both colour schemes; and a browser asks for nothing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    path = tmp_path / "report.html"
    path.write_text(page(nbformat.read(SOLVED, as_version=4)))
    with launched() as browser:
        opened = browser.new_context(color_scheme=scheme).new_page()
        requests: list[str] = []
        opened.on("request", lambda request: requests.append(request.url))
        opened.goto(path.as_uri())
        found = axe.Axe().run(opened).response["violations"]
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in serious] == []
