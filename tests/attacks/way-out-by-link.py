# Tries: reach out of the folder through a link
# Boundary: grader
# Before: held
# Cell: devices

import os

os.symlink("/", "out")
print(os.listdir("out"))
try:
    open("out/usr/attacked", "w").close()
    print("REACHED")
except OSError as error:
    print(error)
