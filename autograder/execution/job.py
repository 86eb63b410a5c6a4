"""What is said between the grader and the process that runs a notebook."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Literal

import msgspec


class End(IntEnum):
    """How the process that runs a notebook ends, as its exit status."""

    REACHED = 0
    KERNEL_DIED = 3
    KERNEL_STUCK = 4
    ASKED_TO = 5


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a notebook: in which folder, how long a cell may take, what comes first."""

    path: str
    cell_seconds: int
    prelude: str


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How one cell ended, and what it put out. One that never ended is still ``running``."""

    status: Literal["running", "ok", "error", "timeout"]
    ename: str = ""
    evalue: str = ""
    outputs: list[dict[str, Any]] = []
