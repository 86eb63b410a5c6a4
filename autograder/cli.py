"""The command line of the autograder.

Exit codes: 0 all were graded, 1 some could not be, 2 wrong usage or the grader's own fault.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from autograder import dataset, doctor
from autograder.course import ISOLATION, Course, find_course
from autograder.errors import AutograderError, CourseError, UsageError
from autograder.evidence import write_whole
from autograder.grading import Grader
from autograder.grading.cluster import ClusterPool
from autograder.grading.regrade import kept, regrade
from autograder.lesson import lesson_names, load_lesson
from autograder.render import html, jsonform, terminal, words
from autograder.report import Report
from autograder.submissions import Submission, find_submissions

if TYPE_CHECKING:
    from autograder.nbgrader_plugin.bookkeeping import Bookkeeper


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    arguments = _parser().parse_args(argv)
    console = Console(stderr=True)
    # Asked to end, we end as after Ctrl-C: nothing that we started goes on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = arguments.run(arguments, console)
    except AutograderError as error:
        console.print(
            f"[bold]autograder:[/bold] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 2
    except Exception:  # noqa: BLE001  our own fault, whatever it is: shown whole, never exit code 1
        console.print_exception()
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is kept; the same command starts again.")
        return 130
    return code


def grade(arguments: argparse.Namespace, console: Console) -> int:
    """Grade submissions, write their reports, print a table."""
    course = _isolated(find_course(Path.cwd()), arguments.isolation)
    submissions = find_submissions(arguments.paths)
    if arguments.json and not arguments.json.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {arguments.json.resolve().parent} to write in.")
    grader = replace(
        _grader(arguments, course, console),
        share=not arguments.no_share,
        fresh=arguments.force,
        pool=partial(ClusterPool, address=arguments.dask) if arguments.dask else None,
    )
    workers = arguments.workers or course.settings.workers or os.cpu_count() or 1
    if course.settings.isolation == "none":
        console.print("Submissions run with your own rights (isolation: none).", highlight=False)
    ready = grader.grade(submissions, workers=min(workers, len(submissions)))
    wanted = not arguments.no_gradebook
    with grader, _gradebook(course, grader.results, console, wanted=wanted) as book:
        reports = _watched(ready, book, len(submissions), console)
    order = {one.name: number for number, one in enumerate(submissions)}
    reports.sort(key=lambda report: order[report.name])
    where = _write_class(grader, reports)
    Console().print(terminal.table(reports))
    if open_ := [report.name for report in reports if report.needs_a_look]:
        console.print(f"A person has to look at: {', '.join(map(escape, open_))}", soft_wrap=True)
    console.print(f"Reports: {where}", highlight=False, soft_wrap=True)
    if arguments.json:
        write_whole(arguments.json, jsonform.document(reports).encode())
    return _exit_code(reports, console)


def rejudge(arguments: argparse.Namespace, console: Console) -> int:
    """Judge again what an earlier grading has left, without running anything."""
    course = find_course(Path.cwd())
    results = arguments.results or (course.root or Path.cwd()) / "results"
    names = [arguments.lesson] if arguments.lesson else _lessons_in(results)
    reports: list[Report] = []
    for lesson in map(load_lesson, names):
        folder = results / lesson.name
        judged = (report for report, _ in regrade(folder, lesson, course))
        wanted = not arguments.no_gradebook
        with _gradebook(course, results, console, wanted=wanted) as book:
            these = _watched(judged, book, len(kept(folder)), console)
        write_whole(folder / "index.html", html.class_page(these, lesson).encode())
        reports += these
    Console().print(terminal.table(reports))
    if arguments.json:
        write_whole(arguments.json, jsonform.document(reports).encode())
    return _exit_code(reports, console)


def _lessons_in(results: Path) -> list[str]:
    names = [name for name in lesson_names() if (results / name).is_dir()]
    if not names:
        raise UsageError(f"There are no results in {results}. Grade the submissions first.")
    return names


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Rehearse: the points and words of the official grade, on a student's own machine."""
    course = _isolated(Course(), "none")
    console.print(
        "A rehearsal: your notebook is run here from the top, on its own, with your own rights"
        " (not isolated). The points are those of the official grade.",
        highlight=False,
    )
    submission = Submission(name=arguments.notebook.stem, path=arguments.notebook)
    with tempfile.TemporaryDirectory() as scratch:
        arguments.results = arguments.results or Path(scratch)
        with _grader(arguments, course, console) as grader:
            (report,) = terminal.watched(grader.grade([submission]), 1, console)
    if report.status == "graded":
        for line in (*([report.reason] if report.reason else ()), *report.notes):
            print(f"Note: {line}")
        for question in (grader.lesson or load_lesson(lesson_names()[0])).questions:
            if results := report.of(question.name):
                print(words.answer(question, results))
        print(f"Together: {words.points(report.checks)}")
    return _exit_code([report], console)


def examine(arguments: argparse.Namespace, console: Console) -> int:
    """Say what this machine can do for grading, and how to get what is missing."""
    del arguments
    findings = []
    for finding in doctor.examine(find_course(Path.cwd())):
        findings.append(finding)
        mark = "[green]✓[/green]" if finding.well else "[bold yellow]![/bold yellow]"
        console.print(f"{mark} {escape(finding.what)}", highlight=False, soft_wrap=True)
        for line in finding.next_step.splitlines():
            console.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
    return 0 if all(finding.well for finding in findings) else 1


def data(arguments: argparse.Namespace, console: Console) -> int:
    """Provide Fashion-MNIST where Keras looks for it."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    provision = dataset.provide(
        arguments.source,
        allow_download=not arguments.offline,
        allow_apt=not arguments.offline,
        progress=say,
    )
    if provision.notice:
        say(provision.notice)
    print(f"Fashion-MNIST ({provision.name}) is in {provision.home}, from {provision.origin}.")
    return 0


def generate(arguments: argparse.Namespace, console: Console) -> int:
    """Make release/ and solutions/ from source/, or say whether they are up to date."""
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import generate as generating  # noqa: PLC0415

    course = find_course(Path.cwd())
    if arguments.check:
        differences = generating.differences(course)
        for difference in differences:
            print(difference)
        if not differences:
            print("release/ and solutions/ are what source/ makes them.")
        return 1 if differences else 0
    home = _data_home(console)
    for line in generating.generate(course, home, force=arguments.force):
        console.print(line, highlight=False, soft_wrap=True)
    return 0


def _isolated(course: Course, isolation: str | None) -> Course:
    """The course with another isolation than its own, where one is given."""
    if isolation is None:
        return course
    return replace(course, settings=replace(course.settings, isolation=isolation))


def _grader(arguments: argparse.Namespace, course: Course, console: Console) -> Grader:
    lesson = load_lesson(arguments.lesson) if arguments.lesson else None
    results = arguments.results or (course.root or Path.cwd()) / "results"
    return Grader(course=course, data_home=_data_home(console), results=results, lesson=lesson)


def _data_home(console: Console) -> Path:
    """The Keras home to work with; where there is none yet, it is provided now."""
    home = dataset.active_home()
    try:
        notice = dataset.load(home).notice
    except AutograderError:
        console.print("Fashion-MNIST is not here yet: looking for it.")
        provision = dataset.provide(progress=lambda line: console.print(line, highlight=False))
        home, notice = provision.home, provision.notice
    if notice:
        console.print(f"[bold]{escape(notice)}[/bold]", highlight=False)
    return home


@contextlib.contextmanager
def _gradebook(
    course: Course, results: Path, console: Console, *, wanted: bool
) -> Iterator[Bookkeeper | None]:
    """Who writes to the course's gradebook, ``None`` where there is no course or no gradebook."""
    book = None
    with contextlib.ExitStack() as stack:
        if course.root and wanted:
            # Only here: nbgrader takes a second to import.
            from autograder.nbgrader_plugin import bookkeeping  # noqa: PLC0415

            try:
                if bookkeeping.has_submissions(course):
                    book = stack.enter_context(bookkeeping.Bookkeeper(course, results))
            except CourseError as error:
                said = f"The gradebook is left alone. {escape(str(error))}"
                console.print(said, highlight=False, soft_wrap=True)
        yield book
    for remark in book.remarks if book else ():
        console.print(escape(remark), highlight=False, soft_wrap=True)
    if book and book.failed:
        raise CourseError("The reports are written, but not all of them to the gradebook.")


def _watched(
    ready: Iterable[Report], book: Bookkeeper | None, total: int, console: Console
) -> list[Report]:
    """All the reports, each written to the gradebook, with progress meanwhile."""

    def noted() -> Iterator[Report]:
        for report in ready:
            if book:
                book.add(report)
            yield report

    return terminal.watched(noted(), total, console)


def _write_class(grader: Grader, reports: Sequence[Report]) -> Path:
    lesson = grader.lesson or load_lesson(lesson_names()[0])
    path = grader.results / lesson.name / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, html.class_page(reports, lesson).encode())
    return path


def _exit_code(reports: Sequence[Report], console: Console) -> int:
    troubles = [report.trouble for report in reports if report.trouble]
    for trouble in troubles:
        console.print(escape(trouble), highlight=False)
    if troubles:
        return 2
    return 1 if any(report.status == "failed" for report in reports) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("grade", help="grade notebooks, folders or submitted/")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--workers", type=_at_least_one, metavar="N", help="submissions at a time (default: cores)"
    )
    command.add_argument(
        "--isolation",
        choices=ISOLATION,
        help="auto keeps submissions apart, none runs them with your own rights (default: the"
        " course's setting, else auto)",
    )
    command.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run them on a Dask cluster: tcp://… of its scheduler, or its scheduler file",
    )
    command.add_argument(
        "--force", action="store_true", help="run again what was run before and did not change"
    )
    command.add_argument(
        "--no-share", action="store_true", help="run every submission, also those that are alike"
    )
    _common(command)
    _gradebook_option(command)
    command.set_defaults(run=grade)

    command = commands.add_parser("regrade", help="judge again, without running anything")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    _common(command)
    _gradebook_option(command)
    command.set_defaults(run=rejudge)

    command = commands.add_parser("check", help="rehearse: grade your own notebook here")
    command.add_argument("notebook", type=Path)
    _common(command)
    command.set_defaults(run=check)

    command = commands.add_parser("generate", help="make release/ and solutions/ from source/")
    command.add_argument("--check", action="store_true", help="only say whether they are stale")
    command.add_argument("--force", action="store_true", help="run the solutions again anyway")
    command.set_defaults(run=generate)

    command = commands.add_parser("doctor", help="what this machine can do for grading")
    command.set_defaults(run=examine)

    command = commands.add_parser("data", help="provide Fashion-MNIST for Keras")
    command.add_argument("--from", dest="source", type=Path, metavar="FOLDER")
    command.add_argument("--offline", action="store_true", help="download nothing")
    command.set_defaults(run=data)
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lesson", choices=lesson_names(), help="(default: seen from the cells)")
    command.add_argument("--results", type=Path, metavar="FOLDER", help="(default: results/)")


def _gradebook_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-gradebook", action="store_true", help="leave nbgrader's gradebook alone"
    )


if __name__ == "__main__":
    sys.exit(main())
