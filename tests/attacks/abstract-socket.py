# Tries: reach the grader through a socket without a file
# Boundary: grader
# Before: held
# Cell: devices

import socket

try:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect("\0autograder-attack")
        print("REACHED")
except OSError as error:
    print(error)
