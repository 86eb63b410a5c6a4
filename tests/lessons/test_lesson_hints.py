"""What a student reads: four levels of help, each of them there; the first gives no answer."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_check_build
import test_check_compile
import test_check_devices
import test_check_parameters
import test_check_predict
import test_check_train
import test_deeper_build
import test_deeper_compare
import test_deeper_compile
import test_deeper_parameters
import test_deeper_scale
import test_deeper_train
import test_same_weights
from support import deeper_builder, evidence_builder, misconceptions_page
from support.check_rules import misconceptions, rules_of
from support.misconceptions_page import LESSONS, PAIRS
from support.rule_pairs import RULES

from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names
from autograder.core.report import CheckResult
from autograder.core.verdicts import Failed
from autograder.judge import rules

FIRST, DEEPER = LESSONS
MODULES = {
    FIRST.name: (
        *(test_check_devices, test_check_build, test_check_parameters, test_check_compile),
        *(test_check_train, test_check_predict, test_same_weights),
    ),
    DEEPER.name: (
        *(test_deeper_scale, test_deeper_build, test_deeper_parameters),
        *(test_deeper_compile, test_deeper_train, test_deeper_compare),
    ),
}
BUILDERS = {FIRST.name: evidence_builder, DEEPER.name: deeper_builder}
# What would be the answer, or a piece of it, for each question. Words of the blanks may be said.
COMPILE = ("from_logits", '"adam"', '"accuracy"', "metrics=", "loss=", "optimizer=")
ANSWERS = {
    FIRST.name: {
        "devices": ("list_physical_devices", '"GPU"'),
        "build": ("Flatten", "(number_of_classes", "shape=", "tf.keras.layers"),
        "parameters": ("7850", "7,850", "28 * 28", "+ number_of_classes", "785 "),
        "compile": COMPILE,
        "train": ("validation_data", "epochs=", "history =", "batch_size="),
        "predict": ("argmax", "predict(", "data_index:", "[0]"),
    },
    DEEPER.name: {
        "scale": ("/ 255", "255.0"),
        "build": ("Dense(", "activation=", '"relu"', "(number_of_classes", "shape="),
        "parameters": ("101770", "101,770", "28 * 28", "+ hidden_neurons", "1,290", "100,480"),
        "compile": COMPILE,
        "train": ("EarlyStopping", "val_loss", "patience=", "restore_best_weights", "callbacks="),
        "compare": ("==", "!=", " & ", ".sum"),
    },
}
# Words: more in a sentence, or more characters in a level of help, are hard to take in.
MAX_SENTENCE = 28
MAX_LEVEL = 340
# A call, an assignment or an index in backticks could be pasted.
CODE = re.compile(r"`[^`]*[(=\[][^`]*`")
# Said of any trained model that is handed in; `train` has the cases.
OF_A_MODEL = {"not-a-model", "diverged", "weights-replaced-after-training"}


def levels(one: CheckResult | Failed) -> tuple[str, str, str, str]:
    return one.message, one.help, one.why, one.how


def prose_is_plain(texts: tuple[str, ...]) -> None:
    for text in texts:
        assert text.endswith((".", "?", "!")), text
        assert text[0].isupper() or text[0] in "`0123456789", text
        assert len(text) <= MAX_LEVEL, text
        for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z`])", text):
            assert len(sentence.split()) <= MAX_SENTENCE, sentence


# ---- as it is written


def failures_written() -> Iterator[tuple[str, ast.Call, bool]]:
    """Each ``Failed(…)`` of rules and lessons: where, the call, and whether it is in a rule."""
    folders = [*rules.__path__, *(lesson.folder for lesson in LESSONS)]
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*.py")):
        for part in ast.parse(path.read_text()).body:
            decorators = getattr(part, "decorator_list", [])
            in_rule = any(ast.unparse(one).startswith("rule(") for one in decorators)
            for node in ast.walk(part):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Failed":
                    yield f"{path.name}:{node.lineno}", node, in_rule


def test_every_failure_has_its_four_levels_and_a_misconception():
    found = list(failures_written())
    assert len(found) > 80
    for where, call, in_rule in found:
        keywords = {one.arg for one in call.keywords}
        assert call.args, where
        assert keywords >= {"help", "why", "how"}, where
        assert in_rule or "misconception" in keywords, where


# ---- as it is said


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return request.param


@pytest.fixture(scope="module")
def failures(lesson: Lesson) -> dict[str, tuple[CheckResult, Any]]:
    """What the checks say where they fail, in all cases of their own tests."""
    cases = {
        f"{module.__name__}: {name}": case
        for module in MODULES[lesson.name]
        for name, case in all_cases(module).items()
        if case.outcome == "failed"
    }
    return {
        f"{name}: {one.id}": (one, cases[name].work)
        for name, verdicts in BUILDERS[lesson.name].judged(cases).items()
        for one in verdicts.checks
        if one.outcome == "failed"
    }


def all_cases(module: Any) -> dict[str, Any]:
    return module.all_cases() if module is test_check_predict else module.CASES


def test_every_level_is_there_and_says_something_else(failures):
    assert len(failures) > 50
    for name, (one, _) in failures.items():
        assert all(levels(one)), name
        assert len(set(levels(one))) == 4, name
        assert one.misconception, name


def test_the_prose_is_plain(failures):
    for one, _ in failures.values():
        prose_is_plain(levels(one))


@pytest.mark.parametrize("one", PAIRS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_each_rule_speaks_plainly(one):
    found = PAIRS[one].ask(PAIRS[one].speaks, one)
    assert found
    assert re.fullmatch(r"[A-Z`].*[.]", one.meaning)
    prose_is_plain((*levels(found), one.meaning))


def test_the_first_level_leaks_no_answer(lesson, failures):
    for name, (one, work) in failures.items():
        first = f"{one.message} {one.help}"
        for word in own_words(work):
            first = first.replace(word, "")
        # Who hands in another history has called `fit`, so that its call may be quoted.
        if one.misconception != "not-a-history":
            assert not CODE.search(first), f"{name}: {first}"
            for answer in ANSWERS[lesson.name][one.question]:
                assert answer not in first, f"{name}: {answer} in {first}"
        if one.question == "predict":
            numbers = re.findall(r"(?:place|says|class) (\d+)", one.message)
            assert set(numbers) <= {str(work.label().value)}, name


def own_words(work: Any) -> set[str]:
    """What the student handed in: to name it is no leak."""
    count = work.parameters.value
    if isinstance(work, evidence_builder.Submission):
        return {repr(one) for one in (count, work.label().value) if one is not None}
    words = {repr(count), f"{count:,}" if isinstance(count, int) else str(count)}
    for fit in work.fits:
        words |= {f"`{name}`" for name in fit.history}
        words |= {f"`{one.settings.get('monitor')}`" for one in fit.callbacks}
    return words


def test_two_misconceptions_never_share_a_message(failures):
    named = defaultdict(set)
    for one, _ in failures.values():
        named[one.message].add(one.misconception)
    assert not [message for message, names in named.items() if len(names) > 1]


def test_every_misconception_has_a_case_where_it_is_asked(lesson, failures):
    """Those of the engine's rules in the first lesson; those of a lesson's own in that lesson."""
    known = {
        (check.partition(".")[0], name)
        for check, asked in rules_of(lesson).items()
        for one in asked
        for name in one.misconceptions
        if lesson is FIRST or ".a_deeper_brain." in one.__module__
    }
    said = {(one.question, one.misconception) for one, _ in failures.values()}
    assert len(known) > 25
    assert known - said <= {("predict", name) for name in OF_A_MODEL}


def test_a_message_names_what_was_found_before_what_was_expected():
    """In the rules that can be told apart by their numbers."""
    found = RULES["layers.wrong_neuron_count"](test_check_build.stack(test_check_build.dense(3)), 7)
    assert found.message.index("3 neurons") < found.message.index("7 classes")
    found = RULES["epochs.too_few_epochs"]((test_check_train.fit(epochs_done=2),), 9)
    assert found.message == "The model was trained for 2 epochs; 9 were asked for."
    found = RULES["training_data.partial_training"](test_check_train.fit(), 60_000)
    assert found.message == "The model was trained on 12,000 images; there are 60,000."
    found = RULES["optimizer.wrong_optimizer"](test_check_compile.COMPILED, "SGD")
    assert found.message == "The optimizer is Adam; the blank asks for SGD."


def test_a_check_that_passes_teaches_something_new():
    """Also for who has done the first lesson."""
    taught = []
    for builder in BUILDERS.values():
        for one in builder.judged({"": builder.Submission()})[""].checks:
            assert one.why
            assert one.why not in one.message
            prose_is_plain((one.message, one.why))
            taught.append(one.why)
    assert len(set(taught)) == len(taught)


# ---- as it is documented


def test_the_page_says_what_the_rules_say():
    assert misconceptions_page.PAGE.read_text() == misconceptions_page.page(), (
        "run PYTHONPATH=tests python -m support.misconceptions_page"
    )


def test_every_misconception_is_on_the_page():
    for lesson in LESSONS:
        _, part = misconceptions_page.PAGE.read_text().split(f"\n## {lesson.title}\n")
        part = part.split("\n## ")[0]
        again = re.match(r"\nAs above: (.+)\.$", part, re.MULTILINE)
        named = re.findall(r"^### (.+)$", part, re.MULTILINE)
        named += re.findall(r"`([^`]+)`", again[1]) if again else []
        assert sorted(named) == list(misconceptions(lesson))


def test_the_page_tells_of_every_lesson():
    assert {lesson.name for lesson in LESSONS} == set(lesson_names())
