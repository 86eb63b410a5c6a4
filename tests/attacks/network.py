# Tries: reach the machine that grades, and the world
# Boundary: grader
# Before: held
# Cell: devices

import socket

for address in (("127.0.0.1", PORT), ("192.0.2.1", 80)):
    try:
        with socket.create_connection(address, timeout=2) as line:
            line.send(b"hello")
            print("REACHED", address)
    except OSError as error:
        print(error)
