"""Whatever is handed in, looking at it takes time and memory that somebody has set."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import mini
from support.deep_folders import chain, unchain

from autograder.core import printable
from autograder.core.errors import SubmissionError
from autograder.core.folders import MAX_DEPTH
from autograder.grading.limited_process import LimitedProcess, OverBudgetError
from autograder.notebooks.reader import read_notebook
from autograder.notebooks.restore import restore
from autograder.notebooks.solution import strip_markers
from autograder.reports import html, markdown, sanitize
from autograder.sandbox.extra_files import collect_extra_files

# What grows with the length takes a hundredth of a second of it, with the square many minutes.
SECONDS = 5
LENGTH = 150_000
PIECE = st.text("![]()<>`*_:#;|\\$ \t\n\r\x1b'\"-.+{}ax1/", min_size=1, max_size=6)
READERS = (
    printable.text,
    printable.line,
    html.notice,
    markdown.text,
    strip_markers,
)


@pytest.fixture(scope="module")
def apart():
    """A process that is ended where a call takes too much."""
    with LimitedProcess(seconds=SECONDS) as limited:
        yield limited


@pytest.mark.slow
@example("](", " ", "")
@example("", "](", "")
@example("[a](", " ", "x")
@example("", "![", "")
@example("", "![](attachment:", "")
@example("", "![a](b", "")
@example("", "[\n", "")
@example("[a", "\n", "]")
@example("x = 1;", " ", "x")
@example("x = check.blank(", ") ", "x")
@example("", "\x1b[0", "")
@example("", "\x1b]", "")
@example("", "`", "x")
@given(before=PIECE, again=PIECE, after=PIECE)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_text_is_read_in_time_that_grows_with_it(apart, before, again, after) -> None:
    """Whatever it repeats; what needs a parser of others is limited in its length before."""
    text = before + again * (LENGTH // len(again)) + after
    for reader in READERS:
        apart.call(reader, text)
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    apart.call(sanitize.clean, written)


def write(folder: Path, content: dict) -> Path:
    """A notebook in a file."""
    path = folder / "notebook.ipynb"
    path.write_text(json.dumps(content))
    return path


def of_text(source: str, **more: object) -> dict:
    """A notebook with one cell of text."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": source, **more}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}


HOSTILE = {
    "names of pictures": of_text(" ".join(f"attachment:{n}" for n in range(60_000))),
    "pictures in pictures": of_text("![](attachment:" * 40_000),
    "tags": of_text("x", metadata={"tags": [str(n) for n in range(500_000)]}),
    "blanks": of_text("](" + " " * 600_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_notebook_is_read_and_put_right_within_its_time(apart, tmp_path: Path, name: str) -> None:
    """And few words are made of it."""
    path = write(tmp_path, HOSTILE[name])
    read = apart.call(read_notebook, path)
    assert len(read.notes) <= 100
    assert len(apart.call(restore, read.notebook, mini.released()).notes) <= 100


def test_a_name_of_a_picture_may_be_part_of_another(tmp_path: Path) -> None:
    """Only what is missing is called so."""
    picture = {"image/png": "iVBORw0KGgo="}
    source = "![](attachment:a.png) ![](attachment:a.png.b) ![](attachment:c)"
    path = write(tmp_path, of_text(source, attachments={"a.png.b": picture}))
    (cell,) = read_notebook(path).notebook.cells
    assert cell.source == "![](missing:a.png) ![](attachment:a.png.b) ![](missing:c)"


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """Time, memory, an end without a word: the next call is answered."""
    with LimitedProcess(seconds=1, memory=2**30) as limited:
        for call in (
            (re.search, "(a*)*b", "a" * 60),
            (bytes, 2**31),
            (os.kill, 0, signal.SIGKILL),
        ):
            with pytest.raises(OverBudgetError, match="no homework"):
                limited.call(*call)
            assert limited.call(int, "7") == 7
        with pytest.raises(SubmissionError, match="no file"):
            limited.call(read_notebook, tmp_path / "gone.ipynb")


def test_what_was_ended_for_another_reason_is_called_again() -> None:
    """A process that had answered before may have been ended by anyone."""
    with LimitedProcess() as limited:
        assert limited.call(int, "7") == 7
        os.kill(limited._process.pid, signal.SIGKILL)
        assert limited.call(int, "8") == 8


def test_a_long_text_is_shortened_and_says_so() -> None:
    """What nbconvert makes of Markdown takes time that grows with its square."""
    cells = [nbformat.v4.new_markdown_cell("word " * 20_000) for _ in range(30)]
    cells.append(nbformat.v4.new_markdown_cell("a" + " " * 10_000 + "b"))
    notebook = nbformat.v4.new_notebook(cells=cells)
    sanitize.clean(notebook)
    assert "80,000 more characters were handed in" in notebook.cells[0].source
    assert sum(len(cell.source) for cell in notebook.cells) < 110_000


def test_a_long_program_is_shortened_where_it_is_shown() -> None:
    """So are its lines, and what is left blank in it; what is locked is the lesson's own."""
    indented = "if x:\n" + "\n " * 50_000 + "   y = 2"
    long = ("x = 1\n" * 10_000, "a." * 50_000, indented, "x = 1\n" * 10)
    cells = [nbformat.v4.new_code_cell(source) for source in long]
    cells.append(nbformat.v4.new_code_cell(long[0], metadata={"nbgrader": {"locked": True}}))
    sanitize.clean(nbformat.v4.new_notebook(cells=cells))
    many, wide, blank, short, ours = (cell.source for cell in cells)
    assert many.endswith("\n# … 40,000 more characters were handed in.")
    assert wide == "a." * 500 + " # …"
    assert len(blank) < 300
    assert blank.endswith("\n    y = 2")
    assert (short, ours) == (long[3], long[0])


def test_what_is_nested_too_deeply_takes_too_much(apart) -> None:
    """Whoever meets it: it is the submission that is not read, and no fault of ours."""
    with pytest.raises(OverBudgetError, match="than can be followed"):
        apart.call(json.loads, "[" * 100_000)
    nested: list = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(OverBudgetError, match="than can be followed"):
        apart.call(len, nested)


# ---- files


def odd_kinds(folder: Path) -> dict[str, Path]:
    """What is called a notebook and is no file."""
    made = {kind: folder / f"{kind}.ipynb" for kind in ("pipe", "folder", "socket", "loop")}
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    made["loop"].symlink_to(made["loop"])
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(made["socket"]))
    return made


def test_what_is_no_file_is_told_and_never_waited_for(tmp_path: Path, monkeypatch) -> None:
    """A pipe to which nobody writes holds up whoever opens it."""
    monkeypatch.chdir(tmp_path)
    for kind, path in odd_kinds(Path()).items():
        with pytest.raises(SubmissionError, match=f"but a {kind}|cannot be read"):
            read_notebook(path)


def test_files_beside_of_any_kind_and_number(tmp_path: Path, monkeypatch) -> None:
    """What can go along does; the rest is told in few words."""
    monkeypatch.chdir(tmp_path)
    folder = Path("own")
    deep = folder.joinpath(*["d"] * (MAX_DEPTH + 5))
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text("x")
    os.mkfifo(folder / "a-pipe")
    (folder / "a.txt").write_text("x")
    for number in range(1_100):
        (folder / f"file-{number:05}").write_text("")
    with (folder / "z-sparse").open("wb") as stream:
        stream.truncate(2**40)
    files, notes = collect_extra_files(folder)
    assert "a.txt" in files
    assert len(files) == 1_000
    assert "were left out" in " ".join(notes)
    sparse = Path("sparse")
    sparse.mkdir()
    (folder / "z-sparse").rename(sparse / "z")
    assert collect_extra_files(sparse) == (
        {},
        ("Of its other files those from z on were left out.",),
    )


def test_a_folder_deeper_than_any_path_is_told(tmp_path: Path) -> None:
    """1,900 folders within each other: Python's stack and the system's names end before them."""
    (tmp_path / "a.txt").write_text("x")
    chain(tmp_path, 1_900)
    try:
        files, notes = collect_extra_files(tmp_path)
        assert list(files) == ["a.txt"]
        (note,) = notes
        assert note.endswith(f"it lies more than {MAX_DEPTH} folders deep.")

    finally:
        unchain(tmp_path)
