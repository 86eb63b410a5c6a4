# Tries: leave a key for whoever comes next, and find that of whoever came before
# Boundary: neighbours
# Before: succeeded
# Cell: devices
# Twice, one after the other.

import ctypes
import platform

ADD, KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]
SEARCH = 10
call = ctypes.CDLL(None, use_errno=True).syscall
for ring in (-3, -4, -5):
    if call(KEYCTL, SEARCH, ring, b"user", b"left-by-another", 0) >= 0:
        print("REACHED", ring)
for ring in (-3, -4, -5):
    call(ADD, b"user", b"left-by-another", b"text", 4, ring)
