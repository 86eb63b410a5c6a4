"""The data set, which every command that runs notebooks needs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from autograder import datasets
from autograder.core.errors import AutograderError
from autograder.core.lesson import Lesson


def data_home(console: Console, lesson: Lesson | None = None) -> Path:
    """Return the Keras home with the images of a lesson, or of all, the usual data set first.

    What is missing is provided now.
    """
    found = [datasets.of(lesson)] if lesson else datasets.known()
    homes = [_home_with(dataset, console) for dataset in found]
    return homes[0]


def _home_with(dataset: datasets.Dataset, console: Console) -> Path:
    home = dataset.active_home()
    try:
        notice = dataset.load(home).notice
    except AutograderError:
        console.print(f"{dataset.title} is not here yet: looking for it.")
        provision = datasets.provide(dataset, progress=console.print)
        home, notice = provision.home, provision.notice
    if notice:
        console.print(notice, style="bold")
    return home


def home_of(name: str, lesson: Lesson, console: Console) -> Path:
    """Return the Keras home with a lesson's images, ``full`` or the shipped ``sample``.

    Raises:
        DatasetError: the full data set is not here.
    """
    dataset = datasets.of(lesson)
    if name == "sample":
        return datasets.provide_sample(dataset)
    home = _home_with(dataset, console)
    dataset.load_named(name)
    return home
