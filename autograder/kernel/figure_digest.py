"""A digest of all that decides how a figure is drawn: the same digest, the same pixels."""

from __future__ import annotations

import hashlib
import io
import pickle
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.cbook import CallbackRegistry
from matplotlib.transforms import TransformNode

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What depends on a transform, and whether its value is known already: neither changes that value.
BOOKKEEPING = frozenset({"_parents", "_invalid"})


def digest(figure: Figure) -> str:
    """Return the SHA-256 of a figure that was not drawn yet, and of the settings for drawing.

    It is the same in every process in which ``PYTHONHASHSEED`` is the same. The figure is only
    written, never read again.

    Raises:
        Exception: there is something in the figure that cannot be written.
    """
    page = io.BytesIO()
    pickler = _Pickler(page, pickle.HIGHEST_PROTOCOL)
    pickler.dump((mpl.__version__, sorted(mpl.rcParams.items()), figure))
    return hashlib.sha256(page.getbuffer()).hexdigest()


class _Pickler(pickle.Pickler):
    """Leaves out what differs from process to process and is not drawn."""

    def reducer_override(self, value: object) -> Any:
        # It would be written as its name, which says nothing of what it draws.
        if getattr(value, "__module__", None) == "__main__":
            raise pickle.PicklingError("a function or a class of the notebook's own")
        if isinstance(value, TransformNode):
            kept = {name: one for name, one in vars(value).items() if name not in BOOKKEEPING}
            # What would make it when read: nobody reads it.
            return str, (type(value).__qualname__,), kept
        if isinstance(value, CallbackRegistry):
            return str, ()
        return NotImplemented
