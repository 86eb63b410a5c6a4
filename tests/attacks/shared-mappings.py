# Tries: write into memory that it shares with what forked it
# Boundary: neighbours
# Before: held
# Cell: devices

with open("/proc/self/maps") as places:
    for line in places:
        if line.split()[1] in ("rw-s", "-w-s"):
            print("REACHED", line)
