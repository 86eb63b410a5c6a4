"""What GitHub runs: only what there is, with no more rights than each job needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
# The jobs that may do more than read, and what.
RIGHTS = {
    ("release", "publish"): {"id-token": "write"},
    ("docs", "deploy"): {"pages": "write", "id-token": "write"},
}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]


def steps(name: str, job: str) -> list[dict[str, Any]]:
    """The steps of a job."""
    found: list[dict[str, Any]] = WORKFLOWS[name]["jobs"][job]["steps"]
    return found


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_ends_and_may_only_read(name: str, job: str) -> None:
    """Unless it publishes; and such a job runs nothing of the repository's."""
    written = WORKFLOWS[name]["jobs"][job]
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert written["timeout-minutes"] <= 90
    assert written.get("permissions", {}) == RIGHTS.get((name, job), {})
    if (name, job) in RIGHTS:
        assert not any("run" in step or "checkout" in step["uses"] for step in steps(name, job))


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_what_a_job_runs_is_there(name: str, job: str) -> None:
    """Each target of the Makefile and each file."""
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = "\n".join(step.get("run", "") for step in steps(name, job))
    assert set(re.findall(r"\bmake ([\w-]+)", commands)) <= set(targets)
    for path in re.findall(r"\btests/\S+|(?<!\S)\.ci/\S+", commands):
        assert (ROOT / path).is_file()


def test_what_is_published_was_tested_before() -> None:
    """The very files: built once, tested, handed over."""
    build = steps("release", "build")
    commands = [step.get("run", "") for step in build]
    made = commands.index("make dist")
    tested = next(i for i, one in enumerate(commands) if "DIST=dist" in one)
    handed = next(i for i, step in enumerate(build) if "upload-artifact" in step.get("uses", ""))
    assert made < tested < handed
    assert WORKFLOWS["release"]["jobs"]["publish"]["needs"] == "build"
    (download, publish) = steps("release", "publish")
    assert download["with"] == {"name": build[handed]["with"]["name"], "path": "dist"}
    assert "with" not in publish  # dist/ is where it looks, and it needs no password
