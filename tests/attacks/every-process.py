# Tries: reach open files, memory, folders and name spaces of every other process through /proc
# Boundary: grader
# Before: succeeded
# Cell: devices

import os
import pathlib

with open("/proc/self/maps") as places:
    heap = next(int(line.split("-")[0], 16) for line in places if "[heap]" in line)
for process in pathlib.Path("/proc").glob("[0-9]*"):
    if int(process.name) == os.getpid():
        continue
    for task in (process, *process.glob("task/[0-9]*")):
        try:
            for line in (task / "fd").iterdir():
                if os.readlink(line) != "/dev/null":
                    print("REACHED", line, os.readlink(line))
        except OSError as error:
            print(error)
        for mode in ("rb", "r+b"):
            try:
                with open(task / "mem", mode, 0) as memory:
                    memory.seek(heap)
                    print("REACHED", task, memory.read(16))
            except OSError as error:
                print(error)
        for name in ("map_files", "stack", "syscall", "ns/mnt", "ns/user", "root/workspace/evidence", "cwd/."):
            try:
                print("REACHED", task / name, os.listdir(task / name) if "." in name or name[0] == "m" else os.readlink(task / name))
            except OSError as error:
                print(error)
