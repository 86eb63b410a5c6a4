"""How a page looks: what axe-core finds on it, in both of JupyterLab's themes and two widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from lab import DARK, LIGHT, Lab
from playwright.sync_api import Page

THEMES = {"light": LIGHT, "dark": DARK}
WIDTHS = (1280, 800)
# What the checks say, and the friendly lines in other cells.
VERDICTS = ":is([role=group][aria-label], [role=status])"
# JupyterLab's body has no height and hides what is beyond it; axe takes all in it for hidden.
FULL_HEIGHT = """() => [document.documentElement, document.body]
    .forEach((one) => one.style.setProperty('height', '100%'))"""
GRAVE = ("moderate", "serious", "critical")
# Only of these rules is each place told; all that is well in a page would be megabytes.
WHAT_IS_WRONG = {"resultTypes": ["violations"]}
# A sign of one character counts like any text: it says what is right and what is not. The other
# options are axe's own.
SIGNS_TOO = """() => {
    const check = axe._audit.checks['color-contrast'];
    axe.configure({checks: [{
        id: check.id,
        options: {...check.options, ignoreUnicode: false, ignoreLength: true},
    }]});
}"""


class Reader(Axe):
    """axe-core, set to look at signs too."""

    def __init__(self) -> None:
        super().__init__()
        self.axe_script += f"({SIGNS_TOO})();"


def findings(page: Page, scope: str) -> list[str]:
    """What axe calls at least moderate within what a CSS selector names, each in a line.

    Raises where there is no text of which the contrast can be measured.
    """
    response = Reader().run(page, context=scope, options=WHAT_IS_WRONG).response
    measured = {one["id"] for one in response["passes"] + response["violations"]}
    assert "color-contrast" in measured, f"axe could measure no contrast in {scope}"
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for rule in response["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


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
                found += [f"{theme}: {one}" for one in findings(lab.page, scope)]
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
