"""One run under many names: what is written for one student never changes another's."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import msgspec
from support.evidence_builder import right

from autograder.core.atomic_write import write_atomic
from autograder.core.evidence import EVIDENCE, Evidence, read
from autograder.grading.cache_key import CacheKeys
from autograder.grading.run_cache import RunCache


def run_of(job: str, *, interrupted: bool = False) -> Evidence:
    """The evidence of a run of this name; one that was interrupted is not found again."""
    record = right().record
    run = msgspec.structs.replace(record.run, job=job, interrupted=interrupted)
    return replace(right(), record=msgspec.structs.replace(record, run=run))


def keys(owner: str, program: str = "same") -> CacheKeys:
    return CacheKeys(
        submission=f"{owner}-{program}", text=f"text-{program}", program=f"program-{program}"
    )


def graded(folder: Path, *names: str) -> None:
    """Grade a class of one program: the first is run, the others share its run."""
    cache = RunCache(folder / ".runs")
    for name in names:
        found = cache.find(keys(name))
        if found is None:
            cache.store(keys(name), run_of("first"))
        cache.save(found[0] if found else run_of("first"), folder / name)


def job(folder: Path) -> str:
    return read(folder / EVIDENCE).run.job


def test_a_run_that_is_not_kept_overwrites_no_other(tmp_path: Path) -> None:
    """Graded twice, each folder has a name of the shared file; then bob hands in something else."""
    for _ in range(2):
        graded(tmp_path, "ann", "bob")
    cache = RunCache(tmp_path / ".runs")
    own = run_of("second", interrupted=True)
    assert cache.store(keys("bob", "other"), own) == ()
    cache.save(own, tmp_path / "bob")
    assert (job(tmp_path / "bob"), job(tmp_path / "ann")) == ("second", "first")
    found = cache.find(keys("ann"))
    assert found[0].run.job == "first"


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    for _ in range(2):
        graded(tmp_path, "ann", "bob")
    assert [path.name for path in (tmp_path / "ann").iterdir()] == [EVIDENCE]
    assert not list(tmp_path.rglob("*.part"))


def test_a_name_that_was_left_half_made_is_not_written_through(tmp_path: Path) -> None:
    """As where the grader was killed between two steps."""
    kept = tmp_path / "kept"
    kept.write_bytes(b"another's")
    os.link(kept, tmp_path / "mine.part")
    write_atomic(tmp_path / "mine", b"mine")
    assert ((tmp_path / "mine").read_bytes(), kept.read_bytes()) == (b"mine", b"another's")
