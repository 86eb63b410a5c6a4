# Tries: put out 400 MB
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: MiB

for step in range(400):
    print("x" * 1_000_000)
