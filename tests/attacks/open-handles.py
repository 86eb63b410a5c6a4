# Tries: use a line to the grader that was left open
# Boundary: grader
# Before: held
# Cell: devices

import os

for number in range(3, 200):
    try:
        name = os.readlink(f"/proc/self/fd/{number}")
        if name.startswith("pipe"):
            os.write(number, b"\0\0\0\1x")
    except OSError:
        pass
