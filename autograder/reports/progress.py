"""Where a student stands: a small table and two meters, and the same in words."""

from __future__ import annotations

import html as escaping

from autograder.core import printable
from autograder.core.lesson import Question
from autograder.core.progress import Progress
from autograder.core.report import Outcome
from autograder.reports import html, phrases

REMARK = "Before you hand in"
ADVICE = "To see what your instructor will see, restart the kernel and run all cells."
FULL = html.MARKS[Outcome.PASSED][1]
EMPTY = "rgba(127,127,127,.3)"
CELL = "text-align:left;padding:2px 12px 2px 0"


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
    earned = sum(one.points for one in progress.results)
    most = sum(one.max_points for one in progress.results)
    rows = "".join(_row(question, progress) for question in progress.lesson.questions)
    body = _meter(earned / most if most else 0.0, phrases.points(progress.results))
    body += f'<table style="border-collapse:collapse;margin:6px 0"><tbody>{rows}</tbody></table>'
    if line := _accuracy(progress):
        accuracy, threshold = progress.measures["accuracy"], progress.measures["threshold"]
        body += f"<div>{html.text(line)}</div>{_meter(accuracy, line, threshold)}"
    body += f'<p style="margin:6px 0"><strong>{html.text(progress.next_step)}</strong></p>'
    if progress.doubts:
        items = "".join(f"<li>{html.text(one)}</li>" for one in progress.doubts)
        body += (
            f'<p style="margin:6px 0 0">{REMARK}:</p><ul style="margin:2px 0">{items}</ul>'
            f'<p style="margin:2px 0">{ADVICE}</p>'
        )
    title = progress.lesson.title
    aside = phrases.points(progress.results)
    colour = FULL if earned == most and not progress.doubts else html.GREY
    return html.box(title, aside, body, colour=colour, label=f"{title}: where you stand")


def _row(question: Question, progress: Progress) -> str:
    outcome = phrases.overall(progress.of(question))
    return (
        f'<tr style="background:none"><td style="{CELL}">{html.mark(outcome)}</td>'
        f'<td style="{CELL}">{html.text(question.title)}</td>'
        f'<td style="{CELL};white-space:nowrap">{_points(question, progress)}</td>'
        f'<td style="{CELL};{html.PALE}" aria-hidden="true">{phrases.LABELS[outcome]}</td></tr>'
    )


def _points(question: Question, progress: Progress) -> str:
    results = progress.of(question)
    return phrases.points(results) if results else f"0 of {phrases.number(question.points)} points"


def _accuracy(progress: Progress) -> str:
    reached, threshold = (progress.measures.get(name) for name in ("accuracy", "threshold"))
    if reached is None or threshold is None:
        return ""
    return f"Accuracy: {phrases.percent(reached)}; the bar is {threshold * 100:.0f} %."


def _meter(part: float, label: str, threshold: float | None = None) -> str:
    """Draw a meter filled up to ``part`` (of 1), with a line at the threshold."""
    line = (
        f'<div style="position:absolute;top:-3px;bottom:-3px;left:{threshold:.2%};'
        'border-left:2px solid currentColor"></div>'
        if threshold is not None
        else ""
    )
    return (
        f'<div role="img" aria-label="{escaping.escape(printable.line(label))}" style="position:'
        f'relative;height:8px;max-width:24em;margin:6px 0;background:{EMPTY}">'
        f'<div style="height:100%;width:{min(max(part, 0), 1):.2%};background:{FULL}"></div>'
        f"{line}</div>"
    )
