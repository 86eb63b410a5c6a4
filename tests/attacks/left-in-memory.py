# Tries: leave something in shared memory for the next one
# Boundary: neighbours
# Before: held
# Cell: devices

import ctypes

library = ctypes.CDLL(None)
print(library.shmget(20, 4096, 0o1666))
open("/dev/shm/left", "w").close()
open("/tmp/left", "w").close() if __import__("os").access("/tmp", 2) else None
