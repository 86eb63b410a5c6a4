"""What an exporter is: it makes one file of the grades of a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.exporters.model import Grade


@dataclass(frozen=True)
class Exporter:
    """``export`` returns the text of the file; ``file`` is its name if nobody says another."""

    file: str
    export: Callable[[Sequence[Grade]], str]
