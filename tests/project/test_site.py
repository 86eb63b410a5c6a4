"""The documentation: built without a warning, and nothing that can be done is left out."""

from __future__ import annotations

import ast
import html
import importlib.util
import re
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest
from support import processes

from autograder.core.config import Settings
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.sandbox.seccomp import rules

ROOT = Path(__file__).parents[2]
FROM_ELSEWHERE = re.compile(r"""(?:src|href)=["']?(?:https?:)?//[^"'> ]+["']?[^>]*>""")


def load(path: Path) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hooks = load(ROOT / "docs" / "hooks.py")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as CI builds it: every warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = processes.python(
        "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_every_page_is_built_and_asks_nothing_of_the_web(site: Path) -> None:
    """Styles, scripts, fonts and pictures come with the page; only people follow links."""
    pages = {page.name: page.read_text() for page in site.glob("*.html")}
    written = {one.with_suffix(".html").name for one in (ROOT / "docs").glob("*.md")}
    assert written <= set(pages)
    for name, page in pages.items():
        loaded = [one for one in FROM_ELSEWHERE.findall(page) if not one.startswith("href")]
        sheets = re.findall(r"<link[^>]+rel=.?stylesheet[^>]+>", page)
        assert not loaded, name
        assert not [one for one in sheets if "//" in one], name


@pytest.mark.slow
def test_every_command_and_option_is_explained(site: Path) -> None:
    """Each has words of its own, and they stand on the page of commands."""
    page = (site / "commands.html").read_text()
    for name, (purpose, command) in hooks.subcommands().items():
        assert purpose, name
        assert f"autograder {name}" in page
        for action in command._actions:
            assert action.help, f"{name} {action.option_strings or action.dest}"
            for option in action.option_strings:
                if option not in ("-h", "--help"):
                    assert option in page, f"{name} {option}"


def test_every_command_stands_in_a_text_for_people() -> None:
    """Nobody should have to find a command in the reference alone."""
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(one.read_text() for one in texts if one.name != "commands.md")
    missing = [name for name in hooks.subcommands() if f"autograder {name}" not in text]
    assert not missing


def test_every_setting_is_on_its_page() -> None:
    """With its default, and a meaning; and none that there is not."""
    page = (ROOT / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `c\.Autograder\.(\w+)` \| `(.+)` \| .+ \|$", page, re.MULTILINE)
    assert {name: ast.literal_eval(default) for name, default in rows} == asdict(Settings())
    for name, _ in rows:
        assert re.search(rf"\b{name}\b", Settings.__doc__ or ""), name


def test_every_lesson_is_on_the_first_page() -> None:
    """With its name and its threshold on the full data."""
    page = (ROOT / "docs" / "index.md").read_text()
    rows = re.findall(r"^\| (.+) \| `([\w-]+)` \| .+ \| (\d+) % \|$", page, re.MULTILINE)
    lessons = [load_lesson(name) for name in lesson_names()]
    assert {(title, name, int(threshold)) for title, name, threshold in rows} == {
        (one.title, one.name, round(100 * one.thresholds["full"])) for one in lessons
    }


@pytest.mark.slow
def test_every_refused_system_call_is_on_its_page(site: Path) -> None:
    """With its reason, as the filters are made from it."""
    page = html.unescape((site / "security.html").read_text())
    calls = {call for one in (*rules.REFUSED, *rules.MISSING) for call in one.calls}
    assert calls
    assert [one for one in calls | {one.call for one in rules.LIMITED} if one not in page] == []
    for one in (*rules.REFUSED, *rules.LIMITED, *rules.MISSING):
        assert one.reason in page, one


@pytest.mark.slow
def test_the_public_reference_is_made_from_the_code(site: Path) -> None:
    """The names that checks are written with, and their words."""
    page = (site / "api.html").read_text()
    for name in (
        "checks.Failed",
        "core.report.CheckResult",
        "core.lesson.Lesson",
        "judge.runner.judge",
    ):
        assert f'id="autograder.{name}"' in page


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "nbgrader_config.py"])
def test_files_to_copy_are_programs(name: str) -> None:
    """They are at least Python."""
    compile((ROOT / "docs" / "deploy" / name).read_text(), name, "exec")


def test_what_authors_are_told_to_import_is_on_the_page_of_the_api() -> None:
    """In the guide, and in what `autograder new` makes."""
    texts = [
        *(ROOT / "docs" / name for name in ("authors.md", "one-notebook.md")),
        *(ROOT / "autograder" / "authoring" / "scaffold").glob("*.txt"),
        *(ROOT / "examples").glob("*.ipynb"),
    ]
    # A line of a notebook begins with a quotation mark.
    imported = {
        module
        for path in texts
        for module in re.findall(
            r'^ *"?from (autograder\.\S+) import', path.read_text(), re.MULTILINE
        )
    }
    shown = re.findall(r"^::: (\S+)", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    missing = {
        module
        for module in imported
        # A lesson's own modules are its author's.
        if not module.startswith("autograder.lessons.")
        and not any(one == module or one.startswith(f"{module}.") for one in shown)
    }
    assert {
        "autograder.checks",
        "autograder.testing",
        "autograder.authoring.spec.mutation",
    } <= imported
    assert missing == set()
