"""Deadlines on a real gradebook: late penalties, extensions, and which submission counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from support.gradebook_course import (
    HALF,
    IN_TIME,
    LATE,
    LESSON,
    ZERO,
    address,
    by_hand,
    files,
    make_course,
    report,
    rows,
    submit,
    write,
)
from support.terminal import remarks

from autograder.cli import main
from autograder.core.config import Course, Settings
from autograder.core.errors import CourseError
from autograder.core.lesson_registry import lesson_names

EARLY, LATER = "2026-03-01 10:00:00 UTC", "2026-03-05 12:00:00 UTC"


def grade(course: Course, outcomes: str, time: str, **answers) -> list[str]:
    """A submission of Ann's, graded; what a person is told."""
    return write(course, submit(course, report("ann", outcomes), time, **answers))


def standing(course: Course) -> tuple[float, float | None, str]:
    """Ann's score before the penalty, the penalty, and when what counts was handed in."""
    about, notebook, *_ = rows(address(course))["ann"]
    return notebook_score(course), notebook["penalty"], str(about["time"])


def notebook_score(course: Course) -> float:
    with Gradebook(address(course), "brains") as gradebook:
        return float(gradebook.find_submission(LESSON.name, "ann").score)


@pytest.fixture
def course(new_gradebook, tmp_path: Path) -> Course:
    """Late work earns nothing, by nbgrader's own plugin."""
    return make_course(tmp_path / "course", new_gradebook(), ZERO)


@pytest.fixture
def best(new_gradebook, tmp_path: Path) -> Course:
    """The best submission counts; late work earns half."""
    made = make_course(tmp_path / "best", new_gradebook(), HALF)
    return replace(made, settings=Settings(keep="best"))


# ---- late penalties, as nbgrader's plugin is configured


def test_a_new_submission_after_the_deadline_has_the_penalty(course: Course) -> None:
    grade(course, "fppppp", IN_TIME)
    assert standing(course) == (19, None, "2026-03-01 11:00:00")
    grade(course, "pppppp", LATE)
    assert standing(course) == (20, 20, "2026-03-02 12:00:00")


def test_an_extension_is_respected_and_so_is_its_end(course: Course) -> None:
    grade(course, "fppppp", IN_TIME)
    by_hand(course, lambda gradebook: gradebook.grant_extension(LESSON.name, "ann", days=2))
    grade(course, "pppppp", LATE)
    assert standing(course) == (20, None, "2026-03-02 12:00:00")
    grade(course, "pppppp", LATER)
    assert standing(course) == (20, 20, "2026-03-05 12:00:00")


def test_an_extension_that_comes_afterwards_takes_the_penalty_back(course: Course) -> None:
    """At the next grading or regrading of the same submission."""
    grade(course, "pppppp", LATE)
    assert standing(course)[1] == 20
    by_hand(course, lambda gradebook: gradebook.grant_extension(LESSON.name, "ann", weeks=1))
    grade(course, "pppppp", LATE)
    assert standing(course)[1] is None


# ---- the last or the best


def test_the_last_submission_counts_unless_the_course_says_else(course: Course) -> None:
    grade(course, "pppppp", EARLY)
    assert grade(course, "ffpppp", IN_TIME) == []
    assert standing(course)[0] == 17


def test_the_best_stays_with_its_notebook_and_a_person_is_told(best: Course) -> None:
    grade(best, "pppppp", EARLY)
    before = rows(address(best)), files(best)
    (printed,) = grade(best, "ffpppp", IN_TIME)
    assert printed == (
        "ann: the submission of 2026-03-01 10:00 UTC stays in the gradebook, with 20 points;"
        " that of 2026-03-01 11:00 UTC has 17."
    )
    assert (rows(address(best)), files(best)) == before


def test_a_better_one_takes_its_place(best: Course) -> None:
    grade(best, "ffpppp", EARLY)
    assert grade(best, "fppppp", IN_TIME) == []
    assert standing(best) == (19, None, "2026-03-01 11:00:00")


def test_penalties_count_in_what_is_better(best: Course) -> None:
    """17 points in time are more than half of 20."""
    grade(best, "ffpppp", IN_TIME)
    (printed,) = grade(best, "pppppp", LATE)
    assert "with 17 points; that of 2026-03-02 12:00 UTC has 10." in printed
    assert standing(best) == (17, None, "2026-03-01 11:00:00")
    by_hand(best, lambda gradebook: gradebook.grant_extension(LESSON.name, "ann", days=2))
    assert grade(best, "pppppp", LATE) == []
    assert standing(best) == (20, None, "2026-03-02 12:00:00")


def test_what_a_person_entered_counts_too(best: Course) -> None:
    grade(best, "ffpppp", EARLY)

    def extra(gradebook: Gradebook) -> None:
        place = (LESSON.name, LESSON.name, "ann")
        gradebook.find_grade("check-build", *place).manual_score = 4
        gradebook.find_grade("check-train", *place).extra_credit = 2

    by_hand(best, extra)
    # The manual score stands for either; 1 and 2 points are missing elsewhere.
    (printed,) = grade(best, "fpfppp", IN_TIME)
    assert "with 21 points; that of 2026-03-01 11:00 UTC has 20." in printed


def test_the_same_submission_graded_again_may_lose_points(best: Course) -> None:
    """A check was put right: that is not another try."""
    grade(best, "pppppp", IN_TIME)
    assert grade(best, "fppppp", IN_TIME) == []
    assert standing(best)[0] == 19


@pytest.mark.parametrize("times", [("", IN_TIME), (IN_TIME, ""), ("", "")])
def test_without_times_submissions_cannot_be_told_apart(best: Course, times) -> None:
    """Then the last counts, as ever."""
    grade(best, "pppppp", times[0])
    (best.root / "submitted" / "ann" / LESSON.name / "timestamp.txt").unlink(missing_ok=True)
    grade(best, "ffpppp", times[1])
    if times[1]:
        assert standing(best)[0] == 17


def test_a_group_is_written_whichever_of_it_counts(best: Course) -> None:
    grade(best, "pppppp", EARLY)
    entries = [
        submit(best, report("ann", "ffffff"), IN_TIME),
        submit(best, report("bob", "fppppp"), IN_TIME),
    ]
    assert len(write(best, *entries)) == 1
    assert standing(best)[0] == 20
    assert (best.root / "autograded" / "bob" / LESSON.name / LESSON.notebook).exists()


def test_keep_may_be_last_or_best() -> None:
    with pytest.raises(CourseError, match=r"Autograder.keep is “first”; it may be last, best"):
        Settings(keep="first")


# ---- the solution, after the deadline


@pytest.fixture
def with_solution(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    """A course with a solution and an exchange, in its own folder."""
    folder = course.root / "solutions" / LESSON.name
    folder.mkdir(parents=True)
    (folder / LESSON.notebook).write_text("the solution")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.Exchange.root = {str(tmp_path / 'exchange')!r}\n")
    monkeypatch.chdir(course.root)
    return course


def due(course: Course, when: datetime | None) -> None:
    """Set the due date, which nbgrader keeps in UTC."""
    shown = when.strftime("%Y-%m-%d %H:%M:%S UTC") if when else None

    def change(gradebook: Gradebook) -> None:
        gradebook.update_or_create_assignment(LESSON.name, duedate=shown)

    by_hand(course, change)


def test_after_the_due_date_the_solution_is_an_assignment_to_fetch(
    with_solution: Course, tmp_path
) -> None:
    assert main(["publish-solutions", "--all"]) == 0
    name = f"{LESSON.name}-solution"
    place = tmp_path / "exchange" / "brains" / "outbound" / name / LESSON.notebook
    assert place.read_text() == "the solution"
    (with_solution.root / "solutions" / LESSON.name / LESSON.notebook).write_text("a better one")
    assert main(["publish-solutions", "--all"]) == 0
    assert place.read_text() == "a better one"
    assert not (with_solution.root / "release" / name).exists()


def test_or_it_is_copied_into_a_folder(with_solution: Course, tmp_path: Path) -> None:
    assert main(["publish-solutions", "--all", "--to", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / LESSON.name / LESSON.notebook).read_text() == "the solution"


def test_before_the_due_date_it_stays(with_solution: Course, tmp_path: Path, capsys) -> None:
    due(with_solution, datetime.now(UTC) + timedelta(hours=1))
    assert main(["publish-solutions", "--all", "--to", str(tmp_path / "site")]) == 2
    assert "UTC on: that is the due date." in remarks(capsys)
    assert not (tmp_path / "site").exists()
    assert not (tmp_path / "exchange").exists()


def test_until_the_last_extension_it_stays(with_solution: Course, tmp_path: Path, capsys) -> None:
    due(with_solution, datetime.now(UTC) - timedelta(days=1))
    grade(with_solution, "pppppp", IN_TIME)
    by_hand(with_solution, lambda gradebook: gradebook.grant_extension(LESSON.name, "ann", days=2))
    assert main(["publish-solutions", "--all", "--to", str(tmp_path / "site")]) == 2
    assert "ann has an extension" in remarks(capsys)
    by_hand(with_solution, lambda gradebook: gradebook.grant_extension(LESSON.name, "ann", hours=2))
    assert main(["publish-solutions", "--all", "--to", str(tmp_path / "site")]) == 0


def test_without_a_due_date_nobody_can_know(with_solution: Course, capsys) -> None:
    due(with_solution, None)
    assert main(["publish-solutions", "--all"]) == 2
    assert "has no due date for building-a-brain. Set one" in remarks(capsys)


def test_a_lesson_that_is_not_over_keeps_the_others_back(
    with_solution: Course, tmp_path: Path, capsys
) -> None:
    other = next(name for name in lesson_names() if name != LESSON.name)
    (with_solution.root / "solutions" / other).mkdir()
    (with_solution.root / "solutions" / other / f"{other}.ipynb").write_text("another solution")
    assert other < LESSON.name
    assert main(["publish-solutions", "--all", "--to", str(tmp_path / "site")]) == 2
    assert f"has no due date for {other}" in remarks(capsys)
    assert not (tmp_path / "site").exists()
    assert main(["publish-solutions", "--lesson", LESSON.name, "--to", str(tmp_path / "site")]) == 0
    assert [one.name for one in (tmp_path / "site").iterdir()] == [LESSON.name]


def test_it_has_to_be_said_which_solutions(with_solution: Course, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["publish-solutions"])
    assert ended.value.code == 2
    assert "one of the arguments --lesson --all is required" in remarks(capsys)


def test_a_dry_run_publishes_nothing(with_solution: Course, tmp_path: Path) -> None:
    assert main(["publish-solutions", "--all", "--dry-run"]) == 0
    assert not (tmp_path / "exchange").exists()
    assert main(["publish-solutions", "--all", "--dry-run", "--to", str(tmp_path / "site")]) == 0
    assert not (tmp_path / "site").exists()


def test_what_was_published_can_be_taken_back(with_solution: Course, tmp_path: Path) -> None:
    """From the exchange, and from a folder with other files in it."""
    outbound = tmp_path / "exchange" / "brains" / "outbound" / f"{LESSON.name}-solution"
    assert main(["publish-solutions", "--all"]) == 0
    assert main(["publish-solutions", "--all", "--withdraw", "--dry-run"]) == 0
    assert outbound.is_dir()
    assert main(["publish-solutions", "--all", "--withdraw"]) == 0
    assert not outbound.exists()
    to = ["--to", str(tmp_path / "site")]
    assert main(["publish-solutions", "--all", *to]) == 0
    own = tmp_path / "site" / LESSON.name / "own.txt"
    own.write_text("")
    assert main(["publish-solutions", "--all", "--withdraw", *to]) == 0
    assert [one.name for one in own.parent.iterdir()] == ["own.txt"]


def test_without_a_solution_it_says_what_to_do(course: Course, monkeypatch, capsys) -> None:
    monkeypatch.chdir(course.root)
    assert main(["publish-solutions", "--all"]) == 2
    assert "Run `autograder generate` first" in remarks(capsys)
    assert main(["publish-solutions", "--lesson", LESSON.name]) == 2
