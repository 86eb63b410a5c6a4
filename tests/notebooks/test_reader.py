"""Whatever a student hands in is a notebook, or there is a reason why it is none."""

import copy
import json
from contextlib import suppress

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import mini
from support.processes import memory_below

from autograder.core.errors import SubmissionError
from autograder.notebooks.reader import read_notebook
from autograder.notebooks.restore import restore

NOTEBOOK = json.loads(nbformat.writes(mini.submitted()))


def read(tmp_path, content):
    path = tmp_path / "notebook.ipynb"
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    path.write_bytes(content)
    return read_notebook(path)


def changed(change):
    content = copy.deepcopy(NOTEBOOK)
    change(content)
    return content


def test_a_good_notebook(tmp_path) -> None:
    given = copy.deepcopy(NOTEBOOK)
    given["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    given["cells"][1]["execution_count"] = 7
    result = read(tmp_path, given)
    assert result.notes == ()
    for cell, before in zip(result.notebook.cells, NOTEBOOK["cells"], strict=True):
        assert (cell.cell_type, cell.id) == (before["cell_type"], before["id"])
        assert cell.source == "".join(before["source"])
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert mini.cell_of(result.notebook, "check-build").source == "check.build(model)"


def test_with_a_mark_of_byte_order(tmp_path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + json.dumps(NOTEBOOK).encode()).notes == ()


UMLAUT = changed(lambda one: one["cells"][0].update(source="# Ein Gehirn für Jürgen – „neu“"))


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("The file was in the encoding utf-16, not in utf-8.",)),
        ("utf-16-le", ("The file was in the encoding utf-16, not in utf-8.",)),
        ("utf-16-be", ("The file was in the encoding utf-16, not in utf-8.",)),
        ("utf-32", ("The file was in the encoding utf-32, not in utf-8.",)),
        ("cp1252", ("The file was in the encoding cp1252, not in utf-8.",)),
    ],
)
@pytest.mark.parametrize("padding", [0, 512])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_any_encoding_is_read(tmp_path, encoding, notes, padding, line_end) -> None:
    text = json.dumps(UMLAUT, indent=1, ensure_ascii=False).replace("\n", line_end)
    result = read(tmp_path, text.encode(encoding) + b"\0" * padding)
    assert result.notes == notes
    assert result.notebook.cells[0].source == "# Ein Gehirn für Jürgen – „neu“"
    assert (
        restore(result.notebook, mini.released()).changed
        == restore(mini.submitted(), mini.released()).changed
    )


def test_a_character_that_is_damaged_costs_no_other(tmp_path) -> None:
    """It is no reason to take all of the file for another encoding."""
    text = json.dumps(UMLAUT, ensure_ascii=False).encode().replace("ü".encode(), b"\xfc", 1)
    result = read(tmp_path, text)
    assert result.notes == ("Some characters of the file were damaged.",)
    assert result.notebook.cells[0].source == "# Ein Gehirn f\ufffdr Jürgen – „neu“"


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
@pytest.mark.parametrize("as_list", [True, False])
def test_line_ends_of_another_system_are_no_change(tmp_path, line_end, as_list) -> None:
    def other(content):
        for cell in content["cells"]:
            text = "".join(cell["source"]).replace("\n", line_end)
            cell["source"] = text.splitlines(keepends=True) if as_list else text

    result = read(tmp_path, changed(other))
    again = restore(result.notebook, mini.released())
    assert (result.notes, again.notes) == ((), ())
    assert again.notebook == restore(mini.submitted(), mini.released()).notebook


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\0" * 1000, "empty"),
        (b"print('hello')", "a Python program, not a notebook"),
        (b"# In[1]:\n\n\nimport numpy as np\n", "a Python program"),
        ("# %%\nfrom a.b import c".encode("utf-16"), "a Python program"),
        (b"model = 3\n", "a Python program"),
        (b"Dear teacher,", "not a notebook, which is JSON, but something else"),
        (b"\xff\xfe\x00", "something else"),
        (b"\xfc\x00\x01\x02", "something else"),
        (json.dumps(NOTEBOOK).encode()[:-50], "cut off: its end is missing"),
        (json.dumps(NOTEBOOK, indent=1).encode()[:-1], "cut off: its end is missing"),
        (json.dumps(NOTEBOOK).encode()[:1000], "cut off: its end is missing"),
        (json.dumps(NOTEBOOK).encode("utf-16")[:1001], "cut off: its end is missing"),
        (json.dumps(NOTEBOOK).encode().replace(b":", b"", 1), "damaged in line 1: Expecting ':'"),
        (b'{\n<<<<<<< HEAD\n "cells": [],\n=======\n>>>>>>> a\n}', "the marks of a conflict"),
        (b"[" * 100_000, "something else"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"\x50\x4b\x03\x04 a zip file", "a ZIP archive or an Office document, not a notebook"),
        (b"\x1f\x8b\x08\x00", "a compressed archive"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF, not a notebook"),
        (b"\x89PNG\r\n\x1a\n\x00", "a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
        (b"\n<!DOCTYPE html>\n<html>", "a web page"),
        ("<html>".encode("utf-8-sig"), "a web page"),
        (b"<?xml version='1.0'?>", "an XML file"),
        (b"{\\rtf1\\ansi", "a text document"),
        (b"[InternetShortcut]\r\nURL=https://x.org", "a link to a page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        ({"cells": [], "metadata": {}}, "number of its format is missing"),
        ([], "JSON of another kind"),
        ({}, "JSON of another kind"),
        (b"null", "JSON of another kind"),
        ({"nbformat": 4}, "no list of cells"),
        ({"nbformat": 4, "cells": {}}, "no list of cells"),
        ({"nbformat": 4, "cells": ["print()"]}, "cell 1 is no cell"),
        ({"nbformat": 4, "cells": [{}] * 2001}, "2,001 cells"),
        ({"nbformat": 99, "cells": []}, "damaged"),
        ({"nbformat": "x", "cells": []}, "damaged"),
        ({"nbformat": None, "cells": []}, "damaged"),
        ({"nbformat": [], "cells": []}, "damaged"),
        ({"nbformat": 3, "worksheets": 7}, "damaged"),
        (
            {"nbformat": 4, "cells": [{"cell_type": "code", "source": "x" * (2**21 + 1)}]},
            "2 MiB of text",
        ),
    ],
)
def test_what_is_no_notebook(tmp_path, content, reason) -> None:
    with pytest.raises(SubmissionError, match=reason):
        read(tmp_path, content)


def test_no_file(tmp_path) -> None:
    with pytest.raises(SubmissionError, match=r"no file gone\.ipynb"):
        read_notebook(tmp_path / "gone.ipynb")
    with pytest.raises(SubmissionError, match="no ordinary file, but a folder"):
        read_notebook(tmp_path)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path) -> None:
    path = tmp_path / "notebook.ipynb"
    with path.open("wb") as stream:
        stream.truncate(101 * 2**20)
    with pytest.raises(SubmissionError, match="101 MiB"):
        read_notebook(path)


def test_many_old_outputs_are_left_out(tmp_path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 11 * 2**20}
    content = changed(lambda one: one["cells"][1].update(outputs=[output]))
    result = read(tmp_path, content)
    assert result.notes == ("The file has 11 MiB; its old outputs were left out.",)
    assert len(nbformat.writes(result.notebook)) < 100_000


@pytest.mark.parametrize("version", [3, 2, 1])
def test_old_formats(tmp_path, version) -> None:
    if version == 3:
        content = json.loads(nbformat.writes(nbformat.convert(mini.submitted(), 3), version=3))
    else:
        cell = {"cell_type": "code", "input": "x = 1", "code": "x = 1", "language": "python"}
        cell["outputs"] = []
        sheets = {"worksheets": [{"cells": [cell]}], "cells": [cell], "metadata": {}}
        content = {"nbformat": version, "nbformat_minor": 0, **sheets}
    result = read(tmp_path, content)
    assert f"old format {version}" in result.notes[0]
    assert result.notebook.nbformat == 4
    if version == 3:
        sources = [cell.source for cell in mini.submitted().cells if cell.cell_type == "code"]
        assert [one.source for one in result.notebook.cells if one.cell_type == "code"] == sources


@pytest.mark.parametrize(
    "damage",
    [
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"tags": {"a": 1}}},
        {"metadata": {"tags": [1, None, "ok", "ok"]}},
        {"metadata": {"tags": ["a, b", "", "skip-execution", "skip-execution"]}},
        {"metadata": {"nbgrader": []}},
        {"metadata": {"nbgrader": {"grade_id": 7}}},
        {"metadata": {"nbgrader": {"grade_id": ["build"]}}},
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"id": "x" * 100},
        {"id": "with blanks"},
        {"id": "setup"},
        {"outputs": "none"},
        {"outputs": [{"output_type": "nonsense"}]},
        {"execution_count": "seven"},
        {"source": ["a\n", "b"]},
        {"source": "\ud800"},
        {"source": "a\x00b"},
        {"surplus": True},
        {"attachments": 7},
    ],
    ids=str,
)
def test_damage_that_does_not_matter(tmp_path, damage) -> None:
    result = read(tmp_path, changed(lambda one: one["cells"][5].update(damage)))
    assert result.notes == ()
    assert len(result.notebook.cells) == len(NOTEBOOK["cells"])
    assert len({cell.id for cell in result.notebook.cells}) == len(result.notebook.cells)
    nbformat.validate(result.notebook)
    nbformat.writes(result.notebook).encode()
    restore(result.notebook, mini.released())


@pytest.mark.parametrize("key", ["source", "metadata", "id", "outputs", "cell_type"])
def test_what_is_missing(tmp_path, key) -> None:
    result = read(tmp_path, changed(lambda one: [cell.pop(key, 0) for cell in one["cells"]]))
    assert len(result.notebook.cells) == len(NOTEBOOK["cells"])
    assert bool(result.notes) is (key == "source")
    if key == "cell_type":
        assert {cell.cell_type for cell in result.notebook.cells} == {"raw"}


@pytest.mark.parametrize("source", [None, 7, {}, [1, 2], [["a"]]])
def test_a_text_that_is_none(tmp_path, source) -> None:
    result = read(tmp_path, changed(lambda one: one["cells"][5].update(source=source)))
    assert result.notes == ("Cell 6 had no text.",)
    assert result.notebook.cells[5].source == ""


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=4,
)


def mutate(draw, node, depth=0):
    """Change, drop or add something somewhere in a tree of JSON."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return
    key = draw(st.sampled_from(keys))
    deeper = isinstance(node[key], dict | list) and node[key] and depth < 6
    if deeper and draw(st.integers(0, 4)):
        mutate(draw, node[key], depth + 1)
    elif draw(st.booleans()):
        node[key] = draw(ANYTHING)
    elif isinstance(node, list) and draw(st.booleans()):
        node.append(copy.deepcopy(node[key]))
    else:
        del node[key]


@given(st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_damage_is_put_right_or_refused_with_a_reason(tmp_path, data) -> None:
    content = copy.deepcopy(NOTEBOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(data.draw, content)
    try:
        result = read(tmp_path, content)
    except SubmissionError:
        return
    nbformat.validate(result.notebook)
    restored = restore(result.notebook, mini.released())
    nbformat.validate(restored.notebook)
    for name in ("check-build", "load-data"):
        ours = mini.cell_of(mini.released(), name)
        assert mini.cell_of(restored.notebook, name).source == ours.source
    assert len({cell.id for cell in restored.notebook.cells}) == len(restored.notebook.cells)


@given(st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_bytes_are_read_or_refused_within_little_memory(tmp_path, data) -> None:
    """Flipped, cut, put in; nested deeper than Python goes."""
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "cp1252"]))
    whole = bytearray(json.dumps(UMLAUT, ensure_ascii=False).encode(encoding))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        depth = data.draw(st.integers(1, 20_000))
        put = data.draw(
            st.sampled_from([b"[" * depth, b'{"a":' * depth, b"9" * depth, b"\\ud800" * depth])
            | st.binary(max_size=30)
        )
        whole[place : place + data.draw(st.integers(0, 30))] = put
    with memory_below(64 * 2**20), suppress(SubmissionError):
        read(tmp_path, bytes(whole))


def with_picture(attachments: object) -> dict:
    """A notebook whose one cell shows an attached picture."""
    cell = {
        "cell_type": "markdown",
        "id": "a",
        "metadata": {},
        "source": "![A neuron](attachment:neuron.png)",
        "attachments": attachments,
    }
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}


def test_attached_pictures_are_kept(tmp_path):
    path = tmp_path / "picture.ipynb"
    path.write_text(json.dumps(with_picture({"neuron.png": {"image/png": "AAAA"}})))
    (cell,) = read_notebook(path).notebook.cells
    assert cell.attachments == {"neuron.png": {"image/png": "AAAA"}}
    assert "attachment:neuron.png" in cell.source


@pytest.mark.parametrize(
    "attachments",
    [None, {}, 7, {"neuron.png": {"text/html": "<script>"}}, {"neuron.png": {"image/png": 1}}],
)
def test_a_picture_that_is_not_there_stops_no_feedback(tmp_path, attachments):
    """Nbconvert raises where an attachment is missing, and the feedback would be lost."""
    path = tmp_path / "picture.ipynb"
    path.write_text(json.dumps(with_picture(attachments)))
    read = read_notebook(path)
    (cell,) = read.notebook.cells
    assert "attachments" not in cell
    assert "attachment:" not in cell.source
    assert any("a picture that is not there: neuron.png" in note for note in read.notes)
