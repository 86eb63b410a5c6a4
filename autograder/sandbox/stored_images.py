"""The images once more without compression: each notebook reads them, which inflates 47 MB."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import tempfile
import threading
import weakref
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

COMPRESSED = ".gz"


class StoredImages:
    """Folders of images whose ``.gz`` files are only stored in that format, made when first asked.

    Args:
        originals: returns the folders as they are, by the names of the data sets.
    """

    def __init__(self, originals: Callable[[], Mapping[str, Path]]) -> None:
        self._originals = originals
        self._copies: dict[str, Path] = {}
        # Called at the end of the process if not before.
        self._remove: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def folders(self) -> Mapping[str, Path]:
        """Return the folders, by the same names; the original where one cannot be made."""
        with self._lock:
            if self._remove is None:
                # Resolved: on macOS the temporary folder lies behind a link.
                root = Path(tempfile.mkdtemp(prefix="autograder-images-")).resolve()
                self._remove = weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
                self._copies = {
                    name: self._copy(root / name, at) for name, at in self._originals().items()
                }
            return self._copies

    def close(self) -> None:
        """Remove them."""
        with self._lock:
            if self._remove:
                self._remove()

    def _copy(self, folder: Path, original: Path) -> Path:
        # What is missing or damaged is reported where the images are read.
        with contextlib.suppress(OSError, EOFError, zlib.error):
            folder.mkdir()
            for path in sorted(original.iterdir()):
                copy = folder / path.name
                if path.suffix == COMPRESSED:
                    stored = gzip.compress(gzip.decompress(path.read_bytes()), 0, mtime=0)
                    copy.write_bytes(stored)
                else:
                    shutil.copyfile(path, copy)
                # Whatever the user's mask: where root grades, the user nobody reads them.
                copy.chmod(0o644)
            folder.chmod(0o755)
            return folder
        return original
