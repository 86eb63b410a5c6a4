"""What ``@pytest.mark.points`` says, on a check that runs and in one that is only read."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from numbers import Real


def points_in(arguments: Sequence[object]) -> float | None:
    """Return the points that a mark gives; ``None`` unless it has one number, 0 or more."""
    match arguments:
        case [bool()]:
            return None
        case [Real() as points] if 0 <= float(points) < math.inf:
            return float(points)
    return None


def written_points(check: ast.FunctionDef) -> float | None:
    """Return the points in the source of a check; ``None`` where it has not one mark with a number.

    Raises:
        ValueError: the number is computed, so it is known only when the check runs.
    """
    marks = [one for one in check.decorator_list if isinstance(one, ast.Call)]
    given = [one.args for one in marks if ast.unparse(one.func) == "pytest.mark.points"]
    if len(given) != 1:
        return None
    return points_in([ast.literal_eval(argument) for argument in given[0]])
