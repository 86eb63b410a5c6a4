"""Which system calls are refused, and why: the one list that filters are made and documented from.

It imports nothing else of ours: the Debian program that makes the filters has no other package.

There are two steps. ``sandbox`` is loaded before the fork server loads TensorFlow: after it our own
code still makes namespaces and mounts. ``kernel`` is loaded just before a student's kernel begins,
when nothing of ours must do either any more; it refuses all that ``sandbox`` refuses, and more.
"""

from typing import NamedTuple

SANDBOX, KERNEL = "sandbox", "kernel"
STEPS = (SANDBOX, KERNEL)
# set_mempolicy_home_node, of Linux 5.17. What came later answers ENOSYS, as if this were an older
# Linux: programs have another way for those. All libseccomp since 2.5.4 know the calls up to here.
NEWEST = 450


class Family(NamedTuple):
    """System calls that are refused with EPERM for one reason, from a step on."""

    name: str
    step: str
    calls: tuple[str, ...]
    reason: str


class Only(NamedTuple):
    """A system call that exists for some values of an argument; for others it answers ENOSYS.

    Told by values that are allowed, because a list of forbidden ones ages. ``mask`` says which bits
    of the argument the kernel looks at: others must not make a difference here either.
    """

    call: str
    step: str
    argument: int
    mask: int
    values: tuple[int, ...]
    reason: str


class Missing(NamedTuple):
    """System calls that answer ENOSYS from a step on, so that programs take their other way."""

    step: str
    calls: tuple[str, ...]
    reason: str


REFUSED = (
    Family(
        "keys",
        SANDBOX,
        ("add_key", "request_key"),
        "Keys of the grader's login session (tokens, disk and network passwords) lie in keyrings,"
        " which no namespace separates in full.",
    ),
    Family(
        "keyrings",
        KERNEL,
        ("keyctl",),
        "The same; until then each job may join a keyring of its own.",
    ),
    Family(
        "other processes",
        SANDBOX,
        (
            *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"),
            *("process_madvise", "process_mrelease", "move_pages", "migrate_pages"),
        ),
        "They read, change or take over another process: its memory, its open files and pipes.",
    ),
    Family(
        "programs in the kernel",
        SANDBOX,
        ("bpf", "perf_event_open", "userfaultfd", "lookup_dcookie", "fanotify_init"),
        "They observe the whole machine or hold the kernel up at a chosen point, and are a part of"
        " most ways to break out of it; nothing here needs them.",
    ),
    Family(
        "io_uring",
        SANDBOX,
        ("io_uring_setup", "io_uring_enter", "io_uring_register"),
        "It does what other calls do without making them, so that no filter sees it.",
    ),
    Family(
        "files by handle",
        SANDBOX,
        ("open_by_handle_at", "name_to_handle_at"),
        "A handle leads to a file past every mount that hides it.",
    ),
    Family(
        "watching files",
        SANDBOX,
        ("inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch"),
        "They see when somebody else opens a file that all share, such as the images, and use up"
        " what the grader's own account may have of them.",
    ),
    Family(
        "old asynchronous files",
        SANDBOX,
        ("io_setup",),
        "Linux has so many for the whole machine: who takes all, leaves none to its databases.",
    ),
    Family(
        "another kernel",
        SANDBOX,
        (
            *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
            *("create_module", "query_module", "get_kernel_syms"),
        ),
        "They change or replace the running kernel.",
    ),
    Family(
        "the machine",
        SANDBOX,
        (
            *("reboot", "swapon", "swapoff", "acct", "syslog", "quotactl", "quotactl_fd"),
            *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "vhangup"),
        ),
        "They are for the administrator of the machine; its log tells of others.",
    ),
    Family(
        "the processor",
        SANDBOX,
        ("iopl", "ioperm", "modify_ldt"),
        "They reach devices, or old parts of the processor and of the kernel.",
    ),
    Family(
        "memory that is not shown",
        SANDBOX,
        ("memfd_secret",),
        "Not even the kernel can look into it.",
    ),
    Family(
        "old calls",
        SANDBOX,
        ("uselib", "_sysctl", "sysfs", "ustat", "nfsservctl"),
        "Nothing uses them any more, and nobody looks after them.",
    ),
    Family(
        "the core of another",
        KERNEL,
        ("sched_setaffinity",),
        "Each run has a core of its own. On those of others a submission with many processes would"
        " leave them nothing, and their time goes on.",
    ),
    Family(
        "mounts",
        KERNEL,
        (
            *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount"),
            *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
        ),
        "A mount could show hidden files, or a scratch space without limit.",
    ),
    Family(
        "namespaces",
        KERNEL,
        ("unshare", "setns", "sethostname", "setdomainname"),
        "In a namespace of its own a process has rights that it has not here, and the kernel's"
        " code for them is where most ways out of a sandbox were found.",
    ),
    Family(
        "memory that nothing counts",
        KERNEL,
        (
            *("shmget", "shmat", "shmctl", "shmdt", "msgget", "msgsnd", "msgrcv", "msgctl"),
            *("semget", "semop", "semtimedop", "semctl"),
        ),
        "It belongs to no process and lies in no file of the scratch space, so that only a cgroup"
        " counts it. Python's shared memory and locks are files in /dev/shm, which are limited.",
    ),
)

# CLONE_NEW* of sched.h: mounts, cgroup, UTS, IPC, user, PIDs, network.
NAMESPACES = (
    0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
)
# MAP_TYPE and MAP_ANONYMOUS of mman.h.
MAPPINGS = 0x0F | 0x20
INT = 0xFFFFFFFF
# Of fcntl.h: F_DUPFD to F_GETOWNER_UIDS, locks of open files, F_DUPFD_CLOEXEC to F_GET_SEALS. What
# is missing between them are F_SETLEASE and F_NOTIFY.
FCNTL = (*range(18), 36, 37, 38, *range(1030, 1035))

LIMITED = (
    Only(
        "clone",
        KERNEL,
        0,
        NAMESPACES,
        (0,),
        "Without a flag for a new namespace, as processes and threads are started.",
    ),
    Only(
        "mmap",
        KERNEL,
        3,
        MAPPINGS,
        # Shared in both ways and private with a file, private and droppable without one.
        (0x01, 0x03, 0x02, 0x22, 0x28),
        "Not what is shared without a file: of that only a cgroup counts what no process has in its"
        " sight any more.",
    ),
    Only(
        "keyctl",
        SANDBOX,
        0,
        INT,
        # KEYCTL_JOIN_SESSION_KEYRING of keyctl.h
        (1,),
        "Only to leave the keys of a session behind, again for each job.",
    ),
    Only(
        "socket",
        SANDBOX,
        0,
        INT,
        # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK of socket.h
        (1, 2, 10, 16),
        "Only kinds that a network namespace separates: a vsock reaches the host of a virtual"
        " machine from every namespace.",
    ),
    Only(
        "fcntl",
        SANDBOX,
        1,
        INT,
        FCNTL,
        "Not leases and notices: whoever else opens the file waits for who holds one, or is seen.",
    ),
    Only(
        "personality",
        SANDBOX,
        0,
        INT,
        # PER_LINUX, and the question which one it is
        (0, INT),
        "Others switch protections of memory off.",
    ),
)

MISSING = (
    Missing(
        SANDBOX,
        ("clone3",),
        "Its flags lie in memory, where no filter can read them; the C library then uses clone.",
    ),
    Missing(
        KERNEL,
        ("memfd_create",),
        "Its files are in no folder and need no process that maps them, so that only a cgroup"
        " counts them. Drivers and libraries that ask for one make a temporary file else.",
    ),
    Missing(
        KERNEL,
        ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
        "A set of rules takes megabytes of the kernel's own memory, which only a cgroup counts."
        " Programs that limit themselves by it also run where it is unknown.",
    ),
)


def refused(step: str) -> frozenset[str]:
    """Return the names of all calls that are refused with EPERM from ``step`` on."""
    steps = STEPS[: STEPS.index(step) + 1]
    return frozenset(call for family in REFUSED if family.step in steps for call in family.calls)


def limited(step: str) -> dict[str, Only]:
    """Return the rules for calls that exist for some arguments only, by name of the call."""
    steps = STEPS[: STEPS.index(step) + 1]
    gone = refused(step)
    return {rule.call: rule for rule in LIMITED if rule.step in steps and rule.call not in gone}


def missing(step: str) -> frozenset[str]:
    """Return the names of all calls that answer ENOSYS from ``step`` on."""
    steps = STEPS[: STEPS.index(step) + 1]
    return frozenset(call for one in MISSING if one.step in steps for call in one.calls)


def table() -> list[str]:
    """Return the rules as lines of a table, for the documentation."""
    rows = [(one.step, _names(one.calls), one.reason) for one in REFUSED]
    rows += [(one.step, f"{_names((one.call,))} for some values", one.reason) for one in LIMITED]
    rows += [(one.step, f"{_names(one.calls)}, as if unknown", one.reason) for one in MISSING]
    head = ["| step | system calls | why they are refused |", "| --- | --- | --- |"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows)]


def _names(calls: tuple[str, ...]) -> str:
    return ", ".join(f"`{call}`" for call in calls)
