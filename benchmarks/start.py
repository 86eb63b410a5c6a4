"""How long a command takes to answer, as a ratio to the start of Python itself.

python benchmarks/start.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

RUNS = 9
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "autograder --version": ["-m", "autograder.cli", "--version"],
    "autograder --help": ["-m", "autograder.cli", "--help"],
    "autograder grade --help": ["-m", "autograder.cli", "grade", "--help"],
}


def main() -> int:
    """Measure and print the table."""
    for arguments in COMMANDS.values():
        spent(arguments)
    # In turns, so that a busy moment of the machine touches all of them.
    rounds = [{name: spent(arguments) for name, arguments in COMMANDS.items()} for _ in range(RUNS)]
    medians = {name: statistics.median(one[name] for one in rounds) for name in COMMANDS}
    base = medians["python -c pass"]
    print("| command | seconds of processor time | times `python -c pass` |")
    print("| --- | ---: | ---: |")
    for name, seconds in medians.items():
        print(f"| `{name}` | {seconds:.3f} | {seconds / base:.1f} |")
    return 0


def spent(arguments: list[str]) -> float:
    """Return the processor time of one run, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
