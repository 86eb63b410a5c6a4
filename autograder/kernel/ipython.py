"""The part of a check that touches IPython: what is shown, and what follows a cell that ran."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from autograder.core.exception_names import public_name
from autograder.core.lesson import Lesson
from autograder.core.verdicts import NotAttempted
from autograder.judge.error_hints import ErrorFacts, hint_for
from autograder.notebooks.released_notebook import defining_cells
from autograder.reports import html


def show(page: str, text: str) -> None:
    """Show HTML, with a twin in words for terminals and screen readers."""
    if get_ipython() is None:
        print(text)  # noqa: T201  plain Python shows no HTML
    else:
        display({"text/html": page, "text/plain": text}, raw=True)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Hide what TensorFlow's C++ part logs while it is imported.

    It looks like errors, is there on every machine, and no setting turns it off. What Python
    itself says is still seen: in a kernel it takes another way.
    """
    try:
        saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def notebook_file() -> Path | None:
    """Return the file of the notebook that runs here, as JupyterLab or VS Code says it."""
    named = os.environ.get("JPY_SESSION_NAME") or names().get("__vsc_ipynb_file__")
    return Path(str(named)) if named else None


def names() -> Mapping[str, object]:
    """Return the values of the names in this kernel, none outside of IPython."""
    shell = get_ipython()
    return {} if shell is None else shell.user_ns


def listen(
    start: Callable[[Any], None], end: Callable[[Any], None], lesson: Lesson, released: Path
) -> None:
    """Note each cell that begins and ends; explain a blank or an error in one friendly line."""
    shell = get_ipython()
    if shell is None:
        return

    def friendly(_shell: Any, _kind: Any, error: NotAttempted, _trace: Any, **_: Any) -> list[str]:
        text = f"Not yet: {error.message} {error.help}"
        show(html.notice(text), text)
        return []

    def explain(result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        # An extra: where it fails, Python's own words are there already.
        with contextlib.suppress(Exception):
            if error and (sentence := _sentence(error, lesson, released, shell.user_ns)):
                text = f"In plain words: {sentence}"
                show(html.notice(text), text)

    shell.set_custom_exc((NotAttempted,), friendly)
    shell.events.register("pre_run_cell", start)
    shell.events.register("post_run_cell", end)
    shell.events.register("post_run_cell", explain)


def _sentence(
    error: BaseException, lesson: Lesson, released: Path, names: dict[str, Any]
) -> str | None:
    owner = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    facts = ErrorFacts(
        origins=defining_cells(released),
        names=[name for name in names if not name.startswith("_")],
        attributes=[] if owner is None else [one for one in dir(owner) if not one.startswith("_")],
    )
    return hint_for(public_name(type(error)), str(error), facts, lesson.error_hints)
