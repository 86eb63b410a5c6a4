# Tries: keep so many descriptors on their way that no other process is given one
# Boundary: neighbours
# Before: succeeded
# Cell: devices

import os
import socket
import time

kept, nothing = [], os.open(os.devnull, os.O_RDONLY)
try:
    while len(kept) < 1_000:
        kept.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        kept[-1][0].setblocking(False)
        try:
            while True:
                socket.send_fds(kept[-1][0], [b"x"], [nothing] * 250)
        except BlockingIOError:
            pass
except OSError as error:
    print(error)
time.sleep(3)
