"""Checks whether a student's machine is ready for a lesson, and what to do if it is not."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from autograder import DISTRIBUTION, datasets
from autograder.core.errors import AutograderError

KERNEL = "python3"
PATIENCE = 180


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check: whether all is well, what was found, what to do next."""

    ok: bool
    message: str
    next_step: str = ""


def examine() -> Iterator[Finding]:
    """Check Python, TensorFlow, the images, the kernel and JupyterLab."""
    yield Finding(ok=True, message=f"Python: {platform.python_version()}, {sys.executable}.")
    yield _tensorflow()
    yield from map(_images, datasets.known())
    yield _kernel(KernelSpecManager())
    yield _lab()


def _tensorflow() -> Finding:
    result = _run_python(sys.executable, "import tensorflow; print(tensorflow.__version__)")
    if result.returncode == 0:
        return Finding(ok=True, message=f"TensorFlow: {result.stdout.split()[-1]}.")
    reason = (result.stderr.strip().splitlines() or [f"it ended with {result.returncode}"])[-1]
    return Finding(
        ok=False,
        message=f"TensorFlow: it cannot be loaded. {reason}",
        next_step=f"{sys.executable} -m pip install --upgrade tensorflow",
    )


def _images(dataset: datasets.Dataset) -> Finding:
    folder = dataset.folder(dataset.active_home())
    if not dataset.is_in(dataset.active_home()):
        return Finding(
            ok=True,
            message="Images: not here yet. The notebook downloads them, about 30 MB, when it is run"
            " for the first time.",
            next_step="To work without a network later, get them now: autograder data",
        )
    try:
        name = dataset.verify(folder)
    except AutograderError as error:
        return Finding(ok=False, message=f"Images: {error}", next_step="autograder data")
    which = "the full set" if name == "full" else "the small sample, which is fine to work with"
    return Finding(ok=True, message=f"Images: {which}, in {folder}.")


def _kernel(specs: KernelSpecManager) -> Finding:
    """Check whether notebooks run in a Python that has this package: often they do not."""
    install_kernel = f"{sys.executable} -m ipykernel install --user --name {DISTRIBUTION}"
    try:
        program = specs.get_kernel_spec(KERNEL).argv[0]
    except NoSuchKernel:
        return Finding(
            ok=False, message="Kernel: there is none for Python.", next_step=install_kernel
        )
    # Jupyter uses its own Python if the kernel names no path.
    python = program if Path(program).is_absolute() else sys.executable
    if _run_python(python, "import autograder, ipykernel").returncode == 0:
        return Finding(ok=True, message=f"Kernel: notebooks run in {python}.")
    return Finding(
        ok=False,
        message=f"Kernel: notebooks run in {python}, which does not find this package.",
        next_step=f"{install_kernel}\nThen choose the kernel “{DISTRIBUTION}” in the menu Kernel.",
    )


def _lab() -> Finding:
    try:
        version = metadata.version("jupyterlab")
    except metadata.PackageNotFoundError:
        return Finding(
            ok=False,
            message="JupyterLab: it is not installed. (VS Code can open the notebook too.)",
            next_step=f"{sys.executable} -m pip install jupyterlab",
        )
    return Finding(
        ok=True,
        message=f"JupyterLab: {version}.",
        next_step="To begin: jupyter lab",
    )


def _run_python(python: str, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program with a Python interpreter, in a separate process, which may crash."""
    command = [python, "-c", program]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
