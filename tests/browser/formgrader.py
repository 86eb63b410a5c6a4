"""nbgrader's formgrader in JupyterLab, as an instructor uses it."""

from __future__ import annotations

from lab import LONG, Lab
from playwright.sync_api import Locator, expect

PREVIEW = ".jp-DirListing-item"


class Formgrader:
    """The tab *Formgrader* of a JupyterLab that was started in a course's folder."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.page = lab.page
        self.frame = lab.page.frame_locator("#formgrader-iframe iframe")

    def open(self) -> None:
        """Open the tab from the menu; the course's assignments are listed."""
        self.lab.menu("Nbgrader", "Formgrader")
        self.frame.locator("td.name").first.wait_for(timeout=LONG)

    def assignments(self) -> None:
        """Go to the list of assignments, as it is now."""
        # Where one grades by hand, the way back leads over the list of grades.
        self.frame.get_by_role("link", name="Manual Grading").click()
        self.frame.get_by_role("link", name="Manage Assignments").click()

    def press(self, what: str) -> str:
        """Press a button of the only assignment; what the dialog says."""
        self.frame.locator(f"td.{what} a").click()
        return self._read_dialog()

    def preview(self) -> list[str]:
        """Press *Preview*; the files that JupyterLab then lists."""
        self.frame.locator("td.preview a").click()
        listed = self.page.locator(PREVIEW, has_text=".ipynb")
        listed.first.wait_for()
        return self.page.locator(PREVIEW).all_inner_texts()

    def submissions(self) -> None:
        """Go to the submissions of the only assignment."""
        self.assignments()
        self.frame.locator("td.num-submissions a").click()
        self.frame.locator("td.student-id").first.wait_for()

    def autograde(self, student: str) -> str:
        """Press *Autograde* of a student; what the dialog says."""
        self._of(student).locator("td.autograde a").click()
        return self._read_dialog()

    def feedback(self, student: str) -> str:
        """Press *Generate feedback* of a student; what the dialog says."""
        self._of(student).locator("td.generate-feedback a").click()
        return self._read_dialog()

    def score(self, student: str) -> str:
        """The score of a student in the list of submissions."""
        return self._of(student).locator("td.score").inner_text()

    def grade_by_hand(self, student: str) -> None:
        """Go to the page on which a student's notebook is graded by hand."""
        self.frame.get_by_role("link", name="Manual Grading").click()
        # Of one assignment with one notebook.
        self.frame.locator("td.name a").click()
        self.frame.locator("td.name a").click()
        row = self.frame.locator("td.name a.name-shown", has_text=student)
        row.wait_for(state="attached")
        self.frame.locator("#toggle_names").click()
        row.click()
        # What is typed before it has fetched the grades and comments is not saved.
        for field in ("input.score", "textarea.comment"):
            self.frame.locator(f"{field}[placeholder]").last.wait_for(timeout=LONG)

    def give(self, grade_id: str, points: float) -> None:
        """Type points for a grade cell in the place of the judge's."""
        self._type(self.points(grade_id), str(points), "/api/grade/")

    def comment(self, grade_id: str, text: str) -> None:
        """Type a comment on a solution cell."""
        self._type(self.frame.locator(f"#{grade_id}-comment"), text, "/api/comment/")

    def points(self, grade_id: str) -> Locator:
        """The field with a grade cell's points: what was typed, and behind it the judge's."""
        return self.frame.locator(f"input.score[id='{grade_id}']")

    def commented(self, grade_id: str) -> str:
        """The comment that stands in the page."""
        return self.frame.locator(f"#{grade_id}-comment").input_value()

    def _type(self, place: Locator, text: str, saved: str) -> None:
        place.fill(text)
        with self.page.expect_response(lambda answer: saved in answer.url) as response:
            place.press("Tab")
        assert response.value.ok

    def _of(self, student: str) -> Locator:
        exactly = self.frame.locator(f"td.student-id[data-order='{student}']")
        return self.frame.locator("tr", has=self.page.locator(f"[data-order='{student}']")).filter(
            has=exactly
        )

    def _read_dialog(self) -> str:
        dialog = self.frame.locator("#success-modal, #error-modal")
        dialog.wait_for(timeout=LONG)
        words = dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        expect(dialog).to_have_count(0)
        return words
