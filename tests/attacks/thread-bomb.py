# Tries: start threads without end
# Boundary: time and memory
# Before: held
# Cell: devices
# Expect: processes

import threading
import time

for number in range(3000):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
