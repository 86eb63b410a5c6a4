"""Results and pages to be looked at."""

from __future__ import annotations

from html.parser import HTMLParser

from autograder.core.report import CheckResult, Outcome

NASTY = "<script>alert('x')</script> & \"more\""


def result(outcome: Outcome = Outcome.PASSED, **changes) -> CheckResult:
    given = {
        "id": "build.layers",
        "question": "build",
        "outcome": outcome,
        "points": 2.0 if outcome is Outcome.PASSED else 0.0,
        "max_points": 2.0,
        "message": "What was found.",
        "help": "What to do.",
    }
    return CheckResult(**(given | changes))


class Strict(HTMLParser):
    """Fails where tags do not close; keeps the tags and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
