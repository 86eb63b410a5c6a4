"""The versions that we say we accept are the ones that are tested."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# What `make test-oldest` installs; the other extras hold tools, which change no result.
EXTRAS = ("cluster", "postgresql", "study", "test")
LOCKS = ("constraints.txt", "constraints-oldest.txt")


# Debian's seccomp is for who makes the filters, and in no index.
OURS = {"autograder", "seccomp"}


def declared() -> dict[str, Requirement]:
    """What the package and its extras need, by name."""
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for name in EXTRAS for line in extras[name])]
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def locked(lock: str) -> dict[str, Version]:
    """The versions in a lock, by name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / lock).read_text().splitlines())
    pairs = (line.split("==") for line in lines if line)
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def floor(requirement: Requirement) -> Version:
    """The oldest version that is accepted."""
    (version,) = [one.version for one in requirement.specifier if one.operator == ">="]
    return Version(version)


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_oldest_lock_holds_the_floor(name) -> None:
    """Neither can be changed without the other."""
    assert locked("constraints-oldest.txt")[name] == floor(declared()[name])


@pytest.mark.parametrize("name", sorted(declared()))
def test_what_is_installed_usually_is_in_the_range(name) -> None:
    """Nothing is locked that pyproject.toml does not accept."""
    assert locked("constraints.txt")[name] in declared()[name].specifier


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_nothing_else(lock) -> None:
    """No address, no option: it is the same wherever packages come from."""
    lines = [line for line in (ROOT / lock).read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
    assert lines == sorted(lines, key=lambda line: canonicalize_name(line.partition("==")[0]))


def test_what_is_imported_is_declared() -> None:
    """Also what comes along with something else today: its floor is ours to know."""
    sold = importlib.metadata.packages_distributions()
    missing = {
        name
        for path in (ROOT / "autograder").rglob("*.py")
        for name in _imported(path) - set(sys.stdlib_module_names) - OURS
        if not {canonicalize_name(one) for one in sold.get(name, [name])} & set(declared())
    }
    assert missing == set()


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_the_page_on_versions_says_the_same() -> None:
    """The table in docs/versions.md against pyproject.toml."""
    page = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \|", page, re.MULTILINE)
    stated = {name.lower(): Version(oldest) for name, oldest in rows}
    python = Version(re.search(r">=([\d.]+)", PROJECT["requires-python"])[1])
    names = ("tensorflow", "keras", "numpy", "nbgrader", "jupyterlab")
    assert stated == {"python": python, **{name: floor(declared()[name]) for name in names}}
