"""The cells of a notebook in JupyterLab, and what is asked of the page about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PANEL = "[...window.jupyterapp.shell.widgets('main')].find(one => one.context?.path === path)"
READY = f"""(path) => {{
    const panel = window.jupyterapp && {PANEL};
    return panel?.context.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}}"""
NAME = "(model.sharedModel.metadata.nbgrader?.grade_id ?? model.id)"
NAMES = f"(path) => ({PANEL}).content.widgets.map(({{model}}) => {NAME})"
CELLS = f"""(path) => ({PANEL}).content.widgets.map(({{model}}) => ({{
    name: {NAME},
    kind: model.type,
    source: model.sharedModel.source,
    count: model.executionCount ?? null,
    outputs: model.outputs?.toJSON() ?? [],
}}))"""
# Cells that were run end one after the other; a cell that fails takes those behind it along.
ENDED = f"""({{path, last, before, failed}}) => {{
    const panel = {PANEL};
    const models = panel.content.widgets.map((one) => one.model);
    const idle = panel.sessionContext.session?.kernel?.status === 'idle';
    const stopped = models.some((one, place) => one.type === 'code' && !failed.includes(place)
        && one.outputs.toJSON().some((output) => output.output_type === 'error'));
    const count = models[last].executionCount;
    return idle && (stopped || (count !== null && count !== before));
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
        lines = []
        for output in self.outputs:
            lines.append(output.get("text", ""))
            lines.append(output.get("data", {}).get("text/plain", ""))
            if output["output_type"] == "error":
                lines.append(f"{output['ename']}: {output['evalue']}")
        return "\n".join(lines)

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
