"""JupyterLab as a person uses it: menus, cells, keys. What is read comes from the page itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from cells import CELLS, ENDED, FOCUS, NAMES, READY, SAVED, Cell
from people import Server
from playwright.sync_api import Locator, Page

LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
# Milliseconds: a kernel that loads TensorFlow on a busy machine, and trains.
LONG = 240_000


class Lab:
    """One JupyterLab in one page of a browser, with one notebook."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.path = ""

    def start(self) -> None:
        """Open JupyterLab without any notebook."""
        self.page.goto(self.server.page("lab"))
        self.page.locator("#jp-MainMenu").wait_for(timeout=LONG)

    def open(self, path: str) -> None:
        """Open a notebook, seen from the server's folder, and wait for its kernel."""
        self.page.goto(self.server.page(f"lab/tree/{path}"))
        self.opened(path)

    def opened(self, path: str) -> None:
        """A notebook was opened some other way: wait for its kernel."""
        self.path = path
        self.page.wait_for_function(READY, arg=path, timeout=LONG)

    def show(self) -> None:
        """Bring the notebook's tab to the front."""
        name = self.path.rpartition("/")[2]
        self.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=name).click()

    def cells(self) -> list[Cell]:
        """All cells, from top to bottom."""
        return [Cell(**one) for one in self.page.evaluate(CELLS, self.path)]

    def cell(self, name: str) -> Cell:
        """One cell."""
        return self.cells()[self._index(name)]

    def run_all(self) -> list[Cell]:
        """Run all cells from the menu, wait until they have ended, and give them."""
        last = [number for number, cell in enumerate(self.cells()) if cell.kind == "code"][-1]
        self._run(last, lambda: self.menu("Run", "Run All Cells"))
        return self.cells()

    def run(self, name: str) -> Cell:
        """Run one cell with the keys that students use."""
        index = self._index(name)
        self._run(index, lambda: self.start_running(name))
        return self.cells()[index]

    def start_running(self, name: str) -> None:
        """Run one cell, and do not wait for its end."""
        self._focus(self._index(name))
        self._node(name).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Control+Enter")

    def type_into(self, name: str, code: str) -> None:
        """Type code below what a cell already holds."""
        self._edit(name, "Control+End", ["", *code.splitlines()])

    def rewrite(self, name: str, code: str) -> None:
        """Type code in the place of what a cell holds."""
        self._edit(name, "Control+a", code.splitlines())

    def add_below(self, name: str, code: str) -> str:
        """Make a new cell below one, with the keys that students use, and type code into it."""
        index = self._index(name)
        self._focus(index)
        self._node(name).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("b")
        added = self.cells()[index + 1].name
        self.rewrite(added, code)
        return added

    def output_of(self, name: str) -> Locator:
        """Where a cell's output is seen, brought into view."""
        self._focus(self._index(name))
        return self._node(name).locator(".jp-Cell-outputArea")

    def selector(self, name: str) -> str:
        """What names a cell in CSS."""
        return f'.jp-Notebook .jp-Cell[data-windowed-list-index="{self._index(name)}"]'

    def menu(self, *path: str) -> None:
        """Choose from a menu, from a menu in it and so on."""
        self.page.click(f'.lm-MenuBar-itemLabel:text-is("{path[0]}")')
        for word in path[1:]:
            self.page.click(f'.lm-Menu-itemLabel:text-is("{word}")')

    def theme(self, name: str) -> None:
        """Choose a theme from the menu, where it is another than now."""
        now = "document.body.dataset.jpThemeName"
        if self.page.evaluate(now) != name:
            self.menu("Settings", "Theme", name)
            self.page.wait_for_function(f"(name) => {now} === name", arg=name)

    def save(self) -> None:
        """Save with the keys that students use."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(SAVED, arg=self.path)

    def validate(self, picture: Path) -> str:
        """Press nbgrader's button; what its dialog says."""
        self.page.locator(".validate-button").first.click()
        return self.described(picture)

    def described(self, picture: Path) -> str:
        """What a dialog of nbgrader's says, of which a picture is taken before it is closed."""
        dialog = self.page.locator(".jp-Dialog")
        dialog.wait_for(timeout=LONG)
        words = dialog.inner_text()
        self.page.screenshot(path=picture)
        dialog.locator("button.jp-mod-accept").click()
        dialog.wait_for(state="detached")
        return words

    def _index(self, name: str) -> int:
        # Not by way of all the cells: their pictures are megabytes.
        names: list[str] = self.page.evaluate(NAMES, self.path)
        assert name in names, f"There is no cell {name}: {json.dumps(names)}"
        return names.index(name)

    def _node(self, name: str) -> Locator:
        return self.page.locator(self.selector(name))

    def _focus(self, index: int) -> None:
        self.page.evaluate(FOCUS, {"path": self.path, "index": index})

    def _run(self, index: int, start: Callable[[], None]) -> None:
        cells = self.cells()
        failed = [number for number, cell in enumerate(cells) if cell.failed]
        start()
        described = {
            "path": self.path,
            "last": index,
            "before": cells[index].count,
            "failed": failed,
        }
        self.page.wait_for_function(ENDED, arg=described, timeout=LONG)

    def _edit(self, name: str, where: str, lines: Sequence[str]) -> None:
        self._focus(self._index(name))
        self._node(name).locator(".cm-content").click()
        keyboard = self.page.keyboard
        keyboard.press(where)
        for number, line in enumerate(lines):
            if number:
                keyboard.press("Enter")
                # The editor indents by itself; the line brings its own.
                keyboard.press("Shift+Home")
            keyboard.insert_text(line)
        keyboard.press("Escape")
