"""A processor core for each run: TensorFlow's threads hand over to each other at every step.

On one core that costs a third less than across several, also where only one thread has work.
"""

from __future__ import annotations

import os
import socket

NAME = "\0autograder-core-{core}"


class Cores:
    """The cores that this process may use, each for one run of this machine at a time.

    Who holds a core holds a socket of that name, which ends with its process whatever happens;
    so graders and workers beside us take others. Those of Linux have a name without a file.
    """

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}

    def take(self) -> int | None:
        """Take a free core; ``None`` where there is none: then any core will do."""
        for core in sorted(_allowed()):
            holder = socket.socket(socket.AF_UNIX)
            try:
                holder.bind(NAME.format(core=core))
            except OSError:
                holder.close()
                continue
            self._sockets[core] = holder
            return core
        return None

    def give_back(self, core: int | None) -> None:
        """Release a core on which no run goes on."""
        if core is not None and core in self._sockets:
            self._sockets.pop(core).close()


def _allowed() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
