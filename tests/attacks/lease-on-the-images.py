# Tries: let everyone who opens the images wait, by a lease on them
# Boundary: neighbours
# Before: succeeded
# Cell: devices

import fcntl
import glob
import signal

F_SETLEASE, F_WRLCK, F_RDLCK, F_UNLCK = 1024, 1, 0, 2
signal.signal(signal.SIGIO, signal.SIG_IGN)
import autograder

for path in (*glob.glob("/data/*/*"), autograder.__file__):
    with open(path, "rb") as file:
        for kind in (F_WRLCK, F_RDLCK):
            try:
                fcntl.fcntl(file, F_SETLEASE, kind)
                print("REACHED", path, kind)
                fcntl.fcntl(file, F_SETLEASE, F_UNLCK)
            except OSError as error:
                print(error)
