"""Our cells are as we released them, and the student's are as they are."""

import copy

import nbformat
import pytest
from support import mini

from autograder.notebooks.reader import read_notebook
from autograder.notebooks.restore import grade_id, is_locked, is_solution, restore

ORDER = [name for cell in mini.released().cells if (name := grade_id(cell))]
SOLVED = frozenset(mini.RIGHT)


def names(notebook):
    return [name for cell in notebook.cells if (name := grade_id(cell))]


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def restored(notebook, released=None):
    before = copy.deepcopy(notebook)
    result = restore(notebook, released or mini.released())
    assert notebook == before
    nbformat.validate(result.notebook)
    ids = [cell.id for cell in result.notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in mini.released().cells:
        if is_locked(cell):
            (ours,) = [one for one in result.notebook.cells if grade_id(one) == grade_id(cell)]
            assert ours == cell
    return result


def test_nothing_to_put_right() -> None:
    result = restored(mini.submitted())
    assert (result.notes, result.changed) == ((), SOLVED)
    assert sources(result.notebook) == sources(mini.submitted())


def test_the_untouched_release() -> None:
    result = restored(mini.released())
    assert (result.notes, result.changed) == ((), frozenset())
    assert result.notebook == mini.released()


@pytest.mark.parametrize(
    ("answer", "is_changed"),
    [
        ("# Your code here.", False),
        ("# Something else, but only in a comment.", False),
        ("\n\n", False),
        ("# Pasted,\u2028from elsewhere.", False),
        ("pass", True),
        ("'''Your code here.'''", True),
        ("this is not Python", True),
    ],
)
def test_what_counts_as_a_change(answer, is_changed) -> None:
    changed = restored(mini.submitted(build=answer)).changed
    assert ("build" in changed) is is_changed


def test_a_locked_cell_that_was_changed() -> None:
    notebook = mini.submitted()
    mini.cell_of(notebook, "check-build").source = "20.0"
    mini.cell_of(notebook, "load-data").source += "\n"
    result = restored(notebook)
    assert result.notes == (
        "The cell “check-build” had been changed; it was run as it was released.",
    )


@pytest.mark.parametrize("name", ORDER)
def test_a_cell_that_was_deleted(name) -> None:
    notebook = mini.submitted()
    notebook.cells.remove(mini.cell_of(notebook, name))
    result = restored(notebook)
    assert result.notes == (f"The cell “{name}” had been deleted; it was put back.",)
    assert names(result.notebook) == ORDER
    assert result.changed == SOLVED - {name}


def test_everything_was_deleted() -> None:
    result = restored(nbformat.v4.new_notebook())
    assert names(result.notebook) == ORDER
    assert result.changed == frozenset()


@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("keep_id", [True, False])
def test_a_cell_that_was_renamed(name, keep_id) -> None:
    notebook = mini.submitted()
    cell = mini.cell_of(notebook, name)
    cell.metadata.nbgrader.grade_id = "mine"
    if not keep_id:
        cell.id = "another"
    result = restored(notebook)
    # Without its id the blank of “compile” is a comment: only the check after it tells.
    if name != "compile" or keep_id:
        assert result.notes == (f"The cell “{name}” had been renamed “mine”.",)
    assert names(result.notebook) == ORDER
    assert result.changed == SOLVED


@pytest.mark.parametrize("name", ["check-train", "setup"])
def test_a_locked_cell_that_was_copied(name) -> None:
    notebook = mini.submitted()
    other = copy.deepcopy(mini.cell_of(notebook, name))
    other.id, other.source = "copy", "6.0"
    notebook.cells.append(other)
    result = restored(notebook)
    assert result.notes == (f"The cell “{name}” was there 2 times.",)
    assert names(result.notebook) == ORDER
    assert "6.0" not in sources(result.notebook)


@pytest.mark.parametrize("blank_last", [True, False])
def test_of_copies_of_an_answer_the_last_that_was_changed_counts(blank_last) -> None:
    notebook = mini.submitted()
    place = notebook.cells.index(mini.cell_of(notebook, "build"))
    for number, source in enumerate(["model = 1", mini.BLANKS["build"]][: 1 + blank_last]):
        other = copy.deepcopy(notebook.cells[place])
        other.id, other.source = f"copy-{number}", source
        notebook.cells.insert(place + 1 + number, other)
    result = restored(notebook)
    assert mini.cell_of(result.notebook, "build").source == "model = 1"
    # The others are run as what they are: cells of the student's own.
    assert len(result.notebook.cells) == len(notebook.cells)


def test_cells_that_were_moved() -> None:
    notebook = mini.submitted()
    check = mini.cell_of(notebook, "check-predict")
    notebook.cells.remove(check)
    notebook.cells.insert(1, check)
    result = restored(notebook)
    assert result.notes == ("Cells had been moved; they were run in their old order.",)
    assert names(result.notebook) == ORDER
    notebook.cells.reverse()
    assert names(restored(notebook).notebook) == ORDER


def test_a_cell_of_another_kind() -> None:
    notebook = mini.submitted()
    for name in ("check-build", "build"):
        cell = mini.cell_of(notebook, name)
        place = notebook.cells.index(cell)
        text = nbformat.v4.new_markdown_cell(cell.source, id=cell.id, metadata=cell.metadata)
        notebook.cells[place] = text
    result = restored(notebook)
    assert set(result.notes) == {
        "The cell “check-build” was no longer a code cell.",
        "The cell “build” was no longer a code cell.",
    }
    assert mini.cell_of(result.notebook, "build").cell_type == "code"
    assert result.changed == SOLVED


def test_tags_that_change_how_a_cell_is_run() -> None:
    notebook = mini.submitted()
    for name in ("check-build", "build"):
        mini.cell_of(notebook, name).metadata.tags = ["skip-execution", "mine"]
    result = restored(notebook)
    assert result.notes == ("The tag “skip-execution” was taken from a cell.",) * 2
    assert all(
        "skip-execution" not in cell.metadata.get("tags", []) for cell in result.notebook.cells
    )
    assert mini.cell_of(result.notebook, "summary").metadata.tags == ["raises-exception"]


def test_metadata_of_the_notebook_is_ours() -> None:
    notebook = mini.submitted()
    notebook.metadata = {"kernelspec": {"name": "bash", "display_name": "x"}, "widgets": {}}
    assert restored(notebook).notebook.metadata == mini.released().metadata


@pytest.mark.parametrize("keep_ids", [True, False])
def test_a_notebook_whose_metadata_was_taken_away(tmp_path, keep_ids) -> None:
    """As some editors do it: the cells are known by what stands in them."""
    notebook = mini.submitted()
    notebook.metadata = {}
    for number, cell in enumerate(notebook.cells):
        cell.metadata = {}
        if not keep_ids:
            cell.id = f"x{number}"
    nbformat.write(notebook, tmp_path / "notebook.ipynb")
    result = restored(read_notebook(tmp_path / "notebook.ipynb").notebook)
    assert result.notes == ()
    assert names(result.notebook) == ORDER
    assert result.changed == SOLVED


def test_an_answer_that_was_deleted_is_not_sought_in_given_cells() -> None:
    released = mini.released()
    given = nbformat.v4.new_code_cell("print('a given cell')", id="given")
    released.cells.insert(released.cells.index(mini.cell_of(released, "compile")), given)
    notebook = copy.deepcopy(released)
    notebook.cells.remove(mini.cell_of(notebook, "compile"))
    result = restored(notebook, released)
    assert result.changed == frozenset()
    assert "The cell “compile” had been deleted; it was put back." in result.notes


GIVEN = {
    "pictures": "import matplotlib.pyplot as plt\nimport numpy as np",
    "show": "def show(image):\n    plt.imshow(np.array(image))",
    "look": "show(train_images[0])",
    "alone": "lonely = 1\nprint(lonely)",
}


def with_given_cells():
    """What is released, and a submission of it whose last answer needs them."""
    released = mini.released()
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in GIVEN.items()]
    released.cells[3:3] = cells
    notebook = copy.deepcopy(released)
    for name, source in mini.RIGHT.items():
        mini.cell_of(notebook, name).source = source
    mini.cell_of(notebook, "predict").source = "show(1)\npredicted_label = int(np.argmax([1]))"
    return released, notebook


def without(notebook, *gone):
    notebook.cells = [cell for cell in notebook.cells if cell.id not in gone]
    return notebook


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        (("pictures",), ["pictures"]),
        (("show",), ["show"]),
        (("pictures", "show", "look", "alone"), ["pictures", "show"]),
        (("look",), []),
        (("alone",), []),
    ],
)
@pytest.mark.parametrize("emptied", [True, False])
def test_a_given_cell_that_others_need_is_put_back(gone, back, emptied) -> None:
    released, notebook = with_given_cells()
    if emptied:
        for cell in notebook.cells:
            cell.source = "" if cell.id in gone else cell.source
    else:
        without(notebook, *gone)
    result = restored(notebook, released)
    assert result.notes == tuple(
        f"The given cell that begins with `{GIVEN[name].splitlines()[0]}` had been deleted, and"
        " others need it; it was put back."
        for name in back
    )
    kept = [one for one in GIVEN if one not in gone or one in back]
    texts = [one for one in sources(result.notebook) if one in GIVEN.values()]
    assert texts == [GIVEN[name] for name in kept]
    assert result.notebook.cells.index(
        next(one for one in result.notebook.cells if one.source == texts[0])
    ) < result.notebook.cells.index(mini.cell_of(result.notebook, "devices"))


@pytest.mark.parametrize(
    "own",
    [
        "import numpy as np, matplotlib.pyplot as plt",
        "import numpy as np\nimport matplotlib.pyplot as plt  # mine\n\nshown = 0",
    ],
)
def test_a_given_cell_that_was_written_anew_is_not_put_back(own) -> None:
    """Nor does it take the place of a student's own."""
    released, notebook = with_given_cells()
    without(notebook, "pictures")
    notebook.cells.insert(3, nbformat.v4.new_code_cell(own, id="mine"))
    result = restored(notebook, released)
    assert result.notes == ()
    assert sources(result.notebook) == sources(notebook)


def test_a_given_cell_that_was_changed_stays_changed() -> None:
    released, notebook = with_given_cells()
    next(cell for cell in notebook.cells if cell.id == "pictures").source = "# not needed"
    result = restored(notebook, released)
    assert result.notes == ()
    assert "# not needed" in sources(result.notebook)


def test_own_cells_stay_where_they_are() -> None:
    notebook = mini.submitted()
    for place in (0, 4, len(notebook.cells)):
        own = nbformat.v4.new_code_cell(f"print({place})", metadata={"tags": ["x"], "evil": 1})
        notebook.cells.insert(place, own)
    result = restored(notebook)
    assert sources(result.notebook) == sources(notebook)
    assert result.notes == ()
    assert result.notebook.cells[0].metadata == {}


def test_ids_that_occur_twice() -> None:
    notebook = mini.submitted()
    for cell in notebook.cells:
        cell.id = "same"
    result = restored(notebook)
    assert names(result.notebook) == ORDER


def test_what_kind_of_cell_it_is() -> None:
    released = mini.released()
    build, check = mini.cell_of(released, "build"), mini.cell_of(released, "check-build")
    assert (is_solution(build), is_locked(build)) == (True, False)
    assert (is_solution(check), is_locked(check)) == (False, True)
    own = nbformat.v4.new_code_cell("1", metadata={"nbgrader": [1]})
    assert (grade_id(own), is_solution(own), is_locked(own)) == (None, False, False)
