"""A blank: stands in the notebook until the student's own work replaces it."""

from __future__ import annotations

from typing import Any, NoReturn

from autograder.core.verdicts import NotAttempted


class BlankUsed(NotAttempted, AttributeError):
    """An attribute of a blank was read; to ``hasattr`` the blank has none."""


class Blank:
    """A value that is still missing. Using it in any way raises ``NotAttempted``."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __repr__(self) -> str:
        return f"‹{self._name}: still blank›"

    def _why(self, kind: type[NotAttempted]) -> NotAttempted:
        return kind(
            f"`{self._name}` is still blank.",
            help=f"Fill in the blank that makes `{self._name}`, then run this cell again.",
        )

    def _use(self, *_: object, **__: object) -> NoReturn:
        raise self._why(NotAttempted)

    def __getattr__(self, name: str) -> Any:
        # Displays and inspection probe for names with underscores; they must not trip.
        if name.startswith("_"):
            raise AttributeError(name)
        raise self._why(BlankUsed)

    __hash__ = object.__hash__
    __setattr__ = __delattr__ = _use
    __call__ = __getitem__ = __setitem__ = __delitem__ = __iter__ = __next__ = _use
    __len__ = __bool__ = __contains__ = __reversed__ = __enter__ = __array__ = __format__ = _use
    __int__ = __float__ = __complex__ = __index__ = __round__ = __abs__ = _use
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __pos__ = __invert__ = _use
    __add__ = __sub__ = __mul__ = __matmul__ = __truediv__ = __floordiv__ = __mod__ = _use
    __radd__ = __rsub__ = __rmul__ = __rmatmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = _use
    __pow__ = __rpow__ = __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _use


def used(value: object) -> object:
    """Return the value itself.

    Raises:
        NotAttempted: it is a blank.
    """
    if isinstance(value, Blank):
        value._use()  # noqa: SLF001  this function belongs to the class
    return value
