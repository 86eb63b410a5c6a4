"""The points that a saved notebook shows, compared with those of a run from the top."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.core.lesson import Lesson, Question
from autograder.core.report import Outcome, Report
from autograder.notebooks.released_notebook import released_cells
from autograder.reports import phrases


def differing_points(notebook: Path, report: Report, lesson: Lesson) -> Iterator[str]:
    """Yield a sentence for each question where the saved notebook shows other points.

    A notebook that was saved without the results of its checks yields nothing.
    """
    shown = shown_points(released_cells(notebook))
    for question in lesson.questions:
        results = report.of(question.name)
        saved = shown.get(question.grade_id)
        fresh = sum(one.points for one in results)
        if saved is None or not results or math.isclose(saved, fresh, abs_tol=0.005):
            continue
        yield f"{question.title}: {_difference(question, saved, fresh, report)}"


def _difference(question: Question, saved: float, fresh: float, report: Report) -> str:
    results = report.of(question.name)
    if fresh > saved:
        return (
            f"In your notebook this check shows {_points(saved)}; run from the top"
            f" it earns {phrases.number(fresh)}. Run the check again there."
        )
    maximum = sum(one.max_points for one in results)
    passed = math.isclose(saved, maximum, abs_tol=0.005)
    before = "this check passed" if passed else f"this check shows {_points(saved)}"
    lost = next((one for one in results if one.outcome is not Outcome.PASSED), results[0])
    after = "it does not" if passed else f"it earns {phrases.number(fresh)}"
    return f"In your notebook {before}; run from the top {after}: {lost.message}"


def _points(value: float) -> str:
    return f"{phrases.number(value)} {'point' if value == 1 else 'points'}"


def shown_points(cells: list[dict[str, Any]]) -> Mapping[str, float]:
    """Return the points shown by saved grade cells, by ``grade_id``; the file may be anything."""
    found: dict[str, float] = {}
    for cell in cells:
        match cell:
            case {"metadata": {"nbgrader": {"grade_id": str(name)}}, "outputs": list(outputs)}:
                pass
            case {"id": str(name), "outputs": list(outputs)}:
                pass
            case _:
                continue
        for output in outputs:
            match output:
                case {
                    "output_type": "execute_result",
                    "data": {"text/plain": str() | list() as text},
                }:
                    value = _number(text)
                    if value is not None:
                        found[name] = value
    return found


def _number(text: str | list[Any]) -> float | None:
    try:
        value = float("".join(map(str, text)))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
