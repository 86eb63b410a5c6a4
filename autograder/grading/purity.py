"""Which cells depend on nothing but what every run of them is given.

What is not known to be closed is run by itself, which costs time. What is wrongly taken for closed
gives a student the luck of another's run.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
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
        *("copyfile", "copytree", "copy2", "move", "rmtree", "disk_usage"),
        # They know the line of a warning.
        *("catch_warnings", "showwarning", "formatwarning"),
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
SEEDED = frozenset({"default_rng", "RandomState", "SeedSequence", "seed"})
INSIDE = frozenset({"__name__", "__init__", "__call__", "__version__"})
# IPython's names for the text, the values and the number of earlier cells.
HISTORY = re.compile(r"_i(i{0,2}|h)|_i?\d+|_oh")
FORMATS = frozenset({"format", "format_map"})
# What these are given may be the name of a file, and what was read of it is in `data`.
FILE_NAMES = frozenset({"filename", "fname"})
DATA_OF = frozenset({"tf", "tensorflow"})
# Matplotlib reads a style from a file, unless it knows its name.
OF_STYLES = frozenset({"use", "context"})
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
    return not any(_opens(node, called.get(id(node))) for node in ast.walk(tree))


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


def _opens(node: ast.AST, call: ast.Call | None) -> bool:
    """Return whether a part of a program depends on anything else; ``call`` is its call, if any."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return not all(_may_be_imported(name) for name in _imported(node))
        case ast.MatchClass(kwd_attrs=names):
            return any(name == "data" or _leads_on(name) for name in names)
        case ast.keyword(arg=name):
            return name in FILE_NAMES
        case ast.Attribute():
            return _leads_out(node, call)
        case ast.Name(id=name):
            # Many a variable is called `seed`.
            unseeded = name in SEEDED and (call or name != "seed") and not _is_given_a_seed(call)
            known = name in NAMES or bool(HISTORY.fullmatch(name)) or _is_inside(name)
            return bool(unseeded) or known
    return False


def _leads_out(node: ast.Attribute, call: ast.Call | None) -> bool:
    """Return whether an attribute of a value leads out of what a cell was given."""
    match node.attr:
        case "data":
            return not (isinstance(node.value, ast.Name) and node.value.id in DATA_OF)
        case name if name in OF_STYLES:
            return not (call and all(map(_is_no_path, call.args)))
        case name if name in SEEDED:
            return not _is_given_a_seed(call)
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


def _is_given_a_seed(call: ast.Call | None) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)] if call else []
    return bool(given) and not any(_is_none(one) for one in given)


def _is_none(given: ast.expr) -> bool:
    return isinstance(given, ast.Constant) and given.value is None


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
