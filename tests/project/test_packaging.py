"""Wheel and sdist: built, installed in an empty environment, used there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a stranger would: with an empty home, and nothing of ours in the way."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return subprocess.run(
        [str(one) for one in command],
        cwd=cwd,
        env={**kept, **pip, "HOME": str(home), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The folder with sdist and wheel, the wheel made from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(
        sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder, home=Path.home()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory) -> Path:
    """An environment with the wheel, and what it asks for, in it; nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # The real home: pip has what `make install` fetched in its cache there.
    done = run(
        *(folder / "bin" / "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel),
        cwd=folder,
        home=Path.home(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_wheel_holds_lessons_sample_licences_and_types(built: Path) -> None:
    """All that is needed at run time is in the wheel, and nothing that is not."""
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for lesson in (ROOT / "autograder" / "lessons").iterdir():
        if (lesson / "lesson.py").is_file():
            assert f"autograder/lessons/{lesson.name}/release.ipynb" in names
    for template in (ROOT / "autograder").rglob("*.html"):
        assert template.relative_to(ROOT).as_posix() in names
    assert "autograder/py.typed" in names
    for filters in (ROOT / "autograder" / "execution" / "seccomp").glob("*.bpf"):
        assert f"autograder/sandbox/seccomp/{filters.name}" in names
    assert "autograder/sandbox/seccomp/calls.json" in names
    assert sum("fashion-mnist-sample" in name and name.endswith(".gz") for name in names) == 4
    assert sum(name.endswith("LICENSE") and ".dist-info/" in name for name in names) == 2
    assert all(name.startswith(("autograder/", "building_a_brain-")) for name in names)


def test_the_sdist_can_be_tested(built: Path) -> None:
    """The sdist holds sources, notebooks, tests and locks."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "constraints.txt", "Makefile", "nbgrader_config.py", "LICENSE"}
    assert wanted <= names
    assert any(name.startswith("source/") for name in names)
    assert any(name.startswith("tests/") for name in names)
    assert not any(name.startswith((".venv", "results", "test-artefacts")) for name in names)


def test_what_is_installed_grades(installed: Path, tmp_path: Path) -> None:
    """In an empty folder, with an empty home: images, a rehearsal, a grade."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    program = installed / "bin" / "autograder"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    printed = run(program, "--version", cwd=work, home=home).stdout
    assert printed == f"autograder {project['version']}\n"
    # The sample is inside; Debian's package or a download would be tried without --offline.
    provided = run(program, "data", "--offline", cwd=work, home=home)
    assert provided.returncode == 0, provided.stderr
    find = (
        "from autograder.core.lesson_registry import load_lesson as load;"
        " print(load('building-a-brain').released)"
    )
    python = installed / "bin" / "python"
    released = Path(run(python, "-c", find, cwd=work, home=home).stdout.strip())
    assert released.is_relative_to(installed)
    graded = run(
        *(program, "grade", released, "--json", "out.json", "--isolation", "none"),
        cwd=work,
        home=home,
    )
    assert graded.returncode == 0, graded.stderr
    (submission,) = json.loads((work / "out.json").read_text())["submissions"]
    assert submission["score"] == 0
    assert {check["outcome"] for check in submission["checks"]} == {"not_attempted"}
