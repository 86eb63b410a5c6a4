"""The data set, which every command that runs notebooks needs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import datasets
from autograder.core.errors import AutograderError, DatasetError


def data_home(console: Console) -> Path:
    """Return the Keras home to work with; provide the data set now if it is missing."""
    home = datasets.active_home()
    try:
        notice = datasets.load(home).notice
    except AutograderError:
        console.print("Fashion-MNIST is not here yet: looking for it.")
        provision = datasets.provide(progress=lambda line: console.print(line, highlight=False))
        home, notice = provision.home, provision.notice
    if notice:
        console.print(f"[bold]{escape(notice)}[/bold]", highlight=False)
    return home


def home_of(name: str, console: Console) -> Path:
    """Return the Keras home with the data set ``full``, or with the shipped ``sample``.

    Raises:
        DatasetError: the full data set is not here.
    """
    if name == "sample":
        return datasets.provide_sample()
    home = data_home(console)
    if datasets.load(home).name != name:
        raise DatasetError("The full Fashion-MNIST is not here. Run “autograder data” first.")
    return home
