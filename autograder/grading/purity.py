"""Which cells depend on nothing but what every run of them is given.

What is not known to be closed is run by itself, which costs time. What is wrongly taken for closed
gives a student the luck of another's run.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections import Counter
from collections.abc import Iterator

from autograder.notebooks.normalize import parsed

IMPORTS = frozenset(
    {
        *("autograder", "keras", "matplotlib", "numpy", "tensorflow", "IPython"),
        *("collections", "dataclasses", "functools", "itertools", "math", "random", "statistics"),
        *("shutil", "tempfile", "textwrap", "typing", "warnings", "__future__"),
    }
)
# Of these packages nothing else: they hold the kernel and the grader's own code.
PARTS = re.compile(r"(?!autograder|IPython)|autograder\.(lessons|notebook)\.|IPython\.display\b")
# What reads files, clocks, entropy, addresses or the notebook itself.
NAMES = frozenset(
    {
        *("open", "exec", "eval", "compile", "input", "breakpoint", "globals", "locals", "vars"),
        *("getattr", "setattr", "id", "hash", "help", "exit", "quit"),
        *("object", "repr", "ascii", "memoryview"),
        *("In", "Out", "get_ipython"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("load", "loadtxt", "genfromtxt", "fromfile", "fromregex", "memmap", "DataSource", "open"),
        *("imread", "load_model", "load_weights", "load_img", "get_file", "read_file", "gfile"),
        *("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset", "CsvDataset"),
        *("SqlDataset", "load_checkpoint", "load_variable", "list_variables", "latest_checkpoint"),
        *("checkpoints_iterator", "get_checkpoint_state", "restore", "rc_file", "FileLink"),
        *("FileLinks", "bit_generator", "randbits"),
        *("list_files", "image_dataset_from_directory", "text_dataset_from_directory"),
        *("audio_dataset_from_directory", "timestamp", "now", "today", "datetime64", "ctypeslib"),
        *("SystemRandom", "Random", "Generator", "BitGenerator", "MT19937", "PCG64", "PCG64DXSM"),
        *("Philox", "SFC64", "from_non_deterministic_state", "get_global_generator"),
        *("mkdtemp", "mkstemp", "mktemp", "NamedTemporaryFile", "TemporaryFile"),
        *("TemporaryDirectory", "SpooledTemporaryFile", "gettempdir", "get_ipython"),
        *("copyfile", "copytree", "copy2", "move", "rmtree", "disk_usage", "which"),
        *("read", "read_text", "read_bytes", "Path", "joinpath", "matching_files", "thumbnail"),
        *("make_csv_dataset", "flow_from_directory", "flow_from_dataframe", "TFSMLayer"),
        *("StringLookup", "IntegerLookup", "TextVectorization", "KerasFileEditor"),
        *("font_manager", "get_terminal_size", "cluster_resolver", "get_memory_info", "dtensor"),
        *("create_rng_state", "empty", "empty_like", "shares_memory", "may_share_memory"),
        # They know the line of a warning, or of a call.
        *("catch_warnings", "showwarning", "formatwarning", "get_logger"),
        # They find code by its name, in a text.
        *("deserialize", "deserialize_keras_object", "from_config", "model_from_json"),
        *("get_type_hints", "ForwardRef", "singledispatch", "singledispatchmethod"),
        # The insides of the packages, where everything can be found.
        *("core", "src", "python", "lib", "compat", "testing", "f2py", "raw_ops", "lookup"),
    }
)
# Modules hold the modules that they import. What may be imported is not kept from being found
# there; `array` and `copy` are NumPy's functions too.
MODULES = frozenset(sys.stdlib_module_names) - IMPORTS - {"array", "copy"}
# Of frames, code, tracebacks, generators and coroutines.
FRAMES = re.compile(r"(f|co|tb|gi|cr|ag)_[a-z_]+")
# Entropy, unless they are given a seed.
SEEDED = frozenset({"default_rng", "RandomState", "SeedSequence", "seed", "set_seed"})
# What NumPy takes for the time.
TIMES = frozenset({"now", "today"})
INSIDE = frozenset({"__name__", "__init__", "__call__", "__version__"})
# IPython's names for the text, the values and the number of earlier cells.
HISTORY = re.compile(r"_i(i{0,2}|h)|_i?\d+|_oh")
FORMATS = frozenset({"format", "format_map"})
# They may be given the name of a file (what was read of it is in `data`), or a line of the cell, or
# leave to chance in which order things are done.
ARGUMENTS = frozenset({"filename", "fname", "lineno", "deterministic"})
DATA_OF = frozenset({"tf", "tensorflow"})
# Matplotlib reads a style from a file, unless it knows its name.
OF_STYLES = frozenset({"use", "context"})
# A third argument may be a line, too.
FILTERS = frozenset({"filterwarnings", "simplefilter"})
# A star imports unknown names.
UNKNOWN = NAMES | SEEDED | OF_STYLES | {"*"}
# A field of a format string that asks for a part of its value.
PART_IN_FORMAT = re.compile(r"\{[^{}:!]*[.\[]")
QUOTABLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@functools.lru_cache(maxsize=4096)
def is_closed(source: str) -> bool:
    """Return whether a cell depends on nothing but what every run of it is given."""
    # What Python refuses, IPython may know what to do with.
    tree = parsed(source)
    if tree is None:
        return False
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    numbers = _numbers(tree)
    return not any(_opens(node, called.get(id(node)), numbers) for node in ast.walk(tree))


def may_quote_itself(source: str) -> bool:
    """Return whether the way a cell is written may make a difference to what it does.

    TensorFlow's AutoGraph asks for the source of a function and runs what it gets: lines as IPython
    keeps them, which a line separator in a comment shifts. An error that was caught tells its line.
    """
    tree = parsed(source)
    return tree is None or any(
        isinstance(node, QUOTABLE) or (isinstance(node, ast.ExceptHandler) and bool(node.name))
        for node in ast.walk(tree)
    )


def _opens(node: ast.AST, call: ast.Call | None, numbers: frozenset[str]) -> bool:
    """Return whether a part of a program depends on anything else.

    ``call`` is its call, if any; ``numbers`` are names that stand for a number that is written out.
    """
    match node:
        case ast.Import() | ast.ImportFrom():
            opens = not all(_may_be_imported(name) for name in _imported(node))
        case ast.MatchClass(kwd_attrs=names):
            opens = any(name == "data" or _leads_on(name) for name in names)
        case ast.keyword(arg=name):
            opens = name in ARGUMENTS
        case ast.Constant(value=str() as text):
            opens = text.strip().lower() in TIMES
        case ast.Name(id=name):
            opens = _is_known(name) or (name in SEEDED and not _is_seeded(node, call, numbers))
        case ast.Attribute():
            opens = _leads_out(node, call, numbers)
        case _:
            opens = False
    return opens


def _is_known(name: str) -> bool:
    """Return whether Python or IPython has something of this name that is not the cell's own."""
    return name in NAMES or _is_inside(name) or bool(HISTORY.fullmatch(name))


def _leads_out(node: ast.Attribute, call: ast.Call | None, numbers: frozenset[str]) -> bool:
    """Return whether an attribute of a value leads out of what a cell was given."""
    match node.attr:
        case "data":
            return not (isinstance(node.value, ast.Name) and node.value.id in DATA_OF)
        case name if name in OF_STYLES:
            return not (call and all(map(_is_no_path, call.args)))
        case name if name in FILTERS:
            return call is None or len(call.args) > 2
        case name if name in SEEDED:
            return not _is_seeded(node, call, numbers)
        case name:
            return _leads_on(name) or (name in FORMATS and not _is_plain_format(node.value))


def _leads_on(name: str) -> bool:
    """Return whether an attribute of this name leads out of what a cell was given."""
    private = name.startswith("_") and name not in INSIDE
    return private or name in ATTRIBUTES or name in MODULES or bool(FRAMES.fullmatch(name))


def _is_no_path(text: ast.expr) -> bool:
    """Return whether a style has a name of its own, and is not read from a file."""
    match text:
        case ast.Constant(value=str() as name):
            return re.fullmatch(r"[\w-]+", name) is not None
    return False


def _is_plain_format(text: ast.expr) -> bool:
    match text:
        case ast.Constant(value=str() as given):
            return not PART_IN_FORMAT.search(given)
    return False


def _is_seeded(node: ast.expr, call: ast.Call | None, numbers: frozenset[str]) -> bool:
    if call is None:
        # Many a variable is called so.
        return isinstance(node, ast.Name) and node.id == "seed"
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return bool(given) and all(
        _is_number(one) or (isinstance(one, ast.Name) and one.id in numbers) for one in given
    )


def _numbers(tree: ast.AST) -> frozenset[str]:
    """Return the names that are set here once, and to a number that is written out."""
    stored = Counter(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    return frozenset(
        node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and _is_number(node.value)
        and stored[node.targets[0].id] == 1
    )


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, int)


def _is_inside(name: str) -> bool:
    return name.startswith("__") and name not in INSIDE


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield the full names of what is imported."""
    # A relative one has no module of its own, and fails.
    within = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    yield from (f"{within}{alias.name}" for alias in node.names)


def _may_be_imported(name: str) -> bool:
    package, *rest = name.split(".")
    known = package in IMPORTS and bool(PARTS.match(name))
    return known and not any(one in UNKNOWN or _leads_on(one) for one in rest)
