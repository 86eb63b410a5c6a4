"""Grades for other systems, read back by small readers written after the vendors' own rules."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from support import class_of_reports, processes
from support.class_of_reports import HOSTILE, LESSON, odd_ones, report, with_check
from support.gradescope_reader import read_as_gradescope
from support.terminal import remarks

from autograder.cli import main
from autograder.core.lesson_registry import lesson_names
from autograder.core.report import Outcome, Report
from autograder.exporters import (
    canvas,
    csv_tables,
    github_workflow,
    gradescope_results,
    moodle,
    score_table,
)
from autograder.exporters.model import Grade, Person, earned, of_reports
from autograder.exporters.registry import EXPORTERS
from autograder.reports import json_report, markdown

ANN = Person(id="ann", first_name="Ann", last_name="Lee", email="ann@x.org", lms_user_id="1001")
BOB = Person(id="bob", first_name="Bob", last_name='O"Brien, Jr.', lms_user_id="")
NAMELESS = Person(id="cal")
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r\n=1", "\x1b[2J=1")


def grade(person: Person = ANN, raw: float | None = 17.5, **changes: object) -> Grade:
    given = {"assignment": LESSON.name, "title": LESSON.title, "max_score": 20.0}
    return Grade(person=person, raw=raw, **(given | changes))


CLASS = [grade(), grade(BOB, 20.0, penalty=5.0), grade(NAMELESS, None)]


# ---- Canvas: after its importer (lib/gradebook_importer.rb)


@dataclass
class CanvasBook:
    """What Canvas would have understood: points possible, and scores by who they belong to."""

    possible: dict[str, str]
    scores: dict[tuple[str, str, str], dict[str, str]]


def read_as_canvas(text: str) -> CanvasBook:
    """Read a gradebook as Canvas does, or fail as it would."""
    head, *rows = csv.reader(io.StringIO(text))
    assert "Student" in head[0], "Invalid header row"
    assert "ID" in head[1], "Invalid header row"
    columns = 3
    if re.search(r"SIS\s+User\s+ID", head[2]) and re.search(r"SIS\s+Login\s+ID", head[3]):
        columns = 5
    assert "Section" in head[columns - 1], "Invalid header row"
    titles = head[columns:]
    book = CanvasBook(possible={}, scores={})
    for row in rows:
        if re.fullmatch(r"[;, ]*", ",".join(row)):
            continue
        if "Points Possible" in row[0]:
            book.possible = dict(zip(titles, row[columns:], strict=True))
            continue
        scores = dict(zip(titles, row[columns:], strict=True))
        # By Canvas' own number, else the login, else the name.
        assert all(re.fullmatch(r"-?[0-9.]+|", one) for one in scores.values())
        book.scores[row[0], row[1], row[3]] = scores
    return book


def test_canvas_finds_students_assignments_and_scores() -> None:
    book = read_as_canvas(canvas.table(CLASS))
    assert book.possible == {"Building a Brain": "20"}
    assert book.scores == {
        ("Lee, Ann", "1001", "ann"): {"Building a Brain": "17.5"},
        ('O"Brien, Jr., Bob', "", "bob"): {"Building a Brain": "15"},
        ("cal", "", "cal"): {"Building a Brain": ""},
    }


def test_canvas_has_a_column_for_each_assignment() -> None:
    other = {"assignment": "another", "title": "another", "max_score": 7.0}
    book = read_as_canvas(canvas.table([*CLASS, grade(raw=3.0, **other)]))
    assert book.possible == {"Building a Brain": "20", "another": "7"}
    assert book.scores["Lee, Ann", "1001", "ann"] == {"Building a Brain": "17.5", "another": "3"}
    assert book.scores["cal", "", "cal"] == {"Building a Brain": "", "another": ""}


# ---- Moodle: after its importer (grade/import/csv/classes/load_data.php)


def read_as_moodle(text: str, user: str, item: str) -> dict[str, float | None]:
    """Read grades as Moodle does when a person maps a column to the user, another to the item."""
    head, *rows = csv.reader(io.StringIO(text))
    head = [one.strip() for one in head]
    found = {}
    for row in rows:
        values = dict(zip(head, row, strict=True))
        # "Skip invalid row with blank user field."
        if values[user]:
            score = values[item]
            found[values[user]] = None if score in ("", "-") else float(score)
    return found


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("Username", {"ann": 17.5, "bob": 15.0, "cal": None}),
        ("User ID", {"1001": 17.5}),
        ("Email address", {"ann@x.org": 17.5}),
    ],
)
def test_moodle_finds_students_by_what_it_is_told(user: str, expected: dict) -> None:
    assert read_as_moodle(moodle.table(CLASS), user, "Building a Brain") == expected


# ---- plain


def test_the_plain_table_has_nbgraders_names_and_sums() -> None:
    rows = {row["student_id"]: row for row in csv.DictReader(io.StringIO(score_table.table(CLASS)))}
    bob = rows["bob"]
    assert (bob["raw_score"], bob["late_submission_penalty"], bob["score"]) == ("20", "5", "15")
    assert (rows["cal"]["score"], rows["cal"]["max_score"]) == ("", "20")
    assert rows["ann"]["assignment"] == LESSON.name


def test_a_penalty_takes_nobody_below_zero() -> None:
    assert grade(raw=3.0, penalty=5.0).score == 0


@pytest.mark.parametrize("form", [one.export for one in EXPORTERS.values()])
@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_taken_for_a_formula(form, name: str) -> None:
    whoever = Person(id=name, first_name=name, last_name=name, email=name, lms_user_id=name)
    for row in csv.reader(io.StringIO(form([grade(whoever), grade(NAMELESS, 0.0)]))):
        assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@")]
        assert not [cell for cell in row if re.search(r"[\x00-\x1f]", cell)]


def test_whom_an_lms_may_not_find_is_told() -> None:
    odd = Person(id="-ann")
    known = Person(id="bob", first_name="=x")
    assert csv_tables.students_with_escaped_ids([grade(odd), grade(known), grade(odd, 3.0)]) == [
        "-ann"
    ]


@pytest.mark.parametrize("form", [one.export for one in EXPORTERS.values()])
def test_a_thousand_students_and_every_letter(form) -> None:
    people = [Person(id=f"s{number}", first_name="Zoë 李") for number in range(1000)]
    rows = list(csv.reader(io.StringIO(form([grade(person) for person in people]))))
    assert sum("Zoë 李" in ",".join(row) for row in rows) == 1000
    assert len({len(row) for row in rows}) == 1


# ---- from the judge's reports


def test_what_could_not_be_marked_here_counts_as_earned_as_in_the_gradebook() -> None:
    left_out = class_of_reports.result(
        "devices", Outcome.NOT_APPLICABLE, points=0.0, max_points=0.0
    )
    assert earned(with_check(report("a"), left_out), LESSON) == 20
    assert earned(report("a", "train"), LESSON) == 14
    assert earned(odd_ones()[-1], LESSON) == 0


def test_reports_become_grades_without_penalty() -> None:
    (one,) = of_reports([report("ann", "build")], LESSON)
    assert (one.person.id, one.score, one.max_score, one.penalty) == ("ann", 16, 20, 0)


# ---- Gradescope: after https://gradescope-autograders.readthedocs.io/en/latest/specs/


def test_gradescope_reads_a_test_for_each_question() -> None:
    one = report("ann", "build", notes=("A cell was put back.",))
    found = read_as_gradescope(gradescope_results.document(one, LESSON, isolation="none"))
    assert (found["score"], found["output"]) == (16, "A cell was put back.")
    assert sum(test["score"] for test in found["tests"]) == 16
    assert sum(test["max_score"] for test in found["tests"]) == 20
    build = found["tests"][1]
    assert (build["name"], build["number"], build["status"]) == ("Build the neurons", "2", "failed")
    assert "not yet right: The layer has no bias" in build["output"]
    assert build["tags"] == ["no-bias"]
    assert found["extra_data"]["isolation"] == "none"


def test_gradescope_is_told_why_nothing_could_be_graded() -> None:
    found = read_as_gradescope(gradescope_results.document(odd_ones()[-1], LESSON))
    assert (found["score"], found["tests"], found["output"]) == (0, [], "It is not JSON.")
    assert found["extra_data"]["needs_a_look"]


def test_what_a_hidden_check_says_is_told_neither_to_gradescope_nor_to_github() -> None:
    secret = class_of_reports.result(
        "build", Outcome.FAILED, message="the secret", misconception="secret-name", hidden=True
    )
    one = with_check(report("ann"), secret)
    for text in (gradescope_results.document(one, LESSON), markdown.summary([one], LESSON)):
        assert "secret" not in text
        assert "A hidden check failed." in text


# ---- GitHub


def test_the_summary_of_one_submission_is_what_the_student_is_told() -> None:
    check = class_of_reports.result("build", Outcome.FAILED, help="See `Dense`.", message="a | b")
    text = markdown.summary([with_check(report("ann", "train"), check)], LESSON)
    assert text.startswith("## Building a Brain\n\n**10 of 20 points**")
    assert "### Build the neurons: 0 of 4 points" in text
    assert "- not yet right: a \\| b\n  - Next: See `Dense`." in text


def test_the_summary_of_a_class_is_a_table() -> None:
    text = markdown.summary([report("ann"), report("b|b", "train")], LESSON)
    assert "| ann | 20 of 20 | Everything is right. |" in text
    assert "| b\\|b | 14 of 20 |" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_markup_in_a_summary(name: str) -> None:
    text = markdown.summary([report(name), report(f"![x](http://x) {name}")], LESSON)
    assert "<script" not in text
    assert "<img" not in text
    assert "![x]" not in text


def test_the_workflow_is_one_that_github_can_read() -> None:
    found = yaml.safe_load(github_workflow.workflow(LESSON))
    # YAML 1.1 takes `on` for a truth value; GitHub does not.
    assert found[True] == ["push", "workflow_dispatch"]
    (job,) = found["jobs"].values()
    assert job["runs-on"].startswith("ubuntu-")
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert [one.split()[0:2] for one in runs] == [
        *(["pip", "install"], ["autograder", "data"], ["autograder", "grade"], ["import", "json,"])
    ]
    assert '"$GITHUB_STEP_SUMMARY"' in runs[2]
    assert f'"{LESSON.notebook}" --lesson {LESSON.name} ' in runs[2]
    assert "@" not in runs[2]


def test_the_workflows_own_command_is_one_of_ours(tmp_path: Path, monkeypatch) -> None:
    """Where it grades, a notebook that cannot be read: a summary is added to what is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    class_of_reports.install_sample(tmp_path / "keras")
    (job,) = yaml.safe_load(github_workflow.workflow(LESSON))["jobs"].values()
    command = next(step["run"] for step in job["steps"] if step.get("name") == "Grade")
    Path("summary.md").write_text("What was there.\n")
    Path(LESSON.notebook).write_text("Dear teacher,")
    words = command.replace('"$GITHUB_STEP_SUMMARY"', "summary.md").replace('"', "").split()
    assert main(words[1:]) == 1
    text = Path("summary.md").read_text()
    assert text.startswith("What was there.\n## Building a Brain\n")
    assert "This is not a notebook" in text
    assert Path("grade.json").exists()


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        (report("ann"), 0, "20 of 20 points"),
        (report("ann", "build"), 1, "16 of 20 points"),
        (report("ann", "build", "train", "compile"), 1, "6 of 20 points"),
        (odd_ones()[-1], 1, "0 of 20 points"),
    ],
    ids=["all", "some", "few", "unreadable"],
)
def test_the_workflow_is_green_with_all_points_only(
    tmp_path: Path, given: Report, code: int, text: str
) -> None:
    """Its last step, which comes after the reports were uploaded."""
    (job,) = yaml.safe_load(github_workflow.workflow(LESSON))["jobs"].values()
    *_, upload, last = job["steps"]
    assert "upload-artifact" in upload["uses"]
    assert (last["name"], last["shell"]) == ("Full marks", "python")
    (tmp_path / "grade.json").write_text(json_report.document([given]))
    done = processes.python("-c", last["run"], cwd=tmp_path)
    assert (done.returncode, (done.stdout + done.stderr).strip()) == (code, text)


# ---- the command


@pytest.fixture
def results_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Results, in the current folder, which is no course."""
    monkeypatch.chdir(tmp_path)
    class_of_reports.write(
        [report("ann"), report("=bob", "train")], tmp_path / "results" / LESSON.name
    )
    return tmp_path


def test_export_without_a_course_says_where_the_grades_are_from(results_folder, capsys) -> None:
    assert main(["export", "canvas"]) == 0
    printed = capsys.readouterr()
    assert "canvas.csv: 2 students, from the grader's reports alone" in printed.out
    assert "=bob: the LMS may not find this student" in " ".join(printed.err.split())
    book = read_as_canvas((results_folder / "canvas.csv").read_text())
    assert book.scores["ann", "", "ann"] == {"Building a Brain": "20"}
    assert book.scores["'=bob", "", "'=bob"] == {"Building a Brain": "14"}


def test_export_from_a_gradebook_that_is_not_there_is_wrong_usage(results_folder, capsys) -> None:
    assert main(["export", "csv", "--from", "gradebook"]) == 2
    assert "not a course's folder" in remarks(capsys)


def test_export_writes_a_file_for_each_submission_to_gradescope(results_folder) -> None:
    assert main(["export", "gradescope", "--output", "out"]) == 0
    found = {path.parent.name: path for path in (results_folder / "out").rglob("results.json")}
    assert set(found) == {"ann", "=bob"}
    assert read_as_gradescope(found["=bob"].read_text())["score"] == 14


def test_export_into_a_folder_that_is_not_there_is_wrong_usage(results_folder, capsys) -> None:
    assert main(["export", "csv", "--output", "nowhere/x.csv"]) == 2
    assert "There is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["results", "source", "release"])
@pytest.mark.parametrize("form", ["github-workflow", "gradescope-autograder"])
def test_export_takes_the_only_lesson_that_is_used_here(
    tmp_path: Path, monkeypatch, capsys, form: str, place: str
) -> None:
    """Only where there are several is one to be named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / place / LESSON.name).mkdir(parents=True)
    assert main(["export", form, "--output", "made"]) == 0
    assert LESSON.name.encode() in Path("made").read_bytes()
    (tmp_path / place / min(lesson_names())).mkdir()
    assert main(["export", form, "--output", "again"]) == 2
    printed = remarks(capsys)
    assert f"Name one with --lesson: {', '.join(lesson_names())}." in printed
    assert not Path("again").exists()


def test_export_asks_for_a_lesson_where_none_is_used(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "github-workflow"]) == 2
    assert "Name one with --lesson" in capsys.readouterr().err


def test_export_writes_the_workflow(results_folder, capsys) -> None:
    assert main(["export", "github-workflow", "--lesson", LESSON.name]) == 0
    assert "say in it where the package is to be had" in " ".join(capsys.readouterr().out.split())
    assert (results_folder / "autograde.yml").read_text() == github_workflow.workflow(LESSON)
