# Tries: write into memory that it shares with what forked it, or hold some that nothing counts
# Boundary: neighbours
# Before: held
# Cell: devices

import mmap

with open("/proc/self/maps") as places:
    for line in places:
        if line.split()[1] in ("rw-s", "-w-s"):
            print("REACHED", line)
try:
    mmap.mmap(-1, 4096)
    print("REACHED memory without a file")
except OSError as error:
    print(error)
with open("/dev/zero", "rb+", buffering=0) as zeros:
    try:
        mmap.mmap(zeros.fileno(), 4096)
        print("REACHED memory of a device")
    except (OSError, ValueError) as error:
        print(error)
