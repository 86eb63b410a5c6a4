"""What MkDocs asks for while it builds the site: pages that are made from the code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder.cli import parser
from autograder.core import repository
from autograder.sandbox.seccomp import rules


def on_config(config: Any) -> Any:
    """Link the site to the repository, once that has an address."""
    config.repo_url = repository.address() or None
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put what is made from the code in the place of its marks."""
    for mark, made in MADE.items():
        if mark in markdown:
            markdown = markdown.replace(mark, "\n".join(made()))
    return markdown


def commands() -> Iterator[str]:
    """Each command with its arguments and options, as the command line itself explains them."""
    for name, (purpose, command) in subcommands().items():
        yield f"## autograder {name}\n"
        yield f"{purpose[0].upper()}{purpose[1:]}.\n"
        yield f"```text\n{command.format_usage().strip()}\n```\n"
        for action in command._actions:  # noqa: SLF001  argparse has no other way to ask
            if not isinstance(action, argparse._HelpAction):  # noqa: SLF001
                yield f"- {_option(action)}"
        yield ""


def subcommands() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Return what each command is for, and its own parser."""
    for action in parser()._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            purposes = {one.dest: one.help or "" for one in action._choices_actions}  # noqa: SLF001
            return {name: (purposes[name], one) for name, one in action.choices.items()}
    raise LookupError("the command line has no commands")


def _option(action: argparse.Action) -> str:
    name = ", ".join(f"`{one}`" for one in action.option_strings) or f"`{action.metavar}`"
    takes = f" `{action.metavar}`" if action.option_strings and action.metavar else ""
    choices = f" ({', '.join(f'`{one}`' for one in action.choices)})" if action.choices else ""
    return f"{name}{takes}{choices}: {action.help}"


MADE: dict[str, Callable[[], Iterable[str]]] = {
    "<!-- commands -->": commands,
    "<!-- calls -->": rules.table,
}
