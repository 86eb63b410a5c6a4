"""Restore a submitted notebook: our cells as we released them, the student's as they are.

Cells are identified by their ``grade_id``, else by their id, else by their text, so that renamed,
copied, moved and deleted cells are all recognised.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.notebooks.names import Names, names_in
from autograder.notebooks.normalize import MAX_CHARACTERS, same_program
from autograder.notebooks.reader import SKIP_EXECUTION

MAX_NOTES = 100


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A notebook that can be run, notes on the repairs, and which solution cells were changed.

    ``given_code`` are the texts of the lesson's own code cells, with the blanks of its solution
    cells.
    """

    notebook: NotebookNode
    notes: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()
    given_code: frozenset[str] = frozenset()


@dataclass
class _Work:
    """The cells of a submission, our cells by name in order, and the texts of all of ours."""

    cells: list[NotebookNode]
    released: dict[str, NotebookNode]
    texts: frozenset[str]
    notes: list[str] = field(default_factory=list)


def restore(submitted: NotebookNode, released: NotebookNode) -> Restored:
    """Return a copy of ``submitted`` with every locked cell of ``released`` in its place."""
    released_cells = {name: cell for cell in released.cells if (name := grade_id(cell))}
    texts = frozenset(cell.source.strip() for cell in released.cells)
    work = _Work(cells=copy.deepcopy(list(submitted.cells)), released=released_cells, texts=texts)
    found = _recognise(work)
    chosen = {name: _choose(work, name, positions) for name, positions in found.items()}
    _strip(work, released)
    for name, position in chosen.items():
        work.cells[position] = _as_released(work, name, work.cells[position])
    _put_in_order(work, chosen)
    dropped = {
        position
        for name, positions in found.items()
        if is_locked(released_cells[name])
        for position in set(positions) - set(chosen.values())
    }
    work.cells = [cell for position, cell in enumerate(work.cells) if position not in dropped]
    _add_missing(work)
    _add_needed(work, released)
    notebook = copy.deepcopy(released)
    notebook.cells = work.cells
    _unique_ids(notebook)
    changed = frozenset(
        name
        for name, cell in released_cells.items()
        if is_solution(cell)
        and any(grade_id(one) == name and _differs(one, cell) for one in work.cells)
    )
    return Restored(
        notebook=notebook,
        notes=tuple(work.notes[:MAX_NOTES]),
        changed=changed,
        given_code=code_texts(released),
    )


def code_texts(released: NotebookNode) -> frozenset[str]:
    """Return the texts of the lesson's own code cells, with the blanks of its solution cells."""
    return frozenset(cell.source for cell in released.cells if cell.cell_type == "code")


def grade_id(cell: NotebookNode) -> str | None:
    """Return the cell's ``grade_id``, ``None`` where its metadata is not as nbgrader writes it."""
    meta = cell.metadata.get("nbgrader")
    name = meta.get("grade_id") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else None


def is_solution(cell: NotebookNode) -> bool:
    """Return whether the student writes in this cell."""
    meta = cell.metadata.get("nbgrader")
    return isinstance(meta, dict) and bool(meta.get("solution"))


def is_locked(cell: NotebookNode) -> bool:
    """Return whether the cell must be as it was released."""
    return grade_id(cell) is not None and not is_solution(cell)


def _differs(cell: NotebookNode, released: NotebookNode) -> bool:
    return not same_program(cell.source, released.source)


def _recognise(work: _Work) -> dict[str, list[int]]:
    """Return for each of our cells the positions of the cell and of its copies."""
    by_id = {cell.id: name for name, cell in work.released.items()}
    by_text = {cell.source.strip(): name for name, cell in work.released.items()}
    by_blank = {
        first: name
        for name, cell in work.released.items()
        if is_solution(cell) and (first := _first_line(cell)) and not first.startswith("#")
    }
    found: dict[str, list[int]] = {}
    for position, cell in enumerate(work.cells):
        name = grade_id(cell)
        if name not in work.released:
            old = name
            name = by_id.get(cell.get("id", "")) or by_text.get(cell.source.strip())
            name = name or by_blank.get(_first_line(cell))
            if name and old:
                work.notes.append(f"The cell “{name}” had been renamed “{old[:60]}”.")
        if name:
            found.setdefault(name, []).append(position)
    _recognise_by_neighbours(work, found)
    return found


def _recognise_by_neighbours(work: _Work, found: dict[str, list[int]]) -> None:
    """Take the last student cell before a check as its answer if nothing else identifies it."""
    taken = {position for positions in found.values() for position in positions}
    for name, cell in work.released.items():
        check = found.get(f"check-{name}", [0])[0]
        if name in found or not is_solution(cell):
            continue
        codes = [position for position in range(check) if work.cells[position].cell_type == "code"]
        nearest = codes[-1] if codes else None
        if nearest is None or nearest in taken:
            continue
        # A cell of the lesson is not the student's answer.
        if work.cells[nearest].source.strip() not in work.texts:
            found[name] = [nearest]


def _first_line(cell: NotebookNode) -> str:
    return str(cell.source).strip().partition("\n")[0].strip()


def _choose(work: _Work, name: str, positions: list[int]) -> int:
    """Choose from several copies the last one that was changed; of a locked cell the first."""
    if len(positions) > 1:
        work.notes.append(f"The cell “{name}” was there {len(positions)} times.")
    if is_locked(work.released[name]):
        return positions[0]
    changed = [
        position for position in positions if _differs(work.cells[position], work.released[name])
    ]
    return (changed or positions)[-1]


def _strip(work: _Work, released: NotebookNode) -> None:
    """Remove metadata that may change how a cell is run; keep our own tags on our own cells."""
    tags = {cell.id: cell.metadata.get("tags", []) for cell in released.cells}
    for cell in work.cells:
        own = tags.get(cell.get("id", ""), [])
        given = cell.metadata.get("tags")
        if isinstance(given, list) and SKIP_EXECUTION in given and SKIP_EXECUTION not in own:
            work.notes.append(f"The tag “{SKIP_EXECUTION}” was taken from a cell.")
        cell.metadata = NotebookNode({"tags": list(own)} if own else {})


def _as_released(work: _Work, name: str, cell: NotebookNode) -> NotebookNode:
    restored = copy.deepcopy(work.released[name])
    if cell.cell_type != restored.cell_type:
        work.notes.append(f"The cell “{name}” was no longer a {restored.cell_type} cell.")
    if is_solution(restored):
        restored.source = cell.source
    elif cell.source.strip() != restored.source.strip():
        work.notes.append(f"The cell “{name}” had been changed; it was run as it was released.")
    return restored


def _put_in_order(work: _Work, chosen: dict[str, int]) -> None:
    """Put our cells in the released order; the student's own cells stay where they are."""
    positions = sorted(chosen.values())
    order = [chosen[name] for name in work.released if name in chosen]
    if order != positions:
        work.notes.append("Cells had been moved; they were run in their old order.")
        moved = [work.cells[position] for position in order]
        for position, cell in zip(positions, moved, strict=True):
            work.cells[position] = cell


def _add_missing(work: _Work) -> None:
    order = list(work.released)
    for rank, name in enumerate(order):
        if any(grade_id(cell) == name for cell in work.cells):
            continue
        work.notes.append(f"The cell “{name}” had been deleted; it was put back.")
        before = order[:rank]
        after = max(
            (position for position, cell in enumerate(work.cells) if grade_id(cell) in before),
            default=-1,
        )
        work.cells.insert(after + 1, copy.deepcopy(work.released[name]))


def _add_needed(work: _Work, released: NotebookNode) -> None:
    """Put back given cells that were deleted, where others need a name that nothing else defines.

    They are not locked: what nobody needs may be deleted, and what was changed stays changed.
    """
    positions = _positions(work)
    own = [cell for cell in released.cells if not grade_id(cell) and cell.cell_type == "code"]
    missing = {cell.id: _names(cell) for cell in own if _position(positions, cell) is None}
    if not missing:
        return
    names = [_names(cell) for cell in work.cells]
    defined = {name for one in names for name in one.defined}
    used = {name for one in names for name in one.used}
    needed = set()
    # From the last to the first: what is put back may need what stood before it.
    for name, found in reversed(missing.items()):
        if (found.defined & used) - defined:
            needed.add(name)
            used |= found.used
    added: dict[int, list[NotebookNode]] = {}
    after = 0
    for cell in released.cells:
        if cell.id in needed:
            added.setdefault(after, []).append(copy.deepcopy(cell))
            work.notes.append(
                f"The given cell that begins with `{_first_line(cell)[:60]}` had been deleted, and"
                " others need it; it was put back."
            )
        elif (position := _position(positions, cell)) is not None:
            after = max(after, position + 1)
    before = [*work.cells, None]
    both = [[*added.get(position, []), cell] for position, cell in enumerate(before)]
    work.cells = [cell for cells in both for cell in cells if cell is not None]


def _positions(work: _Work) -> dict[str, int]:
    """Return where each cell that is not empty stands: by its name, its id, and its text."""
    found: dict[str, int] = {}
    for position, cell in enumerate(work.cells):
        if text := cell.source.strip():
            for key in (f"name {grade_id(cell)}", f"id {cell.get('id')}", f"text {text}"):
                found.setdefault(key, position)
    return found


def _position(positions: dict[str, int], cell: NotebookNode) -> int | None:
    if name := grade_id(cell):
        return positions.get(f"name {name}")
    return positions.get(f"id {cell.id}", positions.get(f"text {cell.source.strip()}"))


def _names(cell: NotebookNode) -> Names:
    # Python's parser takes time that grows with the square of the length of some texts.
    is_short_code = cell.cell_type == "code" and len(cell.source) <= MAX_CHARACTERS
    return names_in(cell.source) if is_short_code else Names()


def _unique_ids(notebook: NotebookNode) -> None:
    # Our own cells keep theirs; a copy that a student made gets another.
    seen = {cell.id for cell in notebook.cells if grade_id(cell)}
    numbers = itertools.count()
    for cell in notebook.cells:
        if grade_id(cell):
            continue
        while not cell.get("id") or cell.id in seen:
            cell.id = f"cell-{next(numbers)}"
        seen.add(cell.id)
