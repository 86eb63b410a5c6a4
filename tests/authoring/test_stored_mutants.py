"""Every lesson's mutants, judged now from the evidence that `autograder mutants --store` has kept.

Whoever changes a check sees here at once which mutant it misnames. Nothing is run.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from support import frozen
from support.check_rules import misconceptions, rules_of

from autograder.authoring.mutation import page, stored_mutants
from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.mutation.make import MutantNotebook
from autograder.authoring.mutation.pairs import AND
from autograder.authoring.mutation.suite import MutationSuite, mutation_suite
from autograder.authoring.spec.mutation import has_mutants
from autograder.cli import main
from autograder.core.config import find_course
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.core.report import Outcome

ROOT = Path(__file__).parents[2]
LESSONS = [name for name in lesson_names() if has_mutants(load_lesson(name))]


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """How much is asked of a lesson: mutants of each kind, and pairs that are stored."""

    right: int
    wrong: int
    pairs: int


MINIMUM = {
    "a-deeper-brain": Minimum(right=35, wrong=85, pairs=10),
    "building-a-brain": Minimum(right=120, wrong=185, pairs=20),
}


@pytest.fixture(scope="module", params=LESSONS)
def suite(request) -> MutationSuite:
    return mutation_suite(load_lesson(request.param), find_course(ROOT))


@pytest.fixture(scope="module")
def minimum(suite: MutationSuite) -> Minimum:
    return MINIMUM[suite.lesson.name]


@pytest.fixture(scope="module")
def made(suite: MutationSuite) -> list[MutantNotebook]:
    """Every mutant as a notebook: each edit fits the source as it is today."""
    return suite.notebooks(suite.declared.mutants.values())


@pytest.fixture(scope="module")
def judged(suite: MutationSuite) -> dict[str, Judgement]:
    """What the checks say today, pairs included, in one session of the judge."""
    return {one.name: one for one in suite.stored()}


def test_what_is_stored_is_up_to_date(suite: MutationSuite) -> None:
    """A mutant that is new or changed, or one that went, has to be run again."""
    found_stale = suite.stale(stored_mutants.read(suite.evidence_file).entries)
    assert found_stale == []


def test_every_mutant_is_another_program(made: list[MutantNotebook]) -> None:
    """No two declarations are the same."""
    programs = Counter(one.program for one in made)
    assert [one.name for one in made if programs[one.program] > 1] == []


def test_there_are_enough_of_each_kind(suite: MutationSuite, minimum: Minimum) -> None:
    """Right work that passes matters as much as wrong work that fails."""
    kinds = Counter(one.expected.kind for one in suite.declared.mutants.values())
    assert kinds["right"] >= minimum.right
    assert kinds["wrong"] >= minimum.wrong


def test_every_mutant_is_judged_as_declared(judged: dict[str, Judgement]) -> None:
    """Right work passes; wrong work fails for its own named reason and no other."""
    wrong = {one.name: one.deviations for one in judged.values() if not one.is_as_expected}
    assert wrong == {}


def test_every_mutant_is_told_the_same_as_ever(
    suite: MutationSuite, judged: dict[str, Judgement], freeze: bool
) -> None:
    """Each grade, each misconception, each word."""
    results = {name: one.results for name, one in judged.items()}
    frozen.compare(f"mutants of {suite.lesson.name}", results, freeze=freeze)


def test_no_wrong_mutant_goes_unnamed(judged: dict[str, Judgement]) -> None:
    """The mutation score, but for those that are known."""
    found = tally(one for one in judged.values() if not one.known)
    assert found.caught == found.wrong


def test_pairs_of_mistakes_are_stored(judged: dict[str, Judgement], minimum: Minimum) -> None:
    """Two mistakes at once, of which both are named."""
    assert sum(AND in name for name in judged) >= minimum.pairs


def test_every_misconception_is_shown_by_a_mutant_or_cannot_be(suite: MutationSuite) -> None:
    """What the checks can name, and what the mutants are expected to show, is the same."""
    names = set(misconceptions(suite.lesson))
    shown = {
        name for one in suite.declared.mutants.values() for name in one.expected.misconceptions
    }
    assert names - shown == set(suite.declared.unseen)
    assert shown <= names


def test_two_misconceptions_never_say_the_same(judged: dict[str, Judgement]) -> None:
    """Each has a message of its own, so that a student reads of one mistake and not another."""
    names = defaultdict(set)
    for one in judged.values():
        for check in one.results:
            if check.outcome is Outcome.FAILED and check.misconception:
                names[check.message].add(check.misconception)
    assert {message: found for message, found in names.items() if len(found) > 1} == {}
    # They also say what was found, and so there are more of them than misconceptions.
    assert len(names) > len(set().union(*names.values()))


def test_what_fails_says_what_to_do_next(judged: dict[str, Judgement]) -> None:
    """A message, and a next step."""
    failed = [c for one in judged.values() for c in one.results if c.outcome is Outcome.FAILED]
    assert [check.id for check in failed if not (check.message and check.help)] == []


def test_the_published_solution_shows_what_the_checks_say_today(
    suite: MutationSuite, judged: dict[str, Judgement]
) -> None:
    """Its outputs are from the day when it was run; of right work the words are the same."""
    notebook = nbformat.read(ROOT / "solutions" / suite.lesson.name / suite.lesson.notebook, 4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = _without_numbers("".join(one.get("data", {}).get("text/plain", "") for one in outputs))
    results = defaultdict(list)
    for one in judged.values():
        for check in one.results:
            if check.outcome is Outcome.PASSED:
                results[check.id].append(_without_numbers(check.message))
    assert set(results) == set(rules_of(suite.lesson))
    for check, sayings in results.items():
        assert any(one in shown for one in sayings), (
            f"{check} says something else today: run `autograder generate --force`"
        )


def _without_numbers(text: str) -> str:
    return re.sub(r"[\d.,]+", "#", text)


def test_the_page_on_fairness_is_up_to_date(
    suite: MutationSuite, judged: dict[str, Judgement]
) -> None:
    """The matrix there is the one that is found here."""
    text = page.text(list(judged.values()), suite.lesson, suite.declared.unseen)
    assert page.written(ROOT / "docs" / "fairness.md", suite.lesson) == text, (
        f"run `autograder mutants --lesson {suite.lesson.name} --stored --write docs/fairness.md`"
    )


def test_the_command_judges_what_is_stored(
    suite: MutationSuite,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    """`--stored` runs nothing, prints the matrix and ends with 0 where all is as declared."""
    monkeypatch.chdir(ROOT)
    found_stale = tmp_path / "out.json"
    some = ["--only", "parameters/*", "--json", str(found_stale)]
    code = main(["mutants", "--lesson", suite.lesson.name, "--stored", *some])
    results = capsys.readouterr().out
    assert code == 0
    assert "mutation score" in results
    names = {one["name"] for one in json.loads(found_stale.read_text())["mutants"]}
    assert names >= suite.declared.only("parameters/*").keys()
    assert all(name.startswith("parameters/") for name in names)
