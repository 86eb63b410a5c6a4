# Tries: make files until the system has no room for their names
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: 1,024 MiB

for number in range(200_000):
    open(f"{number}", "w").close()
