"""A wheel of the package as it is installed here, and the versions of its requirements."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import autograder
from autograder import DISTRIBUTION

# Written again for this wheel, or true only of the installation here.
EXCLUDED = ("RECORD", "WHEEL", "INSTALLER", "REQUESTED", "direct_url.json")
WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """Return the name of the wheel, and its content."""
    distribution = metadata.distribution(DISTRIBUTION)
    stem = f"{DISTRIBUTION.replace('-', '_')}-{distribution.version}"
    files = {**_package(), **_metadata_files(distribution, f"{stem}.dist-info")}
    files[f"{stem}.dist-info/WHEEL"] = WHEEL.encode()
    record = "".join(
        f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items()
    )
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    return f"{stem}-py3-none-any.whl", zipped(files)


def zipped(files: Mapping[str, bytes], *, executable: Collection[str] = ()) -> bytes:
    """Return an archive of these files, by their names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            # Without a time: the same files give the same archive.
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def constraints() -> list[str]:
    """Return ``name==version`` of all requirements, as they are installed here."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [Requirement(DISTRIBUTION)]
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            continue
        found[requirement.name] = distribution.version
        waiting += [
            needed
            for needed in map(Requirement, distribution.requires or ())
            if not needed.marker
            or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras))
        ]
    return sorted(f"{name}=={version}" for name, version in found.items() if name != DISTRIBUTION)


def _package() -> dict[str, bytes]:
    folder = Path(autograder.__file__).parent
    return {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _metadata_files(distribution: metadata.Distribution, folder: str) -> dict[str, bytes]:
    """Return the files of the package's metadata: requirements, commands, licences."""
    found = {}
    for path in distribution.files or ():
        parts = path.parts
        if parts[0].endswith(".dist-info") and path.name not in EXCLUDED:
            found["/".join([folder, *parts[1:]])] = path.read_binary()
    return found


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
