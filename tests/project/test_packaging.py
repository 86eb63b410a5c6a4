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
# A folder with what was built already, as before a release.
BUILT = "DIST"


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
    if BUILT in os.environ:
        return ROOT / os.environ[BUILT]
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


def listed(*which: str) -> set[str]:
    """The files of the repository that are here, as ``git ls-files`` lists them."""
    command = ["git", "ls-files", "-z", *which]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("This is no clone.")
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_no_file_of_ours_is_ignored() -> None:
    """What git ignores is left out of what is built, also where it was added by force."""
    assert listed("--cached", "--ignored", "--exclude-standard") == set()


@pytest.mark.slow
def test_the_wheel_holds_the_package(built: Path) -> None:
    """Each of its files, lessons, templates, filters and stored data among them; no other."""
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    # With what is not committed yet: a file that was added must not make this fail.
    package = listed("--cached", "--others", "--exclude-standard", "autograder")
    assert {name for name in names if ".dist-info/" not in name} == package
    assert sum(name.endswith("LICENSE") and ".dist-info/" in name for name in names) == 2


@pytest.mark.slow
def test_the_sdist_holds_the_repository(built: Path) -> None:
    """Whatever else lies here, such as environments and caches, stays; so does what is CI's."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {one.name.partition("/")[2] for one in archive if one.isfile()}
    assert {name for name in listed() if not name.startswith((".ci/", ".github/"))} <= names
    assert names <= listed("--cached", "--others", "--exclude-standard") | {"PKG-INFO"}


@pytest.mark.slow
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
