"""The kernel in which submissions are run."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel

from autograder.core.exception_names import public_name


class PublicNameKernel(IPythonKernel):
    """IPython's own, but a cell's reply gives an error its public name.

    The class is known only here; the client that runs the cell gets its name alone.
    """

    async def do_execute(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run a cell."""
        run = super().do_execute(*args, **kwargs)  # type: ignore[no-untyped-call]
        reply: dict[str, Any] = await run
        # IPython sets it for each error that it shows, as Python's own prompt does.
        shown = getattr(sys, "last_type", None)
        if shown is not None and reply.get("ename") == shown.__name__:
            reply["ename"] = public_name(shown)
        return reply
