"""The review page answers its own browser alone, and does there what a person decides."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import urllib.parse
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from support import class_of_reports, mini
from support.class_of_reports import LESSON
from support.review_server import review_server
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from autograder.grading import result_files
from autograder.review.decisions import Decision, Decisions
from autograder.review.groups import Group
from autograder.review.server import Server

pytestmark = pytest.mark.usefixtures("lasting_reader")

HOSTILE = "<img src=x onerror=alert(1)>"
PRETENDER = """<a data-key="a" href="https://example.org" accesskey="a">Press me.</a>
<form id="decide" action="https://example.org"><input name="score" form="decide" value="4">
<button data-key="a">Apply</button></form></div></main><div id="keys" data-key="n" tabindex="1">
<iframe src="https://example.org"></iframe><base href="https://example.org">
<meta http-equiv="refresh" content="0;url=https://example.org"><img src="https://example.org/x.png">
<script>alert(1)</script><style>main { display: none }</style><svg onload="alert(1)"></svg>
<div style="position: fixed; top: 0; background: url(https://example.org)">20 of 20</div>"""


class Browser:
    """Asks a server one request after the other, with the cookies that it was given."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict | None = None, **headers: str) -> HTTPResponse:
        """One request to a path below the server's own; a form is sent with its hidden fields."""
        body = None if form is None else urllib.parse.urlencode(form, doseq=True)
        return asyncio.run(self._ask(path, body, headers))

    async def _ask(self, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        listening = self.server.listen()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request = HTTPRequest(
            f"http://127.0.0.1:{self.server.port}{self.server.base}{path}",
            method="GET" if body is None else "POST",
            body=body,
            headers={"Cookie": cookies, **headers},
            follow_redirects=False,
        )
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        listening.stop()
        await listening.close_all_connections()
        for one in answer.headers.get_list("Set-Cookie"):
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def opened(self) -> Browser:
        """The same after the address that was printed was opened, with the first page seen."""
        self.ask(f"/?token={self.server.token}")
        self.ask(f"/group/{self.server.review.groups[0].id}")
        return self

    def decide(self, group: Group, **fields: object) -> HTTPResponse:
        """Send the form of a group."""
        return self.ask(f"/group/{group.id}", self.form(**fields))

    def form(self, **fields: object) -> dict:
        """A form with its hidden field."""
        page = self.ask(f"/group/{self.server.review.groups[0].id}").body.decode()
        hidden = re.search(r'name="_xsrf" value="([^"]+)"', page)
        return {"_xsrf": hidden[1], **fields}


def controls(page: str) -> list[tuple[str, str]]:
    """What a page can be told to do, what it loads, and how it finds its own parts."""
    tags = r"form|input|button|textarea|iframe|base|meta|script|style|svg"
    names = r"id|name|data-key|form|action|accesskey|target|tabindex|src|on\w+"
    return re.findall(rf"<({tags})\b|<\w[^<>]*\s(?:{names})=\"([^\"]*)", page)


@pytest.fixture
def scores() -> list[dict[str, float | None]]:
    """The scores that were given, change by change."""
    return []


@pytest.fixture
def server(tmp_path: Path, scores) -> Server:
    """A class of three: two built the same, one something hostile."""
    builds = {"ann": "model = f(1)", "bob": "model = f(1)  # b", "cal": f'model = "{HOSTILE}"'}
    class_of_reports.write([class_of_reports.report(name, "build") for name in builds], tmp_path)
    for name, build in builds.items():
        nbformat.write(mini.submitted(build=build), tmp_path / name / "notebook.ipynb")

    return review_server(tmp_path, LESSON, scores)


def build(server: Server, student: str) -> Group:
    found = [one for one in server.review.groups if one.question.name == "build"]
    return next(one for one in found if student in [each.name for each in one.reports])


class TestWhoMayAsk:
    """Nothing is told or done without the token, for another site, or under another name."""

    def test_without_a_token_nothing(self, server) -> None:
        browser = Browser(server)
        for path in ("/", "/?token=wrong", f"/group/{server.review.groups[0].id}"):
            answer = browser.ask(path)
            assert answer.code == 403
            assert b"Building" not in answer.body
        assert browser.ask("/undo", {}).code == 403
        assert browser.ask("/nowhere").code == 403
        assert server.token not in str(browser.cookies)

    def test_the_token_moves_from_the_address_into_a_cookie(self, server) -> None:
        browser = Browser(server)
        answer = browser.ask(f"/?token={server.token}")
        assert (answer.code, answer.headers["Location"]) == (302, f"{server.base}/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert f"Path={server.base}" in cookie
        assert browser.ask("/").headers["Location"].startswith(f"{server.base}/group/")

    def test_no_page_and_no_other_site_is_told_the_token(self, server) -> None:
        browser = Browser(server)
        first = browser.ask(f"/?token={server.token}")
        shown = browser.opened().ask(f"/group/{build(server, 'ann').id}")
        for answer in (first, shown):
            # No other origin is sent a `Referer`, and nothing is kept on disk.
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["Cache-Control"] == "no-store"
            assert server.token not in answer.body.decode()

    @pytest.mark.parametrize(
        ("path", "code"), [("/", 302), ("/?token=wrong", 302), ("/nowhere", 404), ("/group/x", 404)]
    )
    def test_no_other_page_may_show_it_in_a_frame(self, server, path, code) -> None:
        for browser, expected in ((Browser(server), 403), (Browser(server).opened(), code)):
            answer = browser.ask(path)
            assert answer.code == expected
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("host", ["example.org", "example.org:{port}", "127.0.0.1", ""])
    def test_another_name_for_this_machine_reads_nothing(self, server, host) -> None:
        """A site whose name was turned to 127.0.0.1 meanwhile (DNS rebinding)."""
        browser = Browser(server).opened()
        page = f"/group/{build(server, 'ann').id}"
        assert browser.ask(page).code == 200
        assert browser.ask(page, Host=host.format(port=server.port)).code in (400, 403)

    def test_a_program_may_send_it_in_a_header(self, server) -> None:
        browser, token = Browser(server), {"Authorization": f"token {server.token}"}
        group = build(server, "ann")
        assert browser.ask(f"/group/{group.id}", **token).code == 200
        assert browser.ask(f"/group/{group.id}", {"comment": "Hm."}, **token).code == 302
        assert server.review.decisions.groups == {group.id: Decision(comment="Hm.")}

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "example.org"},
            {"Host": "example.org:80"},
            {"Origin": "http://example.org"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_another_site_changes_nothing(self, server, headers) -> None:
        browser = Browser(server).opened()
        form = browser.form(comment="Hm.")
        assert browser.ask(f"/group/{build(server, 'ann').id}", form, **headers).code == 403
        assert not server.review.path.exists()

    def test_a_form_without_its_hidden_field_changes_nothing(self, server) -> None:
        browser = Browser(server).opened()
        assert browser.ask(f"/group/{build(server, 'ann').id}", {"comment": "Hm."}).code == 403
        assert browser.ask("/undo", {}).code == 403
        assert not server.review.path.exists()

    def test_what_is_too_large_is_not_read(self, server) -> None:
        browser = Browser(server).opened()
        form = browser.form(comment="x" * 2**21)
        assert browser.ask(f"/group/{build(server, 'ann').id}", form).code in (400, 413, 599)
        assert not server.review.path.exists()

    def test_it_listens_on_this_machine_alone(self, server) -> None:
        async def places() -> list[str]:
            listening = server.listen()
            found = [one.getsockname()[0] for one in listening._sockets.values()]
            listening.stop()
            return found

        assert asyncio.run(places()) == ["127.0.0.1"]


class TestThePage:
    """It shows a group, escaped, and takes decisions."""

    def test_what_is_seen_of_a_group(self, server) -> None:
        browser = Browser(server).opened()
        answer = browser.ask(f"/group/{build(server, 'ann').id}")
        page = answer.body.decode()
        assert "2 answers" in page
        assert "build 2 0 of 4 points" in re.sub(r"<[^>]+>", "", page)
        assert "The layer has no bias" in page
        assert "f(" in re.sub(r"<[^>]+>", "", page)
        assert "ann" not in re.findall(r"<li>(\w+)</li>", page)
        who = browser.ask(f"/group/{build(server, 'ann').id}?who=1").body.decode()
        assert re.findall(r"<li>(\w+)</li>", who) == ["ann", "bob"]

    def test_what_students_wrote_is_shown_escaped_and_no_other_script_runs(self, server) -> None:
        answer = Browser(server).opened().ask(f"/group/{build(server, 'cal').id}")
        page = answer.body.decode()
        assert HOSTILE not in page
        assert "onerror" in page
        (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = answer.headers["Content-Security-Policy"]
        assert f"script-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy

    def test_what_students_put_out_has_no_key_form_or_name_of_the_page(self, server) -> None:
        """It cannot be pressed by a key, be sent, or be taken for the page's own fields."""
        browser, group = Browser(server).opened(), build(server, "ann")
        before = controls(browser.ask(f"/group/{group.id}").body.decode())
        place = server.folder / group.reports[0].results_folder / "notebook.ipynb"
        notebook = mini.submitted(build="model = f(1)")
        shown = {"text/html": PRETENDER, "text/plain": PRETENDER}
        mini.cell_of(notebook, "build").outputs = [v4.new_output("display_data", shown)]
        drawn = result_files.draw(notebook, group.reports[0], LESSON.name, fresh=True)
        place.write_bytes(drawn.text)
        page = browser.ask(f"/group/{group.id}").body.decode()
        assert "Press me." in page
        assert controls(page) == before

    def test_a_decision_its_rubric_and_undo(self, server, scores) -> None:
        browser = Browser(server).opened()
        ann, cal = build(server, "ann"), build(server, "cal")
        answer = browser.decide(ann, comment="See `use_bias`.", new="Bias", new_points="1")
        assert answer.headers["Location"] == f"{server.base}/group/{ann.id}"
        page = browser.ask(f"/group/{ann.id}").body.decode()
        assert "Applied to all 2." in page
        assert "See `use_bias`." in page
        browser.decide(cal, item="Bias", name="Bias", points="1")
        browser.decide(cal, item="Bias", name="Bias", points="2.5")
        assert scores == [{ann.id: 1.0}, {cal.id: 1.0}, {ann.id: 2.5, cal.id: 2.5}]
        browser.ask("/undo", browser.form())
        assert scores[-1] == {ann.id: 1.0, cal.id: 1.0}
        assert server.review.decisions.rubric == {"Bias": 1.0}

    def test_an_empty_form_takes_a_decision_back(self, server, scores) -> None:
        browser, ann = Browser(server).opened(), build(server, "ann")
        browser.decide(ann, score="3")
        browser.decide(ann, score="")
        assert scores == [{ann.id: 3.0}, {ann.id: None}]
        assert server.review.decisions == Decisions()

    @pytest.mark.parametrize("fields", [{"score": "99"}, {"score": "x"}, {"item": "unknown"}])
    def test_what_cannot_be_given_is_said(self, server, fields) -> None:
        answer = Browser(server).opened().decide(build(server, "ann"), **fields)
        assert answer.code == 400
        assert b'role="status"' in answer.body
        assert not server.review.path.exists()

    def test_undo_goes_back_to_where_it_was_pressed(self, server) -> None:
        browser, ann = Browser(server).opened(), build(server, "ann")
        browser.decide(ann, score="3")
        here = f"http://127.0.0.1:{server.port}{server.base}/group/{ann.id}"
        answer = browser.ask("/undo", browser.form(), Referer=here)
        assert answer.headers["Location"] == f"{server.base}/group/{ann.id}"
        assert browser.ask("/undo", browser.form()).code == 400

    def test_a_group_that_is_not_there(self, server) -> None:
        browser = Browser(server).opened()
        assert browser.ask("/group/build-nothing").code == 404

    def test_markup_of_a_rubric_item_is_text(self, server) -> None:
        browser, ann = Browser(server).opened(), build(server, "ann")
        browser.decide(ann, new=f'"{HOSTILE}', new_points="0", comment=f"</textarea>{HOSTILE}")
        assert HOSTILE not in browser.ask(f"/group/{ann.id}").body.decode()
