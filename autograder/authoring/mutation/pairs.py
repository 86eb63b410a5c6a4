"""Two mistakes at once: both must be named, or one hides the other as it was declared to."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

from autograder.authoring.spec.mutation import Expected, Mutant

AND = " + "


def pairs(mutants: Mapping[str, Mutant], number: int, seed: int) -> dict[str, Mutant]:
    """Return a sample of pairs of wrong mutants, reproducible for a seed, in random order."""
    wrong = [one for _, one in sorted(mutants.items()) if one.expected.misconceptions]
    possible = [(a, b) for a, b in itertools.combinations(wrong, 2) if are_independent(a, b)]
    chosen = random.Random(seed).sample(possible, min(number, len(possible)))  # noqa: S311
    drawn = (both(one, other) for one, other in chosen)
    return {one.name: one for one in drawn}


def are_independent(one: Mutant, other: Mutant) -> bool:
    """Return whether two mutants edit different cells and do not affect each other's outcomes.

    Where both would have a check skipped, it may be that together they do not; and where one would
    have that skipped which the other fails, it may be that the other prevents it.
    """
    first, second = one.expected, other.expected
    return (
        not set(one.edits) & set(other.edits)
        and not (first.unclear or second.unclear)
        and None not in {*first.failed.values(), *second.failed.values()}
        and not (_stopped(first) & _stopped(second))
        and not (first.relies_on & _stopped(second) or second.relies_on & _stopped(first))
    )


def _stopped(expected: Expected) -> frozenset[str]:
    """Return the checks that certainly do not pass."""
    return frozenset(expected.failed) | expected.skipped


def both(one: Mutant, other: Mutant) -> Mutant:
    """Return the solution with the edits of both."""
    return Mutant(
        name=f"{one.name}{AND}{other.name}",
        edits={**one.edits, **other.edits},
        expected=combined(one.expected, other.expected),
        with_gpu=combined(one.expected_on(gpu=True), other.expected_on(gpu=True)),
    )


def combined(one: Expected, other: Expected) -> Expected:
    """Combine two expectations: what one may skip is skipped where the other fails it."""
    hidden = (one.may_skip & set(other.failed)) | (other.may_skip & set(one.failed))
    failed = {**one.failed, **other.failed}
    skipped = one.skipped | other.skipped | hidden
    return Expected(
        failed={check: name for check, name in failed.items() if check not in hidden},
        skipped=skipped,
        may_skip=(one.may_skip | other.may_skip) - skipped,
    )


def named(name: str, mutants: Mapping[str, Mutant]) -> Mutant | None:
    """Return the mutant or pair of mutants with this name; ``None`` where there is none."""
    found = [mutants.get(one) for one in name.split(AND)]
    match found:
        case [Mutant() as one]:
            return one
        case [Mutant() as one, Mutant() as other] if are_independent(one, other):
            return both(one, other)
    return None
