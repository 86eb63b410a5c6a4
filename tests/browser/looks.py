"""How a page looks in JupyterLab: in both themes, on a wide screen and on a narrow one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import accessible
from lab import DARK, LIGHT, Lab

THEMES = {"light": LIGHT, "dark": DARK}
WIDTHS = (1280, 800)
# What the checks say, and the friendly lines in other cells.
OURS = ":is([role=group][aria-label], [role=status])"
# JupyterLab's body has no height and hides what is beyond it; axe takes all in it for hidden.
FULL_HEIGHT = """() => [document.documentElement, document.body]
    .forEach((one) => one.style.setProperty('height', '100%'))"""


def in_each(lab: Lab, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
    """Set each theme with each width in turn, and name it; as before in the end."""
    before = lab.page.viewport_size
    for theme, name in THEMES.items():
        lab.theme(name)
        for width in widths:
            lab.page.set_viewport_size({**before, "width": width})
            yield f"{theme}-{width}"
        lab.page.set_viewport_size(before)
    lab.theme(LIGHT)


def photograph(lab: Lab, folder: Path, *names: str, into: str = "") -> None:
    """A picture of each of these cells' outputs, in each theme and width.

    It is named after the cell, or ``into`` where that says more.
    """
    for look in in_each(lab):
        for name in names:
            lab.output_of(name)
            lab.page.screenshot(path=folder / f"{into or name}-{look}.png")


def findings(lab: Lab, *names: str) -> list[str]:
    """What keeps people from reading what these cells put out, in each theme."""
    lab.page.evaluate(FULL_HEIGHT)
    found = []
    for look in in_each(lab, widths=(WIDTHS[0],)):
        for name in names:
            # axe sees what is on the screen; the rest of a notebook is not drawn.
            lab.output_of(name)
            scope = f"{lab.selector(name)} {OURS}"
            found += [f"{look}: {one}" for one in accessible.findings(lab.page, scope)]
    return found
