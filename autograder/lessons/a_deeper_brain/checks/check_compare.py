"""Compare: how many images only the deeper network classifies correctly."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.datasets import Images
from autograder.judge.rules.accuracy import can_be_computed, nearly_trained, weights_replaced
from autograder.judge.rules.format import whole_number
from autograder.judge.rules.models import model_of
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.rules import comparison


@pytest.mark.points(3)
@pytest.mark.explained_by("scale.train", "scale.valid", never=("not-a-number", "share-not-number"))
def test_won(evidence: Evidence, tell: Tell, data: Images) -> None:
    """`cards_won` is the number of validation images that only the deeper network gets right."""
    answer, model = evidence.answer("compare"), model_of(evidence, "compare")
    assert answer is not None
    claim = answer.claims["cards_won"]
    fits = evidence.fits(model.number)
    raise_first(nearly_trained(model, fits), weights_replaced(evidence, model, fits))
    comparison.require_own_network(evidence, model)
    count = whole_number(claim)
    with can_be_computed("What the two networks predict for the validation images"):
        single = comparison.single_layer_model(answer, model)
        compared = comparison.compare(evidence, model, single, data)
        if count is not None and not comparison.is_right(count, compared):
            raw = comparison.compare_raw(evidence, model, single, data)
            compared = raw if raw and comparison.is_right(count, raw) else compared
    raise_first(comparison.share(claim, compared), comparison.no_whole_number(claim))
    assert count is not None
    if not comparison.is_right(count, compared):
        raise_first(
            comparison.net_gain(count, compared),
            comparison.swapped(count, compared),
            comparison.all_right(count, compared),
            comparison.single_mistakes(count, compared),
            comparison.different_answers(count, compared),
            comparison.another_number(count, compared),
        )
    tell.passed(
        f"{count:,} images were won, and {compared.lost:,} were lost.",
        more="Let several networks answer and take the mean of what they say: often that beats the"
        " best of them. Such a team is called an ensemble.",
    )
