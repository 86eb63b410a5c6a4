"""What the run of a notebook left behind: plain data, with a schema, that a judge can read.

A ``Record`` is the JSON part, arrays travel beside it in an ``.npz``. What was seen from outside
(``Run``, ``Cell``) is kept apart from what the student's own kernel wrote down (``Recorded``),
because only the first can be believed without being checked.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.errors import EvidenceError

SCHEMA = 1
MAX_JSON_BYTES = 4 * 2**20
MAX_ARRAY_BYTES = 64 * 2**20
MAX_ARRAYS = 4096

Text = Annotated[str, msgspec.Meta(max_length=4000)]
Name = Annotated[str, msgspec.Meta(max_length=300)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Shape = Annotated[tuple[int | None, ...], msgspec.Meta(max_length=8)]
Value = bool | int | float | Text | None
Arrays = Mapping[str, NDArray[Any]]
T = TypeVar("T")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a record: immutable, and refused when it has a field that we do not know."""


class Weight(_Part, kw_only=True):
    """One weight of a layer; ``array`` names it in the arrays where its values were kept."""

    name: Name
    shape: Shape
    trainable: bool
    device: Name = ""
    array: Name | None = None


class Layer(_Part, kw_only=True):
    """One layer: Keras' class name and the settings that matter to a judge."""

    kind: Name
    name: Name
    output_shape: Shape | None = None
    settings: dict[Name, Value] = {}
    weights: Annotated[tuple[Weight, ...], msgspec.Meta(max_length=64)] = ()


class Compiled(_Part, kw_only=True):
    """What ``compile`` was given, as Keras resolved it."""

    optimizer: Name
    optimizer_settings: dict[Name, Value] = {}
    loss: Name
    loss_settings: dict[Name, Value] = {}
    metrics: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()


class Model(_Part, kw_only=True):
    """A model at the moment it was handed in. ``chain``: each layer feeds the next one only."""

    number: Count
    kind: Name
    input_shape: Shape | None = None
    chain: bool = True
    layers: Annotated[tuple[Layer, ...], msgspec.Meta(max_length=200)] = ()
    trainable_parameters: Count = 0
    other_parameters: Count = 0
    compiled: Compiled | None = None

    @property
    def dense(self) -> tuple[Layer, ...]:
        """The ``Dense`` layers, first to last."""
        return tuple(layer for layer in self.layers if layer.kind == "Dense")


class Cards(_Part, kw_only=True):
    """Which of the lesson's cards an array or a stream of data was, as far as could be told.

    ``cards`` says which set they come from, ``labels`` whether each label belongs to its card.
    ``scale`` and ``shift`` name arrays: what the model was given is ``scale * card + shift``,
    of shape () or (784,). ``places`` are positions in the set, kept where the cards are few.
    """

    count: Count | None = None
    cards: Literal["training", "validation", "mixed", "unknown"] = "unknown"
    labels: Literal["matching", "mismatched", "none", "unknown"] = "unknown"
    scale: Name | None = None
    shift: Name | None = None
    places: Annotated[tuple[Count, ...], msgspec.Meta(max_length=256)] | None = None


class Fit(_Part, kw_only=True):
    """One call of ``fit``: what it was given and what came of it.

    ``means`` lists weights as ``layer/weight``; the array ``fit-<number>/layer/weight`` has the
    shape ``(epochs kept, *shape)`` and holds the mean of each epoch's snapshots of that weight.
    ``snapshots`` says how many went into each.
    """

    number: Count
    model: Count
    epochs_asked: Count | None = None
    epochs_done: Count = 0
    batch_size: Count | None = None
    steps: Count = 0
    interrupted: bool = False
    error: Text | None = None
    history: dict[Name, Annotated[tuple[float | None, ...], msgspec.Meta(max_length=10_000)]] = {}
    training: Cards
    validation: Cards | None = None
    validation_split: float = 0.0
    device: Name = ""
    means: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    snapshots: Annotated[tuple[Count, ...], msgspec.Meta(max_length=10_000)] = ()


class Asked(_Part, kw_only=True):
    """One time a model was asked for its outputs; it had been trained ``fits`` times by then."""

    model: Count
    fits: Count
    about: Cards


class Claim(_Part, kw_only=True):
    """A value handed in to a check: its Python type, and as much of it as is plain data."""

    kind: Name
    value: Value | Annotated[tuple[Value, ...], msgspec.Meta(max_length=64)] = None
    blank: bool = False


class HandIn(_Part, kw_only=True):
    """One call of a check: what was claimed, and the model it was claimed of."""

    question: Name
    claims: dict[Name, Claim] = {}
    model: Model | None = None


class Devices(_Part, kw_only=True):
    """What TensorFlow could use: at the start, and what the notebook left visible."""

    offered: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()
    visible: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()
    asked: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()


class Recorded(_Part, kw_only=True):
    """What the recorder in the student's kernel wrote down: claims, to be checked."""

    devices: Devices = Devices()
    hand_ins: Annotated[tuple[HandIn, ...], msgspec.Meta(max_length=1000)] = ()
    fits: Annotated[tuple[Fit, ...], msgspec.Meta(max_length=1000)] = ()
    asked: Annotated[tuple[Asked, ...], msgspec.Meta(max_length=5000)] = ()
    software: dict[Name, Name] = {}
    troubles: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()


class Cell(_Part, kw_only=True):
    """One code cell as it was seen to run. ``changed``: it differs from the released blank."""

    index: Count
    cell_id: Name = ""
    grade_id: Name | None = None
    status: Literal["ok", "error", "timeout", "not_run"] = "not_run"
    changed: bool = False
    ename: Name = ""
    evalue: Text = ""


class Run(_Part, kw_only=True):
    """The run as seen from outside the kernel."""

    lesson: Name
    data: Literal["full", "sample"] = "full"
    isolation: Name = "none"
    seconds: float = 0.0
    seed: int | None = None
    shared: bool = False
    stopped: Text | None = None
    limits: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    notes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()


class Record(_Part, kw_only=True):
    """The whole record of a run, as it is kept in ``evidence.json``."""

    schema: int = SCHEMA
    run: Run
    cells: Annotated[tuple[Cell, ...], msgspec.Meta(max_length=10_000)] = ()
    recorded: Recorded | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A record with its arrays; what a judge reads, and nothing else."""

    record: Record
    arrays: Arrays = field(default_factory=dict)

    @property
    def run(self) -> Run:
        """The run as seen from outside."""
        return self.record.run

    @property
    def recorded(self) -> Recorded | None:
        """What the kernel wrote down, ``None`` where it never got that far."""
        return self.record.recorded

    def cell(self, grade_id: str) -> Cell | None:
        """The cell with this ``grade_id``."""
        return next((cell for cell in self.record.cells if cell.grade_id == grade_id), None)

    def hand_in(self, question: str) -> HandIn | None:
        """The last hand-in for a question: a cell run twice counts as it stood at the end."""
        hand_ins = self.recorded.hand_ins if self.recorded else ()
        return next((one for one in reversed(hand_ins) if one.question == question), None)

    def fits(self, model: int) -> tuple[Fit, ...]:
        """The calls of ``fit`` on one model, in order."""
        fits = self.recorded.fits if self.recorded else ()
        return tuple(fit for fit in fits if fit.model == model)


def save(evidence: Evidence, folder: Path) -> None:
    """Write ``evidence.json`` and ``arrays.npz`` into ``folder``, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "arrays.npz", pack_arrays(evidence.arrays))
    write_whole(folder / "evidence.json", msgspec.json.encode(evidence.record))


def load(folder: Path) -> Evidence:
    """Read what :func:`save` wrote.

    Raises:
        EvidenceError: a file is missing, too large, of another schema or not what it should be.
    """
    data = _read(folder / "evidence.json", MAX_JSON_BYTES)
    record = decode(data, Record)
    if record.schema != SCHEMA:
        raise EvidenceError(
            f"{folder.name}: this evidence has schema {record.schema}, the judge reads {SCHEMA}."
            " Run the submission again."
        )
    return Evidence(record=record, arrays=read_arrays(folder / "arrays.npz"))


def decode(data: bytes, kind: type[T]) -> T:
    """Check ``data`` against the schema of ``kind``."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise EvidenceError(f"The evidence is not what it should be: {error}") from error


def pack_arrays(arrays: Arrays) -> bytes:
    """Arrays as the bytes of an ``.npz`` without pickles."""
    buffer = io.BytesIO()
    # Not savez: its keyword arguments cannot hold every name.
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue())
    return buffer.getvalue()


def read_arrays(path: Path) -> Arrays:
    """Read an ``.npz``: numbers only, at most 64 MiB, never a pickle.

    Raises:
        EvidenceError: the archive lies about its size, or holds anything but plain numbers.
    """
    if not path.exists():
        return {}
    data = _read(path, MAX_ARRAY_BYTES)
    arrays: dict[str, NDArray[Any]] = {}
    left = MAX_ARRAY_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_ARRAYS:
                raise EvidenceError(f"{path.name} holds more than {MAX_ARRAYS} arrays.")
            for member in members:
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise EvidenceError(f"{path.name} unpacks to more than 64 MiB.")
                arrays[member.filename.removesuffix(".npy")] = _read_array(content)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise EvidenceError(f"{path.name} cannot be read: {error}") from error
    return arrays


def _read_array(content: bytes) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise EvidenceError("An array is written in a format that the judge does not read.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in "iuf" or len(shape) > 4:
        raise EvidenceError(f"An array of type {dtype} and shape {shape} is no evidence.")
    body = content[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(body):
        raise EvidenceError("An array is not as long as it says.")
    array = np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C")
    return array


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a half."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def _read(path: Path, limit: int) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise EvidenceError(f"{path.name} is missing.")
    with path.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise EvidenceError(f"{path.name} is larger than {limit // 2**20} MiB.")
    return data
