# Tries: run for ever, and hear no interruption
# Cell: devices
# Expect: time limit

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
