"""The filter of system calls: what its programs answer, and what Linux answers under them."""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from support import bpf, processes

from autograder.sandbox import keyring, seccomp
from autograder.sandbox.seccomp import rules

FOLDER = Path(seccomp.__file__).parent
MACHINES = ("x86_64", "aarch64")
EACH = list(itertools.product(rules.STEPS, MACHINES))
# x32 calls are told by this bit, those of i386 by another architecture.
X32 = 0x40000000
SIGCHLD = 17
AF_UNIX, AF_VSOCK = 1, 40
HIGH = 1 << 32
# From keyctl.h.
SESSION, SEARCH = -3, 10

on_linux = pytest.mark.skipif(bool(seccomp.available()), reason=seccomp.available())


def answer(step: str, machine: str, name: str, *arguments: int) -> int:
    number = seccomp.number(name, machine)
    assert number is not None, name
    return bpf.answer(seccomp.program(step, machine), machine, number, *arguments)


def behaviour(folder: Path, step: str, machine: str) -> dict[tuple[int, ...], int]:
    """What a filter answers to every call, known or not, with arguments that matter."""
    program = (folder / f"{step}.{machine}.bpf").read_bytes()
    values = {0, 1, SIGCHLD, rules.INT, HIGH, *range(48), *(1 << bit for bit in range(64))}
    limited = {seccomp.number(rule.call, machine) for rule in rules.LIMITED}
    return {
        (number, value): bpf.answer(program, machine, number, value)
        for number in (*range(600), 1000, X32, X32 + 59, 2**31, 2**32 - 1)
        for value in (values if number in limited else (0, 2**64 - 1))
    }


@pytest.mark.parametrize(("step", "machine"), EACH)
def test_a_filter_answers_what_the_rules_say(step: str, machine: str) -> None:
    """Every known call is allowed, refused or limited as it is listed, and no other is known."""
    refused, limited = rules.refused(step), rules.limited(step)
    calls = {
        number: name
        for name in names(machine)
        if (number := seccomp.number(name, machine)) is not None
    }
    program = seccomp.program(step, machine)
    for number in range(600):
        name = calls.get(number)
        if name in limited:
            continue
        if name is None or name in rules.missing(step):
            wanted = errno.ENOSYS
        else:
            wanted = errno.EPERM if name in refused else 0
        assert bpf.answer(program, machine, number, *[2**64 - 1] * 6) == wanted, (number, name)


def names(machine: str) -> set[str]:
    return set(seccomp._numbers()[machine])


@pytest.mark.parametrize(("step", "machine"), EACH)
def test_calls_of_other_processors_are_unknown(step: str, machine: str) -> None:
    """Neither x32, nor i386, nor the number -1 is a way around the filter."""
    program = seccomp.program(step, machine)
    for number in (0, 1, 26, 59, 101):
        assert bpf.answer(program, "i386", number) == errno.ENOSYS
        assert bpf.answer(program, machine, X32 | number) == errno.ENOSYS
    assert bpf.answer(program, machine, -1) == errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("bit", [bit for bit in range(32) if rules.NAMESPACES & 1 << bit])
def test_no_namespace_is_cloned_in_a_kernel(bit: int, machine: str) -> None:
    """With any of the flags, whatever stands beside it; our own code still can before."""
    for others in (0, SIGCHLD, HIGH, rules.NAMESPACES):
        flags = 1 << bit | others
        assert answer("kernel", machine, "clone", flags) == errno.ENOSYS
        assert answer("sandbox", machine, "clone", flags) == 0
    # How the C library starts a process, and a thread.
    assert answer("kernel", machine, "clone", 0x01200011) == 0
    assert answer("kernel", machine, "clone", 0x003D0F00) == 0


@pytest.mark.parametrize(("step", "machine"), EACH)
def test_only_sockets_that_a_namespace_separates(step: str, machine: str) -> None:
    """A family is 32 bits; what stands above them makes no difference."""
    allowed = {family for family in range(64) if answer(step, machine, "socket", family) == 0}
    assert allowed == {1, 2, 10, 16}
    assert answer(step, machine, "socket", HIGH | AF_VSOCK) == errno.ENOSYS
    assert answer(step, machine, "socket", HIGH | AF_UNIX) == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_no_memory_is_shared_without_a_file(machine: str) -> None:
    """Whatever other flags there are: MAP_NORESERVE, MAP_POPULATE, those above 32 bits."""
    shared, private, nothing = 0x01, 0x02, 0x20
    for others in (0, 0x4000, 0x8000, HIGH):
        for how in (shared, private, shared | private):
            assert answer("kernel", machine, "mmap", 0, 4096, 3, how | others) == 0
        assert answer("kernel", machine, "mmap", 0, 4096, 3, private | nothing | others) == 0
        for how in (shared, shared | private):
            flags = how | nothing | others
            assert answer("kernel", machine, "mmap", 0, 4096, 3, flags) == errno.ENOSYS
            assert answer("sandbox", machine, "mmap", 0, 4096, 3, flags) == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_keys_can_only_be_left_behind(machine: str) -> None:
    """In the first step, for each job; later not even that."""
    joins, searches = 1, 10
    assert answer("sandbox", machine, "keyctl", joins) == 0
    assert answer("sandbox", machine, "keyctl", HIGH | searches) == errno.ENOSYS
    assert answer("kernel", machine, "keyctl", joins) == errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_our_own_code_goes_on_after_the_first_step(machine: str) -> None:
    """All that builds the space of a submission."""
    ours = (
        "mount",
        "unshare",
        "setns",
        "pivot_root",
        "umount2",
        "setresuid",
        "setgroups",
        "capset",
    )
    more = ("prctl", "seccomp", "sethostname", "memfd_create", "sched_setaffinity")
    for name in (*ours, *more):
        assert answer("sandbox", machine, name) == 0, name


def test_every_refused_call_exists() -> None:
    """A misspelt name would be a call that is not refused."""
    known = names("x86_64") | names("aarch64")
    limited = {rule.call for rule in rules.LIMITED}
    assert rules.refused("kernel") <= known
    assert limited <= known
    assert rules.missing("kernel") <= known
    for step in rules.STEPS:
        assert not rules.refused(step) & (rules.limited(step).keys() | rules.missing(step))


def test_the_second_step_refuses_what_the_first_does() -> None:
    """Each filter says all by itself."""
    assert rules.refused("sandbox") < rules.refused("kernel")
    for machine in MACHINES:
        first, second = (behaviour(FOLDER, step, machine) for step in rules.STEPS)
        assert all(second[call] for call, refused in first.items() if refused)


def test_the_filters_are_those_of_the_rules(tmp_path: Path) -> None:
    """Made again, they behave the same; another libseccomp may put them in another order."""
    found = subprocess.run(
        ["/usr/bin/python3", "-c", "import seccomp"], check=False, capture_output=True
    )
    if found.returncode != 0:
        pytest.skip("The filters cannot be made again: apt-get install python3-seccomp.")
    subprocess.run(["/usr/bin/python3", FOLDER / "build_filters.py", tmp_path], check=True)
    assert (tmp_path / "calls.json").read_text() == (FOLDER / "calls.json").read_text()
    for step, machine in EACH:
        assert behaviour(tmp_path, step, machine) == behaviour(FOLDER, step, machine)


def test_another_processor_has_none() -> None:
    """It is said, not passed over."""
    with pytest.raises(seccomp.NoFilterError, match="riscv64"):
        seccomp.program("kernel", "riscv64")
    assert seccomp.number("mount", "riscv64") is None


def under(steps: tuple[str, ...], code: str) -> str:
    """What code prints that runs in a process of its own, under the filters of these steps."""

    def load() -> None:
        for step in steps:
            seccomp.load(step)

    program = PREAMBLE + textwrap.dedent(code)
    done = processes.python("-c", program, preexec_fn=load, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


PREAMBLE = """
import ctypes, errno, os, sys

def tried(number, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if library.syscall(number, *arguments) < 0 else 0
"""


@on_linux
@pytest.mark.parametrize("step", rules.STEPS)
def test_linux_refuses_what_is_listed(step: str) -> None:
    """Asked for by number, with arguments that are wrong anyway."""
    found = {name: seccomp.number(name) for name in sorted(rules.refused(step))}
    numbers = {name: number for name, number in found.items() if number is not None}
    code = f"""
        for name, number in {numbers}.items():
            if (told := tried(number, -1, -1, -1, -1, -1, -1)) != errno.EPERM:
                print(name, os.strerror(told))
    """
    assert under((step,), code) == ""


@on_linux
def test_linux_does_not_know_newer_calls() -> None:
    """Nor those whose arguments no filter can see."""
    clone3 = seccomp.number("clone3")
    code = f"print(*(tried(number, 0, 0) for number in ({clone3}, 451, 462, 5000)))"
    assert under(("sandbox",), code) == " ".join([str(errno.ENOSYS)] * 4)


@on_linux
def test_no_memory_that_nothing_counts() -> None:
    """Neither a file without a folder, System V memory, which outlives who made it, nor rules."""
    memfd_create, shmget = seccomp.number("memfd_create"), seccomp.number("shmget")
    landlock = seccomp.number("landlock_create_ruleset")
    code = f"""
        print(tried({memfd_create}, b"trial", 0), tried({shmget}, 0, 4096, 0o1600))
        print(tried({landlock}, None, 0, 1))
    """
    assert under(("kernel",), code) == f"{errno.ENOSYS} {errno.EPERM}\n{errno.ENOSYS}"


@on_linux
def test_who_has_a_core_takes_no_other() -> None:
    """Neither for itself nor for what it starts; it may ask how many there are."""
    code = """
        if not os.fork():
            try:
                os.sched_setaffinity(0, os.sched_getaffinity(0))
            except PermissionError:
                os._exit(0)
            os._exit(1)
        print(os.wait()[1], len(os.sched_getaffinity(0)) > 0)
    """
    assert under(("kernel",), code) == "0 True"


@on_linux
def test_a_loaded_filter_stays() -> None:
    """A later one gives nothing back, and what a process starts has it too."""
    code = f"""
        import subprocess
        print(tried({seccomp.number("unshare")}, 0), flush=True)
        subprocess.run(["unshare", "--user", "true"], stderr=subprocess.STDOUT)
    """
    first, second = under(("sandbox", "kernel", "sandbox"), code).splitlines()
    assert int(first) == errno.EPERM
    assert "not permitted" in second


@on_linux
def test_students_code_works_under_it() -> None:
    """Processes, threads, shared memory, sockets, callbacks: nothing of Python is in its way."""
    code = """
        import asyncio, multiprocessing, socket, sqlite3, subprocess, threading
        from multiprocessing import shared_memory
        assert subprocess.run(["sh", "-c", "echo a | cat"], capture_output=True).stdout == b"a\\n"
        threading.Thread(target=print, args=("thread",)).start()
        for how in ("fork", "spawn", "forkserver"):
            process = multiprocessing.get_context(how).Process(target=abs, args=(1,))
            process.start()
            process.join()
            assert process.exitcode == 0, how
        memory = shared_memory.SharedMemory(create=True, size=1)
        memory.close()
        memory.unlink()
        async def run():
            return await (await asyncio.create_subprocess_exec("true")).wait()
        assert asyncio.run(run()) == 0
        socket.socketpair()
        socket.create_server(("127.0.0.1", 0)).close()
        assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(abs)(-1) == 1
        sqlite3.connect(":memory:").execute("select 1")
    """
    assert under(rules.STEPS, code) == "thread"


@on_linux
@pytest.mark.slow
def test_tensorflow_and_a_kernel_work_under_it(tmp_path: Path) -> None:
    """A model is trained, saved and loaded, and a kernel draws a picture."""
    code = f"""
        import keras, numpy
        from jupyter_client.manager import start_new_kernel
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("adam", "mse")
        model.fit(numpy.ones((64, 4)), numpy.ones((64, 2)), verbose=0)
        model.save({str(tmp_path / "model.keras")!r})
        keras.models.load_model({str(tmp_path / "model.keras")!r})
        manager, client = start_new_kernel()
        cell = '''
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
        !echo shell
        '''
        said = []
        cell = "\\n".join(line.strip() for line in cell.splitlines())
        hear = lambda message: said.append(message["msg_type"])
        client.execute_interactive(cell, output_hook=hear, timeout=99)
        manager.shutdown_kernel()
        print("display_data" in said, "error" in said)
    """
    assert under(rules.STEPS, code).splitlines()[-1] == "True False"


@on_linux
def test_the_keys_of_a_session_stay_behind() -> None:
    """A key of the session is found before a new keyring is joined, and not after."""
    assert in_a_fork(_keys) in ("before: True, after: False", "no keys")


def _keys() -> str:
    add_key, keyctl = seccomp.number("add_key"), seccomp.number("keyctl")
    library = ctypes.CDLL(None, use_errno=True)

    def seen() -> bool:
        return library.syscall(keyctl, SEARCH, SESSION, b"user", b"autograder-trial", 0) > 0

    # The tests must not leave a key in the session of whoever runs them.
    keyring.join_new()
    if library.syscall(add_key, b"user", b"autograder-trial", b"secret", 6, SESSION) < 0:
        return "no keys"
    before = seen()
    keyring.join_new()
    return f"before: {before}, after: {seen()}"


def in_a_fork(ask: Callable[[], str]) -> str:
    """What a function answers in a child that it may change for good."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, ask().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answered = pipe.read().decode()
    os.waitpid(child, 0)
    return answered
