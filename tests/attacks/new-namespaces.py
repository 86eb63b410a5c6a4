# Tries: make namespaces, and mount a larger scratch space
# Boundary: grader
# Before: held
# Cell: devices

import ctypes

library = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x10020000, 0x20000):
    print(library.unshare(flags), ctypes.get_errno())
print(library.mount(b"x", b"/workspace/tmp", b"tmpfs", 0, b"size=64g"), ctypes.get_errno())
print(library.mount(None, b"/usr", None, 32, None), ctypes.get_errno())
assert library.unshare(0x10000000) == -1, "REACHED"
