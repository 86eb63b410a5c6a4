"""``nbgrader validate``: the notebook is run apart too, whatever kernel it names.

Here the checks speak for themselves, in the notebook's own kernel: validating is no grading.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from autograder import dataset, execution
from autograder.course import Settings, settings_of
from autograder.evidence import EVIDENCE_VARIABLE
from autograder.execution import PRELUDE, Rooms
from autograder.execution.beside import files_beside
from autograder.execution.job import Job, Ran
from autograder.notebook.desk import VALIDATING
from autograder.render import safe, signs
from autograder.root import find_root

# Without the variable that asks the checks to be silent, with the one that makes them raise.
SPEAK = f"""\
import os as _os
_os.environ.pop("{EVIDENCE_VARIABLE}", None)
_os.environ.update({VALIDATING}="1", NBGRADER_EXECUTION="validate")
del _os
"""


class RunApart(Execute):
    """Runs a notebook as submissions are run, and shows what it put out."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **_: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run; nbgrader's validator has made the notebook's folder the current one.

        Raises:
            IsolationError: it cannot be kept apart on this machine.
        """
        # Not from a file near the notebook, which could be a student's.
        settings = settings_of(self.config)
        if settings.isolation == "none":
            self.log.warning("The notebook is run with your own rights (isolation: none).")
        folder, root = Path.cwd(), find_root(Path.cwd())
        rooms = Rooms(
            settings=settings, data_home=dataset.active_home(), private=[root] if root else []
        )
        # A folder of the course's holds one assignment; any other may hold anything.
        files, notes = files_beside(folder if root and folder != root else None)
        for note in notes:
            self.log.warning(signs.line(note))
        self._run(nb, rooms, files)
        safe.clean(nb)
        for cell in nb.cells:
            cell.source = signs.text(cell.source)
        return nb, resources

    def _run(self, nb: NotebookNode, rooms: Rooms, files: dict[str, bytes]) -> None:
        settings: Settings = rooms.settings
        dataset.verify(dataset.data_folder(rooms.data_home))
        cells = execution.code_cells(nb)
        job = Job(
            cells=[cell.source for cell in cells],
            files=files,
            prelude=PRELUDE.format(seed=settings.seed) + SPEAK,
            settings=settings,
        )
        try:
            trace = execution.run(job, rooms)
        finally:
            rooms.close()
        why = trace.stopped.why if trace.stopped else "the notebook ended before it"
        for number, cell in enumerate(cells):
            cell.outputs = _outputs(trace.cells.get(number), why)


def _outputs(ran: Ran | None, why: str) -> list[NotebookNode]:
    """What a cell put out; where it failed without a word, why it did."""
    outputs = [nbformat.from_dict(one) for one in ran.outputs] if ran else []
    if ran and (ran.status == "ok" or any(one.output_type == "error" for one in outputs)):
        return outputs
    ename, evalue = (ran.ename, ran.evalue) if ran and ran.ename else ("NotRun", why)
    told = [f"{ename}: {evalue}"]
    error = nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=told)
    return [*outputs, error]
