"""Reports as JSON, in the stable format that other programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.core.report import Report

SCHEMA = 1
# The fields that other programs can rely on; reports for people contain more.
OF_A_CHECK = (
    *("id", "question", "outcome", "points", "max_points"),
    *("message", "help", "misconception"),
)


def document(reports: Sequence[Report]) -> str:
    """Return the JSON that ``autograder grade --json`` writes."""
    return json.dumps(
        {"schema": SCHEMA, "submissions": [submission(report) for report in reports]},
        ensure_ascii=False,
        indent=2,
    )


def submission(report: Report) -> dict[str, Any]:
    """Return one submission in the stable format."""
    return {
        "name": report.name,
        "notebook": report.notebook,
        "status": report.status,
        "reason": report.reason,
        "isolation": report.isolation,
        "score": report.score,
        "max_score": report.max_score,
        "seconds": round(report.seconds, 3),
        "training": report.training,
        "checks": [{name: getattr(check, name) for name in OF_A_CHECK} for check in report.checks],
    }
