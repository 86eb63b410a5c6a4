# Tries: reach other people's files through links among one's own
# Boundary: grader
# Before: held
# Cell: devices
# Change: link_out

import pathlib

for path in sorted(pathlib.Path(".").rglob("*")):
    print(path)
    if path.is_file():
        print(path.read_bytes())
for path in pathlib.Path(".").glob("link-*/*"):
    print("REACHED", path)
