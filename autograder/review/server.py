"""The review page on this machine's own address, for whoever knows its token."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from autograder.core import printable
from autograder.core.errors import AutograderError, UsageError
from autograder.core.report import Report
from autograder.grading import result_files
from autograder.reports import review_page
from autograder.review.decisions import Decision, Mark
from autograder.review.groups import Cell, Group, answer_cells
from autograder.review.session import Review

ADDRESS = "127.0.0.1"
MAX_BYTES = 2**20  # of a request


@dataclass(kw_only=True)
class Server:
    """What is served: the review, the results' ``folder``, whoever could not be graded.

    ``given_code`` are the texts of the lesson's own code cells.

    Each start has a token of its own, and a path of its own: browsers send a cookie to all ports of
    an address, and other programs may listen there.
    """

    review: Review
    folder: Path
    given_code: frozenset[str]
    ungraded: list[Report] = field(default_factory=list)
    port: int = 0
    remarks: list[str] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}")

    @property
    def address(self) -> str:
        """What to open in a browser; it holds the token."""
        return f"http://{ADDRESS}:{self.port}{self.base}/?token={self.token}"

    def listen(self) -> HTTPServer:
        """Begin to serve, in the running event loop."""
        group = rf"{self.base}/group/([\w-]+)"
        cookie = {"samesite": "Strict", "httponly": True, "path": self.base}
        application = Application(
            [(f"{self.base}/", _Start), (group, _Group), (f"{self.base}/undo", _Undo)],
            server=self,
            default_handler_class=_Nowhere,
            xsrf_cookies=True,
            xsrf_cookie_name="review_xsrf",
            xsrf_cookie_kwargs=cookie,
        )
        made = HTTPServer(application, max_body_size=MAX_BYTES, max_header_size=2**14)
        sockets = bind_sockets(self.port, ADDRESS)
        self.port = sockets[0].getsockname()[1]
        made.add_sockets(sockets)
        return made

    def cells(self, group: Group) -> list[Cell]:
        """Return the cells of the group's example, with their outputs."""
        notebook = result_files.read_notebook(self.folder / group.reports[0].results_folder)
        found = (
            answer_cells(notebook.cells, self.review.lesson, self.given_code) if notebook else {}
        )
        return found.get(group.question.name, [])


async def serve(server: Server, ready: Callable[[], None]) -> None:
    """Serve until the task is cancelled; call ``ready`` once the address is known."""
    server.listen()
    ready()
    await asyncio.Event().wait()


class _Handler(RequestHandler):
    """Answers nobody but a browser of this machine that has the token."""

    @property
    def server(self) -> Server:
        made: Server = self.settings["server"]
        return made

    def set_default_headers(self) -> None:
        for name, value in {
            "Content-Security-Policy": review_page.policy(),
            "Cache-Control": "no-store",
            # Not `no-referrer`: forms would then come from nowhere, too.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        """Refuse other names of this machine, other sites and whoever has no token."""
        hosts = {f"{ADDRESS}:{self.server.port}", f"localhost:{self.server.port}"}
        origin = self.request.headers.get("Origin", f"http://{self.request.host}")
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        if self.request.host not in hosts or origin != f"http://{self.request.host}":
            raise HTTPError(403, reason="Another site asked.")
        if self.request.method != "GET" and site not in ("same-origin", "none"):
            raise HTTPError(403, reason="Another site asked.")
        if not any(map(self._is_token, (self._in_header(), self.get_cookie("review_token")))):
            self.without_token()

    def without_token(self) -> None:
        raise HTTPError(403, reason="Open the address that `autograder review` printed.")

    def check_xsrf_cookie(self) -> None:
        # No other site can make a browser send this header.
        if not self._is_token(self._in_header()):
            super().check_xsrf_cookie()

    def _in_header(self) -> str:
        return self.request.headers.get("Authorization", "").removeprefix("token ")

    def _is_token(self, given: str | None) -> bool:
        return hmac.compare_digest((given or "").encode(), self.server.token.encode())

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one line what is wrong, and nothing of the grader's inside."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")

    def show(self, group: Group | None, remarks: list[str]) -> None:
        """Answer with the page of a group."""
        server = self.server
        review, decided = server.review, server.review.decisions
        self.finish(
            review_page.page(
                at=review.groups.index(group) if group else -1,
                base=server.base,
                can_undo=review.can_undo,
                cells=server.cells(group) if group else [],
                decisions=decided,
                group=group,
                groups=review.groups,
                lesson=review.lesson,
                mark=decided.mark(group) if group else Mark(),
                remarks=remarks,
                ungraded=server.ungraded,
                who=bool(self.get_query_argument("who", "")),
                xsrf=self.xsrf_form_html(),
            )
        )

    def change(self, change: Callable[[], list[str]], group: Group | None, done: str) -> None:
        """Change something and go to the page of a group; or show it with what is wrong."""
        try:
            self.server.remarks = [done, *change()]
        except AutograderError as error:
            self.set_status(400)
            self.show(group, [str(error)])
        else:
            self.redirect(f"{self.server.base}/{f'group/{group.id}' if group else ''}")


class _Nowhere(_Handler):
    """Answers for all other paths, and no stranger learns which there are."""

    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


class _Start(_Handler):
    """Takes the token from the address, and shows the first group that is not decided."""

    def without_token(self) -> None:
        if not self._is_token(self.get_query_argument("token", "")):
            super().without_token()
        self.set_cookie(
            "review_token",
            self.server.token,
            path=self.server.base,
            httponly=True,
            samesite="Strict",
        )
        # The token leaves the address bar, and the history.
        self.redirect(f"{self.server.base}/")

    def get(self) -> None:
        review = self.server.review
        decided = review.decisions.groups
        waiting = [one for one in review.groups if one.id not in decided] or review.groups
        if waiting:
            self.redirect(f"{self.server.base}/group/{waiting[0].id}")
        else:
            self.show(None, [])


class _Group(_Handler):
    def get(self, name: str) -> None:
        remarks, self.server.remarks = self.server.remarks, []
        self.show(self._group(name), remarks)

    def post(self, name: str) -> None:
        group = self._group(name)

        def decide() -> list[str]:
            names, points = self.get_body_arguments("name"), self.get_body_arguments("points")
            rubric = {one: _number(given) for one, given in zip(names, points, strict=False)}
            items = self.get_body_arguments("item")
            if new := printable.line(self.get_body_argument("new", "")):
                rubric[new] = _number(self.get_body_argument("new_points", "0"))
                items.append(new)
            score = self.get_body_argument("score", "")
            decision = Decision(
                comment=self.get_body_argument("comment", ""),
                score=_number(score) if score else None,
                items=tuple(dict.fromkeys(items)),
            )
            return self.server.review.decide(group, decision, rubric)

        self.change(decide, group, f"Applied to all {len(group.reports)}.")

    def _group(self, name: str) -> Group:
        try:
            return self.server.review.group(name)
        except UsageError as error:
            raise HTTPError(404, reason="There is no such group.") from error


class _Undo(_Handler):
    def post(self) -> None:
        # Back to where it was pressed.
        path = urllib.parse.urlsplit(self.request.headers.get("Referer", "")).path
        found = [one for one in self.server.review.groups if path.endswith(f"/group/{one.id}")]
        self.change(self.server.review.undo, found[0] if found else None, "Undone.")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"“{text[:20]}” is no number.") from error
