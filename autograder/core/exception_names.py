"""Names of exceptions for people."""

from __future__ import annotations


def public_name(kind: type[BaseException]) -> str:
    """Return the name of an exception class; for a private one that of its nearest public base.

    Libraries raise classes of their own that stand in no documentation, such as Python's
    ``_IncompleteInputError`` (since 3.13) and NumPy's ``_ArrayMemoryError``; a program that
    catches such an error names a public base, and so does its documentation.
    """
    names = (one.__name__ for one in kind.__mro__ if issubclass(one, BaseException))
    return next(name for name in names if not name.startswith("_"))
