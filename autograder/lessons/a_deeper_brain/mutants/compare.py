"""Mutants of the question `compare`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Mutant, right, wrong

DEEP = "(deep_guesses == valid_labels)"
SINGLE = "(single_guesses == valid_labels)"


def count(value: str) -> str:
    """Hand in this instead."""
    return f"cards_won = {value}"


def wrong_count(name: str, value: str, misconception: str) -> Mutant:
    """Return a mutant whose count is wrong for this reason."""
    return wrong(name, count(value), fails={"compare.won": misconception})


MUTANTS = (
    right("compare/numpy-number", count(f"({DEEP} & ~{SINGLE}).sum()")),
    right("compare/counted", count(f"np.count_nonzero({DEEP} & ~{SINGLE})")),
    right(
        "compare/in-a-loop",
        count(
            "sum(deep == label != single for deep, single, label in"
            " zip(deep_guesses, single_guesses, valid_labels))"
        ),
    ),
    wrong_count("compare/ahead", f"int({DEEP}.sum() - {SINGLE}.sum())", "counted-net-gain"),
    wrong_count("compare/lost", f"int((~{DEEP} & {SINGLE}).sum())", "won-and-lost-swapped"),
    wrong_count("compare/all-right", f"int({DEEP}.sum())", "counted-all-right"),
    wrong_count("compare/all-wrong", f"int((~{SINGLE}).sum())", "counted-single-mistakes"),
    wrong_count(
        "compare/apart", "int((deep_guesses != single_guesses).sum())", "counted-different-answers"
    ),
    wrong_count("compare/share", f"float(({DEEP} & ~{SINGLE}).mean())", "share-not-number"),
    wrong_count("compare/which", f"{DEEP} & ~{SINGLE}", "not-a-number"),
    wrong_count("compare/made-up", "1234", "miscounted-cards"),
)
