"""What is said between the grader and the process that runs a notebook."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a notebook: in which folder, how long a cell may take, what comes first."""

    path: str
    cell_seconds: int
    prelude: str


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How one cell ended, and what it put out."""

    status: Literal["ok", "error", "timeout", "not_run"]
    ename: str = ""
    evalue: str = ""
    outputs: list[dict[str, Any]] = []
