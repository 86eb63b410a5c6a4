"""A blank: stands in the notebook until the student's own work replaces it."""

from __future__ import annotations

from typing import Any, NoReturn

from autograder.checks import NotAttempted


class Blank:
    """A value that is still missing. Using it in any way raises ``NotAttempted``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"‹{self._name}: still blank›"

    def _use(self, *_: Any, **__: Any) -> NoReturn:
        raise NotAttempted(
            f"`{self._name}` is still blank.",
            help=f"Fill in the blank that makes `{self._name}`, then run this cell again.",
        )

    def __getattr__(self, name: str) -> Any:
        # Displays and inspection probe for names with underscores; they must not trip.
        if name.startswith("_"):
            raise AttributeError(name)
        self._use()

    __call__ = __getitem__ = __iter__ = __len__ = __bool__ = __float__ = __int__ = _use
    __index__ = __contains__ = __lt__ = __le__ = __gt__ = __ge__ = _use
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _use
    __truediv__ = __rtruediv__ = __neg__ = __array__ = __format__ = _use
