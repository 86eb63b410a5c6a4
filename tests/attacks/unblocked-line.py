# Tries: let the sandbox stumble over the next job, by a line that no longer waits
# Boundary: neighbours
# Before: succeeded
# Cell: devices

import ctypes
import fcntl
import os

PIDFD_OPEN, PIDFD_GETFD = 434, 438
call = ctypes.CDLL(None, use_errno=True).syscall
first = call(PIDFD_OPEN, 1, 0)
for number in range(3, 64):
    line = call(PIDFD_GETFD, first, number, 0)
    if line >= 0:
        # How a line waits is a matter of the line, not of who holds it.
        fcntl.fcntl(line, fcntl.F_SETFL, os.O_NONBLOCK)
