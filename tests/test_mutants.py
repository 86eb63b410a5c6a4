"""The lesson's mutants, judged now from the evidence that `autograder mutants --store` has kept.

Whoever changes a check sees here at once which mutant it misnames. Nothing is run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from evidence_builder import LESSON, QUESTIONS, nameable

from autograder.cli import main
from autograder.course import find_course
from autograder.mutants import archive, page
from autograder.mutants.judgement import Judgement, tally
from autograder.mutants.making import Made
from autograder.mutants.pairs import AND
from autograder.mutants.workshop import Workshop, workshop
from autograder.report import Outcome

ROOT = Path(__file__).parent.parent
CURE = "run `autograder mutants --store`"
# What is kept of pairs: `autograder mutants --second 20 --store`.
PAIRS = 20


@pytest.fixture(scope="module")
def ours() -> Workshop:
    return workshop(LESSON, find_course(ROOT))


@pytest.fixture(scope="module")
def made(ours: Workshop) -> list[Made]:
    """Every mutant as a notebook: each edit fits the source as it is today."""
    return ours.made(ours.declared.mutants.values())


@pytest.fixture(scope="module")
def judged(ours: Workshop) -> dict[str, Judgement]:
    """What the checks say today, pairs included, in one session of the judge."""
    return {one.name: one for one in ours.stored()}


def test_what_is_stored_is_up_to_date(ours: Workshop) -> None:
    """A mutant that is new or changed, or one that went, has to be run again."""
    told = ours.stale(archive.read(ours.folder))
    assert not told, f"{CURE}: {told}"


def test_every_mutant_is_another_program(made: list[Made]) -> None:
    """No two declarations are the same."""
    programs = Counter(one.program for one in made)
    assert [one.name for one in made if programs[one.program] > 1] == []


def test_there_are_enough_of_each_kind(ours: Workshop) -> None:
    """Right work that passes matters as much as wrong work that fails."""
    kinds = Counter(one.expected.kind for one in ours.declared.mutants.values())
    assert kinds["right"] >= 35
    assert kinds["wrong"] >= 100


def test_every_mutant_is_judged_as_declared(judged: dict[str, Judgement]) -> None:
    """Right work passes; wrong work fails for its own named reason and no other."""
    wrong = {one.name: one.deviations for one in judged.values() if not one.is_well}
    assert wrong == {}


def test_no_wrong_mutant_goes_unnamed(judged: dict[str, Judgement]) -> None:
    """The mutation score, but for those that are known."""
    found = tally(one for one in judged.values() if not one.known)
    assert found.caught == found.wrong


def test_pairs_of_mistakes_are_stored(judged: dict[str, Judgement]) -> None:
    """Two mistakes at once, of which both are named."""
    assert sum(AND in name for name in judged) >= PAIRS


def test_every_misconception_is_shown_by_a_mutant_or_cannot_be(ours: Workshop) -> None:
    """What the checks can name, and what the mutants are expected to show, is the same."""
    names = {name for question in QUESTIONS for name in nameable(question)}
    shown = {name for one in ours.declared.mutants.values() for name in one.expected.misconceptions}
    assert names - shown == set(ours.declared.unseen)
    assert shown <= names


def test_two_misconceptions_never_say_the_same(judged: dict[str, Judgement]) -> None:
    """Each has a message of its own, so that a student reads of one mistake and not another."""
    names = defaultdict(set)
    for one in judged.values():
        for check in one.found:
            if check.outcome is Outcome.FAILED and check.misconception:
                names[check.message].add(check.misconception)
    assert {message: found for message, found in names.items() if len(found) > 1} == {}
    # They also say what was found, and so there are more of them than misconceptions.
    assert len(names) > len(set().union(*names.values()))


def test_what_fails_says_what_to_do_next(judged: dict[str, Judgement]) -> None:
    """A message, and a next step."""
    failed = [c for one in judged.values() for c in one.found if c.outcome is Outcome.FAILED]
    assert [check.id for check in failed if not (check.message and check.help)] == []


def test_the_page_on_fairness_is_up_to_date(ours: Workshop, judged: dict[str, Judgement]) -> None:
    """The matrix there is the one that is found here."""
    text = page.text(list(judged.values()), LESSON, ours.declared.unseen)
    assert page.written(ROOT / "docs" / "fairness.md") == text, (
        "run `autograder mutants --stored --write docs/fairness.md`"
    )


def test_the_command_judges_what_is_stored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """`--stored` runs nothing, prints the matrix and ends with 0 where all is as declared."""
    monkeypatch.chdir(ROOT)
    code = main(["mutants", "--stored", "--json", str(tmp_path / "out.json")])
    said = capsys.readouterr().out
    assert code == 0
    assert "mutation score" in said
    assert "build/no-bias@functional" in said
    assert (tmp_path / "out.json").read_text().startswith("{")
