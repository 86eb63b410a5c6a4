"""Keras as it was before any of a student's code ran, to tell what was put in its place since.

Whatever a name says, and from whichever file a function comes: a part is Keras' own if it is the
very object that was there at first, and still does the same.
"""

from __future__ import annotations

import builtins
import functools
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import keras
import tensorflow as tf

# What Keras changes by itself: the precision, and whatever else it keeps for a thread.
CHANGING = (
    *(bool, int, float, str, bytes, list, tuple, set, frozenset, dict, type(None)),
    threading.local,
)
OWN = ("keras", "tensorflow")
# What Keras computes a training with. To compare all of TensorFlow takes four times as long.
TENSORFLOW = (tf, tf.nn, tf.math, tf.linalg, tf.random)
# TensorFlow makes it of a function of Keras', and no training calls it.
NOT_TRAINING = frozenset({"predict_function"})
# Where what is made of a function keeps it.
INNER = {
    property: ("fget", "fset", "fdel"),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    MethodType: ("__func__",),
    functools.cached_property: ("func",),
    type(functools.lru_cache(id)): ("__wrapped__",),
}


class _Parts(NamedTuple):
    """What was in a module, in a class, or in a table such as that of the losses by name."""

    owner: Any
    mro: tuple[type, ...]
    values: dict[Any, object]

    @classmethod
    def of(cls, owner: Any) -> _Parts:
        acting = {name: one for name, one in _names(owner).items() if _acts(one)}
        return cls(owner, getattr(owner, "__mro__", ()), acting)

    def changed(self) -> Iterator[str]:
        """Yield the names of what is not as it was."""
        now = _names(self.owner)
        for name, value in self.values.items():
            if now.get(name) is not value and not _is_alike(now.get(name), value):
                yield str(name)
        # A new name may hide what a class has inherited, or what a module has of Python. A student
        # may add others, and to tables.
        if len(now) > len(self.values) and not isinstance(self.owner, dict):
            hidden = self.mro[1:] if self.mro else (builtins,)
            for name in now.keys() - self.values.keys():
                if _acts(now[name]) and any(name in vars(one) for one in hidden):
                    yield name
        if getattr(self.owner, "__mro__", ()) != self.mro:
            yield "__mro__"


class _Body(NamedTuple):
    """What a function does."""

    function: Any  # a function; as a field of that type it would count as a method
    code: CodeType
    defaults: tuple[object, ...] | None
    keywords: dict[str, object] | None
    cells: tuple[object, ...]

    @classmethod
    def of(cls, function: FunctionType) -> _Body:
        keywords = function.__kwdefaults__ and dict(function.__kwdefaults__)
        code, defaults = function.__code__, function.__defaults__
        return cls(function, code, defaults, keywords, _cells(function))

    def is_changed(self) -> bool:
        now = self.function
        return (
            now.__code__ is not self.code
            or now.__defaults__ is not self.defaults
            or now.__kwdefaults__ != self.keywords
            or (bool(self.cells) and any(map(_differ, _cells(now), self.cells)))
        )


class Originals:
    """The parts of Keras, and of what it computes with, as they were."""

    def __init__(self, owners: Iterable[Any]) -> None:
        once = {id(one): one for one in owners}
        self._parts = {number: _Parts.of(one) for number, one in once.items()}
        values = (one for part in self._parts.values() for one in part.values.values())
        self._bodies = {id(one): _Body.of(one) for one in _functions(values)}
        self._codes = {id(one) for body in self._bodies.values() for one in _codes(body.code)}

    def known(self, home: ModuleType, name: str) -> object:
        """Return what a module had under a name, ``None`` where that was nothing."""
        return self._parts[id(home)].values.get(name) if id(home) in self._parts else None

    def are(self, home: ModuleType, name: str, subject: object) -> bool:
        """Return whether a class or function is what a module had under a name, and unchanged."""
        return subject is not None and self.known(home, name) is subject and self._whole(subject)

    def _whole(self, subject: object) -> bool:
        kinds = subject.__mro__ if isinstance(subject, type) else ()
        parts = [self._parts.get(id(one)) for one in kinds]
        values = [subject, *(one for part in parts if part for one in part.values.values())]
        bodies = [self._bodies.get(id(one)) for one in _functions(values)]
        return all(part and not any(part.changed()) for part in parts) and not any(
            body is None or body.is_changed() for body in bodies
        )

    def changed(self) -> Iterator[tuple[Any, str]]:
        """Yield what is not as it was: in what, and under which name."""
        for part in self._parts.values():
            yield from ((part.owner, name) for name in part.changed())
        for body in self._bodies.values():
            if body.is_changed():
                yield body.function, "__code__"

    def has_own_methods(self, subject: object) -> bool:
        """Return whether all that can be called of an object of Keras' was put there by Keras."""
        return id(type(subject)) in self._parts and all(
            self._is_made_here(value) and not _hides_method(subject, name, value)
            for name, value in vars(subject).items()
            if callable(value) and name not in NOT_TRAINING
        )

    def _is_made_here(self, value: object) -> bool:
        if isinstance(value, FunctionType):
            return all(id(one.__code__) in self._codes for one in _functions([value]))
        return id(type(value)) in self._parts


@functools.cache
def keras_as_loaded() -> Originals:
    """Return Keras as it is at the first call, which comes before any of a student's code runs."""
    return Originals(_owners())


def _owners() -> Iterator[Any]:
    """Yield what is loaded of Keras: modules, their classes with all that they inherit, tables."""
    loaded = [one for name, one in sys.modules.items() if name.partition(".")[0] == "keras"]
    for module in (*(one for one in loaded if isinstance(one, ModuleType)), *TENSORFLOW):
        yield module
        for name, value in vars(module).items():
            if isinstance(value, type) and str(value.__module__).startswith(OWN):
                yield from value.__mro__
            elif type(value) is dict and not name.startswith("__"):
                yield value


def _names(owner: Any) -> Mapping[Any, object]:
    return owner if isinstance(owner, dict) else vars(owner)


def _acts(value: object) -> bool:
    """Return whether a value may have code in it; a module that is loaded when needed has none."""
    if isinstance(value, ModuleType):
        return type(value) is ModuleType
    return not isinstance(value, CHANGING)


def _is_alike(now: object, then: object) -> bool:
    """Return whether two modules have the same in them: `import tensorflow.nn` makes another."""
    if now is then:
        return True
    if not type(now) is type(then) is ModuleType:
        return False
    names = {name: one for name, one in vars(then).items() if _acts(one) and name[:2] != "__"}
    return all(_is_alike(vars(now).get(name), one) for name, one in names.items())


def _differ(one: object, other: object) -> bool:
    return one is not other and (_acts(one) or _acts(other))


def _cells(function: FunctionType) -> tuple[object, ...]:
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # not filled yet
            found.append(None)
    return tuple(found)


def _hides_method(subject: object, name: str, value: object) -> bool:
    """Return whether an object has a method of its own that does not go on to its class' method."""
    method = getattr(type(subject), name, None)
    # Keras has a method, too, of the name under which it keeps a loss.
    if not callable(method) or isinstance(value, keras.losses.Loss):
        return False
    return bool(getattr(value, "__wrapped__", None) != MethodType(method, subject))


def _functions(values: Iterable[object]) -> Iterator[FunctionType]:
    """Yield the functions among the values, and those in them."""
    seen: set[int] = set()
    rest = list(values)
    while rest:
        value = rest.pop()
        if isinstance(value, FunctionType):
            if id(value) not in seen:
                seen.add(id(value))
                yield value
                rest += _cells(value)
        else:
            rest += (getattr(value, name) for name in INNER.get(type(value), ()))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code, and those of the functions that it makes."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)
