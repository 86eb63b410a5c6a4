"""A notebook in, evidence out: run once, in a process that is ended when its time is up."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
import psutil
from nbformat import NotebookNode

from autograder import dataset
from autograder.course import Settings
from autograder.errors import EvidenceError
from autograder.evidence import (
    MAX_JSON_BYTES,
    Cell,
    Evidence,
    Record,
    Recorded,
    Run,
    decode,
    read_arrays,
)
from autograder.execution.job import Job, Ran
from autograder.execution.restore import Restored, grade_id
from autograder.lesson import Lesson

# What a kernel may know of the environment: where programs are, the language, the GPU's drivers.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
PASSED_ON_BEGIN = ("CUDA_", "NVIDIA_", "XLA_")
MOST_BESIDE = 20 * 2**20


@dataclass(frozen=True, kw_only=True)
class Executed:
    """The evidence of a run, and the notebook with the outputs that it made."""

    evidence: Evidence
    notebook: NotebookNode


def execute(
    restored: Restored,
    lesson: Lesson,
    settings: Settings,
    *,
    data_home: Path,
    beside: Path | None = None,
    notes: tuple[str, ...] = (),
) -> Executed:
    """Run a notebook once.

    Args:
        data_home: the Keras home with the images.
        beside: the folder of the submission; its other files are copied beside the notebook.
        notes: what is to be told of the submission besides.
    """
    began = time.monotonic()
    # Resolved: on macOS the temporary folder lies behind a link.
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as scratch:
        room = Path(scratch).resolve()
        _prepare(room, restored, settings, beside)
        stopped = _run(room, settings, _environment(room, data_home))
        ran = _ran(room)
        recorded, arrays, trouble = _recorded(room / "evidence")
    cells = _cells(restored, ran)
    stopped = stopped or trouble
    run = Run(
        lesson=lesson.name,
        data=dataset.load(data_home).name,
        isolation="none",
        seconds=time.monotonic() - began,
        seed=settings.seed,
        stopped=stopped,
        limits=("time",) if any(cell.status == "timeout" for cell in cells) else (),
        notes=(*notes, *restored.notes),
    )
    evidence = Evidence(record=Record(run=run, cells=cells, recorded=recorded), arrays=arrays)
    return Executed(evidence=evidence, notebook=_with_outputs(restored.notebook, ran))


def _prepare(room: Path, restored: Restored, settings: Settings, beside: Path | None) -> None:
    for name in ("home", "work", "evidence"):
        (room / name).mkdir()
    if beside:
        _copy_beside(beside, room / "work")
    nbformat.write(restored.notebook, room / "notebook.ipynb")
    seeds = f"import keras as _keras; _keras.utils.set_random_seed({settings.seed}); del _keras"
    job = Job(path=str(room / "work"), cell_seconds=settings.cell_seconds, prelude=seeds)
    (room / "job.json").write_bytes(msgspec.json.encode(job))


def _copy_beside(source: Path, target: Path) -> None:
    """The other files of a submission, up to 20 MiB, without links and without notebooks."""
    left = MOST_BESIDE
    for path in sorted(source.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        left -= path.stat().st_size
        if left < 0:
            return
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def _environment(room: Path, data_home: Path) -> dict[str, str]:
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_BEGIN)
    }
    home = str(room / "home")
    return passed | {
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": f"{home}/ipython",
        "JUPYTER_CONFIG_DIR": f"{home}/jupyter",
        "JUPYTER_RUNTIME_DIR": f"{home}/runtime",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "KERAS_HOME": str(data_home),
        "AUTOGRADER_EVIDENCE": str(room / "evidence"),
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # Ten neurons do not fill a core; several submissions side by side do.
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _run(room: Path, settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Run the worker; why it stopped before the end, ``None`` where it did not."""
    log = room / "worker.log"
    with log.open("wb") as said, _started(room, environment, said.fileno()) as worker:
        try:
            code = worker.wait(timeout=settings.seconds)
        except subprocess.TimeoutExpired:
            return f"the notebook was stopped at the time limit of {settings.seconds} s"
    if code == 3:
        return "the kernel died"
    if code:
        raise RuntimeError(f"The notebook could not be run:\n{log.read_text()[-4000:]}")
    return None


@contextlib.contextmanager
def _started(
    room: Path, environment: Mapping[str, str], log: int
) -> Iterator[subprocess.Popen[bytes]]:
    """The worker, with everything that it started ended at the end."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "autograder.execution.worker", str(room)],
        cwd=room,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        family = [psutil.Process(worker.pid)] if worker.poll() is None else []
        for process in [child for one in family for child in one.children(recursive=True)] + family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        worker.wait()


def _ran(room: Path) -> dict[int, Ran]:
    found = {}
    for path in (room / "ran").glob("*.json"):
        found[int(path.stem)] = msgspec.json.decode(path.read_bytes(), type=Ran)
    return found


def _recorded(folder: Path) -> tuple[Recorded | None, Mapping[str, object], str | None]:
    path = folder / "recorded.json"
    if not path.is_file():
        return None, {}, None
    if path.stat().st_size > MAX_JSON_BYTES:
        return None, {}, "the evidence was too large to be read"
    try:
        return decode(path.read_bytes(), Recorded), read_arrays(folder / "recorded.npz"), None
    except EvidenceError as error:
        return None, {}, str(error)


def _cells(restored: Restored, ran: Mapping[int, Ran]) -> tuple[Cell, ...]:
    nothing = Ran(status="not_run")
    return tuple(
        Cell(
            index=index,
            cell_id=cell.id[:300],
            grade_id=grade_id(cell),
            status=ran.get(index, nothing).status,
            changed=grade_id(cell) in restored.changed,
            ename=ran.get(index, nothing).ename,
            evalue=ran.get(index, nothing).evalue,
        )
        for index, cell in enumerate(restored.notebook.cells)
        if cell.cell_type == "code"
    )


def _with_outputs(notebook: NotebookNode, ran: Mapping[int, Ran]) -> NotebookNode:
    count = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and index in ran:
            count += 1
            cell.outputs = [nbformat.from_dict(one) for one in ran[index].outputs]
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return notebook
