# Tries: leave a process behind that meddles with the next submission
# Boundary: neighbours
# Before: held
# Cell: devices

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for step in range(600):
            try:
                open("/workspace/work/meddled", "w").close()
            except OSError:
                pass
            time.sleep(0.1)
    os._exit(0)
