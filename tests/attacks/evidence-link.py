# Tries: let the evidence be a link to a file of the system
# Boundary: grader
# Before: held
# Cell: build
# Most: 0

import os
import pathlib

path = pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"])
os.rename(path, str(path) + "-old")
os.mkdir(path)
(path / "recorded.json").symlink_to("/etc/hostname")
os.mkfifo(path / "recorded.npz")
os.chmod(path, 0o500)
