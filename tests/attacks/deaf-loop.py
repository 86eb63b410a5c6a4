# Tries: run for ever, and hear no interruption
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: time limit

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
