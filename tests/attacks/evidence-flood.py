# Tries: let the evidence grow without end
# Boundary: time and memory
# Before: held
# Cell: predict

import os
import pathlib

path = pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"]) / "recorded.json"
path.write_bytes(b"[" * 50_000_000)
os.chmod(path, 0o400)
os.chmod(path.parent, 0o500)
