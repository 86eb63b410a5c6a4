"""Each rule by itself: what makes it speak, and what does not."""

from __future__ import annotations

import pytest
from support.check_rules import every_rule, misconceptions
from support.evidence_builder import FIT, fit, trained
from support.misconceptions_page import LESSONS, PAIRS
from support.rule_pairs import EMPTY, RULES, curves

from autograder.core.verdicts import Failed
from autograder.judge.rules import learning_curve, models
from autograder.judge.rules.rule import raise_first, rule


def test_every_rule_has_its_pair():
    # What is said where no cause is to be seen is no rule of its own.
    asked = every_rule()
    assert set(PAIRS) == asked - {RULES["accuracy.below_threshold"]}
    known = [found for lesson in LESSONS for found in misconceptions(lesson).values()]
    assert asked == {one for found in known for one in found}


@pytest.mark.parametrize("one", PAIRS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_a_rule_speaks_where_it_must_and_where_nothing_is_wrong_it_is_silent(one):
    pair = PAIRS[one]
    found = pair.ask(pair.speaks, one)
    assert isinstance(found, Failed)
    assert found.misconception in one.misconceptions
    assert pair.ask(pair.silent, one) is None


@pytest.mark.parametrize("name", EMPTY)
def test_a_training_without_curves_has_no_signature(name):
    """Such as one whose metrics were not asked for."""
    assert RULES[name](learning_curve.learning_curve_of((FIT,)), *EMPTY[name]) is None


def test_what_cannot_be_written_as_json_is_no_number():
    curve = learning_curve.learning_curve_of((fit(history={"loss": (1.0, None)}),))
    assert RULES["learning_curve.loss_not_a_number"](curve)


def test_the_curves_of_several_fits_stand_in_a_row():
    one, other = (fit(history={"loss": (loss,), "val_acc": (0.5,)}) for loss in (2.0, 1.0))
    assert learning_curve.learning_curve_of((one, other)) == curves(
        loss=(2.0, 1.0), validation_accuracy=(0.5, 0.5)
    )


def test_a_real_training_shows_no_sign_of_trouble(sample):
    """The curves of the ten neurons that the tests train."""
    x = sample.train_images.reshape(-1, 784)
    sorted_right = [
        float(((x @ kernel + bias).argmax(axis=1) == sample.train_labels).mean())
        for kernel, bias in zip(trained().kernels, trained().biases, strict=True)
    ]
    curve = curves(accuracy=tuple(sorted_right), validation_accuracy=tuple(sorted_right))
    assert RULES["learning_curve.accuracy_at_chance"](curve, 10) is None
    assert RULES["learning_curve.training_worse_than_validation"](curve) is None


def test_the_first_rule_that_found_something_speaks():
    with pytest.raises(Failed, match="one"):
        raise_first(None, Failed("one"), Failed("two"))
    raise_first(None, None)


def test_a_rule_has_a_name_and_a_meaning():
    @rule("some-name")
    def look(number: int) -> Failed | None:
        """What is believed.

        And more.
        """
        return Failed("No.") if number else None

    assert look(0) is None
    assert look(1).misconception == "some-name"
    assert look.meaning == "What is believed."


def test_a_rule_that_can_name_several_says_them_all():
    @rule("one", "another")
    def look(name: str | None) -> Failed | None:
        """What is believed."""
        return Failed("No.", misconception=name)

    assert look("another").misconception == "another"
    assert look(None).misconception == "one"
    with pytest.raises(ValueError, match="'a third'"):
        look("a third")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_what_only_a_helper_of_a_check_asks_is_seen(lesson):
    known = misconceptions(lesson)
    assert known["not-a-model"] == (models.model_overwritten, models.not_a_model)
    assert {"loss-flat", "under-trained", "miscounted"} <= set(known)
