"""Where a student stands: a small table, the accuracy, and what to do next."""

from __future__ import annotations

from support.evidence_builder import LESSON, Submission, fit, judged, untouched
from support.pages import Page, result

from autograder.core.progress import Progress
from autograder.core.report import Outcome
from autograder.reports import phrases, progress_card

THRESHOLD = LESSON.thresholds["sample"]


def progress_of(work: Submission, doubts: tuple[str, ...] = ()) -> Progress:
    verdicts = judged({"": work})[""]
    return Progress(
        lesson=LESSON, results=verdicts.checks, measures=verdicts.measures, doubts=doubts
    )


def pages(progress: Progress) -> tuple[str, str]:
    """In words, and the text of the HTML."""
    return progress_card.text(progress), Page(progress_card.page(progress)).text


def test_nothing_done_yet():
    """The first question is what comes next."""
    for page in pages(progress_of(untouched())):
        assert "0 of 20 points" in page
        assert page.count(phrases.LABELS[Outcome.NOT_ATTEMPTED]) >= 6
        assert "Next: “Find the GPUs”. The text above the blank says what" in page
        assert "Accuracy" not in page
        assert progress_card.REMARK not in page


def test_nothing_known_at_all():
    for page in pages(Progress(lesson=LESSON, results=())):
        assert "0 of 4 points" in page


def test_all_is_right():
    progress = progress_of(Submission())
    assert progress.next_step.startswith("Every question is right. Restart the kernel")
    for page in pages(progress):
        assert "20 of 20 points" in page
        assert f"threshold: {THRESHOLD * 100:.0f} %." in page


def test_the_first_open_question_is_the_next_step():
    for page in pages(progress_of(Submission(fits=(fit(validation=None),)))):
        assert "Train" in page
        assert "Next: “Train”. `fit` takes a pair".replace("`", "") in page.replace("`", "")
        assert "19 of 20 points" in page


def test_the_accuracy_stands_beside_the_threshold():
    progress = progress_of(Submission())
    reached = phrases.percent(progress.measures["accuracy"])
    text = progress_card.text(progress)
    assert f"Accuracy: {reached}; threshold: {THRESHOLD * 100:.0f} %." in text
    assert f"left:{THRESHOLD:.2%}" in progress_card.page(progress)


def test_doubts_are_told_below_and_in_the_next_step():
    progress = progress_of(Submission(), doubts=("`limit` is left over.", "“Train” is older."))
    assert "see the note below" in progress.next_step
    for page in pages(progress):
        assert progress_card.REMARK in page
        assert "limit" in page
        assert "“Train” is older." in page
        assert "restart the kernel and run all cells" in page


def test_a_question_is_as_far_as_its_most_pressing_check():
    for outcome in (Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_ATTEMPTED):
        assert phrases.overall([result(), result(outcome)]) is outcome
    assert phrases.overall([result(Outcome.SKIPPED), result(Outcome.FAILED)]) is Outcome.FAILED
    assert phrases.overall([result(Outcome.NOT_APPLICABLE), result()]) is Outcome.PASSED
    assert phrases.overall([result(Outcome.NOT_APPLICABLE)]) is Outcome.NOT_APPLICABLE
    assert phrases.overall([]) is Outcome.NOT_ATTEMPTED


def test_the_signs_are_told_in_words_too():
    page = progress_card.page(progress_of(Submission()))
    assert "✓" in page
    assert 'role="img" aria-label="20 of 20 points"' in page
