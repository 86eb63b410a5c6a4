# Tries: read the next students' jobs, and answer them in the grader's name with their own text
# Boundary: neighbours
# Before: succeeded
# Cell: devices

import ctypes
import os
import select
import struct

import msgspec

PIDFD_OPEN, PIDFD_GETFD = 434, 438
call = ctypes.CDLL(None, use_errno=True).syscall
first = call(PIDFD_OPEN, 1, 0)
lines = [call(PIDFD_GETFD, first, number, 0) for number in range(3, 64)]
lines = [line for line in lines if line >= 0]


def say(**message):
    data = msgspec.msgpack.encode(message)
    for line in lines:
        try:
            os.write(line, struct.pack(">I", len(data)) + data)
        except OSError:
            pass


def heard():
    """The next job on any line."""
    ready, _, _ = select.select(lines, [], [], 10) if lines else ([], [], [])
    for line in ready:
        header = os.read(line, 4)
        if len(header) == 4:
            (length,) = struct.unpack(">I", header)
            data = b""
            while len(data) < length:
                data += os.read(line, length - len(data))
            return msgspec.msgpack.decode(data)


say(type="ended", end=0)
for turn in range(2):
    job = heard()
    if job:
        for number, cell in enumerate(job["cells"]):
            output = {"output_type": "stream", "name": "stdout", "text": f"REACHED: {cell}"}
            say(type="began", index=number)
            say(type="finished", index=number, ran={"status": "ok", "outputs": [output]})
        say(type="ended", end=0)
