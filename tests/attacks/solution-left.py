# Tries: leave the solution behind for whoever comes next
# Boundary: neighbours
# Before: held
# Cell: compile
# Instead of the answer.
# Followed by a run with the solution in its place.
# Twice, one after the other.
# Most: 0
# Expect: in place of yours

import os
import pathlib
import socket
import sys
import time

MARK = "the-solution-" + "itself"
PLACES = [*map(pathlib.Path, ("/dev/shm", "/tmp", "/workspace", "/data", "/var/tmp", "/run", ".."))]
PLACES += [pathlib.Path.home(), pathlib.Path(sys.prefix), pathlib.Path(tf.__file__).parent]
shell = get_ipython()
for place in PLACES:
    for path in place.glob("left*"):
        print("REACHED", path, path.read_text())
with socket.socket(socket.AF_UNIX) as line:
    try:
        line.connect("\0left")
        print("REACHED", line.recv(4096).decode())
    except OSError as error:
        print(error)


def leave(info):
    if MARK not in info.raw_cell:
        return
    for place in PLACES:
        try:
            (place / "left.txt").write_text(info.raw_cell)
        except OSError as error:
            print(error)
    if os.fork() == 0:
        os.setsid()
        with socket.socket(socket.AF_UNIX) as door:
            door.bind("\0left")
            door.listen()
            end = time.monotonic() + 60
            while time.monotonic() < end:
                line, _ = door.accept()
                line.sendall(info.raw_cell.encode())
        os._exit(0)


shell.events.register("pre_run_cell", leave)
raise ValueError("nothing to use")
