"""The parts of a record, with a limit on everything.

What was seen from outside (``Run``, ``Cell``) is kept apart from what the student's own kernel
wrote down (``Recorded``), because only the first can be believed without being checked.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

SCHEMA = 2
# Follows the name of a class or a function that is not Keras' own.
CUSTOM = " (custom)"

MAX_TEXT_LENGTH = 4000
MAX_NOTES = 1000
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT_LENGTH)]
Name = Annotated[str, msgspec.Meta(max_length=300)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Shape = Annotated[tuple[int | None, ...], msgspec.Meta(max_length=8)]
Value = bool | int | float | Text | None
Follows = dict[Name, Literal["prediction", "weights"]]


def shortened(text: str) -> str:
    """Shorten a text to what a record holds: the beginning and the end of one that is too long."""
    half = MAX_TEXT_LENGTH // 2
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[: half - 3]} … {text[-half:]}"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of a record: immutable, and refused when it has a field that we do not know."""


class Weight(_Part, frozen=True, kw_only=True):
    """One weight of a layer; ``array`` names it in the arrays where its values were recorded."""

    name: Name
    shape: Shape
    trainable: bool
    device: Name = ""
    array: Name | None = None


class Layer(_Part, frozen=True, kw_only=True):
    """One layer: Keras' class name and the settings that matter to a judge."""

    kind: Name
    name: Name
    output_shape: Shape | None = None
    settings: dict[Name, Value] = {}
    weights: Annotated[tuple[Weight, ...], msgspec.Meta(max_length=64)] = ()


class Compiled(_Part, frozen=True, kw_only=True):
    """The arguments of ``compile``, as Keras resolved them."""

    optimizer: Name
    optimizer_settings: dict[Name, Value] = {}
    loss: Name
    loss_settings: dict[Name, Value] = {}
    metrics: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()


class PerImage(_Part, frozen=True, kw_only=True):
    """A map with a scale of each image's own, as standardising each image makes it.

    ``image -> (image - centre) / (slope * spread**power + offset) ** (1 / power) + shift``, where
    ``centre`` and ``spread`` are numbers of that image.
    """

    spread: Literal["std", "max", "range", "norm", "mean"]
    power: Literal[1, 2] = 1
    slope: float
    offset: float = 0.0
    centre: Literal["none", "mean", "min"] = "none"
    shift: float = 0.0


class Front(_Part, frozen=True, kw_only=True):
    """What a model does to pixels before its first layer that learns, found by asking it.

    That layer, ``before``, is given inputs of ``shape`` (without the batch). ``scale`` and
    ``shift``, ``table`` and ``per_image`` are as in ``Examples``; ``matrix``, of shape (pixels, n),
    is multiplied by the pixels before ``shift`` is added.
    """

    before: Name
    shape: Shape
    scale: Name | None = None
    shift: Name | None = None
    matrix: Name | None = None
    table: Name | None = None
    per_image: PerImage | None = None


class Average(_Part, frozen=True, kw_only=True):
    """Weights near to an average of those that a training, ``fit`` at last, left by epochs.

    ``off`` is how far from it they are, as a part of how far training moved the weights.
    """

    fit: Count
    off: Annotated[float, msgspec.Meta(ge=0)]


class Model(_Part, frozen=True, kw_only=True):
    """A model at the moment it was handed in. ``chain``: each layer feeds the next one only.

    ``steps`` counts what its optimizer did, however it was asked to. ``front`` is there where the
    layers alone do not say what happens to the pixels. ``average`` is there where the weights are
    of no epoch and no checkpoint.
    """

    number: Count
    kind: Name
    input_shape: Shape | None = None
    chain: bool = True
    layers: Annotated[tuple[Layer, ...], msgspec.Meta(max_length=200)] = ()
    trainable_parameters: Count = 0
    other_parameters: Count = 0
    compiled: Compiled | None = None
    steps: Count | None = None
    front: Front | None = None
    average: Average | None = None

    @property
    def dense(self) -> tuple[Layer, ...]:
        """The ``Dense`` layers, first to last."""
        return tuple(layer for layer in self.layers if layer.kind == "Dense")


class Examples(_Part, frozen=True, kw_only=True):
    """Which images of the data set an array or a stream of data holds, as far as that is known.

    ``split`` says which set they come from, ``labels`` whether each label belongs to its image.
    ``scale`` and ``shift`` name arrays of shape () or (pixels,): the model was given
    ``scale * image + shift``; or ``table`` names an array of shape (256,), the number for each
    brightness; or the map is ``per_image``. Where no map was found for validation images, ``rows``
    names some of them as the model was given them, from all over the set. ``indices`` are positions
    in the set, recorded if the images are few.
    """

    count: Count | None = None
    split: Literal["training", "validation", "mixed", "unknown"] = "unknown"
    labels: Literal["matching", "mismatched", "none", "unknown"] = "unknown"
    scale: Name | None = None
    shift: Name | None = None
    table: Name | None = None
    per_image: PerImage | None = None
    rows: Name | None = None
    one_hot: bool = False
    indices: Annotated[tuple[Count, ...], msgspec.Meta(max_length=256)] | None = None


class Callback(_Part, frozen=True, kw_only=True):
    """One callback that ``fit`` was given: Keras' class name and the settings that matter."""

    kind: Name
    settings: dict[Name, Value] = {}


class Fit(_Part, frozen=True, kw_only=True):
    """One call of ``fit``: its arguments and its results.

    ``means`` lists weights as ``layer/weight``; the array ``fit-<number>/layer/weight`` has the
    shape ``(epochs recorded, *shape)`` and holds the mean of each epoch's snapshots of that weight.
    ``snapshots`` says how many went into each. ``start`` is the digest of the weights before the
    first step, and ``states`` those of the weights that this training left behind: at the end of
    each epoch, at each checkpoint, and at last (see ``weights_digest``). Where the weights before
    the first step are near to an average of those of an earlier training, ``start`` is the last of
    what that one left; where no earlier training left them, ``fit-<number>/start/layer/weight`` are
    the arrays of those that are learned.
    ``replayed``: the trainer did this training, and the kernel took its steps from there.
    """

    number: Count
    model: Count
    epochs_requested: Count | None = None
    epochs_done: Count = 0
    batch_size: Count | None = None
    steps: Count = 0
    interrupted: bool = False
    error: Text | None = None
    history: dict[Name, Annotated[tuple[float | None, ...], msgspec.Meta(max_length=10_000)]] = {}
    training: Examples
    validation: Examples | None = None
    validation_split: float = 0.0
    callbacks: Annotated[tuple[Callback, ...], msgspec.Meta(max_length=64)] = ()
    device: Name = ""
    means: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    snapshots: Annotated[tuple[Count, ...], msgspec.Meta(max_length=10_000)] = ()
    start: Text = ""
    states: Annotated[tuple[Text, ...], msgspec.Meta(max_length=200)] = ()
    replayed: bool = False


class ModelCall(_Part, frozen=True, kw_only=True):
    """One call of a model for its outputs, after ``fits`` calls of ``fit``."""

    model: Count
    fits: Count
    about: Examples


class Numbers(_Part, frozen=True, kw_only=True):
    """An array that was handed in: its type, shape and range, and which images it holds."""

    dtype: Name
    shape: Shape
    low: float | None = None
    high: float | None = None
    about: Examples = Examples()


class Claim(_Part, frozen=True, kw_only=True):
    """A value handed in to a check: its Python type, and as much of it as is plain data.

    ``fits`` are the numbers of the trainings whose history it is; ``None`` where that was not
    looked at.
    """

    kind: Name
    value: Value | Annotated[tuple[Value, ...], msgspec.Meta(max_length=64)] = None
    blank: bool = False
    numbers: Numbers | None = None
    fits: Annotated[tuple[Count, ...], msgspec.Meta(max_length=500)] | None = None


class Answer(_Part, frozen=True, kw_only=True):
    """One call of a check: what was claimed, and the model it was claimed of.

    ``others`` are the models that were handed in besides, by the names of their claims. ``fits`` is
    the number of the next call of ``fit``: it and all later ones came after the check.
    """

    question: Name
    claims: dict[Name, Claim] = {}
    model: Model | None = None
    others: Annotated[dict[Name, Model], msgspec.Meta(max_length=8)] = {}
    fits: Count | None = None


class Devices(_Part, frozen=True, kw_only=True):
    """The devices that TensorFlow could use at the start, and those still visible at the end.

    ``queried`` are the functions that were called to list them.
    """

    offered: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()
    visible: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()
    queried: Annotated[tuple[Name, ...], msgspec.Meta(max_length=256)] = ()


class Recorded(_Part, frozen=True, kw_only=True):
    """The recorder's data from the student's kernel: claims that have to be verified.

    ``by_batch`` are the models on which ``train_on_batch`` was called.
    """

    devices: Devices = Devices()
    answers: Annotated[tuple[Answer, ...], msgspec.Meta(max_length=1000)] = ()
    fits: Annotated[tuple[Fit, ...], msgspec.Meta(max_length=1000)] = ()
    model_calls: Annotated[tuple[ModelCall, ...], msgspec.Meta(max_length=5000)] = ()
    by_batch: Annotated[tuple[Count, ...], msgspec.Meta(max_length=1000)] = ()
    software: dict[Name, Name] = {}
    troubles: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()


class SubmissionCell(_Part, frozen=True, kw_only=True):
    """One code cell of a submission's notebook. ``changed``: it differs from the released cell.

    ``defines`` are the names that the cell defines, if it was changed.
    ``follows`` has the names that the cell gives a value into which something flows from a model:
    a ``prediction``, by ``predict`` alone, or anything else that its ``weights`` say. ``None``
    where the program was not checked, or does not tell.
    """

    index: Count
    cell_id: Name = ""
    grade_id: Name | None = None
    changed: bool = False
    defines: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    follows: Follows | None = None


class Cell(SubmissionCell, frozen=True, kw_only=True):
    """The cell as it was seen to run. ``replaced``: the lesson's solution was run in its place."""

    status: Literal["ok", "error", "timeout", "not_run"] = "not_run"
    replaced: bool = False
    ename: Name = ""
    evalue: Text = ""
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0


class Replay(_Part, frozen=True, kw_only=True):
    """A training that the kernel asked the trainer for, by the digests of both messages.

    ``answer`` is empty where there was none; ``seconds`` are what the training took, ``left`` is
    the digest of the weights that it left behind (see ``weights_digest``).
    """

    description: Name
    answer: Name = ""
    seconds: float = 0.0
    left: Text = ""


class Run(_Part, frozen=True, kw_only=True):
    """The run as seen from outside the kernel: ``job`` names it, ``program`` what was run.

    ``interrupted``: perhaps not through anything that the notebook did. ``warm``: TensorFlow was
    loaded before. ``replays`` are the trainings that its kernel asked for. The lesson, whether the
    run was another submission's, and notes on the notebook are known of a submission only.
    """

    lesson: Name = ""
    job: Name = ""
    program: Name = ""
    data: Literal["full", "sample"] = "full"
    isolation: Name = "none"
    seconds: float = 0.0
    seed: int | None = None
    shared: bool = False
    warm: bool = False
    interrupted: bool = False
    stopped: Text | None = None
    trouble: Text | None = None
    limits: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    notes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_NOTES)] = ()
    replays: Annotated[tuple[Replay, ...], msgspec.Meta(max_length=64)] = ()

    @property
    def training(self) -> Literal["replayed", "own"]:
        """Whether the trainer did a training for it, or it did all of them itself."""
        return "replayed" if any(one.answer for one in self.replays) else "own"


class SubmissionRecord(_Part, frozen=True, kw_only=True):
    """What is a submission's own and not the run's; ``job`` names the run that serves for it."""

    lesson: Name
    job: Name = ""
    shared: bool = False
    notes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_NOTES)] = ()
    cells: Annotated[tuple[SubmissionCell, ...], msgspec.Meta(max_length=10_000)] = ()


class Record(_Part, frozen=True, kw_only=True):
    """The whole record of a run."""

    schema: int = SCHEMA
    run: Run
    cells: Annotated[tuple[Cell, ...], msgspec.Meta(max_length=10_000)] = ()
    recorded: Recorded | None = None
