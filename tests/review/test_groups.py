"""Groups of answers: the same program, apart from what does not count, and the same verdicts."""

from __future__ import annotations

from dataclasses import replace

import nbformat
import pytest
from nbformat import NotebookNode
from support import class_of_reports, mini
from support.class_of_reports import LESSON, result

from autograder.core.config import Course
from autograder.core.report import Outcome, Report
from autograder.grading.limited_process import OverBudgetError
from autograder.review import groups
from autograder.review.groups import Group, Grouper, grouped

pytestmark = pytest.mark.usefixtures("lasting_reader")

GIVEN = frozenset(one.source.strip() for one in mini.released().cells if one.cell_type == "code")


class SameProcess:
    """Stands in for the other process."""

    def call(self, function, *arguments):
        return function(*arguments)


@pytest.fixture
def grouper() -> Grouper:
    return Grouper(lesson=LESSON, given_code=GIVEN, reader=SameProcess())


def extra(notebook: NotebookNode, source: str, before: str) -> NotebookNode:
    """The notebook with a cell of the student's own before another one."""
    place = notebook.cells.index(mini.cell_of(notebook, before))
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    return notebook


def groups_of(grouper: Grouper, *class_: tuple[Report, NotebookNode]) -> list[Group]:
    return grouped(LESSON, [(one, grouper.groups_of(one, book.cells)) for one, book in class_])


def shapes(found: list[Group], question: str) -> list[list[str]]:
    return [
        [one.name for one in group.reports] for group in found if group.question.name == question
    ]


def test_one_group_for_one_answer_and_one_verdict(grouper) -> None:
    found = groups_of(
        grouper,
        (class_of_reports.report("ann"), mini.submitted(build="model = f(3)  # mine")),
        (class_of_reports.report("bob"), mini.submitted(build="n = 3\nmodel = f(n)")),
        (class_of_reports.report("cal"), mini.submitted(build="k = 3\n\nmodel = f(k)")),
        (class_of_reports.report("dan", "build"), mini.submitted(build="k = 3\nmodel = f(k)")),
    )
    assert shapes(found, "build") == [["bob", "cal"], ["ann"], ["dan"]]
    assert shapes(found, "train") == [["ann", "bob", "cal", "dan"]]
    assert [len(one.reports) for one in found] == [4, 4, 4, 4, 4, 2, 1, 1]
    assert found[-1].points == 0
    assert all(one.id.startswith(f"{one.question.name}-") for one in found)


def test_what_a_message_says_of_one_run_parts_nobody(grouper) -> None:
    """Of one training 81.2 % is said, of another one 81.9 %."""
    one, other = class_of_reports.report("ann"), class_of_reports.report("bob")
    other = class_of_reports.with_check(other, result("train", message="You reached 81.9 %."))
    found = groups_of(grouper, (one, mini.submitted()), (other, mini.submitted()))
    assert {len(group.reports) for group in found} == {2}


@pytest.mark.parametrize("changes", [{"points": 1.0}, {"misconception": "another"}])
def test_half_the_points_or_another_misconception_is_another_verdict(grouper, changes) -> None:
    one = class_of_reports.report("ann", "train")
    check = replace(one.of("train")[0], **changes)
    other = replace(class_of_reports.with_check(one, check), name="bob")
    found = groups_of(grouper, (one, mini.submitted()), (other, mini.submitted()))
    assert len(shapes(found, "train")) == 2


def test_what_needs_manual_review_comes_first(grouper) -> None:
    unclear = class_of_reports.with_check(
        class_of_reports.report("zoe"), result("predict", Outcome.ERROR)
    )
    class_ = [class_of_reports.report(name) for name in ("ann", "bob")]
    found = groups_of(grouper, *((one, mini.submitted()) for one in [*class_, unclear]))
    assert found[0].needs_review
    assert shapes(found[:1], "predict") == [["zoe"]]


def test_what_needs_manual_review_is_alike_only_in_the_whole_notebook(grouper) -> None:
    """The reason may lie in another cell, even in one after the last check."""
    book, later = mini.submitted(), mini.submitted()
    later.cells.append(nbformat.v4.new_code_cell("check.train(model, other)"))
    books = {
        "ann": book,
        "bob": mini.submitted(train="n = 1\nhistory = 1"),
        "cal": later,
        "dan": mini.submitted(train="k = 1\n\nhistory = 1"),
        "eve": book,
    }
    found = []
    for outcome in (Outcome.PASSED, Outcome.ERROR):
        one = class_of_reports.with_check(class_of_reports.report(""), result("build", outcome))
        class_ = [(replace(one, name=name), book) for name, book in books.items()]
        found.append(shapes(groups_of(grouper, *class_), "build"))
    assert found == [[list(books)], [["ann", "eve"], ["bob", "dan"], ["cal"]]]


def test_a_name_that_another_cell_takes_is_not_local(grouper) -> None:
    """Two names exchanged in one cell: the other one takes another model."""
    one = class_of_reports.report("ann")
    class_ = [
        (one, extra(mini.submitted(build="model = a"), source, "build"))
        for source in ("a = good()\nb = bad()", "b = good()\na = bad()")
    ]
    assert len(shapes(groups_of(grouper, *class_), "build")) == 2


@pytest.mark.parametrize("source", ["def print(units): model.add(units)", "from mine import *"])
def test_what_another_cell_gives_another_meaning_does_not_only_show(grouper, source) -> None:
    """Printed or not makes no difference, but for who has made something else of `print`."""
    one = class_of_reports.report("ann")
    builds = ("model = f()", "model = f()\nprint(10)")
    for before, groups_found in (("units = 1", 1), (source, 2)):
        class_ = [(one, extra(mini.submitted(build=build), before, "build")) for build in builds]
        assert len(shapes(groups_of(grouper, *class_), "build")) == groups_found


def test_a_cell_that_stopped_is_not_like_one_that_did_not(grouper) -> None:
    one, book = class_of_reports.report("ann"), mini.submitted(build="model = f()\n1 / 0")
    stop = nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])
    mini.cell_of(book, "build").outputs = [stop]
    found = groups_of(grouper, (one, book), (one, mini.submitted(build="model = f()")))
    assert len(shapes(found, "build")) == 2


def test_cells_that_were_added_belong_to_the_answer_they_stand_before(grouper) -> None:
    plain, shown = mini.submitted(), extra(mini.submitted(), "model.summary()", "check-build")
    more = extra(mini.submitted(), "model.add(g())", "check-build")
    before = extra(mini.submitted(), "model.add(g())", "build")
    after = extra(mini.submitted(), "model.add(g())", "check-parameters")
    books = {"plain": plain, "shown": shown, "more": more, "before": before, "after": after}
    one = class_of_reports.report("ann")
    found = groups_of(grouper, *((replace(one, name=name), book) for name, book in books.items()))
    assert shapes(found, "build") == [["plain", "shown", "after"], ["more"], ["before"]]
    assert shapes(found, "parameters") == [["plain", "shown", "more", "before"], ["after"]]
    assert shapes(found, "compile") == [list(books)]


def test_what_is_too_long_to_be_kept_as_it_was_is_alike_only_as_the_same_program(grouper) -> None:
    """The results hold its beginning only."""
    book = mini.submitted(build="model = f()\n\n# … 5,000 more characters were handed in.")
    one = class_of_reports.report("ann")
    names = {"ann": "1", "bob": "1", "cal": "2"}
    class_ = [(replace(one, name=name, program=program), book) for name, program in names.items()]
    assert shapes(groups_of(grouper, *class_), "build") == [["ann", "bob"], ["cal"]]


def test_what_cannot_be_read_within_its_budget_is_compared_as_text(grouper) -> None:
    class Busy:
        def call(self, *_):
            raise OverBudgetError("too long")

    one = class_of_reports.report("ann")
    class_ = [(one, mini.submitted()), (one, mini.submitted()), (one, mini.submitted(build="x"))]
    found = groups_of(replace(grouper, reader=Busy(), _digests={}), *class_)
    assert [len(group.reports) for group in found if group.question.name == "build"] == [2, 1]


def test_a_submission_that_was_not_graded_is_in_no_group(grouper) -> None:
    unread = class_of_reports.report("ann", status="failed", checks=())
    assert groups_of(grouper, (unread, mini.submitted()), (unread, NotebookNode(cells=[]))) == []


def test_the_groups_of_results_and_their_sizes(tmp_path) -> None:
    """In a process of its own, from what grading left; damaged files are left out."""
    class_ = [class_of_reports.report(name) for name in ("ann", "bob", "cal", "dan")]
    class_of_reports.write(class_, tmp_path)
    for one in class_[:3]:
        book = mini.submitted(build=f"model = f({one.name == 'cal'})")
        nbformat.write(book, tmp_path / one.results_folder / "notebook.ipynb")
    (tmp_path / "dan" / "notebook.ipynb").write_text("{}")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "report.json").write_text("nothing")
    found = groups.find_groups(tmp_path, LESSON, Course())
    assert groups.sizes(LESSON, found)["build"] == [2, 1]
    assert groups.sizes(LESSON, found)["train"] == [3]
