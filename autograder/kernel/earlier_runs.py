"""Earlier attempts in the same kernel: what an earlier run of a cell left is set aside.

A notebook is graded from the top, each cell once, as it stands. In a student's kernel the same
cell is run many times, and what its earlier runs did is still there: a model that was compiled, a
question to TensorFlow, epochs of training.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from autograder.core.evidence import Answer, Claim, ModelCall, Recorded


@dataclass
class RunsOfRecords:
    """In which runs of cells each record was made; ``now`` is the run that goes on.

    ``fits`` are known by their number, ``calls`` of models and ``queries`` for devices by
    themselves, ``compiled`` models by the number of the model.
    """

    now: int = 0
    fits: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    calls: defaultdict[ModelCall, set[int]] = field(default_factory=lambda: defaultdict(set))
    queries: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    compiled: dict[int, int] = field(default_factory=dict)


def without_earlier(
    recorded: Recorded,
    runs: RunsOfRecords,
    superseded: Collection[int],
    stale: Mapping[str, Collection[str]],
) -> Recorded:
    """Return what was recorded, without what only earlier runs of a cell did.

    Args:
        recorded: everything that was recorded in this kernel.
        runs: in which runs each record was made.
        superseded: the runs of cells that were run again since.
        stale: for each question the names that only an earlier run of its cell defined.
    """

    def counts(turns: Collection[int]) -> bool:
        return not turns or not set(turns) <= set(superseded)

    kept = {fit.number for fit in recorded.fits if counts(runs.fits.get(fit.number, ()))}
    numbers = defaultdict(list)
    for fit in recorded.fits:
        numbers[fit.model].append(fit.number)
    calls = (one for one in recorded.model_calls if counts(runs.calls.get(one, ())))
    return msgspec.structs.replace(
        recorded,
        devices=msgspec.structs.replace(
            recorded.devices,
            queried=tuple(
                one for one in recorded.devices.queried if counts(runs.queries.get(one, ()))
            ),
        ),
        answers=tuple(
            _without_stale(one, runs, superseded, stale.get(one.question, ()))
            for one in recorded.answers
        ),
        fits=tuple(fit for fit in recorded.fits if fit.number in kept),
        model_calls=tuple(
            msgspec.structs.replace(one, fits=len(kept & set(numbers[one.model][: one.fits])))
            for one in calls
        ),
    )


def _without_stale(
    answer: Answer, runs: RunsOfRecords, superseded: Collection[int], stale: Collection[str]
) -> Answer:
    model = answer.model
    if model and runs.compiled.get(model.number) in superseded:
        model = msgspec.structs.replace(model, compiled=None)
    return msgspec.structs.replace(
        answer,
        claims={
            name: Claim(kind=claim.kind, blank=True) if name in stale else claim
            for name, claim in answer.claims.items()
        },
        model=None if "model" in stale else model,
    )
