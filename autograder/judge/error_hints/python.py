"""Hints for errors of Python itself and of NumPy."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.core.error_hint import ErrorFacts, Sentences, hints, nearest
from autograder.judge.error_hints.packages import ALIASES, meant_package
from autograder.judge.error_hints.vocabulary import DROPPED, IMPORTS, RENAMED, WORDS


def _name(groups: Mapping[str, str], facts: ErrorFacts) -> str:
    name = groups["name"]
    if name in facts.origins:
        return (
            f"`{name}` is not there yet: {facts.origins[name]}, makes it; run that cell first, then"
            " this one again."
        )
    if name in IMPORTS:
        return f"`{name}` was never imported: a line `{IMPORTS[name]}` above this one does it."
    if meant := nearest(name, {*facts.origins, *facts.names}):
        return f"There is no name `{name}`; perhaps `{meant}` was meant."
    return (
        f"There is no name `{name}`: check spelling and capitals, or run the earlier cell that"
        " defines it."
    )


def _attribute(groups: Mapping[str, str], facts: ErrorFacts) -> str:
    name = groups["name"]
    of = f"Something of type `{groups['kind']}` has no" if groups.get("kind") else "There is no"
    if meant := nearest(name, facts.attributes or WORDS):
        return f"{of} `{name}`; perhaps `{meant}` was meant."
    return f"{of} `{name}`: check spelling and capitals."


def no_setting(groups: Mapping[str, str], _: ErrorFacts) -> str:
    """Return the sentence for a ``function`` that has no setting of this ``name``.

    Without a ``function`` it is an optimizer, which Keras does not name.
    """
    name = groups["name"]
    what = f"`{groups['function']}`" if groups.get("function") else "The optimizer"
    if name in RENAMED:
        return f"{what} has no setting called `{name}`; today its name is `{RENAMED[name]}`."
    if name in DROPPED:
        return f"{what} has no setting called `{name}` any more: {DROPPED[name]}."
    meant = groups.get("meant") or nearest(name, WORDS)
    perhaps = f"perhaps `{meant}` was meant" if meant else "its documentation lists those it has"
    return f"{what} has no setting called `{name}`; {perhaps}."


def _package(groups: Mapping[str, str], _: ErrorFacts) -> str:
    name = groups["name"]
    if name in ALIASES:
        return f"No package is called `{name}`; the line is `{IMPORTS[name]}`."
    if meant := meant_package(name):
        return f"Python finds no package `{name}`; perhaps `{meant}` was meant."
    return (
        f"Python finds no package `{name}`: its name is misspelt, or it is not installed where this"
        " notebook runs."
    )


def _no_entry(groups: Mapping[str, str], _: ErrorFacts) -> str:
    name = groups["name"]
    today = f": today its name is `{RENAMED[name]}`" if name in RENAMED else ""
    return (
        f"There is no entry called `{name}` in it{today}; its method `keys()` lists those there"
        " are."
    )


MEMORY = (
    "The memory of the computer or of its GPU is used up: look for a shape or a number that is far"
    " too large; if there is none, restart the kernel and close other notebooks."
)
LINE = r".*?line (?P<line>\d+)\)$"
# Keras also names its own classes, which mean nothing to a student.
FUNCTION = r"(?:(?:TensorFlow)?Trainer\.|Model\.)?(?P<function>[\w.]+?)(?:\.__init__)?\(\)"
SENTENCES: Sentences = {
    "SyntaxError": {
        r"^incomplete input|^unexpected EOF": (
            "The cell ends too early: a bracket or a quotation mark that is opened is never closed."
        ),
        rf"'(?P<bracket>.)' was never closed{LINE}": (
            "The bracket `{bracket}` that is opened in line {line} is never closed."
        ),
        rf"unmatched '(?P<bracket>.)'{LINE}": (
            "In line {line} there is one closing bracket `{bracket}` too many, or an opening one is"
            " missing before it."
        ),
        rf"closing parenthesis '(?P<bracket>.)' does not match .*?'(?P<opened>.)'{LINE}": (
            "In line {line} a `{bracket}` stands where the `{opened}` opened before it should be"
            " closed."
        ),
        rf"unterminated .*string literal{LINE}": (
            "In line {line} a text begins with a quotation mark and does not end with one."
        ),
        rf"expected ':'{LINE}": "A colon is missing at the end of line {line}.",
        rf"forgot a comma\?{LINE}": (
            "In line {line}, or from there to the next, two things stand side by side with nothing"
            " between them: perhaps a comma is missing, or a bracket."
        ),
        rf"positional argument follows keyword argument{LINE}": (
            "In line {line} a plain value comes after one with a name: put the plain ones first."
        ),
        rf"invalid character '(?P<sign>.)'.*?{LINE}": (
            "In line {line} stands the sign {sign}, which Python does not know; it often comes with"
            " text copied from a page."
        ),
        LINE: (
            "Python cannot read line {line}; the mistake may also be at the end of the line before,"
            " such as a missing bracket or comma."
        ),
    },
    "IndentationError|TabError": {
        rf"expected an indented block{LINE}": (
            "Line {line} belongs inside the line above it, so it should begin with four spaces."
        ),
        LINE: (
            "Line {line} does not begin in the same column as the lines around it: look at the"
            " spaces in front."
        ),
    },
    "NameError": {r"name '(?P<name>\w+)' is not defined": _name},
    "ModuleNotFoundError": {
        r"No module named '(?P<package>\w+)\.(?P<part>[\w.]+)'": (
            "The package `{package}` is there, but it has no part `{part}`: check its spelling and"
            " capitals."
        ),
        r"No module named '(?P<name>\w+)'": _package,
    },
    "ImportError": {r"cannot import name '(?P<name>\w+)' from": _attribute},
    "AttributeError": {
        r"module '[\w.]+\.check' has no attribute '(?P<name>hint|why)'": (
            "Each question has its own help: put the question's name before it, as in"
            " `check.build.{name}()`."
        ),
        r"'NoneType' object has no attribute '(?P<name>\w+)'": (
            "`None` stands before `.{name}`: methods such as `compile` change their object and"
            " return `None`, so do not assign their result."
        ),
        r"(?:'(?P<kind>[\w.]+)' object|module '[\w.]+'|type object '\w+') has no attribute"
        r" '(?P<name>\w+)'": _attribute,
    },
    "TypeError": {
        r"^'(?P<kind>[\w.]+)' object is not callable": (
            "There are round brackets after something of type `{kind}`, which cannot be called: a"
            " comma may be missing before them, square brackets may be meant, or its name was given"
            " to something else."
        ),
        r"^'History' object is not subscriptable": (
            "The numbers are in the `.history` of what `fit` returns."
        ),
        r"^'(?P<kind>[\w.]+)' object is not subscriptable": (
            "There are square brackets after something of type `{kind}`, which has no parts."
        ),
        rf"{FUNCTION} got an unexpected keyword argument '(?P<name>\w+)'"
        r"(?:\. Did you mean '(?P<meant>\w+)'\?)?": no_setting,
        rf"{FUNCTION} missing \d+ required (?:positional |keyword-only )?arguments?:"
        r" (?P<names>.+)": "`{function}` was not given all that it needs; missing: {names}.",
        rf"{FUNCTION} takes .*positional arguments? but": (
            "`{function}` was given more values than it takes: perhaps some of them belong together"
            " in brackets of their own."
        ),
        r"only (?:0-dimensional|length-1|size-1) arrays can be converted to Python scalars": (
            "A single number is wanted here, and this is a whole array of them: take one out of it"
            " first."
        ),
    },
    "KeyError": {r"^'(?P<name>[^']+)'": _no_entry},
    "IndexError": {
        r"index (?P<index>-?\d+) is out of bounds for axis \d+ with size (?P<size>\d+)": (
            "There is no number {index}: there are {size}, and counting starts at 0."
        ),
    },
    "OverflowError": {
        r"Python integer (?P<number>-?\d+) out of bounds for (?P<kind>u?int\d+)": (
            "The calculation has a number from an array of `{kind}`, as labels and pixels are, and"
            " {number} is too large or too small for these: make a plain number of it first, as in"
            " `int(labels.max())`."
        ),
    },
    "ValueError": {
        r"^(?:assignment destination|output array) is read-only|cannot set WRITEABLE flag": (
            "This array cannot be changed. Make a new one instead, as in `scaled = images / 255`."
        ),
        r"^array is too big|^Maximum allowed dimension exceeded": (
            "An array of this shape fits into no memory: look for a number in it that is far too"
            " large."
        ),
    },
    "UFuncTypeError|TypeError": {
        r"^Cannot cast ufunc '\w+' output": (
            "The result has fractions, and this array holds whole numbers only. Make a new array"
            " instead, as in `scaled = images / 255`."
        ),
    },
    "MemoryError|ResourceExhaustedError": {r"": MEMORY},
    # As TensorFlow says it of a GPU.
    "InternalError": {r"Dst tensor is not initialized|ailed to allocate memory": MEMORY},
    "DeadKernelError": {
        r"^the kernel died": (
            "Python itself ended in this cell. Take out what ends it, such as `exit()`; if there is"
            " nothing of the kind, memory ran out: look for a shape or a number that is far too"
            " large, or for a list that grows in a loop."
        ),
        r"GiB of memory that it may use": (
            "Look for a shape or a number that is far too large, for large copies of the data, or"
            " for a list that grows in a loop."
        ),
    },
    "KeyboardInterrupt": {
        r"": (
            "This cell was stopped by hand: what was finished until then stays, and the cell can be"
            " run again."
        ),
    },
}
PYTHON = hints(SENTENCES)
