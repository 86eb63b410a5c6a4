"""The folders in which one notebook is run, and their initial content."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder import datasets
from autograder.core.evidence import EVIDENCE_VARIABLE
from autograder.core.pictures import PICTURES_VARIABLE
from autograder.sandbox.protocol import Job

# In a sealed sandbox: where a notebook is run, and where the data sets are, each in its folder.
WORKSPACE = Path("/workspace")
DATA = Path("/data")
# In the environment of the grader, and never in that of a sandbox.
CANARY = "AUTOGRADER_CANARY"
# Before the number of the descriptor on which a process is given its jobs.
LINE = "--line="


@dataclass(frozen=True)
class Workspace:
    """The folders of one run, below ``root``."""

    root: Path

    @property
    def work(self) -> Path:
        """Where the notebook runs, with the files beside it."""
        return self.root / "work"

    @property
    def evidence(self) -> Path:
        """Where the recorder writes."""
        return self.root / "evidence"

    @property
    def pictures(self) -> Path:
        """Where the pictures are that need not be drawn again."""
        return self.root / "pictures"

    @property
    def home(self) -> Path:
        """What the notebook takes for the user's home."""
        return self.root / "home"

    def environment(self) -> dict[str, str]:
        """Return the variables that direct programs to these folders, and to nothing else."""
        return {
            "HOME": str(self.home),
            "TMPDIR": str(self.root / "tmp"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self.home / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "MPLCONFIGDIR": str(self.home / "matplotlib"),
            "KERAS_HOME": str(self.home / "keras"),
            EVIDENCE_VARIABLE: str(self.evidence),
            PICTURES_VARIABLE: str(self.pictures),
        }

    def make_folders(self) -> None:
        """Make the folders, empty."""
        for folder in (self.work, self.evidence, self.pictures, self.home, self.root / "tmp"):
            folder.mkdir(exist_ok=True)

    def fill(self, job: Job, *, link: bool) -> None:
        """Put the submission's files and the images into the folders.

        ``link`` only points to the images, where nobody can write to them; otherwise they are
        copied, because another submission must not find them changed.
        """
        for name, content in job.files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for digest, picture in job.pictures.items():
            (self.pictures / digest).write_text(picture)
        dataset = datasets.named(job.dataset)
        images = dataset.folder(self.home / "keras")
        images.mkdir(parents=True)
        for file in dataset.files.values():
            given = Path(job.data) / file
            if link:
                (images / file).symlink_to(given)
            else:
                shutil.copyfile(given, images / file)
