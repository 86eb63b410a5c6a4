# Tries: read what the grader's environment holds
# Boundary: grader
# Before: held
# Cell: devices

import os
import pathlib

print(dict(os.environ))
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        print(path.read_bytes())
    except OSError as error:
        print(error)
