# Tries: look into processes of others
# Boundary: grader
# Before: held
# Cell: devices

import os
import pathlib

numbers = sorted(int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))
print(numbers)
assert len(numbers) <= 3, "REACHED"
try:
    open("/proc/1/mem", "rb").read(1)
    print("REACHED")
except OSError as error:
    print(error)
