"""The command `data`: provide the images for Keras."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

from rich.console import Console

from autograder import datasets


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "--from", dest="source", type=Path, metavar="FOLDER", help="where the four files lie"
    )
    command.add_argument("--offline", action="store_true", help="download nothing")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Provide the data sets of the lessons where Keras looks for them."""
    say = functools.partial(console.print, soft_wrap=True)
    for dataset in datasets.known():
        found = datasets.provide(
            dataset,
            arguments.source,
            allow_download=not arguments.offline,
            allow_apt=not arguments.offline,
            progress=say,
        )
        if found.notice:
            say(found.notice)
        print(f"{dataset.title} ({found.name}) is in {found.home}, from {found.origin}.")
    return 0
