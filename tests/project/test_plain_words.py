"""Words that readers stumble over stand nowhere that a person reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# On the left what nobody writes any more, on the right what to write.
INSTEAD = {
    r"nought": "zero",
    r"afresh": "again",
    r"mend(s|ed)?": "fix, correct",
    r"slip of the pen": "check spelling and capitals",
    r"all the same": "anyway",
    r"now and then": "sometimes",
    r"a person has (still )?to": "needs manual review",
    r"the bar(?! chart)": "threshold",
    r"plain sums?": "logits (raw scores)",
    r"rungs?|ladders?": "levels of help",
    r"look here\.": "Warning:",
    r"with your own rights all": "without a sandbox",
    r"has looked": "manual review",
}
# The words of the lesson's own story: there are flashcards and a quiz in the notebooks alone.
STORY = {r"quiz(zed|zes)?": "validation", r"cards?": "image"}
WORDS = re.compile(rf"(?<![-/\w])({'|'.join(INSTEAD)})(?![-/\w])", re.IGNORECASE)
STORY_WORDS = re.compile(rf"(?<![-/\w`])({'|'.join(STORY)})(?![-/\w`])", re.IGNORECASE)
# A text in a program, also one that goes on in the next line.
TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"(?:\s*f?"((?:[^"\\\n]|\\.)*)")*')
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')

PROGRAMS = sorted(
    path
    for path in (ROOT / "autograder").rglob("*.py")
    # Programs of students, as they may be written; their names are kept with stored evidence.
    if "mutants" not in path.parts and path.name != "calibration.py"
)
PAGES = sorted(
    [
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "autograder" / "reports").rglob("*.html"),
    ]
)
NOTEBOOKS = sorted((ROOT / "source").glob("*/*.ipynb"))
# Of the lessons and rules: what students read below a check.
MESSAGES = [path for path in PROGRAMS if {"rules", "checks", "error_hints"} & {*path.parts}]


def texts(path: Path) -> str:
    """The texts in a program, each in one line."""
    found = (LITERAL.findall(one.group()) for one in TEXT.finditer(path.read_text("utf-8")))
    # What stands in braces is a program again.
    return re.sub(r"\{[^}]*\}", "", "\n".join("".join(parts) for parts in found))


def hurting(words: re.Pattern[str], text: str) -> list[str]:
    return [found.group() for found in words.finditer(" ".join(text.split(" ")))]


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)
def test_a_page_has_plain_words(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`|\| .* \|", "", path.read_text("utf-8"))
    assert hurting(WORDS, text) == []


def test_programs_say_it_in_plain_words() -> None:
    found = {str(path): words for path in PROGRAMS if (words := hurting(WORDS, texts(path)))}
    assert found == {}


def test_checks_speak_of_images_and_validation() -> None:
    """The flashcards are a story of the notebook: a message says what it is about."""
    found = {str(path): words for path in MESSAGES if (words := hurting(STORY_WORDS, texts(path)))}
    # A card that Rosenblatt's perceptron saw was one.
    allowed = {"check_build.py": 2}
    assert {
        path: words for path, words in found.items() if len(words) > allowed.get(Path(path).name, 0)
    } == {}


@pytest.mark.parametrize("text", ["A loss of nought.", "Mend it.", "over the bar of 80 %"])
def test_what_hurts_is_found(text: str) -> None:
    assert hurting(WORDS, text)


@pytest.mark.parametrize("text", ["I recommend it.", "the bars of the chart", "the bar-chart"])
def test_what_is_only_similar_is_not(text: str) -> None:
    assert not hurting(WORDS, text)
