"""The command `data`: provide the images for Keras."""

from __future__ import annotations

import argparse
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
    """Provide Fashion-MNIST where Keras looks for it."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    provision = datasets.provide(
        arguments.source,
        allow_download=not arguments.offline,
        allow_apt=not arguments.offline,
        progress=say,
    )
    if provision.notice:
        say(provision.notice)
    print(f"Fashion-MNIST ({provision.name}) is in {provision.home}, from {provision.origin}.")
    return 0
