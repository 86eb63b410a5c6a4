"""Which submissions are the same program, so that one run serves all of them.

A program may be run once for several students only where nothing but its text, the files beside it,
the images and the seed decide what it does. What may depend on anything else is run by itself.
The lesson's own cells are trusted with that, as they stand in the release.

Of those who share a run the first that is graded is run. That is nobody's advantage: a cell that is
one of the lesson's is run as the lesson has it (``job_runner.prepare``), the others differ in
comments and layout alone, and a program that could notice these is shared with the same text only.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import msgspec

import autograder
from autograder.core.evidence import SCHEMA, Evidence
from autograder.core.lesson_registry import lesson_folders
from autograder.grading.purity import is_closed, may_quote_itself
from autograder.notebooks.normalize import program_of
from autograder.sandbox.protocol import Job

SOFTWARE = ("tensorflow", "keras", "numpy", "matplotlib", "ipykernel", "ipython", "nbclient")
# The parts of this package that affect a run, or which submissions share it.
CODE = (
    *("core/**/*.py", "notebooks/*.py", "datasets/*.py", "kernel/**/*.py", "sandbox/**/*.py"),
    *("grading/purity.py", "grading/cache_key.py"),
)


@dataclass(frozen=True, kw_only=True)
class CacheKeys:
    """The keys of a run: for this submission alone, for its text, for its program.

    The last is ``None`` where the run may be shared with the same text only, the last two where it
    may not be shared.
    """

    submission: str
    text: str | None = None
    program: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """From the narrowest to the widest."""
        return tuple(key for key in (self.submission, self.text, self.program) if key)


def conditions(*, isolation: str) -> dict[str, str]:
    """Return by name what a run depends on besides the job and the images."""
    return {
        **{name: metadata.version(name) for name in SOFTWARE},
        "Python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "isolation": isolation,
        "code": _code_digest(),
        "schema": str(SCHEMA),
    }


def _code_digest() -> str:
    package = Path(autograder.__file__).parent
    parts = [(package, part) for part in CODE]
    parts += [(folder, "*/*.py") for folder in lesson_folders()]
    files = [path for folder, part in parts for path in sorted(folder.glob(part))]
    return _digest(path.read_bytes() for path in files)


def keys(
    job: Job,
    under: Iterable[str],
    *,
    owner: str,
    share: bool,
    given_code: Collection[str] = frozenset(),
) -> CacheKeys:
    """Return the keys of a job that runs under these conditions for a submission of ``owner``.

    ``given_code`` are the texts of the lesson's own cells.
    """
    # How many are run at a time, which of them count, and what for, does not affect a run.
    settings = replace(job.settings, workers=0, keep="last", follow_through=1.0)
    files = [part for name in sorted(job.files) for part in (name.encode(), job.files[name])]
    # A digest for each list: a cell must not pass for a file, nor a file for a cell.
    base = (
        _digest(one.encode() for one in under),
        _digest([msgspec.json.encode(settings, order="sorted"), job.prelude.encode()]),
        _digest(files),
        _digest([msgspec.json.encode((job.solutions, job.unusable))]),
        job.dataset,
    )
    text = _name(*base, "text", _digest(cell.encode() for cell in job.cells))
    submission = _name(text, owner)
    lesson_programs = {program_of(cell) for cell in given_code}
    student_cells = [cell for cell in job.cells if program_of(cell) not in lesson_programs]
    if not share or not all(is_closed(cell) for cell in student_cells):
        return CacheKeys(submission=submission)
    if any(may_quote_itself(cell) for cell in student_cells):
        return CacheKeys(submission=submission, text=text)
    return CacheKeys(submission=submission, text=text, program=_name(*base, "program", job.program))


def storage_keys(keys: CacheKeys, evidence: Evidence) -> tuple[str, ...]:
    """Return the keys under which a run may be found again.

    What ended early, or met a limit, may have been unlucky. An error's traceback and a warning
    quote the text of the cell, comments and all, which is nobody's business but its author's.
    """
    run = evidence.run
    if run.interrupted:
        return ()
    if run.stopped or run.limits:
        return (keys.submission,)
    quotes = any(
        output.get("output_type") == "error" or output.get("name") == "stderr"
        for outputs in evidence.outputs.values()
        for output in outputs
    ) or any(cell.status == "error" for cell in evidence.record.cells)
    return tuple(key for key in keys.all if not (quotes and key == keys.program))


def _name(*parts: str) -> str:
    return _digest(part.encode() for part in parts)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        # With its length: no two lists of parts may run together to the same bytes.
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.hexdigest()
