"""How a page looks in JupyterLab: in both themes, on a wide screen and on a narrow one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import accessible
from lab import DARK, LIGHT, Lab

THEMES = {"light": LIGHT, "dark": DARK}
WIDTHS = (1280, 800)
# What the checks say, and the friendly lines in other cells.
VERDICTS = ":is([role=group][aria-label], [role=status])"
# JupyterLab's body has no height and hides what is beyond it; axe takes all in it for hidden.
FULL_HEIGHT = """() => [document.documentElement, document.body]
    .forEach((one) => one.style.setProperty('height', '100%'))"""


def findings_in(lab: Lab, folder: Path, *names: str, **added: str) -> list[str]:
    """What keeps people from reading what these cells put out, in each theme.

    It leaves a picture of each, in each theme and width, which is named after the cell. Cells that
    were added have an id only: ``added`` says how their pictures are called.
    """
    cells = {one: one for one in names} | added
    lab.page.evaluate(FULL_HEIGHT)
    found = []
    for theme, width in in_each(lab):
        for picture, name in cells.items():
            # axe sees what is on the screen; the rest of a notebook is not drawn.
            lab.output_of(name)
            lab.page.screenshot(path=folder / f"{picture}-{theme}-{width}.png")
            if width == WIDTHS[0]:
                scope = f"{lab.selector(name)} {VERDICTS}"
                found += [f"{theme}: {one}" for one in accessible.findings(lab.page, scope)]
    return found


def in_each(lab: Lab) -> Iterator[tuple[str, int]]:
    """Set each theme with each width in turn, and name them; as before in the end."""
    before = lab.page.viewport_size
    for theme, name in THEMES.items():
        lab.theme(name)
        for width in WIDTHS:
            lab.page.set_viewport_size({**before, "width": width})
            yield theme, width
        lab.page.set_viewport_size(before)
    lab.theme(LIGHT)
