"""The images that the deeper network wins, counted again by the judge."""

from __future__ import annotations

import pytest
from support.cases import Case, fails, of, verify
from support.deeper_builder import (
    MODEL,
    SINGLE,
    SINGLE_FIT,
    Submission,
    claim,
    counts,
    pictures,
    validation,
    with_map,
)
from support.evidence_builder import changed

FOUND = {
    "won minus lost": ("counted-net-gain", lambda found: found.won - found.lost),
    "lost": ("won-and-lost-swapped", lambda found: found.lost),
    "right with the deeper one": ("counted-all-right", lambda found: found.deep),
    "right with the single layer": ("counted-all-right", lambda found: found.single),
    "wrong with the single layer": ("counted-single-mistakes", lambda found: 2_000 - found.single),
    "wrong with the deeper one": ("counted-single-mistakes", lambda found: 2_000 - found.deep),
    "apart": ("counted-different-answers", lambda found: found.apart),
    "some other number": ("miscounted-cards", lambda found: 777),
}


# Other pixels than those that the judge gives the networks: they guess differently.
RAW_VALIDATION = pictures("validation", about=validation(scale="one"), high=255.0)
SPOILT = validation(scale="map/scale", shift="map/shift")


def won(count, kind=None, **more) -> Submission:
    """The right solution but for the number of images; nothing is trained before it is asked."""
    return Submission(won=lambda: claim(count(counts()), kind), **more)


def none_won(single) -> Case:
    """Another network was compared than the single layer."""
    work = Submission(single=single, won=lambda: claim(0))
    return Case(work=work, check="compare.won", outcome="skipped")


def of_another_network():
    """The right count, with a network that no earlier question has."""
    answer = Submission().evidence().answer("compare")
    return changed(answer, model=changed(answer.model, number=7))


NEVER_TRAINED = {
    "train.data": "failed",
    **dict.fromkeys(
        ("train.validation", "train.stopping", "train.restored", "train.accuracy"), "skipped"
    ),
}

CASES = {
    "right": Case(work=Submission(), check="compare.won"),
    "rounded otherwise on another device": Case(
        work=won(lambda found: found.won + 2), check="compare.won"
    ),
    **{
        name: fails("compare.won", named, work=won(count)) for name, (named, count) in FOUND.items()
    },
    # How many are won depends on the processor's arithmetic, so that no number is quoted here.
    "a share": fails(
        "compare.won",
        "share-not-number",
        "a share of the images",
        work=won(lambda found: found.won / 2_000),
    ),
    "the array": fails("compare.won", "not-a-number", work=won(lambda _: None, "ndarray")),
    "counted on raw pixels, told there": Case(
        work=won(lambda _: 777, valid_images=RAW_VALIDATION),
        check="compare.won",
        outcome="skipped",
        others={"scale.valid": "failed"},
    ),
    # Preparing them otherwise has cost its own points.
    "counted right on raw pixels": Case(
        work=Submission(valid_images=RAW_VALIDATION, won=lambda: claim(counts(1.0).won)),
        check="compare.won",
        others={"scale.valid": "failed"},
    ),
    # As good as black, so that both networks see the same in all of them.
    "nothing won on images that were spoilt": Case(
        work=Submission(
            valid_images=pictures("validation", about=SPOILT, high=255e-9),
            won=lambda: claim(counts(1e-9).won),
            arrays=with_map(1e-9),
        ),
        check="compare.won",
        outcome="skipped",
        others={"scale.valid": "failed"},
    ),
    "an array from raw pixels, told here too": fails(
        "compare.won",
        "not-a-number",
        work=won(lambda _: None, "ndarray", valid_images=RAW_VALIDATION),
        others={"scale.valid": "failed"},
    ),
    # So it is where the cell that trains stopped: that costs its own points, and no others.
    "right with a network that was never trained": Case(
        work=Submission(fits=(SINGLE_FIT,)), check="compare.won", others=NEVER_TRAINED
    ),
    "wrong with a network that was never trained": fails(
        "compare.won",
        "won-and-lost-swapped",
        work=won(lambda found: found.lost, fits=(SINGLE_FIT,)),
        others=NEVER_TRAINED,
    ),
    "neither trained, so that nobody knows what they were given": Case(
        work=Submission(fits=()), check="compare.won", outcome="error", others=NEVER_TRAINED
    ),
    "no single layer": Case(work=Submission(single=None), check="compare.won", outcome="skipped"),
    # Nothing is won against oneself.
    "another network than that of the questions before": Case(
        work=Submission(answers={"compare": of_another_network()}),
        check="compare.won",
        outcome="skipped",
    ),
    "the network itself": none_won(MODEL),
    "a copy of it": none_won(changed(MODEL, number=SINGLE.number)),
}


@pytest.mark.parametrize("name", CASES)
def test_compare(verdicts, name):
    verify(CASES[name], verdicts[name])


def test_what_is_told_is_what_the_judge_counted(verdicts):
    """Won and lost, of both networks' own weights."""
    found = counts()
    assert found.won > found.lost + 10
    message = of(verdicts["right"], "compare.won").message
    assert message == f"{found.won} images were won, and {found.lost} were lost."
