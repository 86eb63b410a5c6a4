"""Where a student stands: a small table and two meters, and the same in words."""

from __future__ import annotations

from autograder.core.lesson import Question
from autograder.core.progress import Progress
from autograder.reports import phrases, templates

REMARK = "Before you hand in"
ADVICE = "To see what your instructor will see, restart the kernel and run all cells."


def text(progress: Progress) -> str:
    """Return the table, the accuracy, the next step and the doubts as lines of text."""
    lines = [f"{progress.lesson.title}: {phrases.points(progress.results)}"]
    for question in progress.lesson.questions:
        results = progress.of(question)
        label = phrases.LABELS[phrases.overall(results)]
        lines.append(f"  {question.title}: {_points(question, progress)}, {label}")
    lines += [one for one in (_accuracy(progress), progress.next_step) if one]
    if progress.doubts:
        lines += [f"{REMARK}:", *(f"  - {one}" for one in progress.doubts), f"  {ADVICE}"]
    return "\n".join(lines)


def page(progress: Progress) -> str:
    """Return the same as HTML."""
    return templates.render(
        "progress.html",
        current=progress,
        points=_points,
        accuracy=_accuracy(progress),
        remark=REMARK,
        advice=ADVICE,
    )


def _points(question: Question, progress: Progress) -> str:
    results = progress.of(question)
    return phrases.points(results) if results else phrases.points_of(0, question.points)


def _accuracy(progress: Progress) -> str:
    reached, threshold = (progress.measures.get(name) for name in ("accuracy", "threshold"))
    if reached is None or threshold is None:
        return ""
    return f"Accuracy: {phrases.percent(reached)}; threshold: {threshold * 100:.0f} %."
