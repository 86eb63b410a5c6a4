"""What is public stays; and of other packages we use what is. Each exception has its reason."""

from __future__ import annotations

import ast
import contextlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

import pytest
from support import frozen

PACKAGE = Path(__file__).parents[2] / "autograder"
# A page of mkdocstrings: a name, and those of its members that count, if not all.
LISTED = re.compile(r"^::: (\S+)$(?:\n    options:\n      members: \[(.*)\])?", re.MULTILINE)
# What sees a student's Keras: it has to stand whichever version that is.
FOLDERS = ("kernel", "lessons")
# Modules that are there and are no promise.
PRIVATE = ("keras.src", "keras._", "tensorflow.python", "tensorflow.compiler", "tf_keras")

MODULES = {
    # `from tensorflow.config import …` takes the functions from here, and a student may do that.
    ("kernel/recorder/instrumentation.py", "tensorflow.python.framework.config"),
    # Many a page on the web asks here which devices there are.
    ("kernel/recorder/instrumentation.py", "tensorflow.python.client.device_lib"),
}
ATTRIBUTES = {
    # What `compile` was given: a configuration has only the name of a function.
    ("kernel/recorder/compile_args.py", "_compile_metrics"),
    ("kernel/recorder/compile_args.py", "_user_metrics"),
    ("kernel/recorder/compile_args.py", "_user_weighted_metrics"),
    # Who asked; Python documents it for this use.
    ("kernel/recorder/instrumentation.py", "_getframe"),
}
# A training that is to be the same elsewhere needs all that decides it. Where a part is not there
# in another version, the kernel trains by itself (`tests/kernel/test_plain_fit.py`).
FALL_BACK = {
    f"kernel/recorder/{name}.py"
    for name in ("plain_fit", "training_replay", "generator_states", "keras_objects")
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """The modules by name, as syntax."""
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            name = path.relative_to(PACKAGE).as_posix()
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def modules(tree: ast.Module) -> Iterator[str]:
    """What is imported, also by a name in a string."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Constant(value=str(text)) if " " not in text:
                yield text


def attributes(tree: ast.Module) -> Iterator[str]:
    """Private attributes of others."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                continue
            case ast.Attribute(attr=name) if name.startswith("_") and not name.startswith("__"):
                yield name


def private_modules(tree: ast.Module) -> set[str]:
    """Those of them that are no promise."""
    return {name for name in modules(tree) if name.startswith(PRIVATE)}


def test_no_private_module_but_those_with_a_reason() -> None:
    """Nor one that is no longer needed in the list above."""
    found = {(name, one) for name, tree in trees() for one in private_modules(tree)}
    assert {one for one in found if one[0] not in FALL_BACK} == MODULES


def test_no_private_attribute_but_those_with_a_reason() -> None:
    """Underscores of Keras, TensorFlow, IPython and Python."""
    found = {(name, one) for name, tree in trees() for one in attributes(tree)}
    own = {one for one in found if one[1] in _own(one[0])}
    assert {one for one in found - own if one[0] not in FALL_BACK} == ATTRIBUTES


def _own(name: str) -> set[str]:
    """Attributes that the module's own classes define."""
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return stored | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    "source",
    [
        "import keras.src.models",
        "from keras.src import backend",
        "from keras import _tf_keras",
        "import importlib\nimportlib.import_module('tensorflow.python.eager')",
    ],
)
def test_a_private_module_would_be_found(source) -> None:
    """However it is imported."""
    assert private_modules(ast.parse(source))


def test_a_private_attribute_would_be_found() -> None:
    """And what is one's own, or Python's, is none."""
    source = "self._own\ncls._own\nmodel.__class__\nmodel._layers.x\nf()._y"
    assert set(attributes(ast.parse(source))) == {"_layers", "_y"}


def published() -> Iterator[tuple[str, str]]:
    """What ``docs/api.md`` lists, and its arguments; ``=`` stands behind those with a default."""
    page = (PACKAGE.parent / "docs" / "api.md").read_text(encoding="utf-8")
    for name, members in LISTED.findall(page):
        found = pkgutil.resolve_name(name)
        if not inspect.ismodule(found):
            yield from arguments(name, found)
            continue
        own = getattr(found, "__all__", None) or [
            one for one, value in vars(found).items() if getattr(value, "__module__", "") == name
        ]
        for one in members.split(", ") if members else own:
            if not one.startswith("_"):
                yield from arguments(f"{name}.{one}", getattr(found, one))


def arguments(name: str, found: object) -> Iterator[tuple[str, str]]:
    """The arguments of a function, or of a class and its methods; the members of an enumeration."""
    if inspect.isclass(found):
        for one, method in vars(found).items():
            if inspect.isfunction(method) and not one.startswith("_"):
                yield from arguments(f"{name}.{one}", method)
    if inspect.isclass(found) and issubclass(found, Enum):
        # How one is made is Python's own, and differs by version; there may be more of them.
        yield name, " ".join(f"{one}=" for one in found.__members__)
        return
    parameters: Iterable[inspect.Parameter] = ()
    # A type alias, and some classes of Python's own, have none.
    with contextlib.suppress(TypeError, ValueError):
        parameters = inspect.signature(found).parameters.values()
    named = (one.name + ("" if one.default is one.empty else "=") for one in parameters)
    yield name, " ".join(named)


def test_what_was_published_stays(freeze: bool) -> None:
    """With its arguments; others may come if they have a default. ``--freeze`` adds what is new."""
    now = dict(published())
    if freeze:
        frozen.change("public API", lambda _: now)
    for name, before in frozen.stored("public API").items():
        assert name in now, f"{name} is gone"
        old, new = set(before.split()), set(now[name].split())
        assert old <= new, f"{name}: {old - new}"
        assert all(one.endswith("=") for one in new - old), f"{name}: {new - old}"
