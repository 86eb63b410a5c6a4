"""JupyterLab as a person uses it: menus, cells, keys. What is read comes from the page itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from people import Server
from playwright.sync_api import Locator, Page

LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
# Milliseconds: a kernel that loads TensorFlow on a busy machine, and trains.
LONG = 240_000
PANEL = "[...window.jupyterapp.shell.widgets('main')].find(one => one.context?.path === path)"
READY = f"""(path) => {{
    const panel = window.jupyterapp && {PANEL};
    return panel?.context.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}}"""
CELLS = f"""(path) => ({PANEL}).content.widgets.map(({{model}}) => ({{
    name: model.sharedModel.metadata.nbgrader?.grade_id ?? model.id,
    kind: model.type,
    source: model.sharedModel.source,
    count: model.executionCount ?? null,
    outputs: model.outputs?.toJSON() ?? [],
}}))"""
# Cells that were run end one after the other; a cell that fails takes those behind it along.
ENDED = f"""({{path, last, before}}) => {{
    const panel = {PANEL};
    const models = panel.content.widgets.map((one) => one.model);
    const idle = panel.sessionContext.session?.kernel?.status === 'idle';
    const failed = models.some((one) => one.type === 'code'
        && one.outputs.toJSON().some((output) => output.output_type === 'error'));
    const count = models[last].executionCount;
    return idle && (failed || (count !== null && count !== before));
}}"""
FOCUS = f"""async ({{path, index}}) => {{
    const notebook = ({PANEL}).content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, 'center');
    notebook.widgets[index].node.scrollIntoView({{block: 'center'}});
}}"""
SAVED = f"(path) => !({PANEL}).context.model.dirty"


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the page; ``name`` is its ``grade_id``, or its id."""

    name: str
    kind: str
    source: str
    count: int | None
    outputs: Sequence[dict[str, Any]] = field(repr=False)

    @property
    def text(self) -> str:
        """All that it put out, as plain text."""
        said = []
        for output in self.outputs:
            said.append(output.get("text", "") or output.get("evalue", ""))
            said.append(output.get("data", {}).get("text/plain", ""))
        return "\n".join(one for one in said if one)

    @property
    def value(self) -> str:
        """What the last line of its code gave, as Python writes it; empty where it gave nothing."""
        values = [one for one in self.outputs if one["output_type"] == "execute_result"]
        return str(values[-1]["data"]["text/plain"]) if values else ""

    @property
    def failed(self) -> bool:
        """Whether it shows a traceback, or what a program complained of, in red."""
        return any(
            one["output_type"] == "error" or one.get("name") == "stderr" for one in self.outputs
        )


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
        return self.cells()[self._place(name)]

    def run_all(self) -> list[Cell]:
        """Run all cells from the menu, wait until they have ended, and give them."""
        last = [number for number, cell in enumerate(self.cells()) if cell.kind == "code"][-1]
        self._run(last, lambda: self.menu("Run", "Run All Cells"))
        return self.cells()

    def run(self, name: str) -> Cell:
        """Run one cell with the keys that students use."""
        place = self._place(name)
        self._focus(place)
        self._node(name).locator(".jp-InputPrompt").click()
        self._run(place, lambda: self.page.keyboard.press("Control+Enter"))
        return self.cells()[place]

    def type_into(self, name: str, code: str) -> None:
        """Type code below what a cell already holds."""
        self._edit(name, "Control+End", ["", *code.splitlines()])

    def rewrite(self, name: str, code: str) -> None:
        """Type code in the place of what a cell holds."""
        self._edit(name, "Control+a", code.splitlines())

    def output_of(self, name: str) -> Locator:
        """Where a cell's output is seen, brought into view."""
        self._focus(self._place(name))
        return self._node(name).locator(".jp-Cell-outputArea")

    def selector(self, name: str) -> str:
        """What names a cell in CSS."""
        return f'.jp-Notebook .jp-Cell[data-windowed-list-index="{self._place(name)}"]'

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
        return self.told(picture)

    def told(self, picture: Path) -> str:
        """What a dialog of nbgrader's says, of which a picture is taken before it is closed."""
        dialog = self.page.locator(".jp-Dialog")
        dialog.wait_for(timeout=LONG)
        said = dialog.inner_text()
        self.page.screenshot(path=picture)
        dialog.locator("button.jp-mod-accept").click()
        dialog.wait_for(state="detached")
        return said

    def _place(self, name: str) -> int:
        names = [cell.name for cell in self.cells()]
        assert name in names, f"There is no cell {name}: {json.dumps(names)}"
        return names.index(name)

    def _node(self, name: str) -> Locator:
        return self.page.locator(self.selector(name))

    def _focus(self, place: int) -> None:
        self.page.evaluate(FOCUS, {"path": self.path, "index": place})

    def _run(self, place: int, start: Callable[[], None]) -> None:
        before = self.cells()[place].count
        start()
        told = {"path": self.path, "last": place, "before": before}
        self.page.wait_for_function(ENDED, arg=told, timeout=LONG)

    def _edit(self, name: str, where: str, lines: Sequence[str]) -> None:
        self._focus(self._place(name))
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
