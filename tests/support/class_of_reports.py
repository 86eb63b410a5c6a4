"""Reports of a whole class made by hand: what grading would have left, without any grading."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from autograder import datasets
from autograder.core.report import CONTRADICTION, CheckResult, Outcome, Report, Standing
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading import result_files
from support.mini import LESSON

HOSTILE = (
    "<script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=1">',
    "=cmd|' /C calc'!A0",
    "Zoë 李 عمر",
    "\u202egnp.exe",
)
# Of each question: the misconception, and what its check says.
WRONG = {
    "devices": ("devices-typed-by-hand", "The list was typed; TensorFlow was never asked."),
    "build": ("no-bias", "The layer has no bias; see `use_bias`."),
    "parameters": ("forgot-bias-parameters", "7,840 counts the weights only."),
    "compile": ("logits-treated-as-probabilities", "The loss takes plain sums for probabilities."),
    "train": ("too-few-epochs", "The model was trained for 1 epoch; 5 were asked for."),
    "predict": ("label-not-class-index", "11.5 is how large the largest output is, not where."),
}


def result(question: str, outcome: Outcome = Outcome.PASSED, **changes: object) -> CheckResult:
    """One check, which has all the points of its question."""
    points = LESSON.question(question).points
    misconception, message = WRONG[question]
    failed = outcome is Outcome.FAILED
    given = {
        "id": f"{question}.all",
        "question": question,
        "outcome": outcome,
        "points": points if outcome is Outcome.PASSED else 0.0,
        "max_points": points,
        "message": message if failed else f"It is {outcome}.",
        "misconception": misconception if failed else None,
    }
    return CheckResult(**(given | changes))


def report(name: str, *wrong: str, accuracy: float | None = 0.832, **changes: object) -> Report:
    """A submission that is right but for some questions."""
    checks = [
        result(one.name, Outcome.FAILED if one.name in wrong else Outcome.PASSED)
        for one in LESSON.questions
    ]
    given = {
        "name": name,
        "notebook": LESSON.notebook,
        "isolation": "bubblewrap",
        "seconds": 4.5,
        "lesson": LESSON.name,
        "full_score": LESSON.max_score,
        "results_folder": result_files.folder_name_for(name),
        "checks": tuple(checks),
        "measures": {} if accuracy is None else {"accuracy": accuracy, "threshold": 0.8},
        "program": "-".join(wrong),
    }
    return Report(**(given | changes))


def blank(name: str) -> Report:
    """The untouched notebook."""
    checks = tuple(result(one.name, Outcome.NOT_ATTEMPTED) for one in LESSON.questions)
    return replace(report(name, accuracy=None), checks=checks, program="the blank")


def with_check(one: Report, check: CheckResult) -> Report:
    """The same with another result in one question."""
    checks = [check if old.question == check.question else old for old in one.checks]
    return replace(one, checks=tuple(checks))


def stands(one: Report, value: float) -> Report:
    """The same with an accuracy that is held against the threshold and against right solutions."""
    check = next(check for check in one.checks if check.question == "train")
    where = Standing(value=value, threshold=0.8, low=0.826, high=0.838)
    changed_report = with_check(one, replace(check, standing=where))
    return replace(changed_report, measures={"accuracy": value, "threshold": 0.8})


def odd_ones() -> list[Report]:
    """One for each reason to look at a submission."""
    unclear = result("build", Outcome.ERROR, message="There is a layer that is not known here.")
    forged = result("train", Outcome.FAILED, misconception=CONTRADICTION, message="9 of 5 epochs.")
    reason = "It is not JSON."
    unread = {"status": "failed", "reason": reason, "checks": (), "accuracy": None, "program": ""}
    return [
        with_check(report("odd layer", program="1"), unclear),
        with_check(report("forger", program="2"), forged),
        report("crashed", "train", "predict", reason="The kernel died.", program="3"),
        report("endless", limits=("time",), notes=("A cell met its limit.",), program="4"),
        stands(report("near", program="5"), 0.7951),
        report("letter", **unread),
    ]


def many(count: int, seed: int = 7) -> list[Report]:
    """A class of so many, hostile names among them; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  no secret is made of it
    found = [*odd_ones(), *(report(name) for name in HOSTILE), blank("nobody")]
    while len(found) < count:
        number = len(found)
        wrong = [one.name for one in LESSON.questions if dice.random() < 0.12]
        value = dice.gauss(0.832, 0.003) if "compile" not in wrong else dice.gauss(0.14, 0.03)
        one = report(
            f"student-{number:04}", *wrong, seconds=dice.gauss(4.5, 0.4), shared=dice.random() < 0.5
        )
        found.append(
            stands(one, min(max(value, 0.0), 1.0)) if dice.random() > 0.03 else blank(one.name)
        )
    return found


def write(reports: list[Report], folder: Path) -> None:
    """Write them where grading leaves them."""
    for one in reports:
        (folder / one.results_folder).mkdir(parents=True)
        result_files.write_report(folder / one.results_folder, one, LESSON)


def install_sample(home: Path) -> None:
    """Put the shipped sample into a Keras home."""
    datasets.install(DATASET, DATASET.shipped, DATASET.folder(home))
