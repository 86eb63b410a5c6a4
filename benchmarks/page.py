"""The benchmarks' results, put into ``docs/performance.md`` after running them.

    python benchmarks/page.py                 all of them: about an hour on two cores
    python benchmarks/page.py floor memory    some of them

The page has a place for each, between ``<!-- name: arguments -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
PLACE = re.compile(r"(<!-- (?P<name>\w+):(?P<arguments>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, or all if none is named."""
    wanted = sys.argv[1:] if argv is None else argv
    for place in list(PLACE.finditer(PAGE.read_text())):
        if wanted and place["name"] not in wanted:
            continue
        printed = _printed(place["name"], place["arguments"].split())
        # Read again: the page may have been edited meanwhile.
        page = PAGE.read_text()
        found = next(one for one in PLACE.finditer(page) if one[1] == place[1])
        PAGE.write_text(f"{page[: found.end(1)]}{printed}{page[found.start(4) :]}")
    return 0


def _printed(name: str, arguments: Sequence[str]) -> str:
    script = Path(__file__).parent / f"{name}.py"
    done = subprocess.run(
        [sys.executable, script, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
