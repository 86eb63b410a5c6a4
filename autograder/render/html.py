"""A report as HTML that fits JupyterLab's light and dark themes. Every text is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from autograder.lesson import Lesson, Question
from autograder.render import signs, standing, words
from autograder.report import CheckResult, Outcome, Report

# Symbol and colour; the symbol and the word beside it carry the meaning without the colour.
MARKS = {
    Outcome.PASSED: ("✓", "#1a7f37"),
    Outcome.FAILED: ("✗", "#c9510c"),
    Outcome.NOT_ATTEMPTED: ("○", "#6e7781"),
    Outcome.SKIPPED: ("–", "#6e7781"),
    Outcome.NOT_APPLICABLE: ("–", "#6e7781"),
    Outcome.ERROR: ("?", "#8250df"),
}
INK = "color:var(--jp-ui-font-color1,inherit)"
# Not by opacity: it would make pale what has a colour of its own, such as code in nbgrader's pages.
PALE = "color:var(--jp-ui-font-color2,inherit)"


def text(words_: str) -> str:
    """Escaped text; what stands between backticks is set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(signs.plain(words_)))


def notice(message: str) -> str:
    """One friendly line."""
    return (
        f'<div style="{INK};border-left:4px solid #6e7781;padding:2px 10px;margin:4px 0"'
        f' role="status">{text(message)}</div>'
    )


def answer(question: Question, results: Sequence[CheckResult]) -> str:
    """What the checks of one question say, as a small card."""
    outcomes = {one.outcome for one in results}
    worst = next(
        (one for one in (Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED) if one in outcomes),
        Outcome.NOT_ATTEMPTED if Outcome.NOT_ATTEMPTED in outcomes else Outcome.PASSED,
    )
    rows = "".join(_row(one) for one in words.told(results))
    return (
        f'<section style="{INK};border-left:4px solid {MARKS[worst][1]};padding:2px 10px;'
        f'margin:4px 0;max-width:60em" aria-label="{html.escape(question.title)}: result">'
        f'<p style="margin:2px 0"><strong>{text(question.title)}</strong>'
        f' <span style="{PALE}">· {words.points(results)}</span></p>{rows}</section>'
    )


def _row(one: CheckResult) -> str:
    symbol, colour = MARKS[one.outcome]
    more = (
        f'<div style="{PALE}">Next: {text(one.help)}</div>'
        if one.help and one.outcome is not Outcome.PASSED
        else ""
    )
    more += standing.plot(one.standing) if one.standing else ""
    return (
        '<div style="display:flex;gap:8px;margin:3px 0">'
        f'<span style="color:{colour};font-weight:bold;font-size:19px;line-height:1.1"'
        f' aria-hidden="true">{symbol}</span>'
        f'<div><span style="position:absolute;clip-path:inset(50%)">{words.LABELS[one.outcome]}: '
        f"</span>{text(one.message)}{more}</div></div>"
    )


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .35em .7em }}
th, td {{ border-bottom: 1px solid #8884 }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums }}
h1 {{ font-size: 1.5em }}
</style></head><body>
{body}
</body></html>
"""


def page(report: Report, lesson: Lesson) -> str:
    """One submission's report as a page of its own."""
    head = (
        f"<h1>{text(lesson.title)}: {text(report.name)}</h1>"
        f"<p><strong>{words.number(report.score)} of {words.number(report.max_score)} points"
        f"</strong> · {text(report.notebook)} · isolation: {text(report.isolation)}"
        f" · {report.seconds:.0f} s, {words.whose_run(report)}</p>"
    )
    notes = "".join(
        notice(one) for one in ([report.reason] if report.reason else []) + list(report.notes)
    )
    answers = "".join(
        answer(question, results)
        for question in lesson.questions
        if (results := report.of(question.name))
    )
    return PAGE.format(
        title=html.escape(signs.line(f"{lesson.title}: {report.name}")), body=head + notes + answers
    )
