"""Which submissions are the same program, so that one run tells of all of them.

A program may be run once for several students only where nothing but its text, the files beside it,
the images and the seed decide what it does. What could look at anything else is run for itself.
The lesson's own cells are trusted with that, as they stand in the release.
Being wrong about that would cost no safety: the judge reads the evidence of a run either way.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import platform
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import msgspec

import autograder
from autograder.evidence import SCHEMA
from autograder.execution import Job, Trace
from autograder.lesson import lesson_folders
from autograder.program import tree

IMPORTS = frozenset(
    {
        *("autograder", "keras", "matplotlib", "numpy", "tensorflow", "IPython"),
        *("collections", "dataclasses", "functools", "itertools", "math", "random", "statistics"),
        *("shutil", "tempfile", "textwrap", "typing", "warnings", "__future__"),
    }
)
# What reads files, clocks, entropy, addresses or the notebook itself.
NAMES = frozenset(
    {
        *("open", "exec", "eval", "compile", "input", "breakpoint", "globals", "locals", "vars"),
        *("getattr", "setattr", "id", "In", "get_ipython", "help", "exit", "quit"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("load", "loadtxt", "genfromtxt", "fromfile", "memmap", "DataSource", "open", "imread"),
        *("load_model", "load_weights", "load_img", "get_file", "read_file", "gfile", "io"),
        *("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset", "CsvDataset"),
        *("list_files", "image_dataset_from_directory", "text_dataset_from_directory"),
        *("os", "sys", "time", "timestamp", "now", "today", "datetime", "datetime64", "ctypeslib"),
        *("SystemRandom", "Random", "Generator", "BitGenerator", "MT19937", "PCG64", "PCG64DXSM"),
        *("Philox", "SFC64", "from_non_deterministic_state", "get_global_generator"),
        *("mkdtemp", "mkstemp", "mktemp", "NamedTemporaryFile", "gettempdir", "get_ipython"),
        *("copyfile", "copytree", "copy2", "move", "rmtree", "disk_usage"),
    }
)
# Entropy, unless they are given a seed.
SEEDED = frozenset({"default_rng", "RandomState", "SeedSequence", "seed"})
INSIDE = frozenset({"__name__", "__init__", "__call__", "__version__"})
QUIET = re.compile(r";\s*(#.*)?\s*\Z")
# IPython's names for the text of earlier cells.
INPUTS = re.compile(r"_i(i{0,2}|h|\d+)")
SOFTWARE = ("tensorflow", "keras", "numpy", "matplotlib", "ipykernel", "ipython", "nbclient")
# The parts of our own package that have a hand in a run.
OURS = (
    *("*.py", "dataset/*.py", "evidence/*.py", "execution/*.py", "notebook/*.py"),
    "recorder/*.py",
)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The names of a run: for this submission alone, for its text, for its program.

    The last two are ``None`` where the run may not be shared.
    """

    own: str
    text: str | None = None
    program: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """From the narrowest to the widest."""
        return tuple(key for key in (self.own, self.text, self.program) if key)


def conditions(*, isolation: str, data: str) -> tuple[str, ...]:
    """What a run depends on besides the job: software, machine, images, isolation."""
    versions = (f"{name} {metadata.version(name)}" for name in SOFTWARE)
    machine = (platform.python_version(), platform.machine(), platform.system())
    return (*versions, *machine, isolation, data, _digest_of_ours(), str(SCHEMA))


def _digest_of_ours() -> str:
    package = Path(autograder.__file__).parent
    places = [(package, part) for part in OURS]
    places += [(folder, "*/*.py") for folder in lesson_folders()]
    files = [path for folder, part in places for path in sorted(folder.glob(part))]
    return _digest(path.read_bytes() for path in files)


def keys(
    job: Job,
    under: Iterable[str],
    *,
    owner: str,
    share: bool,
    given: Collection[str] = frozenset(),
) -> Keys:
    """The keys of a job that is run under these conditions for a submission of this name.

    ``given`` are the texts of the lesson's own cells.
    """
    # How many are run at a time, and which of them count, is nothing to a run.
    settings = replace(job.settings, workers=0, keep="last")
    limits = msgspec.json.encode(settings, order="sorted")
    base = [*(text.encode() for text in under), limits, job.prelude.encode()]
    base += [part for name in sorted(job.files) for part in (name.encode(), job.files[name])]
    text = _digest([*base, *(cell.encode() for cell in job.cells)])
    own = _digest([text.encode(), owner.encode()])
    if not share:
        return Keys(own=own)
    ours = {_program(cell) for cell in given}
    programs = [_program(cell) for cell in job.cells]
    if not all(
        is_closed(cell) or program in ours
        for cell, program in zip(job.cells, programs, strict=True)
    ):
        return Keys(own=own)
    whole = _digest([*base, b"program", *(one.encode() for one in programs)])
    return Keys(own=own, text=text, program=whole)


def _program(source: str) -> str:
    # What ends with a semicolon does the same, and shows nothing.
    return f"{tree(source)}{bool(QUIET.search(source))}"


def kept_under(names: Keys, trace: Trace) -> tuple[str, ...]:
    """The keys under which a run may be found again.

    What ended early, or met a limit, may have been unlucky. An error's traceback and a warning
    quote the text of the cell, comments and all, which is nobody's business but its author's.
    """
    if trace.stopped and trace.stopped.by_others:
        return ()
    if trace.stopped or trace.limits:
        return (names.own,)
    quotes = any(
        output.get("output_type") == "error" or output.get("name") == "stderr"
        for ran in trace.cells.values()
        for output in ran.outputs
    ) or any(ran.status == "error" for ran in trace.cells.values())
    return tuple(key for key in names.all if not (quotes and key == names.program))


@functools.lru_cache(maxsize=4096)
def is_closed(source: str) -> bool:
    """Whether a cell looks at nothing but what every run of it is given alike."""
    try:
        parsed = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Python refuses it, but IPython may know what to do with it.
        return False
    called = {id(node.func): node for node in ast.walk(parsed) if isinstance(node, ast.Call)}
    return not any(_opens(node, called.get(id(node))) for node in ast.walk(parsed))


def _opens(node: ast.AST, call: ast.Call | None) -> bool:
    """Whether a part of a program looks elsewhere; ``call`` is where it is what is called."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return not all(name.partition(".")[0] in IMPORTS for name in _modules(node))
        case ast.alias(name=name):
            return name == "*" or name in ATTRIBUTES | NAMES | SEEDED
        case ast.Attribute(attr=name) if name not in SEEDED:
            return name in ATTRIBUTES or _is_inside(name)
        case ast.Name(id=name) if name not in SEEDED:
            return name in NAMES or bool(INPUTS.fullmatch(name)) or _is_inside(name)
        case ast.Attribute() | ast.Name():
            # Many a variable is called `seed`.
            variable = isinstance(node, ast.Name) and node.id == "seed"
            return not _is_given_a_seed(call) if call else not variable
    return False


def _is_given_a_seed(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return bool(given) and not any(ast.unparse(one) == "None" for one in given)


def _is_inside(name: str) -> bool:
    return name.startswith("__") and name not in INSIDE


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        # A relative one has no module of its own, and fails.
        yield node.module or ""
        return
    yield from (alias.name for alias in node.names)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        # With its length: no two lists of parts may run together to the same bytes.
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.hexdigest()
