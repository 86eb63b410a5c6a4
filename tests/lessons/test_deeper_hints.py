"""What “A Deeper Brain” says: four rungs of plain prose, the first without an answer."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
import test_deeper_build
import test_deeper_compare
import test_deeper_compile
import test_deeper_parameters
import test_deeper_scale
import test_deeper_train
from support.check_rules import misconceptions, rules_of
from support.deeper_builder import LESSON, Submission, judged
from support.deeper_rule_pairs import PAIRS, RULES
from support.prose import CODE, prose_is_plain, rungs

MODULES = (
    *(test_deeper_scale, test_deeper_build, test_deeper_parameters),
    *(test_deeper_compile, test_deeper_train, test_deeper_compare),
)
# What would be the answer, or a piece of it, for each question. Words of the blanks may be said.
ANSWERS = {
    "scale": ("/ 255", "255.0"),
    "build": ("Dense(", "activation=", '"relu"', "(number_of_classes", "shape="),
    "parameters": ("101770", "101,770", "28 * 28", "+ hidden_neurons", "1,290", "100,480"),
    "compile": ("from_logits", '"adam"', '"accuracy"', "metrics=", "loss=", "optimizer="),
    "train": ("EarlyStopping", "val_loss", "patience=", "restore_best_weights", "callbacks="),
    "compare": ("==", "!=", " & ", ".sum"),
}
CASES = {
    f"{module.__name__}: {name}": case
    for module in MODULES
    for name, case in module.CASES.items()
    if case.outcome == "failed"
}


@pytest.fixture(scope="module")
def failures():
    """What the checks say where they fail, in all cases of their own tests."""
    return {
        f"{name}: {one.id}": (one, CASES[name].work)
        for name, verdicts in judged(CASES).items()
        for one in verdicts.checks
        if one.outcome == "failed"
    }


def test_every_rung_is_there_and_says_something_else(failures):
    assert len(failures) > 50
    for name, (one, _) in failures.items():
        assert all(rungs(one)), name
        assert len(set(rungs(one))) == 4, name
        assert one.misconception, name


def test_the_prose_is_plain(failures):
    for one, _ in failures.values():
        prose_is_plain(rungs(one))


@pytest.mark.parametrize("name", PAIRS)
def test_each_rule_speaks_plainly(name):
    found = PAIRS[name].ask(PAIRS[name].speaks, RULES[name])
    assert found
    prose_is_plain((*rungs(found), RULES[name].meaning))


def test_the_first_rung_leaks_no_answer(failures):
    for name, (one, work) in failures.items():
        first = f"{one.message} {one.help}"
        for word in own_words(work):
            first = first.replace(word, "")
        for answer in ANSWERS[one.question]:
            assert answer not in first, f"{name}: {answer} in {first}"
        assert not CODE.search(first), f"{name}: {first}"


def own_words(work: Submission) -> set[str]:
    """What the student handed in: to name it is no leak."""
    count = work.parameters.value
    failures = {repr(count), f"{count:,}" if isinstance(count, int) else str(count)}
    for fit in work.fits:
        failures |= {f"`{name}`" for name in fit.history}
        failures |= {f"`{one.settings.get('monitor')}`" for one in fit.callbacks}
    return failures


def test_two_misconceptions_never_share_a_message(failures):
    named = defaultdict(set)
    for one, _ in failures.values():
        named[one.message].add(one.misconception)
    assert not [message for message, names in named.items() if len(names) > 1]


def test_every_misconception_of_its_own_is_named_by_a_case(failures):
    """No rule of the lesson itself is there that nobody has heard speak."""
    own = {
        name
        for name, rules in misconceptions(LESSON).items()
        if any(".a_deeper_brain." in one.__module__ for one in rules)
    }
    assert len(own) > 25
    assert own <= {one.misconception for one, _ in failures.values()}


def test_every_rule_says_what_it_means():
    for rules in rules_of(LESSON).values():
        for one in rules:
            assert re.fullmatch(r"[A-Z`].*[.]", one.meaning), one


def test_a_check_that_passes_teaches_something():
    for one in judged({"": Submission()})[""].checks:
        assert one.why
        assert one.why not in one.message
        prose_is_plain((one.message, one.why))


def test_other_lessons_are_not_repeated():
    """What a check that passes adds is new, for who has done the first lesson."""
    from support import evidence_builder  # noqa: PLC0415  its own class of this name

    first = evidence_builder.judged({"": evidence_builder.Submission()})[""]
    ours = judged({"": Submission()})[""]
    assert not {one.why for one in ours.checks} & {one.why for one in first.checks}
