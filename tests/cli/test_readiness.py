"""A student's machine: what is missing, and what to do."""

from __future__ import annotations

import sys
from importlib import metadata
from types import SimpleNamespace

import pytest
from jupyter_client.kernelspec import KernelSpec, NoSuchKernel

from autograder.cli import doctor, main, readiness
from autograder.core.config import Course
from autograder.datasets.fashion_mnist import DATASET


def specs(*argv: str) -> SimpleNamespace:
    """Kernels, of which this is the one for Python."""

    def get_kernel_spec(name: str) -> KernelSpec:
        if not argv:
            raise NoSuchKernel(name)
        return KernelSpec(argv=[*argv], display_name="", language="python")

    return SimpleNamespace(get_kernel_spec=get_kernel_spec)


@pytest.mark.parametrize("program", ["python", sys.executable])
def test_a_kernel_that_finds_the_package(program):
    """A kernel that names no Python in particular gets that of Jupyter."""
    found = readiness._kernel(specs(program, "-m", "ipykernel_launcher"))
    assert found == readiness.Finding(
        ok=True, message=f"Kernel: notebooks run in {sys.executable}."
    )


def test_a_kernel_that_is_another_python(tmp_path):
    """The commonest trouble of all, and it looks like a missing package."""
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    found = readiness._kernel(specs(str(other)))
    assert not found.ok
    assert f"notebooks run in {other}, which does not find this package" in found.message
    assert "ipykernel install --user --name building-a-brain" in found.next_step
    assert "Then choose the kernel" in found.next_step


@pytest.mark.parametrize("kernel", [specs(), specs("/no/such/python")])
def test_no_kernel(kernel):
    found = readiness._kernel(kernel)
    assert not found.ok
    assert "ipykernel install" in found.next_step


def test_images(tmp_path, monkeypatch, sample_keras):
    """There, missing, damaged: only the last is wrong, because the notebook fetches them."""
    monkeypatch.setenv("KERAS_HOME", str(sample_keras))
    assert "the small sample" in readiness._images(DATASET).message
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    missing = readiness._images(DATASET)
    assert missing.ok
    assert "downloads them" in missing.message
    assert "autograder data" in missing.next_step
    folder = DATASET.folder(tmp_path / "keras")
    folder.mkdir(parents=True)
    for file in DATASET.files.values():
        (folder / file).write_bytes(b"damaged")
    damaged = readiness._images(DATASET)
    assert not damaged.ok
    assert damaged.next_step == "autograder data"


def test_jupyterlab(monkeypatch):
    assert readiness._lab().ok

    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    missing = readiness._lab()
    assert not missing.ok
    assert "pip install jupyterlab" in missing.next_step


def test_tensorflow_that_cannot_be_loaded(monkeypatch):
    """Also where it takes Python down with it."""
    monkeypatch.setattr(
        readiness, "_run_python", lambda *_: SimpleNamespace(returncode=-4, stdout="", stderr="")
    )
    broken = readiness._tensorflow()
    assert not broken.ok
    assert "it ended with -4" in broken.message
    monkeypatch.setattr(
        readiness,
        "_run_python",
        lambda *_: SimpleNamespace(returncode=1, stdout="", stderr="x\nno DLL\n"),
    )
    assert "no DLL" in readiness._tensorflow().message
    monkeypatch.setattr(
        readiness,
        "_run_python",
        lambda *_: SimpleNamespace(returncode=0, stdout="hello\n2.18\n", stderr=""),
    )
    assert readiness._tensorflow() == readiness.Finding(ok=True, message="TensorFlow: 2.18.")


def test_a_program_that_does_not_end_is_told(monkeypatch):
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    printed = readiness._run_python(sys.executable, "while True: pass")
    assert printed.returncode == 1
    assert "timed out" in printed.stderr


def test_outside_of_a_course_the_doctor_talks_to_a_student(tmp_path, monkeypatch, capsys):
    """Of Python and JupyterLab, not of isolation; and its exit code tells whether all is well."""
    monkeypatch.chdir(tmp_path)
    findings = [
        readiness.Finding(ok=True, message="Kernel: here."),
        readiness.Finding(ok=True, message="B."),
    ]
    monkeypatch.setattr(readiness, "examine", lambda: iter(findings))
    assert list(doctor.examine(Course())) == findings
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().err
    assert "Kernel: here." in printed
    assert "Isolation" not in printed
    findings.append(readiness.Finding(ok=False, message="C.", next_step="Do it."))
    assert main(["doctor"]) == 1
    assert "Do it." in capsys.readouterr().err
