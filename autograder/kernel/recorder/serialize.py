"""A student's values as plain data that the schema of the evidence accepts."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

import msgspec
import numpy as np

from autograder.core import decode
from autograder.core.evidence import CUSTOM, Claim, Value
from autograder.core.exception_names import public_name
from autograder.kernel.placeholder import Blank
from autograder.kernel.recorder.originals import keras_as_loaded

MAX_VALUES = 64
MAX_TEXT = 1000
LARGEST = 2**53

NUMBERS = (int, float, Fraction, Decimal, np.longdouble)

T = TypeVar("T")


def claim(value: object) -> Claim:
    """Return a value that was handed in, as far as it is plain data."""
    kind = text(type(value).__name__, 300)
    if isinstance(value, Blank):
        return Claim(kind=kind, blank=True)
    return Claim(kind=kind, value=_plain(value))


def text(value: object, max_length: int = MAX_TEXT) -> str:
    """Return at most ``max_length`` characters of the value as text that fits into UTF-8."""
    return str(value)[:max_length].encode("utf-8", "replace").decode()


def class_name(kind: type, home: Any) -> str:
    """Return Keras' name for a class; another class of the same name is marked as such.

    So is a class of Keras' in which something was exchanged, and one put in the place of Keras'.
    """
    name = kind.__name__
    return text(name if keras_as_loaded().are(home, name, kind) else f"{name}{CUSTOM}", 300)


def settings(values: Mapping[str, Any]) -> dict[str, Value]:
    """Return those of the values that are plain: numbers, texts, what is true or false."""
    plain = {
        name: one.item() if isinstance(one, np.generic) else one for name, one in values.items()
    }
    return {
        text(name, 300): text(one) if isinstance(one, str) else one
        for name, one in plain.items()
        if isinstance(one, bool | int | float | str)
    }


def config_of(subject: Any) -> Mapping[str, Any]:
    """Return the configuration of a part of Keras, nothing where it has none."""
    # A class of the student's own may refuse to be written as a configuration.
    with contextlib.suppress(Exception):
        config: Mapping[str, Any] = subject.get_config()
        return config
    return {}


def count(value: Any) -> int | None:
    """Return a value as a count, ``None`` where it is none."""
    try:
        return min(max(int(value), 0), LARGEST)
    except (TypeError, ValueError, OverflowError):
        return None


def describe_error(error: BaseException) -> str:
    """Describe an error in one line, also where its own text cannot be had."""
    try:
        return f"{public_name(type(error))}: {text(error)}"
    except Exception:  # noqa: BLE001  a student's error class may do anything
        return public_name(type(error))


def accepted(part: T) -> T:
    """Return the part of a record unchanged, after checking that a reader will accept it.

    Raises:
        msgspec.ValidationError: the schema forbids it.
    """
    decode.from_json(msgspec.json.encode(part), type(part))
    return part


def _plain(value: Any) -> Value | tuple[Value, ...]:
    if isinstance(value, list | tuple):
        return tuple(_one(part) for part in value[:MAX_VALUES])
    if isinstance(value, np.ndarray) or hasattr(value, "numpy"):
        array = np.asarray(value)
        if array.ndim and array.size <= MAX_VALUES:
            return tuple(_one(part) for part in array.ravel().tolist())
        value = array.item() if array.size == 1 else None
    return _one(value)


def _one(value: Any) -> Value:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Enum) and isinstance(value, int):
        value = int.__index__(value)
    if type(value) in NUMBERS:
        return _number(value)
    if isinstance(value, int | float):
        return None  # of a class of the student's own, which may do anything where it is compared
    name = getattr(value, "name", None)
    return text(name if isinstance(name, str) else type(value).__name__, 300)


def _number(value: Any) -> Value:
    """Return a number as it is; as text where it is too large for JSON, infinite or no number."""
    if type(value) is int and -LARGEST < value < LARGEST:
        return value
    try:
        number = float(value)
    except OverflowError:
        return _rounded(int(value))
    except ValueError:
        return "nan"  # a signaling one, of Decimal
    return number if abs(number) < LARGEST else format(number, "g")


def _rounded(number: int) -> str:
    """Return a whole number that is too large for a float, as in ``1.5e+400``."""
    # Not to its last digit: Python refuses to write so many.
    digits, exponent = math.modf(round(math.log10(abs(number)), 9))
    return f"{'-' if number < 0 else ''}{10**digits:.3g}e+{exponent:.0f}"
