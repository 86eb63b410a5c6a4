"""The package of a lesson that is written in one notebook: the text of each of its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from autograder.notebooks.written_lesson import (
    LESSON,
    Part,
    WrittenLesson,
    WrittenQuestion,
    placed,
    without_call,
)

# Where each part goes; tests and mutants into folders that are not installed.
FILES = {
    "dataset": "dataset.py",
    "calibration": "calibration.py",
    "mutants": "mutants/__init__.py",
    "test": "tests/test_{module}.py",
}
GENERATED = '"""Generated from '
CELL = re.compile(r"^# Cell (\d+) \(“(.*)”\):$")

CHECK = '''
from autograder.kernel.check_session import CheckSession
from autograder.lessons.{module}.lesson import LESSON

_SESSION = CheckSession(LESSON)


def __dir__():
    return ["blank", "progress", *(one.name for one in LESSON.questions)]


def blank(name):
    """Return a blank that your own work will replace."""
    return _SESSION.blank(name)


def progress():
    """Show where you stand, and what comes next."""
    _SESSION.progress()
'''
ASKED = '''

@_SESSION.asks
def {name}({arguments}):
    """Check: {title}."""
'''
# Underscores, because what a lesson defines is known in all of its modules.
COMPLETED = """
import dataclasses as _dataclasses
import pathlib as _pathlib

from autograder.core.lesson import Question as _Question{imports}

LESSON = _dataclasses.replace(
    LESSON,
    name={name!r},
    folder=_pathlib.Path(__file__).parent,{dataset}
    questions=({questions}
    ),
)
"""
QUESTION = """
        _Question(
            name={name!r},
            title={title!r},
            points={points!r},
            leaves={leaves!r},
            builds_on={builds_on!r},{filled}
        ),"""


def package_of(lesson: WrittenLesson) -> dict[str, str]:
    """Return the files of a lesson's package by their paths, the same for the same notebook."""
    module = lesson.name.replace("-", "_")
    header = (
        f"{GENERATED}source/{lesson.name}/{lesson.name}.ipynb by `autograder generate`:"
        ' change that one."""\n'
    )
    # As in the notebook: what the first cell defines is known below.
    known = f"{header}\nfrom autograder.lessons.{module}.lesson import *\n"
    files = {
        "__init__.py": header,
        "lesson.py": header + _cells(lesson.parts[LESSON]) + _completed(lesson, module),
        "check.py": header + _check(lesson, module),
    }
    for one in lesson.questions:
        files[f"checks/check_{one.name}.py"] = known + _cells(one.checks)
    for tag, path in FILES.items():
        if parts := lesson.parts.get(tag):
            files[path.format(module=module)] = known + _cells(parts)
    return files


def source_line(text: str, line: int, name: str) -> str | None:
    """Return in words where a line of a generated file comes from; ``None`` if from no cell."""
    lines = text.split("\n")[:line]
    for above, found in enumerate(map(CELL.match, reversed(lines))):
        if found:
            part = Part(number=int(found[1]), cell_id=found[2], source="")
            return placed(name, part, above)
    return None


def _cells(parts: Iterable[Part]) -> str:
    return "".join(
        f"\n# Cell {part.number} (“{part.cell_id}”):\n{without_call(part).rstrip()}\n"
        for part in parts
    )


def _check(lesson: WrittenLesson, module: str) -> str:
    asked = (
        ASKED.format(
            name=one.name,
            arguments=", ".join(one.arguments),
            title=one.title.replace("\\", "\\\\").replace('"', "'"),
        )
        for one in lesson.questions
    )
    return CHECK.format(module=module) + "".join(asked)


def _completed(lesson: WrittenLesson, module: str) -> str:
    dataset = ""
    if "dataset" in lesson.parts:
        dataset = f'\n    dataset="autograder.lessons.{module}.dataset",'
    imports = sorted({one.filled for one in lesson.questions} - {""})
    return COMPLETED.format(
        name=lesson.name,
        imports="".join(f", {one} as _{one}" for one in imports),
        dataset=dataset,
        questions="".join(QUESTION.format(**_fields(one)) for one in lesson.questions),
    )


def _fields(question: WrittenQuestion) -> Mapping[str, object]:
    filled = f"\n            filled=_{question.filled}," if question.filled else ""
    return {**vars(question), "filled": filled}
