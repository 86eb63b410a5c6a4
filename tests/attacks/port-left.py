# Tries: leave a used port for whoever comes next, and find that of whoever came before
# Boundary: neighbours
# Before: succeeded
# Cell: devices
# Twice, one after the other.

import socket

with socket.socket() as door:
    try:
        door.bind(("127.0.0.1", 47110))
    except OSError as error:
        print("REACHED", error)
    else:
        door.listen()
        try:
            with socket.create_connection(door.getsockname(), timeout=2):
                # Whoever hangs up first keeps the port busy for a minute.
                door.accept()[0].close()
        except OSError as error:
            print("no loopback:", error)
