# Tries: find an earlier student's cells in the memory that it came with
# Boundary: neighbours
# Before: succeeded
# Cell: devices

import re

MARK = re.compile(b"only-its-author" + b"-may-read-this-[0-9a-f]{16}")
found = set()
with open("/proc/self/maps") as places, open("/proc/self/mem", "rb", 0) as memory:
    for line in places:
        span, rights, *_, name = line.split(maxsplit=5) if line.count(" ") > 4 else (*line.split(), "")
        begin, end = (int(one, 16) for one in span.split("-"))
        if rights.startswith("rw") and end - begin < 2**30:
            try:
                memory.seek(begin)
                found.update(MARK.findall(memory.read(end - begin)))
            except (OSError, ValueError, OverflowError):
                pass
for one in found:
    print("REACHED", one.decode())
