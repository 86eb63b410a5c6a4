"""The two streams between a process that runs notebooks and the grader."""

from __future__ import annotations

import os
from typing import IO


def own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output, put out of reach of whoever reads or prints from now on."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return inbox, outbox
