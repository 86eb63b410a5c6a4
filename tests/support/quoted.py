"""What ``docs/when-something-goes-wrong.md`` quotes, entry by entry."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "when-something-goes-wrong.md"


def entries() -> dict[str, list[str]]:
    """The messages that each entry of the page quotes, one for each line in its boxes."""
    _, *parts = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    found = {}
    for part in parts:
        title, _, text = part.partition("\n")
        boxes = re.findall(r"^```text\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        found[title] = [line for box in boxes for line in box.splitlines()]
    return found


def missing(title: str, printed: str) -> list[str]:
    """The messages of an entry that are not in what was said; a … stands for anything."""
    printed = " ".join(printed.split())
    return [one for one in entries()[title] if not re.search(_pattern(one), printed)]


def _pattern(message: str) -> str:
    return ".+?".join(re.escape(part) for part in message.split("…"))
