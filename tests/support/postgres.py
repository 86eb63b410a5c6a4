"""A PostgreSQL server of our own for the tests: in a temporary folder, on a socket there."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

SECONDS = 60
# When nobody holds the other end of its input any more, however that came about, it stops.
TETHERED = '"$@" & server=$!; read -r _; kill -QUIT "$server"; wait "$server"'


class Server:
    """A running server; ``address`` is what SQLAlchemy calls one of its databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def address(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def run(self, statement: str) -> None:
        engine = create_engine(self.address("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def create(self, name: str, template: str | None = None) -> str:
        """A database, empty or a copy; its address."""
        self.run(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
        return self.address(name)

    def wait(self) -> None:
        end = time.monotonic() + SECONDS
        while True:
            try:
                return self.run("SELECT 1")
            except OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Start a server and stop it; skip where there is no program for it."""
    pytest.importorskip("psycopg", reason="psycopg, the extra “postgresql”, is not installed")
    programs = _programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL server program (Debian: apt-get install postgresql)")
    # Not in pytest's folder: the path of a socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = _unprivileged()
    try:
        if user is not None:
            os.chown(folder, user, -1)
        with (folder / "log").open("wb") as log:
            options = {"user": user, "cwd": folder, "stdout": log, "stderr": log}
            made = [*(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust")]
            subprocess.run([*made, "-E", "UTF8", "--locale=C", "--no-sync"], check=True, **options)
            serve = [*(programs / "postgres", "-D", folder / "data", "-k", folder, "-F")]
            command = ["sh", "-c", TETHERED, "sh", *serve, "-c", "listen_addresses="]
            with subprocess.Popen(command, stdin=subprocess.PIPE, **options):
                running = Server(folder)
                running.wait()
                yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder with the newest server's programs."""
    found = [Path(place).parent] if (place := shutil.which("postgres")) else []
    for pattern in ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin"):
        found += Path("/").glob(pattern)
    usable = [one for one in found if (one / "initdb").exists() and (one / "postgres").exists()]
    return max(usable, key=_version, default=None)


def _version(folder: Path) -> int:
    return max((int(number) for number in re.findall(r"\d+", str(folder))), default=0)


def _unprivileged() -> int | None:
    """Somebody to run it as, for root; it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    return 65534
