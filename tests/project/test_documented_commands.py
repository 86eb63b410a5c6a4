"""What the README and the pages for people tell to type is typed, and answers as they show it."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support import examples
from support.examples import PAGES, Example
from support.mini import LESSON
from support.terminal import ROOT, Terminal, copy_of

from autograder import datasets
from autograder.core.errors import DatasetError
from autograder.datasets.fashion_mnist import DATASET

CLASS = ROOT / "tests" / "class"
# What is right on the full data lies above it, in percent.
THRESHOLD = 80.0
# So near to it, in percent, an accuracy may be found on either side.
NEAR = 1.5
EXAMPLES = [one for page in PAGES for one in examples.examples(page)]
# What is not typed here, by how it begins, and why.
LEFT_OUT = {
    "make": "each takes minutes; what `make demo` ends with is typed below",
    "pip install": "takes minutes; tests/project/test_packaging.py installs the package",
    "python3 -m venv": "belongs to it",
    ". .venv/bin/activate": "belongs to it",
    "git clone": "where the repository lies is not said",
    "cd": "we are there already",
    "jupyter lab": "does not end; tests/browser starts it",
    "autograder doctor": "its exit code tells of the machine; tests/cli/test_readiness.py reads it",
}
# What is typed in the place of a command that would look in the web, or is typed elsewhere.
INSTEAD = {
    "autograder data": "autograder data --offline",
    "autograder grade . --course '~/my-course'": "autograder grade submitted --course '~/course'",
}


def is_left_out(example: Example) -> bool:
    """Whether it is one of those above, or named in a sentence only."""
    return example.is_named or any(f"{example} ".startswith(f"{one} ") for one in LEFT_OUT)


# Who reads these pages types one after the other what is in them, in a clone of their own.
READERS = {"student": ("README.md", "docs/students.md"), "instructor": ("docs/instructors.md",)}
TYPED = {
    reader: list(
        dict.fromkeys(str(one) for one in EXAMPLES if one.page in pages and not is_left_out(one))
    )
    for reader, pages in READERS.items()
}


def work(terminal: Terminal) -> None:
    """A student worked on the notebook, and forgot the biases."""
    shutil.copy(CLASS / "size-not-place" / LESSON.name / LESSON.notebook, terminal.folder)


def not_yet(folder: str) -> Callable[[Terminal], None]:
    """Who stays with nbgrader's own commands has not let ours make this."""
    return lambda terminal: shutil.rmtree(terminal.folder / folder)


def submit(terminal: Terminal) -> None:
    """Ann handed in through the exchange."""
    ann = Terminal(folder=terminal.home / "ann", home=terminal.home / "ann", keras=terminal.keras)
    shutil.copytree(CLASS / "one-epoch" / LESSON.name, ann.folder / LESSON.name)
    shutil.copy(terminal.folder / "nbgrader_config.py", ann.folder)
    ann.type(f"nbgrader submit {LESSON.name} --CourseDirectory.student_id=ann")


def download(terminal: Terminal) -> None:
    """The hand-ins came from Canvas, and the course has the setting and the list of the page."""
    blocks = dict(examples.blocks("docs/instructors.md"))
    (terminal.folder / "students.csv").write_text(f"{blocks['file']}\n")
    setting = next(
        block
        for kind, block in examples.blocks("docs/instructors.md")
        if kind == "settings" and "named_regexp" in block
    )
    with (terminal.folder / "nbgrader_config.py").open("a") as config:
        config.write(f"\n{setting}\n")
    archive = terminal.folder / "downloaded" / LESSON.name / "archive" / "submissions.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as written:
        written.write(
            CLASS / "one-epoch" / LESSON.name / LESSON.notebook,
            f"leeann_1001_54321_{LESSON.notebook}",
        )


# What others did by the time that a command is typed.
BEFORE: dict[str, Callable[[Terminal], None]] = {
    "nbgrader db student import students.csv": download,
    f"autograder check {LESSON.notebook}": work,
    f"nbgrader generate_assignment {LESSON.name}": not_yet(f"release/{LESSON.name}"),
    f"nbgrader autograde {LESSON.name}": not_yet("autograded"),
    f"nbgrader collect --update {LESSON.name}": submit,
    # Feedback on hand-ins from an LMS is not released.
    f"nbgrader release_feedback {LESSON.name}": not_yet("feedback/1001"),
}


def test_nothing_is_left_out_or_prepared_that_no_page_names() -> None:
    """The lists of what is not typed, and of what is prepared, are true."""
    for one in [*LEFT_OUT, *INSTEAD]:
        assert any(f"{example} ".startswith(f"{one} ") for example in EXAMPLES), one
    typed = {command for commands in TYPED.values() for command in commands}
    assert set(BEFORE) <= typed, set(BEFORE) - typed


def clone(home: Path, keras: Path) -> Terminal:
    """A terminal in a copy of what a course needs of a clone, with an exchange."""
    course, exchange = home / "course", home / "exchange"
    course.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)
    copy_of(course, "source", "release", "solutions", "nbgrader_config.py")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f'\nc.Exchange.root = "{exchange}"\n')
    return Terminal(folder=course, home=home, keras=keras)


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[tuple[str, str], str]:
    """What each command answered, typed by each reader in the order of the pages."""
    answers = {}
    # A home of its own: `autograder data` puts all images there, where it finds them.
    keras = tmp_path_factory.mktemp("keras-of-readers")
    datasets.install(DATASET, DATASET.shipped, DATASET.folder(keras))
    for reader, commands in TYPED.items():
        terminal = clone(tmp_path_factory.mktemp(reader), keras)
        for command in commands:
            BEFORE.get(command, lambda _: None)(terminal)
            answers[reader, command] = terminal.type(INSTEAD.get(command, command))
    return answers


@pytest.mark.slow
@pytest.mark.kernel
def test_each_command_ends_well(answers) -> None:
    """With exit code 0, which is asserted as each is typed."""
    assert len(answers) == sum(map(len, TYPED.values()))


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.answer], ids=str)
def test_the_answer_is_the_one_that_is_shown(answers, example: Example) -> None:
    """Word for word, where the page shows one."""
    (answer,) = (
        answers[reader, str(example)] for reader, pages in READERS.items() if example.page in pages
    )
    assert examples.matches(example.answer, answer), answer


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.kernel
def test_the_demo_ends_with_the_rows_that_are_shown(tmp_path: Path) -> None:
    """Names, points and words; an accuracy above the threshold, nearly; else that it is below."""
    images = DATASET.active_home()
    try:
        which = DATASET.verify(DATASET.folder(images))
    except DatasetError:
        which = "none"
    if which != "full":
        pytest.skip("Only the full Fashion-MNIST gives the README's figures: `autograder data`.")
    copy_of(tmp_path, "release", "nbgrader_config.py")
    shutil.copytree(CLASS, tmp_path / "tests" / "class")
    makefile = (ROOT / "Makefile").read_text()
    (command,) = re.findall(r"^\t@(autograder grade .*)$", makefile, flags=re.MULTILINE)
    answers = Terminal(folder=tmp_path, home=tmp_path, keras=images).type(command)
    (table,) = (block for kind, block in examples.blocks("README.md") if kind == "table")
    shown, drawn = examples.rows(table), examples.rows(answers)
    assert shown
    assert list(shown) == [name for name in drawn if name in shown]
    for name, (points, accuracy, message) in shown.items():
        stated, found = (_percent(one) for one in (accuracy, drawn[name][1]))
        # Nearer to the threshold the processor's arithmetic would decide.
        assert abs(stated - THRESHOLD) > NEAR, name
        assert drawn[name][::2] == [points, message], name
        assert found == pytest.approx(stated, abs=1) if stated > THRESHOLD else found < THRESHOLD, (
            name
        )


def _percent(shown: str) -> float:
    """An accuracy; none is 0."""
    return 0.0 if shown == "–" else float(shown.removesuffix(" %"))
