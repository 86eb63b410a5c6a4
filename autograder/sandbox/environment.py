"""The environment of a sandbox, with nothing of the grader's that is not needed."""

from __future__ import annotations

import os

from autograder.core.lesson_registry import search_path_variables
from autograder.sandbox import bubblewrap
from autograder.sandbox.workspace import Workspace

# What a notebook may know of the environment: where programs are, the language, the GPU's drivers.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
PASSED_ON_BEGIN = ("CUDA_", "NVIDIA_", "XLA_")


def environment(workspace: Workspace) -> dict[str, str]:
    """Return the environment of a sandbox, with nothing of the grader's that is not needed."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_BEGIN)
    }
    return (
        passed
        | workspace.environment()
        | {
            # Our own package in this very version, wherever it was imported from.
            "PYTHONPATH": str(bubblewrap.PACKAGE.parent),
            **search_path_variables(),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            # As in JupyterLab. A kernel says so itself, too late where pyplot is loaded already.
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            # On a machine without a GPU TensorFlow reports an error where there is none.
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # Several notebooks may share a GPU with us: take what is needed, not all.
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            # A small network does not fill a core; several submissions side by side do.
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
    )
