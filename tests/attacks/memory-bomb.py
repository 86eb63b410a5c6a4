# Tries: take all memory there is
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: memory

taken = []
for step in range(100):
    taken.append(bytearray(128 * 2**20))
    taken[-1][::4096] = b"x" * len(taken[-1][::4096])
