"""Somebody with a home, a work folder and a JupyterLab of their own on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from support import processes

from autograder import datasets
from autograder.datasets.fashion_mnist import DATASET

SECONDS = 90
# When nobody holds the other end of its input any more, however that came about, it stops.
TETHERED = '"$@" & server=$!; read -r _; kill "$server"; wait "$server"'
# JupyterLab asks each new user whether it may look for news.
NOTIFICATION = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
OPTIONS = (
    *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
    *("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
    # So that a test can ask the page which cells there are, and whether one is still running.
    "--LabApp.expose_app_in_browser=True",
)


@dataclass(frozen=True)
class Person:
    """A student or an instructor: what they start knows nothing of any other home."""

    home: Path
    work: Path

    @property
    def environment(self) -> dict[str, str]:
        """What their programs see, the images of the sample among it."""
        jupyter = self.home / ".jupyter"
        ours = {
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "JUPYTER_CONFIG_DIR": str(jupyter),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "IPYTHONDIR": str(self.home / ".ipython"),
            "MPLCONFIGDIR": str(self.home.parent / "fonts"),
        }
        theirs = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "JPY_", "KERAS", "XDG_", "NBGRADER", "AUTOGRADER"))
        }
        return {**theirs, **ours}

    def run(self, *arguments: str) -> str:
        """Run a Python module with arguments in the work folder; what it printed."""
        done = processes.python("-m", *arguments, cwd=self.work, env=self.environment)
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout + done.stderr


def moved_in(folder: Path, config: str) -> Person:
    """Somebody new, with the sample where ``autograder data`` puts it, and settings of nbgrader."""
    person = Person(home=folder / "home", work=folder / "work")
    for place in (person.home / ".jupyter", person.work):
        place.mkdir(parents=True)
    datasets.install(
        DATASET,
        DATASET.shipped,
        DATASET.folder(person.home / ".cache" / "building-a-brain" / "sample"),
    )
    (person.home / ".jupyter" / "nbgrader_config.py").write_text(config)
    news = person.home / ".jupyter" / "lab" / "user-settings" / NOTIFICATION
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false"}')
    return person


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs."""

    address: str
    token: str
    log: Path

    def page(self, path: str) -> str:
        """The address of a page, with what opens it."""
        return f"{self.address}/{path}?token={self.token}"


@contextlib.contextmanager
def serving(person: Person) -> Iterator[Server]:
    """Start somebody's JupyterLab in their work folder; end it, and all that it has started."""
    token, log = secrets.token_hex(16), person.home / "server.log"
    server = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--IdentityProvider.token={token}"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["sh", "-c", TETHERED, "sh", *server],
            cwd=person.work,
            env=person.environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            port = _port(person.home / "runtime", process, log)
            running = Server(f"http://127.0.0.1:{port}", token, log)
            _wait_for(running.page("api/status"))
            yield running
        finally:
            _end(process)


def _port(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> int:
    """The port that it has chosen itself, which it writes down when it is ready to listen."""
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):
                return int(json.loads(path.read_text())["port"])
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _wait_for(address: str) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310  our own
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let it end its kernels, and end by their ids what then is still there."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.stdin.close()
    _, left = psutil.wait_procs(family, timeout=20)
    for one in left:
        one.kill()
    psutil.wait_procs(left)
