# Tries: read and change another student's work
# Boundary: neighbours
# Before: held
# Cell: devices

import pathlib

for path in pathlib.Path("COURSE/submitted").glob("*/*/*"):
    print(path.read_text()[:100])
    path.write_text("{}")
