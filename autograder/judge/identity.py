"""Which training a model comes from, identified by its weights.

A model that was saved and loaded, cloned with its weights, or built again around them is the one
that was trained, in another object.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import msgspec

from autograder.core.evidence import Answer, Average, Evidence, Fit, Model, digest_of, holds

# Digests of the weights of a model, in the order of its layers.
Digests = tuple[str, ...]
MAX_ANSWERS = 32
# How far weights may be from an average of those of a training's epochs, as a part of how far
# training moved them: rounding to half precision leaves much less than the first.
EXACTLY = 0.01
NEARLY = 0.25


def identified(evidence: Evidence) -> Evidence:
    """Return evidence in which each model that was handed in has the number of its training.

    Its layers have the names that they had there, so that means of weights belong to them.
    """
    if evidence.recorded is None or not any(fit.states for fit in evidence.recorded.fits):
        return evidence
    known: dict[str, str] = {}
    before = evidence.recorded.answers[:-MAX_ANSWERS]
    last = evidence.recorded.answers[-MAX_ANSWERS:]
    answers = (*before, *(_identified(evidence, one, known) for one in last))
    recorded = msgspec.structs.replace(evidence.recorded, answers=answers)
    record = msgspec.structs.replace(evidence.record, recorded=recorded)
    return dataclasses.replace(evidence, record=record)


def digests_of(
    evidence: Evidence, model: Model, known: dict[str, str] | None = None
) -> Digests | None:
    """Return the digests of a model's weights, ``None`` where not all that learn were recorded.

    Those of arrays in ``known`` are taken from there, and others are added to it.
    """
    known = {} if known is None else known
    digests = []
    for layer in model.layers:
        for weight in layer.weights:
            values = evidence.arrays.get(weight.array or "")
            if values is None or weight.array is None:
                if weight.trainable:
                    return None
                continue
            if weight.array not in known:
                known[weight.array] = digest_of(values)
            digests.append(known[weight.array])
    return tuple(digests) or None


def fit_with_state(digests: Digests, fits: Sequence[Fit]) -> Fit | None:
    """Return the last of these trainings that left weights with these digests."""
    found = (fit for fit in reversed(fits) if _state_in(digests, fit))
    return next(found, None)


def averaged(average: Average | None, fits: Sequence[Fit], off: float) -> Fit | None:
    """Return the one of these trainings of which weights are an average, up to *off*."""
    if average is None or not average.off <= off:
        return None
    return next((fit for fit in fits if fit.number == average.fit), None)


def origins(fits: Sequence[Fit], every: Sequence[Fit]) -> tuple[Fit, ...]:
    """Return where the weights of trainings come from: the first of each chain of trainings.

    Each of a chain started with weights that one before it left. ``every`` are all trainings of the
    run, in order.
    """
    numbers = {one.number for one in fits}
    first: dict[str, Fit] = {}
    found: dict[int, Fit] = {}
    for fit in every:
        origin = first.get(fit.start, fit)
        first |= dict.fromkeys(fit.states, origin)
        if fit.number in numbers:
            found[origin.number] = origin
    return tuple(found.values())


def _state_in(digests: Digests, fit: Fit) -> str | None:
    every = frozenset(digests)
    found = (one for one in fit.states if every.issuperset(one.split()) and holds(digests, one))
    return next(found, None)


def _identified(evidence: Evidence, answer: Answer, known: dict[str, str]) -> Answer:
    model = _as_trained(evidence, answer.model, known) if answer.model else None
    others = {name: _as_trained(evidence, one, known) for name, one in answer.others.items()}
    return msgspec.structs.replace(answer, model=model, others=others)


def _as_trained(evidence: Evidence, model: Model, known: dict[str, str]) -> Model:
    digests = digests_of(evidence, model, known)
    fits = evidence.recorded.fits if evidence.recorded else ()
    if digests is None or fit_with_state(digests, evidence.fits(model.number)):
        return model
    if fit := fit_with_state(digests, fits):
        state = _state_in(digests, fit) or ""
        names = dict(zip(state.split(), fit.means, strict=False))
        pairs = [
            (layer.name, names[digest])
            for layer in model.layers
            for weight in layer.weights
            if (digest := known.get(weight.array or "", "")) in names
        ]
    elif fit := averaged(model.average, fits, NEARLY):
        learning = [one.name for one in model.layers for weight in one.weights if weight.trainable]
        pairs = list(zip(learning, fit.means, strict=False))
    else:
        return model
    new = {layer: name.rpartition("/")[0] for layer, name in pairs}
    return msgspec.structs.replace(_renamed(model, new), number=fit.model)


def _renamed(model: Model, new: dict[str, str]) -> Model:
    """Give layers *new* names; others that have one of these get a number."""
    taken = {*new.values(), *(one.name for one in model.layers)}
    for layer in model.layers:
        if layer.name not in new and layer.name in set(new.values()):
            numbered = (f"{layer.name}_{number}" for number in itertools.count(1))
            new[layer.name] = next(one for one in numbered if one not in taken)
    replace = msgspec.structs.replace
    layers = (replace(one, name=new.get(one.name, one.name)) for one in model.layers)
    front = model.front
    if front:
        front = replace(front, before=new.get(front.before, front.before))
    return replace(model, layers=tuple(layers), front=front)
