"""Lines between our own processes: nobody else can hold them, nor look at who does."""

from __future__ import annotations

import json
import os
import sys
import textwrap

import pytest
from support import processes

from autograder.core.ipc import Line, pair
from autograder.sandbox.protocol import Ready

linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")

# As the user nobody, because root can look into every process.
PRELUDE = """
import json, os, signal, sys, time
from autograder.sandbox import namespaces, reachability
from autograder.sandbox.libc import SET_DUMPABLE, set_process

def become_nobody():
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(*[65534] * 3)
        os.setresuid(*[65534] * 3)
"""


def answer(script: str) -> object:
    """What a script says, in a Python of its own that has nothing of ours open."""
    done = processes.python("-c", PRELUDE + textwrap.dedent(script), check=True)
    return json.loads(done.stdout)


class TestLine:
    """One end of a socket pair."""

    def test_a_descriptor_is_handed_over(self) -> None:
        """Who has it can speak on that line, and on no other."""
        ours, theirs = map(Line, pair())
        own_job, job_theirs = pair()
        with ours, theirs, Line(own_job) as job:
            ours.hand_over(job_theirs)
            job_theirs.close()
            taken = theirs.take_over()
            assert not os.get_inheritable(taken.fileno())
            with Line(taken) as end:
                end.send(Ready(warm=True))
                assert job.receive(Ready) == Ready(warm=True)
            assert job.receive(Ready) is None

    def test_the_other_side_has_ended(self) -> None:
        ours, theirs = map(Line, pair())
        ours.close()
        with theirs:
            assert theirs.take_over() is None
            assert theirs.receive(Ready) is None
            with pytest.raises(OSError, match=r"."):
                theirs.send(Ready(warm=True))


@linux
def test_a_fork_keeps_what_it_needs_and_nothing_else() -> None:
    """Whatever was open when it was forked: a line to the grader, a file, a listening socket."""
    answered = answer("""
        open_files = [open(os.devnull) for _ in range(5)]
        reader, writer = os.pipe()
        def main():
            os.write(writer, json.dumps([reachability.descriptors(), writer]).encode())
            return 0
        child = namespaces.fork(main, keep=[writer])
        os.waitpid(child, 0)
        print(os.read(reader, 1000).decode())
    """)
    left, writer = answered
    assert left == [writer]


@linux
@pytest.mark.parametrize("is_own", [False, True], ids=["ordinary", "ours"])
def test_nobody_looks_into_a_process_of_ours(is_own: bool) -> None:
    """An ordinary process of the same user is open to all that is tried; one of ours to nothing."""
    found = answer(f"""
        become_nobody()
        reader, writer = os.pipe()
        def rest():
            os.write(writer, b"!")
            time.sleep(60)
        if {is_own}:
            other = namespaces.fork(rest, keep=[writer])
        elif (other := os.fork()) == 0:
            set_process(SET_DUMPABLE, 1)
            rest()
        os.read(reader, 1)
        print(json.dumps(list(reachability.into(other))))
        os.kill(other, signal.SIGKILL)
    """)
    if is_own:
        assert found == []
    else:
        assert {"can take a descriptor", "can list fd", "can read mem", "can trace the steps"} <= {
            *found
        }
