# Tries: hold every other process that it sees, as a debugger does
# Boundary: grader
# Before: succeeded
# Cell: devices

import ctypes
import os
import pathlib

ATTACH, DETACH, SEIZE = 16, 17, 0x4206
library = ctypes.CDLL(None, use_errno=True)
library.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for path in pathlib.Path("/proc").glob("[0-9]*"):
    pid = int(path.name)
    if pid != os.getpid():
        if library.ptrace(ATTACH, pid, None, None) == 0:
            os.waitpid(pid, 0x40000000)
            library.ptrace(DETACH, pid, None, None)
            print("REACHED", pid)
        elif library.ptrace(SEIZE, pid, None, None) == 0:
            print("REACHED", pid, "without a stop")
