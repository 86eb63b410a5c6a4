"""The parts of the class page that name students: manual reviews, and all submissions."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from autograder.core.lesson import Lesson, Question
from autograder.core.report import Outcome, Report
from autograder.reports import phrases
from autograder.reports.class_report import aggregates, gradebook_scores, triage
from autograder.reports.class_report.sections import KINDS, Link, called, section
from autograder.reports.html import MARKS, text

JUDGES = (
    "Points are those of the automatic check. Manual scores, extra credit and late penalties are in"
    " the gradebook."
)
COUNTS = (
    "Points are those of the automatic check; what counts is in the gradebook, with manual scores,"
    " extra credit and late penalties."
)
# The kinds of results that could be mistaken for a plain zero.
SYMBOLS = {"blank": Outcome.NOT_ATTEMPTED, "unclear": Outcome.ERROR}
# A longer list is closed at first.
SHORT = 12


def manual_reviews(reports: Sequence[Report], who: Link) -> str:
    """List who needs manual review, by reason, and who handed in the same program."""
    told = [(report, triage.reasons(report)) for report in reports]
    lists = []
    for reason in triage.REASONS:
        found = [(report, said[reason.name]) for report, said in told if reason.name in said]
        if found:
            entries = "".join(
                f"<li>{who(report)} <small>{text(said)}</small></li>" for report, said in found
            )
            lists.append(_list(reason.title, len(found), f"<ul>{entries}</ul>"))
    body = "".join(lists) or "<p>Nobody does.</p>"
    return section("look", "Who needs a look", body + _alike(reports, who))


def _alike(reports: Sequence[Report], who: Link) -> str:
    groups = triage.same_programs(reports)
    if not groups:
        return ""
    entries = "".join(
        f"<li>{len(group)} with {phrases.number(group[0].score)} points: "
        + "; ".join(who(report) for report in group)
        + "</li>"
        for group in groups
    )
    return _list(
        "The same program",
        sum(len(group) for group in groups),
        "<p>Comments and layout set aside, these are the same. In a short exercise that is"
        " nothing unusual among right answers; a group that shares a rare mistake is worth a"
        f" question.</p><ol>{entries}</ol>",
        is_long=len(groups) > SHORT or len(groups[0]) > SHORT,
    )


def _list(title: str, count: int, body: str, *, is_long: bool | None = None) -> str:
    closed = count > SHORT if is_long is None else is_long
    return (
        f"<details{'' if closed else ' open'}><summary>{title} <b>{count}</b></summary>{body}"
        "</details>"
    )


def submissions(
    reports: Sequence[Report], lesson: Lesson, who: Link, gradebook: gradebook_scores.Gradebook
) -> str:
    """Show all submissions in one table, with controls to sort and filter it."""
    counts = gradebook if gradebook_scores.differs(reports, gradebook) else {}
    most = {one.name: one.points for one in lesson.questions}
    heads = [
        _head("Submission", first=True),
        _head("Points", number=True, note=f"of {phrases.number(lesson.max_score)}"),
        *_counts_head(counts),
        _head("Accuracy", number=True),
        '<th scope="col">What was found</th>',
        *(_head(name, number=True, note=f"of {phrases.number(of)}") for name, of in most.items()),
        _head("Seconds", number=True),
    ]
    alike = {
        id(report): number
        for number, group in enumerate(triage.same_programs(reports), 1)
        for report in group
    }
    rows = "".join(
        _row(
            report,
            lesson,
            head=who(report),
            counts=_counts_cell(report, counts),
            group=alike.get(id(report)),
        )
        for report in reports
    )
    return section(
        "submissions",
        "All submissions",
        _absent(reports, gradebook)
        + f"<p>{COUNTS if counts else JUDGES}</p>"
        + _controls(reports, alike)
        + _key()
        + '<div class="scroll" tabindex="0" role="region" aria-label="All submissions">'
        f'<table id="all"><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>",
    )


def _head(label: str, *, number: bool = False, first: bool = False, note: str = "") -> str:
    kind = ' class="number"' if number else ""
    sort = ' aria-sort="ascending"' if first else ""
    shown = f" <small>{note}</small>" if note else ""
    return (
        f'<th scope="col"{kind}{sort}><button type="button">{html.escape(label)}{shown}</button>'
        "</th>"
    )


def _controls(reports: Sequence[Report], alike: Mapping[int, int]) -> str:
    names = sorted(one.name for one in aggregates.mistakes(reports))
    mistakes = "".join(f'<option value="{html.escape(one)}">{text(one)}</option>' for one in names)
    found = {name for report in reports for name in triage.reasons(report)}
    reasons = "".join(
        f'<option value="{one.name}">{one.title}</option>'
        for one in triage.REASONS
        if one.name in found
    )
    groups = "".join(
        f'<option value="{number}">Group {number}</option>'
        for number in range(1, max(alike.values(), default=0) + 1)
    )
    return (
        '<form class="controls" hidden>'
        "<label>Search names and misconceptions"
        ' <input type="search" id="search" autocomplete="off"></label>'
        '<label>Misconception <select id="mistake"><option value="">any or none</option>'
        f"{mistakes}</select></label>"
        '<label>Needs a look <select id="reason"><option value="">all submissions</option>'
        f'<option value="*">for any reason</option>{reasons}</select></label>'
        '<label>The same program <select id="group"><option value="">any</option>'
        f"{groups}</select></label>"
        '<button type="reset">Show all</button>'
        '<p id="shown" role="status"></p></form>'
    )


def _counts_head(counts: gradebook_scores.Gradebook) -> list[str]:
    most = max((one.most for one in counts.values()), default=0.0)
    return [_head("Counts", number=True, note=f"of {phrases.number(most)}")] if counts else []


def _counts_cell(report: Report, counts: gradebook_scores.Gradebook) -> str:
    if not counts:
        return ""
    known = counts.get(report.name)
    if known is None or known.score is None:
        return '<td class="number">–</td>'
    why = f" <small>{known.why}</small>" if known.why else ""
    return f'<td class="number">{phrases.number(known.score)}{why}</td>'


def _absent(reports: Sequence[Report], gradebook: gradebook_scores.Gradebook) -> str:
    found = gradebook_scores.absent(reports, gradebook)
    entries = "".join(f"<li>{called(student, one.name)}</li>" for student, one in found)
    return _list("Handed in nothing", len(found), f"<ul>{entries}</ul>") if found else ""


def _row(report: Report, lesson: Lesson, *, head: str, counts: str, group: int | None) -> str:
    wrong = dict.fromkeys(
        aggregates.mistake_name(one) for one in report.checks if one.outcome is Outcome.FAILED
    )
    said = triage.reasons(report)
    titles = {one.name: one.title for one in triage.REASONS}
    tags = "".join(f'<span class="tag">{text(name)}</span> ' for name in wrong)
    tags += "".join(f'<span class="tag asks">{titles[name]}</span> ' for name in said)
    if report.status == "failed":
        tags += text(report.reason or "")
    mistakes, reasons = html.escape("\n".join(wrong)), "\n".join(said)
    return (
        f'<tr data-mistakes="{mistakes}" data-reasons="{reasons}"'
        f' data-group="{group or ""}"><th scope="row">{head}</th>'
        f'<td class="number">{phrases.number(report.score)}</td>{counts}'
        f'<td class="number">{phrases.accuracy(report)}</td><td class="found">{tags}</td>'
        + "".join(_cell(report, question) for question in lesson.questions)
        + f'<td class="number">{report.seconds:.0f}</td></tr>'
    )


def _cell(report: Report, question: Question) -> str:
    results = report.of(question.name)
    what = aggregates.kind(results)
    points = "–" if what == "out" else phrases.number(sum(one.points for one in results))
    if what in SYMBOLS:
        symbol, _ = MARKS[SYMBOLS[what]]
        points = (
            f'<span aria-hidden="true">{symbol}</span> {points}'
            f'<span class="unseen"> {KINDS[what]}</span>'
        )
    return f'<td class="number {what}">{points}</td>'


def _key() -> str:
    """Explain the symbols in the table, which distinguish kinds of zeros without colours."""
    symbols = "".join(
        f'<li><span class="{what}">{MARKS[outcome][0]}</span> {KINDS[what]}</li>'
        for what, outcome in SYMBOLS.items()
    )
    return (
        f'<ul class="key" aria-hidden="true">{symbols}<li><span class="none">0</span> wrong</li>'
        "<li>– not marked here</li></ul>"
    )
