"""nbgrader's list of assignments in JupyterLab: fetch, validate, submit."""

from __future__ import annotations

from pathlib import Path

from lab import LONG, Lab
from playwright.sync_api import Locator


class Assignments:
    """The tab *Assignments* of a JupyterLab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.page = lab.page

    def open(self) -> None:
        """Open the tab from the menu, or come back to it."""
        tab = self.page.locator('.lm-TabBar-tab[data-id="nbgrader-assignment-list"]')
        if tab.count():
            tab.click()
        else:
            self.lab.menu("Nbgrader", "Assignment List")
        self._list("released").wait_for()

    def fetch(self, assignment: str) -> None:
        """Download a released assignment."""
        self._button("released", assignment).click(timeout=LONG)
        self._button("fetched", assignment).wait_for(timeout=LONG)

    def notebook(self, assignment: str) -> Locator:
        """The row of a fetched assignment's notebook, unfolded."""
        rows = self._list("fetched").locator(".assignment-notebooks")
        if not rows.locator("button").first.is_visible():
            self._list("fetched").get_by_role("button", name=assignment).click()
        return rows.locator(".nested_list_item", has=self.page.get_by_role("button"))

    def validate(self, assignment: str, picture: Path) -> str:
        """Press *Validate* of the fetched notebook; what the dialog says."""
        self.notebook(assignment).get_by_role("button", name="Validate").click()
        return self.lab.described(picture)

    def submit(self, assignment: str) -> None:
        """Press *Submit*, and wait until it is listed among what was handed in."""
        before = self.submitted()
        self._button("fetched", assignment).click()
        self._list("submitted").locator(".nested_list_item").nth(before).wait_for(timeout=LONG)

    def submitted(self) -> int:
        """How many times something was handed in."""
        return self._list("submitted").locator(".nested_list_item").count()

    def _list(self, status: str) -> Locator:
        return self.page.locator(f"#{status}_assignments_list")

    def _button(self, status: str, assignment: str) -> Locator:
        row = self._list(status).locator("> .list_item", has_text=assignment)
        return row.locator("> .col-md-12 > .item_status button")
