"""The images, which every command that runs notebooks needs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import dataset
from autograder.errors import AutograderError, DatasetError


def data_home(console: Console) -> Path:
    """The Keras home to work with; where there is none yet, it is provided now."""
    home = dataset.active_home()
    try:
        notice = dataset.load(home).notice
    except AutograderError:
        console.print("Fashion-MNIST is not here yet: looking for it.")
        provision = dataset.provide(progress=lambda line: console.print(line, highlight=False))
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
        return dataset.provide_sample()
    home = data_home(console)
    if dataset.load(home).name != name:
        raise DatasetError("The full Fashion-MNIST is not here. Run “autograder data” first.")
    return home
