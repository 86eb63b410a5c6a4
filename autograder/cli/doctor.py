"""The command `doctor`: what this machine can do, tried and not guessed, and how to get the rest.

Outside of a course it is a student who asks, whom grading does not concern.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder import datasets
from autograder.cli import readiness
from autograder.cli.options import course_of
from autograder.cli.readiness import Finding
from autograder.core.config import Course
from autograder.core.errors import AutograderError, IsolationError
from autograder.sandbox import bubblewrap, seccomp
from autograder.sandbox.cgroups import NoCgroupsError, Parent
from autograder.sandbox.pool import SandboxPool


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add no options: it takes none."""
    del command


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print what this machine can do for grading, and how to get what is missing."""
    findings = []
    for finding in examine(course_of(arguments, console)):
        findings.append(finding)
        mark = ("✓", "green") if finding.ok else ("!", "bold yellow")
        console.print(Text.assemble(mark, f" {finding.message}"), soft_wrap=True)
        for line in finding.next_step.splitlines():
            console.print(f"    {line}", soft_wrap=True)
    return 0 if all(finding.ok for finding in findings) else 1


def examine(course: Course) -> Iterator[Finding]:
    """Check the images, the isolation of submissions, and the GPUs."""
    if course.root is None:
        yield from readiness.examine()
        return
    yield from map(_data, datasets.known())
    yield from _isolation(course)
    yield _gpus(course)


def _data(dataset: datasets.Dataset) -> Finding:
    home = dataset.active_home()
    try:
        name = dataset.verify(dataset.folder(home))
    except AutograderError as error:
        return Finding(ok=False, message=f"Images: {error}")
    if name == "sample":
        message = f"Images: the shipped sample, in {home}. It has its own threshold."
        return Finding(ok=True, message=message, next_step="autograder data")
    return Finding(ok=True, message=f"Images: the full set, in {home}.")


def _isolation(course: Course) -> Iterator[Finding]:
    """Build a sandbox as for a submission; it tests itself what must not be possible in it."""
    settings = replace(course.settings, isolation="auto")
    private = [course.root] if course.root else []
    with tempfile.TemporaryDirectory(prefix="autograder-") as home:
        # Without images it is ready sooner.
        for dataset in datasets.known():
            dataset.folder(Path(home)).mkdir(parents=True)
        pool = SandboxPool(settings=settings, data_home=Path(home), private=private)
        try:
            with pool.lend(threading.Event()) as (sandbox, _):
                is_warm = sandbox.is_warm
        except IsolationError as error:
            yield Finding(ok=False, message="Isolation: none.", next_step=str(error))
            return
        finally:
            pool.close()
    yield Finding(
        ok=True,
        message=f"Isolation: bubblewrap ({bubblewrap.find()}). A submission has no network, no"
        " home, nothing of the course; its processes and its files end with it.",
    )
    if why := seccomp.available():
        yield Finding(ok=False, message=f"System calls are not filtered. {why}")
    yield from _limits()
    if not is_warm:
        yield Finding(
            ok=False,
            message="Start: cold. TensorFlow started threads when it was loaded, so each submission"
            " has to load it again.",
            next_step="Grading works, but takes some seconds more for each submission.",
        )


def _limits() -> Iterator[Finding]:
    # Not at the top: it can be imported on Linux only.
    from autograder.sandbox.namespaces import counts_per_namespace  # noqa: PLC0415

    if not counts_per_namespace():
        yield Finding(
            ok=False,
            message="Limits: processes are only counted, once a second; this system cannot limit"
            " those of a submission by themselves.",
            next_step="Linux 5.14 or newer can.",
        )
    limits = "Limits: time, memory, processes, files, scratch space, output, evidence."
    try:
        Parent.find()
    except NoCgroupsError as why:
        yield Finding(ok=True, message=f"{limits} Memory is measured once a second. {why}")
    else:
        yield Finding(
            ok=True, message=f"{limits} Linux itself keeps those of memory and processes."
        )


def _gpus(course: Course) -> Finding:
    nodes = bubblewrap.gpu_nodes() if sys.platform == "linux" else []
    if not nodes:
        return Finding(ok=True, message="GPUs: none that a submission could be given.")
    names = ", ".join(str(node) for node in nodes)
    given = "given to submissions" if course.settings.gpus else "kept from submissions"
    return Finding(ok=True, message=f"GPUs: {names}; {given} (Autograder.gpus).")
