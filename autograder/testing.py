"""Helpers for the tests of a lesson: evidence made by hand, and the verdicts of the checks on it.

No notebook is run and TensorFlow is not loaded, so hundreds of such tests take seconds. Where a
training is needed, NumPy does it, in a second or less on the shipped sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from autograder import datasets
from autograder.authoring.spec.numpy_training import train
from autograder.authoring.spec.recipe import Training
from autograder.authoring.spec.synthetic_evidence import recorded
from autograder.core.evidence import (
    Answer,
    Cell,
    Claim,
    Compiled,
    Evidence,
    Fit,
    Model,
    Record,
    Recorded,
    Run,
)
from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult
from autograder.judge.runner import judge

Answers = Mapping[str, object]
NO_ANSWERS: Mapping[str, Answers] = {}


def evidence(lesson: Lesson, answers: Mapping[str, Answers] = NO_ANSWERS) -> Evidence:
    """Return the evidence of a notebook in which these questions were answered.

    Args:
        lesson: the lesson.
        answers: by the name of each question, the arguments of its check by name; a network is a
            ``Model`` as it would have been recorded. A question that is left out is blank.
    """
    given = tuple(_answer(one, answers.get(one.name)) for one in lesson.questions)
    cells = tuple(
        Cell(index=number, grade_id=one.name, status="ok", changed=one.name in answers)
        for number, one in enumerate(lesson.questions)
    )
    run = Run(lesson=lesson.name, data="sample")
    recorded = Recorded(answers=given)
    return Evidence(record=Record(run=run, cells=cells, recorded=recorded))


def trained(
    lesson: Lesson, training: Training, answers: Mapping[str, Answers] = NO_ANSWERS
) -> Evidence:
    """Return the evidence of a notebook in which a network was trained like this, under one seed.

    Each question hands in what it leaves behind: ``model`` is that network, compiled with Adam and
    the cross-entropy of logits, ``history`` that of its training. ``answers`` are the others, or
    take the place of these. The images are the sample where the lesson's data set comes with one.
    """
    dataset = datasets.of(lesson)
    data = dataset.load_named("sample" if dataset.shipped else "full")
    made, model, fit = recorded(train(training, data, seed=0), lesson.name, data)
    model, fit = _complete(model, training), _fit(fit, training, data)
    given = {"model": model, "history": Claim(kind="History", fits=(fit.number,))}
    every = {
        one.name: {
            **{name: given[name] for name in ("model", *one.leaves) if name in given},
            **answers.get(one.name, {}),
        }
        for one in lesson.questions
    }
    whole = evidence(lesson, every)
    assert whole.recorded
    record = msgspec.structs.replace(
        whole.record,
        run=made.run,
        recorded=msgspec.structs.replace(whole.recorded, fits=(fit,)),
    )
    return Evidence(record=record, arrays=made.arrays)


def _complete(model: Model, training: Training) -> Model:
    shapes = [one.shape for layer in model.layers for one in layer.weights]
    from_logits = training.loss == "raw outputs"
    return msgspec.structs.replace(
        model,
        trainable_parameters=sum(math.prod(side or 0 for side in shape) for shape in shapes),
        compiled=Compiled(
            optimizer=training.optimizer.capitalize(),
            optimizer_settings={"learning_rate": training.rate},
            loss="SparseCategoricalCrossentropy",
            loss_settings={"from_logits": from_logits},
            metrics=("accuracy",),
        ),
    )


def _fit(fit: Fit, training: Training, data: datasets.Images) -> Fit:
    of = len(data.train_labels if training.split == "training" else data.valid_labels)
    studied = msgspec.structs.replace(
        fit.training,
        count=round(training.share * of),
        split=training.split,
        labels="matching" if training.labels == "own" else "mismatched",
    )
    validation = msgspec.structs.replace(
        fit.training, count=len(data.valid_labels), split="validation", labels="matching"
    )
    return msgspec.structs.replace(fit, training=studied, validation=validation)


def _answer(question: Question, answers: Answers | None) -> Answer:
    if answers is None:
        blanks = {name: Claim(kind="Blank", blank=True) for name in question.leaves}
        return Answer(question=question.name, claims=blanks)
    models = [value for value in answers.values() if isinstance(value, Model)]
    return Answer(
        question=question.name,
        claims={name: _claim(value) for name, value in answers.items()},
        model=models[0] if models else None,
    )


def _claim(value: Any) -> Claim:
    if isinstance(value, Claim):
        return value
    if isinstance(value, Model):
        return Claim(kind=value.kind)
    plain = tuple(value) if isinstance(value, list) else value
    return Claim(kind=type(value).__name__, value=plain)


def said(lesson: Lesson, left: Evidence) -> dict[str, CheckResult]:
    """Return the result of each check on some evidence, by names such as ``build.layers``."""
    verdicts = judge([("submission", left)], lesson)["submission"]
    return {one.id: one for one in verdicts.checks}
