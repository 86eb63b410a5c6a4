# Tries: take all memory there is, by files that lie in it
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: MiB

with open("/dev/shm/large", "wb") as stream:
    for step in range(200):
        stream.write(b"x" * 2**24)
