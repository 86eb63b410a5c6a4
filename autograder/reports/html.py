"""A report as HTML for JupyterLab's light and dark themes. All text is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from autograder.core import printable
from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome, Report
from autograder.reports import accuracy_plot, phrases

# Symbol and colour; the symbol and the word beside it carry the meaning without the colour.
# Green and orange are those of Okabe and Ito (2008), "Color Universal Design", which the
# colour-blind can tell apart; all five are seen on white and on black.
GREY = "#7a828b"
MARKS = {
    Outcome.PASSED: ("✓", "#009e73"),
    Outcome.FAILED: ("✗", "#d55e00"),
    Outcome.NOT_ATTEMPTED: ("○", GREY),
    Outcome.SKIPPED: ("–", GREY),
    Outcome.NOT_APPLICABLE: ("–", GREY),
    Outcome.ERROR: ("?", "#9467bd"),
}
# JupyterLab's own colour, else that of VS Code, else that of the page: Colab's, or nbconvert's.
INK = "color:var(--jp-ui-font-color1,var(--vscode-foreground,inherit))"
# Not opacity: it would also fade text with its own colour, such as code in nbgrader's pages.
PALE = "color:var(--jp-ui-font-color2,var(--vscode-descriptionForeground,inherit))"
SYMBOL_STYLE = (
    "font-weight:bold;font-size:19px;line-height:1.1;display:inline-block;flex:none;width:18px;"
    "text-align:center"
)
# For screen readers only.
SCREEN_READER_ONLY = "position:absolute;clip-path:inset(50%)"


def text(words_: str) -> str:
    """Escape text, and format what is between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(printable.plain(words_)))


def notice(message: str) -> str:
    """Return one friendly line."""
    return (
        f'<div style="{INK};border-left:4px solid {GREY};padding:2px 10px;margin:4px 0;'
        f'max-width:60em" role="status">{text(message)}</div>'
    )


def box(title: str, aside: str, body: str, *, colour: str, label: str) -> str:
    """Return a group with a coloured edge: a title, a pale aside, and HTML as its body."""
    behind = f' <span style="{PALE}">· {text(aside)}</span>' if aside else ""
    return (
        f'<div style="{INK};border-left:4px solid {colour};padding:2px 10px;margin:4px 0;'
        # A group, not a section, which is a landmark: a page may show the same group twice.
        f'max-width:60em" role="group" aria-label="{html.escape(printable.line(label))}">'
        f'<p style="margin:2px 0"><strong>{text(title)}</strong>{behind}</p>{body}</div>'
    )


def mark(outcome: Outcome) -> str:
    """Return the symbol of an outcome, with its word for screen readers."""
    symbol, colour = MARKS[outcome]
    return (
        f'<span style="color:{colour};{SYMBOL_STYLE}"'
        f' aria-hidden="true">{symbol}</span>'
        f'<span style="{SCREEN_READER_ONLY}">{phrases.LABELS[outcome]}: </span>'
    )


def pale(line: str) -> str:
    """Return a line in a pale colour."""
    return f'<div style="{PALE}">{text(line)}</div>'


def answer(
    question: Question, results: Sequence[CheckResult], *, so_far: str = "", footer: str = ""
) -> str:
    """Return the results of one question as a small box.

    ``so_far`` follows the points, ``footer`` is the last line.
    """
    rows = "".join(_row(one) for one in phrases.distinct_results(results))
    return box(
        question.title,
        " · ".join(one for one in (phrases.points(results), so_far) if one),
        rows + (pale(footer) if footer else ""),
        colour=MARKS[phrases.overall(results)][1],
        label=f"{question.title}: result",
    )


def _row(one: CheckResult) -> str:
    more = "".join(pale(line) for line in phrases.details(one))
    more += accuracy_plot.plot(one.standing) if one.standing else ""
    return (
        '<div style="display:flex;gap:8px;margin:3px 0">'
        f"{mark(one.outcome)}<div>{text(one.message)}{more}</div></div>"
    )


JUDGES = (
    "These are the points of the automatic check. Manual scores, extra credit and late penalties"
    " are in the course's gradebook alone."
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
 style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em }}
h1 {{ font-size: 1.5em }}
:root {{ --jp-ui-font-color2: #57606a }}
@media (prefers-color-scheme: dark) {{ :root {{ --jp-ui-font-color2: #a3adb8 }} }}
{style}</style></head><body>
{body}
</body></html>
"""


def page(report: Report, lesson: Lesson, *, below: str = "", style: str = "") -> str:
    """Return one submission's report as a page, with more HTML ``below`` and its own ``style``."""
    head = (
        f"<h1>{text(lesson.title)}: {text(report.name)}</h1>"
        f"<p><strong>{phrases.number(report.score)} of {phrases.number(report.max_score)} points"
        f"</strong> · {text(report.notebook)} · isolation: {text(report.isolation)}"
        f" · {report.seconds:.0f} s, {phrases.run_note(report)}</p>"
        f"<p>{JUDGES}</p>"
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
        title=html.escape(printable.line(f"{lesson.title}: {report.name}")),
        style=style,
        body=f"<main>{head}{notes}{answers}{below}</main>",
    )
