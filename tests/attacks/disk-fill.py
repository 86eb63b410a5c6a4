# Tries: fill the disk
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: 1,024 MiB|256 MiB

for number in range(100):
    with open(f"large-{number}", "wb") as stream:
        stream.write(b"x" * 2**26)
