"""The rules that a lesson's checks use, found in the check files, so there is no second list."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from autograder.core.lesson import Lesson
from autograder.judge.rules.rule import Rule


def checks_of(lesson: Lesson) -> Mapping[str, FunctionType]:
    """Return the functions that are a lesson's checks, by their ids, as in ``build.layers``."""
    return {
        f"{question.name}.{name.removeprefix('test_')}": value
        for path, question in zip(lesson.checks, lesson.questions, strict=True)
        for name, value in vars(_loaded(path)).items()
        if name.startswith("test_")
    }


def rules_of(lesson: Lesson) -> Mapping[str, tuple[Rule[Any], ...]]:
    """Return the rules that each check of a lesson uses, by the check's id."""
    checks = checks_of(lesson).items()
    return {name: tuple(dict.fromkeys(_used_rules(check, set()))) for name, check in checks}


def misconceptions(lesson: Lesson) -> Mapping[str, tuple[Rule[Any], ...]]:
    """Return every misconception that a lesson's checks can name, with the rules for it."""
    named: dict[str, tuple[Rule[Any], ...]] = {}
    for rules in rules_of(lesson).values():
        for one in rules:
            known = named.get(one.misconception, ())
            named[one.misconception] = known if one in known else (*known, one)
    return dict(sorted(named.items()))


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _used_rules(function: FunctionType, seen: set[FunctionType]) -> Iterator[Rule[Any]]:
    """Yield the rules that a function names, and those of our functions that it calls."""
    seen.add(function)
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, Rule):
            yield value
        elif isinstance(value, FunctionType) and value not in seen and _is_ours(value):
            yield from _used_rules(value, seen)


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.startswith(
        ("autograder.judge.rules", "autograder.lessons", "check_")
    )


def _names(code: CodeType) -> Iterable[str]:
    """Yield the names in a function and in the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
