"""The connection to a cluster: its scheduler, the versions of its workers, and the errors."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from autograder import DISTRIBUTION
from autograder.core.errors import ClusterError, UsageError
from autograder.grading.dask_executor import messages
from autograder.sandbox.pool import SandboxPool

if TYPE_CHECKING:
    import distributed

LOST = (
    "The connection to the Dask scheduler was lost. What was finished is kept; once the cluster is"
    " back, the same command goes on."
)


class _SchedulerFile(msgspec.Struct):
    address: str


def connect(address: str, patience: float) -> distributed.Client:
    """Return a client of the scheduler that has this address or has written this file.

    Raises:
        UsageError: the extra is not installed, or there is no such file.
        ClusterError: nobody answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415  needs the extra
    except ImportError as error:
        raise UsageError(
            f"Grading on a cluster needs Dask: pip install '{DISTRIBUTION}[cluster]'."
        ) from error
    # We report ourselves what happens to the connection, without Dask's tracebacks.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    address = address if "://" in address else _written_in(Path(address))
    try:
        return Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"No Dask scheduler answers at {address} ({error}).") from error


def _written_in(path: Path) -> str:
    """Return the address that a scheduler has written in a file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_SchedulerFile).address
    except OSError as error:
        raise UsageError(
            f"There is no scheduler file {path}; an address begins with tcp://."
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is no file of a Dask scheduler: {error}.") from error


def prepare_workers(
    client: distributed.Client, pool: SandboxPool, name: str, patience: float
) -> None:
    """Prepare the workers, also those that join later.

    Raises:
        ClusterError: there are none, or they differ from this machine.
    """
    from autograder.grading.dask_executor.worker import Grading  # noqa: PLC0415  needs the extra

    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise ClusterError(
            f"The Dask cluster has no workers, even after {patience:g} s."
        ) from error
    here = messages.conditions()
    try:
        for address, there in client.run(messages.conditions).items():
            if what := messages.differences(here, there):
                raise different_software(f"The worker {address}", what)
        client.register_plugin(Grading(pool.settings, here), name=name)
    except ImportError as error:
        raise missing_package(error) from error
    except OSError as error:
        raise ClusterError(LOST) from error


def different_software(who: str, what: list[str]) -> ClusterError:
    """Return the error for a worker that has other versions than this machine."""
    return ClusterError(f"{who} is not as this machine: {'; '.join(what)}.")


def missing_package(error: ImportError) -> ClusterError:
    """Return the error for a worker that could not even read its task."""
    return ClusterError(f"A worker has not the {DISTRIBUTION} that this machine has: {error}.")
