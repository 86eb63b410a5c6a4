"""The page on which a person decides on one group of answers after the other."""

from __future__ import annotations

from pathlib import Path

from autograder.reports import notebook_html, templates


def page(**values: object) -> str:
    """Return the page; ``page.html`` says which values it shows."""
    return templates.render("review_page/page.html", notebook=notebook_html, **values)


def policy() -> str:
    """Return the page's Content-Security-Policy: no script but its own, nothing from elsewhere."""
    # Jinja2 leaves out the newline at the end of a template.
    script = (Path(__file__).parent / "page.js").read_text(encoding="utf-8").removesuffix("\n")
    return (
        f"default-src 'none'; script-src '{templates.digest(script)}'; style-src 'unsafe-inline';"
        " img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
