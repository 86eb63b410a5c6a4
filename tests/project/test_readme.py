"""The README and the pages for people: what they tell to type is what there is to be typed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import FileNameCollectorPlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from support import examples
from support.examples import ALL_PAGES, PAGES, Example
from support.terminal import ROOT

from autograder.cli import parser
from autograder.core.config import find_course
from autograder.core.lesson_registry import load_lesson

SETTINGS = [block for page in PAGES for kind, block in examples.blocks(page) if kind == "settings"]
# The lessons that authors are told to begin, and one that is there.
NEW_LESSONS, LESSON = ("ten-neurons", "seven-segments"), "building-a-brain"


def of(program: str) -> list[Example]:
    """The examples of one program on any page, each once."""
    found = (one for page in ALL_PAGES for one in examples.examples(page))
    return list({str(one): one for one in found if one.words[0] == program}.values())


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_is_looked_at(page: str) -> None:
    """Each line that is no table, setting or cell is a command or the answer to one."""
    for kind, block in examples.blocks(page):
        if kind == "shell" and not block.startswith("$ "):
            for line in block.splitlines():
                assert re.match(examples.PROGRAMS, f"{line}\n"), line


@pytest.mark.parametrize("example", of("autograder"), ids=str)
def test_the_command_line_understands_it(example: Example) -> None:
    """Each command with its arguments and options; help alone ends at once."""
    if not example.is_named and "--help" not in example.words:
        words = [LESSON if one in NEW_LESSONS else one for one in example.words]
        assert parser().parse_args(words[1:]).run


@pytest.mark.parametrize("example", of("autograder"), ids=str)
def test_the_command_line_has_it(example: Example) -> None:
    """Each command; of those that a sentence names this is all that is asked."""
    with pytest.raises(SystemExit) as stop:
        parser().parse_args([example.words[1], "--help"])
    assert stop.value.code == 0


@pytest.mark.parametrize("example", of("make"), ids=str)
def test_the_makefile_has_it(example: Example) -> None:
    """Each target."""
    _, target, *_ = example.words
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("example", of("nbgrader"), ids=str)
def test_nbgrader_has_it(example: Example) -> None:
    """Each of its commands."""
    assert example.words[1] in NbGraderApp.subcommands


@pytest.mark.parametrize("block", SETTINGS, ids=lambda block: block.splitlines()[-1].split()[0])
def test_settings_can_be_set(block: str, tmp_path: Path) -> None:
    """Ours are settings that there are, of a value that they take; so are nbgrader's."""
    begin = "" if block.startswith("from") else "c = get_config()\n"
    (tmp_path / "nbgrader_config.py").write_text(f"{begin}{block}\n")
    assert find_course(tmp_path).root == tmp_path.resolve()
    theirs = {
        one.__name__: one
        for one in (
            AssignLatePenalties,
            CourseDirectory,
            FileNameCollectorPlugin,
            LateSubmissionPlugin,
        )
    }
    for owner, name in re.findall(r"\bc\.(\w+)\.(\w+)", block):
        assert owner == "Autograder" or name in theirs[owner].class_trait_names(), name


@pytest.mark.parametrize(
    ("shown", "fits"),
    [("one\n…\nfour", True), ("…\ntwo", True), ("one\n…\nfive", False), ("two\n…\none", False)],
)
def test_an_answer_that_is_not_given_is_found(shown: str, *, fits: bool) -> None:
    """The comparison can fail; what is left out may stand in between, in no other order."""
    assert examples.matches(shown, "one\ntwo\nthree\nfour\n") is fits


@pytest.mark.parametrize(
    ("path", "student", "file"),
    [
        ("leeann_1001_54321_building-a-brain.ipynb", "1001", "building-a-brain"),
        ("roybob_LATE_1002_54322_building-a-brain-1.ipynb", "1002", "building-a-brain"),
        (
            "Ann Lee_12345_assignsubmission_file/building-a-brain.ipynb",
            "12345",
            "building-a-brain",
        ),
        ("Ann Lee_12345_assignsubmission_file_my_1_2.ipynb", "12345", "my_1_2"),
    ],
)
def test_a_hand_in_from_an_lms_is_given_to_its_student(path: str, student: str, file: str) -> None:
    """By one of the two settings on the page, as Canvas and Moodle name files and folders."""
    patterns = [
        ast.literal_eval(block.partition(" = ")[2]) for block in SETTINGS if "named_regexp" in block
    ]
    assert len(patterns) == 2
    found = [re.match(one, f"/a_1_course/extracted/all_2/{path}") for one in patterns]
    assert [one.group("student_id", "file_id") for one in found if one] == [(student, file)]


WRONG = r"([\d,]+) of [\d,]+ wrong programs fail"
LAST_STEP = r"\| full data \| [^|]*the training log[^\n]*\| ([\d,]+) of 3,000 \|"


@pytest.mark.parametrize(
    ("claim", "source"), [(WRONG, WRONG), (r"right trainings ([\d,]+) end below", LAST_STEP)]
)
def test_a_number_of_the_readme_is_that_of_its_page(claim: str, source: str) -> None:
    """The first one there: both are made by a command."""
    found = re.search(claim, (ROOT / "README.md").read_text())
    made = re.search(source, (ROOT / "docs" / "fairness.md").read_text())
    assert found[1] == made[1]


# ---- the pages for students: what they show is there, is small, and is told in words as well

DOCS = ROOT / "docs"
STUDENT_PAGES = [DOCS / "students.md", DOCS / "when-something-goes-wrong.md"]
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", STUDENT_PAGES[0].read_text())
MAX_BYTES = 200_000


@pytest.mark.parametrize(("alternative", "path"), PICTURES)
def test_a_picture_is_small_and_told_in_words(alternative: str, path: str) -> None:
    """So that a page comes up at once, and those who do not see a picture miss nothing."""
    assert (DOCS / path).stat().st_size < MAX_BYTES
    assert len(alternative.split()) > 3


def test_every_picture_is_made_by_the_command() -> None:
    """None is left over from an earlier look of things."""
    made = (DOCS / "pictures" / "make.py").read_text()
    assert PICTURES
    assert all(f'"{Path(path).stem}"' in made for _, path in PICTURES)


@pytest.mark.parametrize("page", STUDENT_PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Those to other pages of ours."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    assert all((DOCS / link).exists() for link in links if "://" not in link)


def test_only_questions_that_there_are_can_be_asked_about() -> None:
    """In the examples of asking for more help."""
    named = re.findall(r"check\.(\w+)\.(?:hint|why)\(\)", STUDENT_PAGES[0].read_text())
    assert named
    assert set(named) <= {one.name for one in load_lesson("building-a-brain").questions}
