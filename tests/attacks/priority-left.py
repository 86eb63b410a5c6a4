# Tries: leave the next student a process of low priority on other processors
# Boundary: neighbours
# Before: held
# Cell: devices
# Twice, one after the other.

import os

if os.getpriority(os.PRIO_PROCESS, 0) or os.sched_getscheduler(0) != os.SCHED_OTHER:
    print("REACHED", os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0))
for process in (0, *range(1, 20)):
    for change in (
        lambda: os.setpriority(os.PRIO_PROCESS, process, 19),
        lambda: os.setpriority(os.PRIO_PGRP, process, 19),
        lambda: os.sched_setaffinity(process, {max(os.sched_getaffinity(0))}),
        lambda: os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0)),
    ):
        try:
            change()
        except OSError as error:
            print(error)
try:
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    print("REACHED another core")
except OSError as error:
    print(error)
# Of all processes of this user.
os.setpriority(os.PRIO_USER, 0, 19)
