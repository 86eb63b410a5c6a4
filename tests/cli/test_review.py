"""The commands that mark groups, and the pages that show what was decided."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from support import class_of_reports, mini
from support.class_of_reports import LESSON
from support.terminal import remarks

from autograder.cli import main
from autograder.core.report import Report
from autograder.reports import feedback
from autograder.reports.annotate import filled

pytestmark = pytest.mark.usefixtures("lasting_reader")


@pytest.fixture
def results(tmp_path: Path, monkeypatch) -> Path:
    """The results of three, two of whom built the same."""
    monkeypatch.chdir(tmp_path)
    builds = {"ann": "model = f(1)", "bob": "model = f(1)  # b", "cal": "model = f(2)"}
    place = tmp_path / "results" / LESSON.name
    class_of_reports.write([class_of_reports.report(name, "build") for name in builds], place)
    for name, built in builds.items():
        nbformat.write(mini.submitted(build=built), place / name / "notebook.ipynb")
    return place


def groups(capsys, *options: str) -> str:
    capsys.readouterr()
    assert main(["groups", "--question", "build", *options]) == 0
    return capsys.readouterr().out


def first(said: str) -> str:
    return next(word for word in said.split() if word.startswith("build-"))


def page(results: Path, name: str) -> str:
    return (results / name / "report.html").read_text()


def test_from_groups_to_pages(results, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    said = groups(capsys)
    assert "2 groups of 3 answers: 0 decided, 0 need manual review." in said
    assert "ann" not in said
    assert "ann, bob" in groups(capsys, "--who")
    assert main(["comment", first(said), "See *use_bias*.", "--item", "Bias=1.5"]) == 0
    assert "2 answers: 1.5 points; Bias (+1.5) See *use_bias*." in capsys.readouterr().out
    assert "1 decided" in groups(capsys)
    assert (tmp_path / "review" / f"{LESSON.name}.toml").exists()
    assert "<em>use_bias</em>" in page(results, "ann")
    assert "1.5 of 4 points." in page(results, "bob")
    assert "A person" not in page(results, "cal")
    assert main(["comment", first(said)[:10], "--item", "Bias=2"]) == 0
    assert "2 of 4 points." in page(results, "ann")
    assert main(["comment", first(said), "--clear"]) == 0
    assert "A person" not in page(results, "ann")


def test_a_decision_on_a_group_that_nobody_is_in_waits(results, capsys) -> None:
    said = groups(capsys)
    main(["comment", first(said), "Hm."])
    for name in ("ann", "bob"):
        nbformat.write(mini.submitted(build="model = f(3)"), results / name / "notebook.ipynb")
    assert f"their decisions wait: {first(said)}" in groups(capsys)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["comment", "build"], "2 groups are called"),
        (["comment", "nothing", "Hm."], "0 groups are called"),
        (["groups", "--question", "nothing"], "has no question"),
        (["groups", "--results", "elsewhere"], "There are no results"),
    ],
)
def test_what_cannot_be_done_is_said(results, capsys, command, why) -> None:
    assert main(command) == 2
    assert why in remarks(capsys)


def test_a_decision_is_shown_sanitized_and_in_its_place_alone() -> None:
    one: Report = class_of_reports.report("ann", "build")
    book = mini.submitted(build="# <!--review train--><!--/review-->")
    book.cells.append(nbformat.v4.new_markdown_cell("x <!--review train--><!--/review--> y"))
    before = feedback.page(one, LESSON, filled(book, one, LESSON))
    assert before.count("<!--review train-->") == 1
    made = feedback.decision(
        LESSON.question("train"),
        "<script>x</script>**b** [a](javascript:x) ![p](http://example.org/p.png)",
        1,
    )
    after = feedback.with_decisions(before, {"train": made})
    assert "<strong>b</strong>" in after
    assert "<script" not in made
    assert 'href="javascript' not in made
    assert "example.org" not in made
    assert feedback.with_decisions(after, {"build": ""}) == after
    assert feedback.with_decisions(after, {"train": ""}) == before
