"""Our writer leaves in the gradebook and under ``autograded/`` what ``nbgrader autograde`` does."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import GenerateFeedback
from support.gradebook_course import (
    HALF,
    IN_TIME,
    LATE,
    LESSON,
    add_notebook,
    address,
    by_hand,
    files,
    make_course,
    nbgrader_autograde,
    report,
    rows,
    submit,
    write,
)

from autograder.core.config import Course
from autograder.core.errors import CourseError
from autograder.core.report import Report
from autograder.nbgrader_plugin.autograded_dir import AutogradedDir
from autograder.nbgrader_plugin.course_config import course_directory
from autograder.nbgrader_plugin.gradebook_writer import GradebookWriter
from autograder.nbgrader_plugin.preprocessor_runner import AutogradeSteps
from autograder.nbgrader_plugin.preprocessors.autograde import SaveJudgedGrades


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two courses that are alike: one that we grade, and one that nbgrader does."""

    by_writer: Course
    by_nbgrader: Course

    def grade(self, reports: Sequence[Report], times: dict[str, str] | None = None, **kw) -> None:
        """Grade the same submissions in both."""
        times = times or {}
        entries = [submit(self.by_writer, one, times.get(one.name, ""), **kw) for one in reports]
        for one in reports:
            submit(self.by_nbgrader, one, times.get(one.name, ""), **kw)
        assert write(self.by_writer, *entries) == []
        nbgrader_autograde(self.by_nbgrader, {one.name: one for one in reports})

    def by_hand(self, change: Callable[[Gradebook], object]) -> None:
        """What an instructor enters, in both."""
        for course in (self.by_writer, self.by_nbgrader):
            by_hand(course, change)

    def alike(self) -> dict[str, list[dict[str, object]]]:
        """Their rows and their files are the same; the rows."""
        found = rows(address(self.by_writer))
        assert found == rows(address(self.by_nbgrader))
        assert files(self.by_writer) == files(self.by_nbgrader)
        assert files(self.by_writer)
        return found


def row(found: dict[str, list[dict[str, object]]], student: str, cell: str) -> dict[str, object]:
    return next(one for one in found[student] if one.get("cell") == cell)


@pytest.fixture
def pair(new_gradebook: Callable[[], str], tmp_path: Path) -> Pair:
    return Pair(
        by_writer=make_course(tmp_path / "ours", new_gradebook(), HALF),
        by_nbgrader=make_course(tmp_path / "theirs", new_gradebook(), HALF),
    )


def test_first_grading(pair: Pair) -> None:
    """Points, part of the points, an answer in words, a blank; students who were not known."""
    pair.grade([report("ada"), report("Bert Ö. 007", "pfppfp")], {"ada": IN_TIME})
    pair.grade([report("words")], why="Because it is linear.", build=None)
    found = pair.alike()
    assert row(found, "Bert Ö. 007", "check-build Grade")["auto_score"] == 2
    assert row(found, "words", "why Grade")["needs_manual_grade"]
    assert row(found, "ada", "why Comment")["auto_comment"] == "No response."
    assert row(found, "words", "build Comment")["auto_comment"] == "No response."


def test_nbgrader_autograde_leaves_the_same_rows(pair: Pair) -> None:
    """With all that an instructor entered, as where nbgrader itself writes them."""

    def enter(gradebook: Gradebook) -> None:
        where = (LESSON.name, LESSON.name, "ada")
        gradebook.find_grade("check-build", *where).manual_score = 3.5
        gradebook.find_comment("build", *where).manual_comment = "Well tried."

    for outcomes in ("ffpppp", "pfefpp"):
        one = report("ada", outcomes)
        for course in (pair.by_writer, pair.by_nbgrader):
            submit(course, one, LATE, why="Because it is linear.")
        nbgrader_autograde(pair.by_writer, {"ada": one}, save=SaveJudgedGrades)
        nbgrader_autograde(pair.by_nbgrader, {"ada": one})
        pair.alike()
        pair.by_hand(enter)


def test_what_an_instructor_entered_is_kept(pair: Pair) -> None:
    """Manual score, extra credit, comment, extension and flag, after a check was changed."""
    pair.grade([report("ada", "ffpppp"), report("bert")], {"ada": LATE})

    def enter(gradebook: Gradebook) -> None:
        place = (LESSON.name, LESSON.name, "ada")
        gradebook.find_grade("check-build", *place).manual_score = 3.5
        gradebook.find_grade("check-train", *place).extra_credit = 1
        gradebook.find_comment("build", *place).manual_comment = "Well tried."
        gradebook.find_submission_notebook(*place).flagged = True
        gradebook.grant_extension(LESSON.name, "bert", days=2)

    pair.by_hand(enter)
    pair.grade([report("ada", "pfffpp"), report("bert", "fppppp")], {"bert": LATE})
    found = pair.alike()
    build = row(found, "ada", "check-build Grade")
    assert (build["manual_score"], build["auto_score"]) == (3.5, 2)
    assert not build["needs_manual_grade"]
    assert row(found, "ada", "check-train Grade")["extra_credit"] == 1
    assert row(found, "ada", "build Comment")["manual_comment"] == "Well tried."
    assert found["bert"][1]["penalty"] is None
    assert found["ada"][1] == {"penalty": 8.75, "flagged": True}


def test_a_person_is_asked_again_only_where_something_is_new(pair: Pair) -> None:
    """Where the judge's own score changed; or a check still cannot tell, and nobody has."""
    pair.grade([report("ada", "pfeepp")])

    def enter(gradebook: Gradebook) -> None:
        for question in ("build", "parameters"):
            grade = gradebook.find_grade(f"check-{question}", LESSON.name, LESSON.name, "ada")
            # What the formgrader does.
            grade.manual_score, grade.needs_manual_grade = 1.5, False

    def needing_review() -> set[object]:
        return {one["cell"] for one in pair.alike()["ada"] if one.get("needs_manual_grade")}

    pair.by_hand(enter)
    pair.grade([report("ada", "pfeepp")])
    assert needing_review() == {"check-compile Grade"}
    pair.grade([report("ada", "ppeepp")])
    assert needing_review() == {"check-compile Grade", "check-build Grade"}
    # Until a person has looked.
    pair.grade([report("ada", "ppeepp")])
    assert "check-build Grade" in needing_review()


@pytest.mark.parametrize(
    ("first", "second", "asks"),
    [(IN_TIME, IN_TIME, False), (IN_TIME, LATE, True), ("", "", True)],
    ids=["the same submission", "another one", "who knows"],
)
def test_an_answer_in_words_is_marked_once_for_each_submission(
    pair: Pair, first: str, second: str, *, asks: bool
) -> None:
    """The judge has no score for it that could tell whether it changed."""

    def grade(time: str, why: str) -> None:
        write(pair.by_writer, submit(pair.by_writer, report("ada"), time, why=why))

    grade(first, "Because.")
    with Gradebook(address(pair.by_writer), "brains") as gradebook:
        mark = gradebook.find_grade("why", LESSON.name, LESSON.name, "ada")
        mark.manual_score, mark.needs_manual_grade = 2, False
        gradebook.db.commit()
    grade(second, "Because." if first == second else "It is linear.")
    found = row(rows(address(pair.by_writer)), "ada", "why Grade")
    assert (found["manual_score"], found["needs_manual_grade"]) == (2, asks)


def test_late_submissions(pair: Pair) -> None:
    """The course's own plugin sets penalties, within nbgrader's limits; in time again: none."""
    students = ["in time", "late", "excused", "very late"]
    times = {**dict.fromkeys(students, LATE), "in time": IN_TIME}
    pair.grade([report(student, "fppppp") for student in students], times)
    found = pair.alike()
    assert [found[student][1]["penalty"] for student in students] == [None, 9.5, None, 19]
    pair.grade([report("late")], {"late": IN_TIME})
    assert pair.alike()["late"][1]["penalty"] is None


def test_a_check_that_could_not_tell_asks_for_a_person(pair: Pair) -> None:
    """And only for its own question; told at the next grading, it does not ask any more."""
    pair.grade([report("ada", "pepppp")])
    asks = {one["cell"] for one in pair.alike()["ada"] if one.get("needs_manual_grade")}
    assert asks == {"check-build Grade"}
    pair.grade([report("ada", "pfpppp")])
    assert not any(one.get("needs_manual_grade") for one in pair.alike()["ada"])


def test_what_could_not_be_read_has_zero_points_and_says_why(pair: Pair) -> None:
    """The blank notebook stands in."""
    ill = Report(name="ada", notebook="x.ipynb", status="failed", reason="It is not JSON.")
    entry = submit(pair.by_writer, ill, **dict.fromkeys(("build", "devices"), None))
    (entry.folder / LESSON.notebook).write_text("Dear teacher,")
    write(pair.by_writer, replace(entry, notebook=None))
    found = rows(address(pair.by_writer))["ada"]
    assert {one["auto_score"] for one in found if "auto_score" in one} == {0}
    assert not any(one.get("needs_manual_grade") for one in found)
    shown = files(pair.by_writer)[f"ada/{LESSON.name}/{LESSON.notebook}"][0].decode()
    assert shown.count("It is not JSON.") >= len(LESSON.questions)


def test_another_notebook_of_the_assignment(pair: Pair) -> None:
    """Has no points where it was not handed in, and waits for a person where it was."""
    for course in (pair.by_writer, pair.by_nbgrader):
        add_notebook(address(course), "extra")
        folder = course.root / "submitted" / "bert" / LESSON.name
        folder.mkdir(parents=True)
        (folder / "extra.ipynb").write_text("{}")
    pair.grade([report("ada"), report("bert")])
    found = pair.alike()
    waits = {
        name: sum(bool(one.get("needs_manual_grade")) for one in found[name])
        for name in found
        if name != "(courses)"
    }
    assert waits == {"ada": 0, "bert": 7}


def test_a_penalty_that_cannot_be_worked_out(pair: Pair) -> None:
    """Says whose; nothing is written."""
    entry = submit(pair.by_writer, report("broken"), LATE)
    with pytest.raises(CourseError, match="penalty for broken failed: ZeroDivisionError"):
        write(pair.by_writer, entry)
    assert set(rows(address(pair.by_writer))) == {"(courses)"}


def test_a_plugin_that_is_not_there(new_gradebook, tmp_path: Path) -> None:
    """Is named."""
    settings = 'c.AssignLatePenalties.plugin_class = "nowhere.Plugin"\n'
    course = make_course(tmp_path / "c", new_gradebook(), settings)
    with pytest.raises(CourseError, match=r"nowhere.Plugin"):
        GradebookWriter(course)


def test_grading_twice_changes_nothing(pair: Pair) -> None:
    """Not a row is made, not a value is another."""
    entries = [submit(pair.by_writer, report(name, "pfeppp"), LATE) for name in ("ada", "bert")]
    write(pair.by_writer, *entries)
    before = rows(address(pair.by_writer)), files(pair.by_writer)
    write(pair.by_writer, *entries, entries[0])
    assert (rows(address(pair.by_writer)), files(pair.by_writer)) == before


@pytest.mark.parametrize(
    "place", [(AutogradedDir, "make"), (AutogradeSteps, "penalise")], ids=["files", "rows"]
)
def test_a_group_is_written_as_a_whole_or_not_at_all(pair: Pair, monkeypatch, place) -> None:
    """Whatever happens in the middle of it: the gradebook and the folders are as before."""
    entries = [submit(pair.by_writer, report(name)) for name in ("ada", "bert", "cleo")]
    write(pair.by_writer, *entries[:1])
    before = rows(address(pair.by_writer)), files(pair.by_writer)
    owner, name = place
    real, calls = getattr(owner, name), []

    def crash(*given):
        calls.append(given)
        if owner is AutogradeSteps:
            real(*given)
            given[1].flush()
        if owner is AutogradeSteps or len(calls) == 2:
            raise KeyboardInterrupt
        return real(*given)

    with GradebookWriter(pair.by_writer) as writer:
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, crash)
            changed = [replace(one, report=report(one.student, "fpffff")) for one in entries]
            with pytest.raises(KeyboardInterrupt):
                writer.write(changed)
        kept = {path: what for path, what in files(pair.by_writer).items() if path in before[1]}
        assert (rows(address(pair.by_writer)), kept) == before
        assert [
            path for path in files(pair.by_writer) if LESSON.name in path and "ada" not in path
        ] == []
        writer.write(entries)
    assert {"ada", "bert", "cleo"} <= set(rows(address(pair.by_writer)))


def test_a_time_that_is_none_is_told(pair: Pair) -> None:
    """The submission is graded all the same: nbgrader gives up on it."""
    entry = submit(pair.by_writer, report("ada"), "yesterday, I think")
    assert "ada: timestamp.txt is no time" in write(pair.by_writer, entry)[0]
    assert rows(address(pair.by_writer))["ada"][0]["time"] is None


def test_a_link_does_not_lead_out_of_the_submission(pair: Pair) -> None:
    """What it leads to would come back to the student with the feedback."""
    entry = submit(pair.by_writer, report("ada"))
    (entry.folder / "data.csv").symlink_to(pair.by_writer.root / "nbgrader_config.py")
    os.mkfifo(entry.folder / "pipe")
    write(pair.by_writer, entry)
    assert [name for name in files(pair.by_writer) if "data.csv" in name or "pipe" in name] == []


def test_a_students_files_do_not_stop_the_class(pair: Pair) -> None:
    """A folder where the course has a file, a file where it has a folder."""
    data = pair.by_writer.root / "source" / LESSON.name / "data"
    data.mkdir()
    (data / "given.csv").write_text("1")
    entry = submit(pair.by_writer, report("ada"))
    (entry.folder / "helper.py").unlink()
    (entry.folder / "helper.py").mkdir()
    (entry.folder / "helper.py" / "x").touch()
    (entry.folder / "data").write_text("mine")
    (remark,) = write(pair.by_writer, entry)
    assert remark.startswith("ada: helper.py/x was left out")
    place = pair.by_writer.root / "autograded" / "ada" / LESSON.name
    assert (place / "helper.py").read_text() == "given = 1\n"
    assert (place / "data" / "given.csv").read_text() == "1"


def test_nothing_is_held_between_groups(pair: Pair) -> None:
    """A server may cut the connection, another program may write."""
    entries = [submit(pair.by_writer, report(student)) for student in ("ada", "bert")]
    with GradebookWriter(pair.by_writer) as writer:
        writer.write(entries[:1])
        assert writer._gradebook.engine.pool.checkedin() == 0
        with Gradebook(address(pair.by_writer), "brains") as gradebook:
            gradebook.add_student("cleo")
        writer.write(entries[1:])
    assert set(rows(address(pair.by_writer))) == {"ada", "bert", "cleo", "(courses)"}


def test_feedback_shows_the_points(pair: Pair) -> None:
    """Of what we wrote, made by nbgrader."""
    entry = submit(pair.by_writer, report("ada", "pfpppp"), LATE)
    write(pair.by_writer, entry)
    directory = course_directory(pair.by_writer.root)
    directory.assignment_id = LESSON.name
    GenerateFeedback(coursedir=directory, config=directory.config).start()
    page = pair.by_writer.root / "feedback" / "ada" / LESSON.name / f"{LESSON.name}.html"
    assert "Score: 9.0 / 23.0" in page.read_text()


def test_nbgraders_own_api_reads_what_was_written(pair: Pair) -> None:
    """What the formgrader lists, and the next autograde of nbgrader on top of ours."""
    entry = submit(pair.by_writer, report("ada", "pfpppp"), LATE)
    write(pair.by_writer, entry)
    api = NbGraderAPI(course_directory(pair.by_writer.root))
    listed = api.get_submissions(LESSON.name)
    assert [(one["student"], one["score"], one["autograded"]) for one in listed] == [
        ("ada", 18, True)
    ]
    assert api.get_students()[0]["score"] == 18
    before = rows(address(pair.by_writer)), files(pair.by_writer)
    nbgrader_autograde(pair.by_writer, {"ada": entry.report})
    assert (rows(address(pair.by_writer)), files(pair.by_writer)) == before


def test_an_assignment_that_was_never_generated(pair: Pair) -> None:
    """Is named, with what to do."""
    entry = submit(pair.by_writer, report("ada"))
    with Gradebook(address(pair.by_writer), "brains") as gradebook:
        gradebook.remove_assignment(LESSON.name)
    with pytest.raises(CourseError, match=r"building-a-brain is not in .*autograder generate"):
        write(pair.by_writer, entry)


def test_a_release_that_is_not_the_gradebooks(pair: Pair) -> None:
    """What was run is not what points are stored for."""
    entry = submit(pair.by_writer, report("ada"))
    entry.notebook.cells[1].source += "\nprint('changed')"
    with pytest.raises(CourseError, match=r"“setup” in release/ is not the gradebook's"):
        write(pair.by_writer, entry)


def test_a_cell_that_is_not_in_the_gradebook(pair: Pair) -> None:
    """Is named."""
    entry = submit(pair.by_writer, report("ada"))
    cell = next(one for one in entry.notebook.cells if one.id == "check-build")
    cell.metadata["nbgrader"]["grade_id"] = "check-more"
    with pytest.raises(CourseError, match=r"no cell “check-more” in the gradebook\. Run"):
        write(pair.by_writer, entry)


def test_more_points_than_the_gradebook_has(pair: Pair) -> None:
    """The lesson gives other points than the source did: nothing is written."""
    entry = submit(pair.by_writer, report("ada"))
    cell = next(one for one in entry.notebook.cells if one.id == "check-build")
    cell.outputs[1].data["text/plain"] = "5.0"
    with pytest.raises(CourseError, match="“check-build”: partial credit cannot be greater"):
        write(pair.by_writer, entry)
    assert set(rows(address(pair.by_writer))) == {"(courses)"}


def test_students_may_have_to_be_known(new_gradebook, tmp_path: Path) -> None:
    """Where the course says so, as in nbgrader."""
    course = make_course(tmp_path / "c", new_gradebook(), "c.Autograde.create_student = False\n")
    with pytest.raises(CourseError, match="no student ada"):
        write(course, submit(course, report("ada")))


@pytest.mark.parametrize("student", ["", "..", "a/b", "a" * 129, "\udcff"])
def test_a_name_that_is_no_folder(pair: Pair, student: str) -> None:
    """Never leads elsewhere."""
    entry = replace(submit(pair.by_writer, report("ada")), student=student)
    with pytest.raises(CourseError, match="cannot be the name"):
        write(pair.by_writer, entry)


def test_no_gradebook_yet(tmp_path: Path) -> None:
    """None is made by looking for it."""
    course = make_course(tmp_path / "c", "sqlite:///grades.db")
    with pytest.raises(CourseError, match=r"no gradebook .*/c/grades.db yet"):
        GradebookWriter(course).__enter__()
    assert not (tmp_path / "c" / "grades.db").exists()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """Is named without its password."""
    pytest.importorskip("psycopg")
    course = make_course(tmp_path / "c", "postgresql+psycopg://me:secret@127.0.0.1:1/grades")
    with pytest.raises(CourseError, match=r"me:\*\*\*@127.0.0.1:1/grades cannot be used"):
        GradebookWriter(course).__enter__()
