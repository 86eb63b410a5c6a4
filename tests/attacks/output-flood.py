# Tries: put out 400 MB
# Cell: devices
# Expect: MiB

for step in range(400):
    print("x" * 1_000_000)
