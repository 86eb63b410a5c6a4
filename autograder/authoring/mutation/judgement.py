"""What the checks found in a mutant, compared with what was declared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.authoring.spec.mutation import Expected
from autograder.core.report import CheckResult, Outcome


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One mutant: what was expected and what was found.

    ``known`` is the reason where the checks are known not to say what they should.
    """

    name: str
    expected: Expected
    results: Sequence[CheckResult]
    known: str | None = None

    @property
    def deviations(self) -> list[str]:
        """For each check that did not say what was declared, a sentence."""
        missing = sorted(self.expected.checks - {one.id for one in self.results})
        sentences = (_deviation(self.expected, one) for one in self.results)
        return [
            *(sentence for sentence in sentences if sentence),
            *(f"{check} should have spoken, and there is no such check" for check in missing),
        ]

    @property
    def named(self) -> bool:
        """Whether every misconception was named by the check that should name it."""
        failed = {one.id: one for one in self.results if one.outcome is Outcome.FAILED}
        return all(
            check in failed and failed[check].misconception == name
            for check, name in self.expected.failed.items()
        )

    @property
    def verdict(self) -> str:
        """In a word: ``as declared``, ``survived``, ``misnamed``, ``unfair`` or ``leaks``."""
        if not self.deviations:
            return "as declared"
        if self.expected.kind != "wrong":
            return "unfair"
        if self.named:
            return "leaks"
        failed = {one.id for one in self.results if one.outcome is Outcome.FAILED}
        return "misnamed" if failed & set(self.expected.failed) else "survived"

    @property
    def is_as_expected(self) -> bool:
        """Whether all is as declared, or known not to be; what is known must still be so."""
        return (self.verdict == "as declared") is (self.known is None)


def _deviation(expected: Expected, result: CheckResult) -> str:
    outcomes = expected.outcomes(result.id)
    if result.outcome not in outcomes:
        name = f" ({result.misconception})" if result.misconception else ""
        return (
            f"{result.id} {_outcome_text(result.outcome)}{name}, expected: {' or '.join(outcomes)}"
        )
    if result.outcome is Outcome.FAILED and result.misconception != expected.failed[result.id]:
        return (
            f"{result.id} named {result.misconception or 'nothing'}, expected:"
            f" {expected.failed[result.id] or 'nothing'}"
        )
    return ""


def _outcome_text(outcome: Outcome) -> str:
    return "cannot tell" if outcome is Outcome.ERROR else str(outcome).replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class MatrixCounts:
    """How many wrong mutants there are, and how many of them were caught with the right names."""

    wrong: int
    caught: int

    @property
    def score(self) -> float:
        """The mutation score, between 0 and 1."""
        return self.caught / self.wrong if self.wrong else 1.0


def tally(judgements: Iterable[Judgement]) -> MatrixCounts:
    """Count the wrong mutants, and those caught."""
    wrong = [one for one in judgements if one.expected.kind == "wrong"]
    return MatrixCounts(wrong=len(wrong), caught=sum(one.named for one in wrong))
