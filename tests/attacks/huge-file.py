# Tries: write one file without end
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: 256 MiB

with open("large", "wb") as stream:
    for step in range(100):
        stream.write(b"x" * 2**24)
