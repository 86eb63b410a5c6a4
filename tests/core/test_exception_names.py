"""An error of a private class is called by a name that stands in documentation, everywhere."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from support.mini import LESSON

from autograder.core.exception_names import public_name
from autograder.judge.plugin import as_verdict
from autograder.kernel.cell_tracker import Cells
from autograder.kernel.ipython import _sentence
from autograder.kernel.recorder import serialize


class _Mine(LookupError):
    pass


class _Closer(_Mine):
    pass


class Mixin:
    pass


class _Mixed(Mixin, _Mine):
    pass


class _Bare(Exception):
    pass


class Public(_Mine):
    pass


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ValueError, "ValueError"),
        (KeyboardInterrupt, "KeyboardInterrupt"),
        (_Mine, "LookupError"),
        (_Closer, "LookupError"),
        (_Mixed, "LookupError"),
        (_Bare, "Exception"),
        (Public, "Public"),
    ],
)
def test_the_nearest_public_base_lends_its_name(kind, name) -> None:
    assert public_name(kind) == name


def raised(source: str, flags: int = 0) -> Exception:
    """The error that a source meets, as it is compiled or as it is run."""
    with pytest.raises(Exception) as met:  # noqa: PT011  whichever it is
        exec(compile(source, "cell", "exec", flags), {"np": np})  # noqa: S102
    return met.value


# So does IPython, to learn whether more lines are to come.
INCOMPLETE = 0x4000  # PyCF_ALLOW_INCOMPLETE_INPUT in CPython's compile.h


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (raised("x = (", INCOMPLETE), "SyntaxError"),
        (raised("np.zeros((10**7, 10**7))"), "MemoryError"),
        (raised("np.add('a', 1)"), "UFuncTypeError"),
    ],
)
def test_it_is_named_so_by_whoever_tells_of_it(error, name) -> None:
    cells = Cells(LESSON, LESSON.released)
    source = cells._texts["build"]
    result = SimpleNamespace(
        info=SimpleNamespace(raw_cell=source, cell_id=None),
        error_before_exec=None,
        error_in_exec=error,
    )
    cells.note(result)
    assert [one.ename for one in cells.records()] == [name]
    assert serialize.describe_error(error).startswith(f"{name}: ")
    assert f"({name}: " in as_verdict(error).message


def test_a_student_is_told_in_plain_words_in_the_notebook() -> None:
    for source, part in (("x = (", "ends too early"), ("np.zeros((10**7, 10**7))", "memory")):
        assert part in (_sentence(raised(source, INCOMPLETE), LESSON, LESSON.released, {}) or "")
