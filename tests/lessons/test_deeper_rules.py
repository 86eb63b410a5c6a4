"""The rules of “A Deeper Brain” itself, each alone: what makes it speak, and what does not."""

from __future__ import annotations

import pytest
from support.deeper_rule_pairs import PAIRS, RULES


def test_every_rule_has_its_pair():
    assert set(PAIRS) == set(RULES)


@pytest.mark.parametrize("name", PAIRS)
def test_a_rule_speaks_where_it_must(name):
    pair, one = PAIRS[name], RULES[name]
    found = pair.ask(pair.speaks, one)
    assert found
    assert found.misconception in one.misconceptions


@pytest.mark.parametrize("name", PAIRS)
def test_a_rule_is_silent_where_nothing_is_wrong(name):
    pair = PAIRS[name]
    assert pair.ask(pair.silent, RULES[name]) is None
