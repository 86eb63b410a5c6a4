"""The model that is handed in is the one that was trained, whatever object it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.cases import Case, fails, of, verify
from support.evidence_builder import (
    COMPILED,
    FLATTEN,
    INDEX,
    LESSON,
    MODEL,
    MODEL_CALL,
    Submission,
    arrays,
    cell,
    changed,
    claim,
    dense,
    end_state,
    fit,
    judged,
    largest,
    layer,
    stack,
    trained,
)

from autograder.core.evidence import Answer, Average, Callback, Claim, Fit
from autograder.core.verdicts import CannotTell, Tell
from autograder.judge.identity import identified
from autograder.judge.rules.epochs import stopped_early
from autograder.judge.rules.reach_threshold import reach_threshold

TRAIN, PREDICT = ("train", "predict")


def trained_fit(**changes: Any) -> Any:
    return fit(**{"start": "before", "states": ("epoch", end_state()), **changes})


# Built again or loaded: another number, other names, and perhaps more layers around the weights.
LOADED = changed(
    stack(FLATTEN, dense(name="dense_7"), layer("Softmax", (None, 10)), number=3), chain=True
)


def with_names(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "dense_7/kernel": values["dense/kernel"],
        "dense_7/bias": values["dense/bias"],
    }


def answer(question: str, model: Any, **claims: Claim) -> Answer:
    given = {"model": claim(None, "Sequential"), **claims}
    return Answer(question=question, claims=given, model=changed(model, compiled=COMPILED))


def predicted(model: Any) -> Answer:
    label = claim(largest(INDEX))
    return answer(PREDICT, model, data_index=claim(INDEX), predicted_label=label)


def swapped(**weights: Any) -> Submission:
    """The right solution whose weights were replaced before the check of the training."""
    return Submission(
        fits=(trained_fit(),),
        arrays=lambda: {**arrays(), **{f"dense/{k}": v for k, v in weights.items()}},
    )


def averaged(model: Any, off: float, fit: int = 0) -> Any:
    return changed(model, average=Average(fit=fit, off=off))


def set_afterwards(off: float, fit: int = 0, model: Any = MODEL) -> Submission:
    """Weights that no epoch left, so far from an average of some."""
    model = averaged(model, off, fit)
    return Submission(
        fits=(trained_fit(states=("epoch", "last")),),
        arrays=lambda: with_names(arrays()),
        answers={
            TRAIN: answer(TRAIN, model, history=claim(None, "History")),
            PREDICT: predicted(model),
        },
    )


def history(*fits: int, kind: str = "History") -> dict[str, Answer]:
    given = changed(claim(None, kind), fits=fits)
    return {TRAIN: answer(TRAIN, MODEL, history=given)}


RIGHT = {
    "as it was": Submission(fits=(trained_fit(),)),
    "loaded": Submission(
        fits=(trained_fit(),),
        arrays=lambda: with_names(arrays()),
        answers={
            TRAIN: answer(TRAIN, LOADED, history=claim(None, "History")),
            PREDICT: predicted(LOADED),
        },
    ),
    "an earlier epoch, taken back": Submission(fits=(trained_fit(states=(end_state(), "last")),)),
    "an average of its epochs": set_afterwards(off=0.0005),
    "an average of its epochs, in another object": set_afterwards(off=0.0, model=LOADED),
    "evidence of an earlier version": Submission(
        arrays=lambda: {**arrays(), "dense/bias": np.ones(10)}
    ),
    "by hand": Submission(
        fits=(trained_fit(),),
        model_calls=(),
        cells={PREDICT: cell(PREDICT, follows={"predicted_label": "weights"})},
    ),
    "its history": Submission(fits=(trained_fit(),), answers=history(0)),
    "the dict in its history": Submission(fits=(trained_fit(),), answers=history(0, kind="dict")),
}
NEARLY = Case(
    work=set_afterwards(off=0.1),
    check="train.accuracy",
    outcome="error",
    says=("near to those that training left", "manual review"),
    others={"predict.label": "error"},
)


def started(*fits: Fit, kernel: Any = None, number: int = 0, name: str = "dense") -> Submission:
    """The right solution, whose training began with this kernel, by default a trained one."""
    own = sum(1 for one in fits if one.model == 0)

    def recorded() -> dict[str, Any]:
        start = {"kernel": trained().kernel if kernel is None else kernel, "bias": trained().bias}
        more = {f"fit-{number}/start/{name}/{weight}": one for weight, one in start.items()}
        return {**with_names(arrays(number=fits[-1].number)), **more}

    called = changed(MODEL_CALL, fits=own)
    return Submission(fits=fits, arrays=recorded, model_calls=(called,))


PASTED = trained_fit(start="pasted")
AT_RANDOM = np.random.default_rng(7).normal(size=(784, 10)).astype(np.float32) / 20
# Trained on for a moment, and then loaded into the model that is handed in.
THROWN_AWAY = fit(number=0, model=7, start="pasted", states=("pasted", "a step on"))
GOES_ON = trained_fit(number=1, start="pasted")
REVIEWED: dict[str, Any] = {
    "check": "train.accuracy",
    "outcome": "error",
    "says": ("before `fit` was called", "no earlier call of `fit`", "manual review"),
}
STARTED = {
    "started with weights from nowhere": Case(work=started(PASTED), **REVIEWED),
    "started with what a training of another object left of weights from nowhere": Case(
        work=started(THROWN_AWAY, GOES_ON, name="dense_9"), **REVIEWED
    ),
    "started with weights from nowhere, after a first epoch of its own": Case(
        work=started(fit(means=(), snapshots=(), states=("else",)), GOES_ON, number=1), **REVIEWED
    ),
    "started at random": Case(work=started(PASTED, kernel=AT_RANDOM), check="train.accuracy"),
    "started with what an earlier training left": Case(
        work=started(fit(means=(), snapshots=(), states=("pasted",)), GOES_ON, number=1),
        check="train.accuracy",
    ),
    "started with what another object's training left": Case(
        work=started(THROWN_AWAY, GOES_ON, name="dense_9", kernel=AT_RANDOM),
        check="train.accuracy",
    ),
    "another object started with weights from nowhere": Case(
        work=started(THROWN_AWAY, trained_fit(number=1)), check="train.accuracy"
    ),
    "started with weights of another shape": Case(
        work=started(PASTED, kernel=AT_RANDOM[:5]), check="train.accuracy"
    ),
}
NAN, ZERO = np.full((784, 10), np.nan, np.float32), np.zeros((784, 10), np.float32)
STOP = Callback(
    kind="EarlyStopping",
    settings={"monitor": "accuracy", "mode": "min", "patience": 0, "stopped_epoch": 1},
)


def replaced(words: str, work: Submission) -> Case:
    """A case in which the weights are not those that training left."""
    return fails(
        "train.accuracy",
        "weights-replaced-after-training",
        words,
        work=work,
        others={"predict.label": "skipped"},
    )


WRONG = {
    "weights that are no numbers": replaced("not numbers (`nan`)", swapped(kernel=NAN)),
    "weights of zero": replaced(
        "they are all 0", swapped(kernel=ZERO, bias=np.zeros(10, np.float32))
    ),
    "weights on the way to those of training": replaced(
        "of no epoch and no checkpoint", set_afterwards(off=0.5)
    ),
    "an average of another training": replaced(
        "of no epoch and no checkpoint", set_afterwards(off=0.0, fit=7)
    ),
    "weights of another": replaced("of no epoch and no checkpoint", swapped(kernel=ZERO + 1)),
    "a fresh model predicts": fails(
        "predict.label",
        "not-trained",
        "never trained",
        work=Submission(
            fits=(trained_fit(),),
            arrays=lambda: {**with_names(arrays()), "dense_7/kernel": ZERO + 1},
            answers={PREDICT: predicted(LOADED)},
        ),
    ),
    "nothing flows into the label": fails(
        "predict.label",
        "copied-label",
        "does not come from the model",
        work=Submission(cells={PREDICT: cell(PREDICT, follows={"outputs": "prediction"})}),
    ),
    "one number of the history": fails(
        "train.epochs",
        "not-a-history",
        "0.79",
        work=Submission(
            answers={TRAIN: answer(TRAIN, MODEL, history=changed(claim(0.79), fits=()))}
        ),
    ),
    "the history of another": fails(
        "train.epochs",
        "not-a-history",
        "of another training",
        work=Submission(answers=history(1)),
    ),
    "an invented history": fails(
        "train.epochs",
        "not-a-history",
        "other numbers",
        work=Submission(answers=history(kind="dict")),
    ),
}


CASES = {
    **{name: Case(work=work, check="train.accuracy") for name, work in RIGHT.items()},
    **WRONG,
    # Such as a mean over all steps: no points are lost for it, and none are given.
    "nearly an average": NEARLY,
    **STARTED,
}


@pytest.mark.parametrize("name", CASES)
def test_only_the_same_weights_are_the_same_network(verdicts, name) -> None:
    verify(CASES[name], verdicts[name])


def test_the_whole_check_of_another_lesson_asks_for_manual_review_too(sample) -> None:
    """Where no check but that of the accuracy looks at the weights."""
    evidence = identified(NEARLY.work.evidence())
    with pytest.raises(CannotTell, match="near to those that training left"):
        reach_threshold(evidence, TRAIN, lesson=LESSON, data=sample, tell=Tell(), epochs=5)


def test_early_stopping_that_ended_the_training_is_named() -> None:
    """And why it did, where it took better for worse."""
    curves = {"accuracy": (0.6, 0.7)}
    found = stopped_early((fit(epochs_done=2, callbacks=(STOP,), history=curves),), 5)
    assert "`EarlyStopping` ended the training after 2 epochs" in found.message
    assert 'rose from 0.6 to 0.7, and with `mode="min"` it should fall' in found.message


def test_training_by_batch_is_not_never_trained() -> None:
    """It was trained, though not as the blank asks."""
    work = Submission(model=changed(MODEL, steps=375), fits=())
    found = of(judged({"one": work})["one"], "train.epochs")
    assert found.misconception == "not-trained"
    assert "in a loop of your own (375 steps)" in found.message
    assert "never trained" not in found.message


def test_a_model_goes_on_as_another_object() -> None:
    """Two epochs, saved and loaded, and three more: five epochs of one training."""
    first = fit(number=0, model=0, epochs_done=2, states=("one", "two"))
    other = fit(number=1, model=1, epochs_done=1, start="else", states=("three",))
    second = fit(number=2, model=2, epochs_done=3, start="two", states=("four",))
    evidence = Submission(fits=(first, other, second)).evidence()
    assert [one.number for one in evidence.fits(2)] == [0, 2]
    assert [one.number for one in evidence.fits(0)] == [0]


def test_a_chain_of_trainings_is_followed_to_its_beginning() -> None:
    """However long: a record holds a thousand of them."""
    fits = [
        fit(number=number, model=number, start=f"{number}", states=(f"{number + 1}",))
        for number in range(1_000)
    ]
    evidence = Submission(fits=tuple(fits)).evidence()
    assert [one.number for one in evidence.fits(999)] == [*range(1_000)]


def test_a_loaded_model_has_the_names_of_its_training() -> None:
    """So that means of weights, which are kept by name, belong to it."""
    found = identified(RIGHT["loaded"].evidence()).answer(TRAIN)
    assert found.model.number == 0
    assert [one.name for one in found.model.layers] == ["flatten", "dense", "softmax"]
