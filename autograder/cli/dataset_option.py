"""The images, which every command that runs notebooks needs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import datasets
from autograder.core.errors import AutograderError, DatasetError


def data_home(console: Console) -> Path:
    """The Keras home to work with; where there is none yet, it is provided now."""
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
    """The Keras home with the data set of this name: ``full``, or the ``sample`` that is shipped.

    Raises:
        DatasetError: the full one is not here.
    """
    if name == "sample":
        return datasets.provide_sample()
    home = data_home(console)
    if datasets.load(home).name != name:
        raise DatasetError("The full Fashion-MNIST is not here. Run “autograder data” first.")
    return home
