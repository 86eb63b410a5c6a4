"""What axe-core finds on a page: that which keeps people from reading what it says."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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
