"""What a student reads: four rungs, each of them there, and the first without an answer."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_check_build
import test_check_compile
import test_check_devices
import test_check_parameters
import test_check_predict
import test_check_train
from support import misconceptions_page
from support.check_rules import misconceptions
from support.evidence_builder import LESSON, Submission, judged
from support.prose import CODE, prose_is_plain, rungs
from support.rule_pairs import PAIRS, RULES

from autograder.core.lesson_registry import lesson_names
from autograder.core.report import CheckResult
from autograder.judge import rules

FILES = sorted(
    [
        *Path(rules.__path__[0]).glob("*.py"),
        *LESSON.folder.glob("*.py"),
        *LESSON.checks,
    ]
)
MODULES = (
    *(test_check_devices, test_check_build, test_check_parameters),
    *(test_check_compile, test_check_train),
)
# What would be the answer, or a piece of it, for each question. Words of the blanks may be said.
ANSWERS = {
    "devices": ("list_physical_devices", '"GPU"'),
    "build": ("Flatten", "(number_of_classes", "shape=", "tf.keras.layers"),
    "parameters": ("7850", "7,850", "28 * 28", "+ number_of_classes", "785 "),
    "compile": ("from_logits", '"adam"', '"accuracy"', "metrics=", "loss=", "optimizer="),
    "train": ("validation_data", "epochs=", "history =", "batch_size="),
    "predict": ("argmax", "predict(", "data_index:", "[0]"),
}


# ---- as it is written


def calls(name: str) -> Iterator[tuple[str, ast.Call, bool]]:
    """Calls of a name in the files: where, the call, and whether it stands in a rule."""
    for path in FILES:
        tree = ast.parse(path.read_text())
        for part in tree.body:
            decorators = getattr(part, "decorator_list", [])
            in_rule = any(ast.unparse(one).startswith("rule(") for one in decorators)
            for node in ast.walk(part):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                    yield f"{path.name}:{node.lineno}", node, in_rule


def keywords(call: ast.Call) -> set[str | None]:
    return {one.arg for one in call.keywords}


def test_every_failure_has_its_four_rungs_and_a_misconception():
    found = list(calls("Failed"))
    assert len(found) > 50
    for where, call, in_rule in found:
        assert call.args, where
        assert keywords(call) >= {"help", "why", "how"}, where
        assert in_rule or "misconception" in keywords(call), where


def test_every_check_that_passes_has_one_thing_more_to_know():
    found = list(calls("tell.passed"))
    assert len(found) == 15
    for where, call, _ in found:
        assert "more" in keywords(call), where


# ---- as it is said


@pytest.fixture(scope="module")
def failures() -> dict[str, tuple[CheckResult, Submission]]:
    """What the checks say where they fail, in all cases of their own tests."""
    cases = {
        f"{module.__name__}: {name}": case
        for module in MODULES
        for name, case in module.CASES.items()
        if case.outcome == "failed"
    }
    predict = test_check_predict.all_cases().items()
    cases |= {f"predict: {name}": case for name, case in predict if case.outcome == "failed"}
    return {
        f"{name}: {one.id}": (one, cases[name].work)
        for name, verdicts in judged(cases).items()
        for one in verdicts.checks
        if one.outcome == "failed"
    }


def own_words(work: Submission) -> set[str]:
    """What the student handed in: to name it is no leak."""
    claims = (work.parameters.value, work.label().value)
    return {repr(one) for one in claims if one is not None}


def without(text: str, words: set[str]) -> str:
    for one in words:
        text = text.replace(one, "")
    return text


def test_every_rung_is_there_and_says_something_else(failures):
    assert len(failures) > 80
    for name, (one, _) in failures.items():
        assert all(rungs(one)), name
        assert len(set(rungs(one))) == 4, name
        assert one.misconception, name


def test_the_prose_is_plain(failures):
    for one, _ in failures.values():
        prose_is_plain(rungs(one))


def test_the_first_rung_leaks_no_answer(failures):
    for name, (one, work) in failures.items():
        first = without(f"{one.message} {one.help}", own_words(work))
        for answer in ANSWERS[one.question]:
            assert answer not in first, f"{name}: {answer} in {first}"
        assert not CODE.search(first), f"{name}: {first}"


def test_the_first_rung_does_not_tell_what_the_model_says(failures):
    """The place of the largest output is the answer to the last question."""
    for name, (one, work) in failures.items():
        if one.question == "predict":
            numbers = re.findall(r"(?:place|says|class) (\d+)", one.message)
            assert set(numbers) <= {str(work.label().value)}, name


def test_two_misconceptions_never_share_a_message(failures):
    named = defaultdict(set)
    for one, _ in failures.values():
        named[one.message].add(one.misconception)
    assert not [message for message, names in named.items() if len(names) > 1]


def test_a_message_names_what_was_found_before_what_was_expected():
    """In the rules that can be told apart by their numbers."""
    found = RULES["layers.wrong_neuron_count"](test_check_build.stack(test_check_build.dense(3)), 7)
    assert found
    assert found.message.index("3 neurons") < found.message.index("7 classes")
    found = RULES["epochs.too_few_epochs"]((test_check_train.fit(epochs_done=2),), 9)
    assert found
    assert found.message == "The model was trained for 2 epochs; 9 were asked for."
    found = RULES["training_data.partial_training"](test_check_train.fit(), 60_000)
    assert found
    assert found.message == "The model was trained on 12,000 images; there are 60,000."
    found = RULES["optimizer.wrong_optimizer"](test_check_compile.COMPILED, "SGD")
    assert found
    assert found.message == "The optimizer is Adam; the blank asks for SGD."


def test_a_check_that_passes_teaches_something():
    for one in judged({"": Submission()})[""].checks:
        assert one.why
        assert one.why not in one.message
        prose_is_plain((one.message, one.why))


# ---- as it is documented


@pytest.mark.parametrize("name", PAIRS)
def test_each_rule_speaks_plainly(name):
    found = PAIRS[name].ask(PAIRS[name].speaks, RULES[name])
    assert found
    prose_is_plain((*rungs(found), RULES[name].meaning))


def test_the_page_says_what_the_rules_say():
    assert misconceptions_page.PAGE.read_text() == misconceptions_page.page(), (
        "run PYTHONPATH=tests python -m support.misconceptions_page"
    )


def test_every_misconception_is_on_the_page():
    for lesson in misconceptions_page.LESSONS:
        _, part = misconceptions_page.PAGE.read_text().split(f"\n## {lesson.title}\n")
        part = part.split("\n## ")[0]
        again = re.match(r"\nAs above: (.+)\.$", part, re.MULTILINE)
        named = re.findall(r"^### (.+)$", part, re.MULTILINE)
        named += re.findall(r"`([^`]+)`", again[1]) if again else []
        assert sorted(named) == list(misconceptions(lesson))


def test_the_page_tells_of_every_lesson():
    assert {lesson.name for lesson in misconceptions_page.LESSONS} == set(lesson_names())
