# Tries: start processes without end
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: processes|memory|stopped at its time limit

import os
import time

children, end = 0, time.time() + 60
try:
    while children < 3000 and time.time() < end:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        children += 1
finally:
    print(children, "processes")
