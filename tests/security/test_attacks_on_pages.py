"""Pages and files: what a submission's names, folders, text and pictures do to everybody else.

What the source of a cell cannot say, beside the cases in ``tests/attacks``: folders and names of
files, text between the cells, tables of grades. Above each attack stands what it did before.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters.markdown import markdown2html
from nbgrader.coursedir import CourseDirectory
from support import class_of_reports, mini
from support.mini import LESSON
from traitlets.config import Config

from autograder.core.report import Standing
from autograder.core.verdicts import Tell
from autograder.exporters.model import Grade, Person, of_reports
from autograder.exporters.registry import EXPORTERS
from autograder.grading import result_files
from autograder.grading.discovery import Submission, find_submissions
from autograder.grading.regrade import stored_results
from autograder.grading.result_files import ResultFolders
from autograder.nbgrader_plugin import configure
from autograder.notebooks.reader import read_notebook
from autograder.reports import sanitize
from autograder.sandbox.extra_files import ignored_extra_files

OTHER = "a-deeper-brain"


def submit(path: Path) -> Path:
    """A notebook at this place."""
    return mini.put(path, mini.submitted())


def graded(root: Path) -> dict[str, Path | None]:
    """Who is graded with which notebook; nobody twice."""
    found = find_submissions([root])
    assert len({one.name for one in found}) == len(found), [one.name for one in found]
    return {one.name: one.path for one in found}


# ---- one student's folders decide what becomes of the others


# Before: succeeded. Only the folder with the lesson's name was graded; of all others it was said
# that they hold no notebook.
def test_a_folder_with_the_lessons_name_hides_no_other_folder(tmp_path: Path) -> None:
    ours = {name: submit(tmp_path / name / "homework.ipynb") for name in ("ann", "bob")}
    submit(tmp_path / "mallory" / LESSON.name / "homework.ipynb")
    found = graded(tmp_path)
    assert {name: found.get(name) for name in ours} == ours
    assert "mallory" in found


# Before: succeeded. The others were not graded, and not a word was said of them.
def test_a_folder_with_the_lessons_name_hides_no_other_notebook(tmp_path: Path) -> None:
    ours = {name: submit(tmp_path / f"{name}.ipynb") for name in ("ann", "bob")}
    submit(tmp_path / "mallory" / LESSON.name / "homework.ipynb")
    found = graded(tmp_path)
    assert {name: found.get(name) for name in ours} == ours


# Before: succeeded. Who had handed in nothing was left out of the class.
def test_a_student_called_like_a_lesson_hides_nobody_without_a_notebook(tmp_path: Path) -> None:
    submit(tmp_path / "ann" / LESSON.name / LESSON.notebook)
    (tmp_path / "bob" / LESSON.name).mkdir(parents=True)
    before = set(graded(tmp_path))
    submit(tmp_path / OTHER / LESSON.name / LESSON.notebook)
    assert before <= set(graded(tmp_path))


# Before: succeeded. There were two submissions of the victim's; in results/, on the page of the
# class and in exports the attacker's had the victim's name, and for `abe` also the victim's folder.
@pytest.mark.parametrize("attacker", ["abe", "zoe"])
def test_nobody_hands_in_for_somebody_else(tmp_path: Path, attacker: str) -> None:
    ours = submit(tmp_path / "victim" / LESSON.name / LESSON.notebook)
    own = tmp_path / attacker / LESSON.name
    submit(own / LESSON.notebook)
    submit(own / "victim" / LESSON.name / LESSON.notebook)
    assert graded(tmp_path)["victim"] == ours


# Before: succeeded. Every folder in her own was a student more, to be run and to be paid for.
def test_one_student_is_one_submission(tmp_path: Path) -> None:
    own = tmp_path / "mallory" / LESSON.name
    submit(own / LESSON.notebook)
    for number in range(20):
        submit(own / f"more-{number}" / LESSON.name / LESSON.notebook)
    submit(tmp_path / "ann" / LESSON.name / LESSON.notebook)
    assert set(graded(tmp_path)) == {"ann", "mallory"}


# Before: succeeded, where the file system does not tell capitals, or forms of letters, apart.
@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "ann"), ("Zo\u00eb", "Zoe\u0308"), ("INDEX.HTML", "x")]
)
def test_no_two_folders_of_results_are_one_elsewhere(tmp_path: Path, one: str, other: str) -> None:
    places = ResultFolders(tmp_path)
    given = [Submission(name=name, path=None) for name in (one, other)]
    taken = [*(places.take(LESSON, each) for each in given), "index.html"]
    assert len({unicodedata.normalize("NFC", place).casefold() for place in taken}) == 3


# Before: succeeded. The number behind the second made it too long for the file system, which
# ended the class.
def test_a_name_made_of_long_letters_has_a_folder(tmp_path: Path) -> None:
    places = ResultFolders(tmp_path / "results")
    for _ in range(12):
        (tmp_path / places.take(LESSON, Submission(name="\U0001f600" * 63, path=None))).mkdir()
    assert len(list(tmp_path.iterdir())) == 12


# ---- a program that lies beside the notebook


PROGRAM = "with open({marker!r}, 'a') as file:\n    print(__file__, file=file)\n"


# Before: succeeded. Her lesson was run, and for `grade .` her settings too, with the rights of
# whoever typed it.
@pytest.mark.parametrize("command", [("grade", "."), ("check", "homework.ipynb")])
def test_standing_in_a_students_folder_runs_nothing_of_hers(tmp_path: Path, command) -> None:
    marker, own = tmp_path / "marker", tmp_path / "unpacked"
    (own / "lessons" / "evil").mkdir(parents=True)
    (own / "homework.ipynb").write_text("{}")
    files = ("nbgrader_config.py", "lessons/evil/lesson.py", "lessons/evil/__init__.py")
    for name in (*files, "lessons/__init__.py", "numpy.py", "sitecustomize.py"):
        (own / name).write_text(PROGRAM.format(marker=str(marker)))
    class_of_reports.install_sample(tmp_path / "keras")
    subprocess.run(
        [Path(sys.executable).parent / "autograder", *command, "--results", tmp_path / "results"],
        cwd=own,
        env=os.environ | {"KERAS_HOME": str(tmp_path / "keras")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert not marker.exists(), marker.read_text()


# Before: succeeded, by reading: nbgrader opened the pipe, and waited for who would write to it.
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_time_that_is_no_file_is_none(tmp_path: Path, make) -> None:
    configure(Config())
    make(tmp_path / "timestamp.txt")
    assert CourseDirectory().get_existing_timestamp(str(tmp_path)) is None
    assert ignored_extra_files(tmp_path) == {"timestamp.txt"}


# ---- results that cannot be read


# Before: succeeded, where anything could damage one file: nobody had a page or a grade.
@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"name": null}'])
def test_one_report_that_cannot_be_read_stops_nobody(tmp_path: Path, content: bytes) -> None:
    class_of_reports.write(
        [class_of_reports.report("ann"), class_of_reports.report("bob")], tmp_path
    )
    (tmp_path / "bob" / "report.json").write_bytes(content)
    ann, bob = stored_results(tmp_path)
    assert (ann.report.name, ann.damaged, bob.damaged, bob.was_run) == ("ann", False, True, False)
    assert (bob.report.status, bob.report.needs_review) == ("failed", True)
    grades = of_reports([one.report for one in (ann, bob)], LESSON)
    assert [(one.person.id, one.raw is None) for one in grades] == [("ann", False), ("bob", True)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_not_noted(value: float) -> None:
    tell = Tell()
    tell.measure("accuracy", value)
    tell.stands(Standing(value=value, threshold=0.8, low=0.8, high=0.9))
    assert (tell.measures, tell.standing) == ({}, None)


# ---- what is shown over the judge's words


def shown(notebook: nbformat.NotebookNode, tmp_path: Path) -> str:
    """A notebook as nbgrader's pages show it, having been read and cleaned."""
    path = tmp_path / "shown.ipynb"
    outputs = [cell.get("outputs", []) for cell in notebook.cells]
    nbformat.write(notebook, path)
    read = read_notebook(path).notebook
    for cell, given in zip(read.cells, outputs, strict=True):
        if cell.cell_type == "code":
            cell.outputs = given
    sanitize.clean(read)
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(read)
    return str(page)


def put_out(html: str) -> nbformat.NotebookNode:
    """A notebook whose cell has put this out."""
    cell = nbformat.v4.new_code_cell("1")
    cell.outputs = [nbformat.v4.new_output("display_data", data={"text/html": html})]
    return nbformat.v4.new_notebook(cells=[cell])


PICTURE = "data:image/png;base64,iVBORw0KGgo="
COVERS = (
    f'<img src="{PICTURE}" style="width:900px;height:400px;margin:-400px 0 0 0">',
    f'<img src="{PICTURE}" style="width:900px;height:400px;margin:-20em -9999px">',
    f'<img src="{PICTURE}" style="width:900px;height:400px;margin:calc(0px - 400px) 0 0 0">',
    '<span style="line-height:0;font-size:400px;margin:-4e2px">20 of 20</span>',
)


# Before: succeeded. A white picture lay over the card with the points above it.
@pytest.mark.parametrize("html", COVERS)
def test_nothing_is_drawn_over_what_stands_above(html: str) -> None:
    notebook = put_out(html)
    sanitize.clean(notebook)
    made = str(notebook.cells[0].outputs[0].data.get("text/html", ""))
    for style in re.findall(r'style="([^"]*)"', made):
        assert not re.search(r"margin[^;]*(-\s*\d|calc|min|max|var|env)", style), style


# Before: succeeded. Signs higher than their line, and what a low box holds, lay over others.
@pytest.mark.parametrize(
    "html",
    [
        '<span style="line-height: 0; font-size: 400px">20 of 20</span>',
        f'<div style="height: 0"><img src="{PICTURE}"></div>',
        "<sup>" * 40 + "20 of 20",
    ],
)
def test_what_reaches_out_of_its_place_is_cut_off(html: str) -> None:
    notebook = put_out(html)
    sanitize.clean(notebook)
    made = str(notebook.cells[0].outputs[0].data["text/html"])
    assert made.startswith('<div style="overflow-x: auto;">')
    assert made.endswith("</div>")
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(html)])
    sanitize.clean(own)
    assert not re.search(r"<[^<>]*style=", markdown2html(own.cells[0].source))


# The style sheet of nbgrader's pages takes them out of the text's flow, or hides them.
LIFTED = ("navbar-fixed-top", "modal", "affix", "sr-only", "hidden")


# Before: succeeded. The bar of Bootstrap covered nbgrader's page from its top.
@pytest.mark.parametrize("name", LIFTED)
def test_no_class_of_the_page_is_worn_by_what_was_put_out(name: str, tmp_path: Path) -> None:
    html = f'<div class="{name} x" style="background-color:#fff;height:900px">20 of 20</div>'
    assert f'class="{name}' not in shown(put_out(html), tmp_path)


# Before: held. A formula may be a link or have a style, and MathJax' safe mode takes out what runs.
def test_formulas_are_set_in_safe_mode(tmp_path: Path) -> None:
    own = nbformat.v4.new_markdown_cell(r"$\href{javascript:alert(1)}{20\ of\ 20}$")
    page = shown(nbformat.v4.new_notebook(cells=[own]), tmp_path)
    loaded = re.findall(r"MathJax\.js[^\"']*|mathjax[^\"']*\.js[^\"']*", page)
    assert loaded
    assert all("Safe" in one for one in loaded)


MISSING = (
    "![x](attachment:n.png)",
    "![x](attachment\\:n.png)",
    "![x](attachment&#58;n.png)",
    "![x](<attachment:a b.png>)",
    "![x](attachment:)",
    "![x](attachment:%6e.png)",
    "![x][r]\n\n[r]: attachment:n.png",
    "![x][r]\n\n[r]: <attachment:n m.png>",
    "[![x](attachment:n.png)](https://x.org)",
)


# Before: `attachment:` without a name succeeded, the others were held: nbconvert stops at a picture
# that is missing, and `generate_feedback` ends with an error.
@pytest.mark.parametrize("text", MISSING)
def test_a_picture_that_is_missing_stops_no_page(text: str, tmp_path: Path) -> None:
    cell = nbformat.v4.new_markdown_cell(text)
    assert "<html" in shown(nbformat.v4.new_notebook(cells=[cell]), tmp_path)


# Before: held.
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image/svg+xml", "PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"),
        ('image/png" onerror="alert(1)', "eA=="),
        ("image/png' onerror='alert(1)", "eA=="),
        ("image/png", "eA==' onerror='alert(1)"),
        ("image/png", 'eA=="><script>alert(1)</script>'),
        ("image/x;base64,eA==,", "eA=="),
    ],
)
def test_a_picture_that_is_attached_is_no_program(kind: str, content: str, tmp_path: Path) -> None:
    cell = nbformat.v4.new_markdown_cell("![x](attachment:n.png)")
    cell.attachments = {"n.png": {kind: content}}
    body = shown(nbformat.v4.new_notebook(cells=[cell]), tmp_path).partition("<body")[2]
    tags = Tags()
    tags.feed(body)
    assert "script" not in tags.seen
    assert not [name for name in tags.seen if name.startswith(("on", "data:image/svg"))]


class Tags(HTMLParser):
    """The names of tags and attributes of a page, and the addresses of its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [tag, *(name for name, _ in attrs)]
        self.seen += [value or "" for name, value in attrs if name == "src"]


# ---- a table that is opened in a spreadsheet

FORMULAS = (
    # Where a semicolon or a tab parts cells, as in most of Europe, a new one begins behind it.
    *(
        "x;=HYPERLINK(1)",
        "x;@SUM(A1)",
        "x;;-1",
        "x; =1",
        "x;\u00a0+1",
        'x";=1',
        "x|y;=cmd|' /C'!A0",
    ),
    # What Excel takes for the sign.
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"),
)


# Before: succeeded.
@pytest.mark.parametrize("form", [one.export for one in EXPORTERS.values()])
@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_a_formula_wherever_it_is_opened(form, name: str) -> None:
    who = Person(id=name, first_name=name, last_name=name, email=name, lms_user_id=name)
    grade = Grade(person=who, assignment=LESSON.name, title=LESSON.title, max_score=20.0, raw=1.0)
    for cell in cells(form([grade])):
        plain = unicodedata.normalize("NFKC", cell).lstrip(" \"'")
        assert plain[:1] not in tuple("=+-@") or cell.lstrip(' "').startswith("'"), cell


def cells(text: str) -> Iterator[str]:
    """The cells of a table, wherever it is opened."""
    for parting in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(text), delimiter=parting):
            yield from row


# Before: succeeded. Half of what nbgrader graded lay in the results under the neighbour's name.
def test_two_students_of_nbgraders_have_two_folders() -> None:
    names = ("ann", "ann.", "a_b", "a:b")
    assert len({result_files.folder_name_for(name) for name in names}) == len(names)
