"""Make the filters: ``/usr/bin/python3 build.py FOLDER``, with Debian's package python3-seccomp.

The Python of Debian does not know our packages, so this file imports none of them.
"""

import errno
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import seccomp

HERE = Path(__file__).parent
# As ``os.uname().machine`` calls them.
PROCESSORS = {"x86_64": seccomp.Arch.X86_64, "aarch64": seccomp.Arch.AARCH64}


def build(rules: dict[str, Any], step: str, architecture: int) -> seccomp.SyscallFilter:
    """Build the filter of a step: it allows all known calls except those that the rules name."""
    answer = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    # Calls of another kind of processor, such as `int 0x80` and x32 on x86-64, are unknown too.
    answer.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(errno.ENOSYS))
    # A tree instead of a list of some 350 comparisons.
    answer.set_attr(seccomp.Attr.CTL_OPTIMIZE, 2)
    answer.remove_arch(seccomp.Arch.NATIVE)
    answer.add_arch(architecture)
    refused, limited = rules["refused"](step), rules["limited"](step)
    for name in sorted(known(architecture, rules["NEWEST"]).keys() - rules["missing"](step)):
        if name in refused:
            answer.add_rule(seccomp.ERRNO(errno.EPERM), name)
        elif rule := limited.get(name):
            for value in rule.values:
                wanted = seccomp.Arg(rule.argument, seccomp.MASKED_EQ, rule.mask, value)
                answer.add_rule(seccomp.ALLOW, name, wanted)
        else:
            answer.add_rule(seccomp.ALLOW, name)
    return answer


def known(architecture: int, newest: int) -> dict[str, int]:
    """Return the numbers of all calls of an architecture by name, up to the newest one."""
    found = {}
    for number in range(newest + 1):
        try:
            found[seccomp.resolve_syscall(architecture, number).decode()] = number
        except ValueError:
            # The numbers have gaps.
            continue
    return found


def main(folder: Path) -> None:
    """Write one file a step and kind of processor, and one with the numbers of the calls."""
    rules = runpy.run_path(str(HERE / "rules.py"))
    numbers = {name: known(one, rules["NEWEST"]) for name, one in PROCESSORS.items()}
    (folder / "calls.json").write_text(json.dumps(numbers, indent=0) + "\n")
    for step in rules["STEPS"]:
        for name, architecture in PROCESSORS.items():
            with (folder / f"{step}.{name}.bpf").open("wb") as file:
                build(rules, step, architecture).export_bpf(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
