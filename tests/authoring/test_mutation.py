"""What is done with mutants: made, held against what was declared, paired, stored, shown."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from support.evidence_builder import GPU, LESSON, Submission, claim, devices, fit, right

from autograder import lessons
from autograder.authoring.mutation import matrix, page, quantize, stored_mutants
from autograder.authoring.mutation.fixtures import thinned
from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.mutation.make import DoesNotFit, MutantNotebook, edited, make, read_source
from autograder.authoring.mutation.pairs import are_independent, both, named, pairs
from autograder.authoring.mutation.run_mutants import MutantRun, judgement
from autograder.authoring.mutation.suite import MutationSuite, mutation_suite
from autograder.authoring.spec.mutation import (
    Expected,
    Mutant,
    declared,
    load_declared,
    on_gpu,
    relying,
    wrong,
)
from autograder.authoring.spec.mutation import right as right_one
from autograder.core.config import Course, Settings
from autograder.core.errors import CourseError, EvidenceError, LessonError, UsageError
from autograder.core.evidence import Evidence
from autograder.core.report import CheckResult, Outcome
from autograder.judge.runner import judge
from autograder.notebooks.restore import grade_id

ROOT = Path(__file__).parents[2]
MORE_EPOCHS = ("epochs=5", "epochs=6")


# ---- what is declared


def test_a_mutant_is_named_after_its_question_and_its_base():
    base = right_one("build/functional", "model = net(10)")
    own = ("10", "10, use_bias=False")
    made = wrong("build/no-bias", own, base=base, fails={"build.layers": "no-bias"})
    assert made.name == "build/no-bias@functional"
    assert made.edits == {"build": (*base.edits["build"], own)}


def test_a_mutant_may_edit_several_cells():
    made = right_one("build/softmax", MORE_EPOCHS, also={"compile": [MORE_EPOCHS]})
    assert set(made.edits) == {"build", "compile"}


def test_two_mutants_of_one_name_are_refused():
    with pytest.raises(LessonError, match="two mutants “train/more”"):
        declared([right_one("train/more", MORE_EPOCHS)] * 2)


def test_what_is_known_must_be_declared():
    with pytest.raises(LessonError, match="no mutant “train/gone”"):
        declared([right_one("train/more", MORE_EPOCHS)], known={"train/gone": "It went."})


def test_a_pattern_without_a_match_is_told():
    one = declared([right_one("train/more", MORE_EPOCHS)])
    assert list(one.only("train/*")) == ["train/more"]
    with pytest.raises(LessonError, match=r"like “build/\*”. One is “train/more”"):
        one.only("build/*")


def test_a_lesson_without_mutants_is_told(tmp_path, monkeypatch):
    (tmp_path / "no_such_lesson").mkdir()
    (tmp_path / "no_such_lesson" / "__init__.py").touch()
    monkeypatch.setattr(lessons, "__path__", [str(tmp_path)])
    with pytest.raises(LessonError, match="declares no mutants"):
        load_declared(replace(LESSON, folder=tmp_path / "no_such_lesson"))


# ---- made into notebooks

PROGRAM = "history = net.fit(\n    x,  # images\n    y,\n    epochs=5,\n)"

# The edit, and the program after.
CHANGES = {
    "a value": (("epochs=5", "epochs=6"), PROGRAM.replace("5", "6")),
    "a line less": (("    epochs=5,\n", ""), "history = net.fit(\n    x,  # images\n    y,\n)"),
    "a statement before": (("history =", "x = x / 255\nhistory ="), f"x = x / 255\n{PROGRAM}"),
    "another program": ("\nhistory = None\n", "history = None"),
}

# The edit, and what is said of it.
MISPROGRAMS = {
    "the text is not there": (("epochs=7", "epochs=8"), "one “epochs=7”, and there are none"),
    "the text is there twice": (("    ", ""), "one “    ”, and there are 3"),
    "the same as before": (("epochs=5", "epochs=5"), "the same as before"),
    "the same but for a comment": (("# images", "# photos"), "the same as before"),
    "the same but for its layout": (
        "history = net.fit(x,\n  y, epochs = 5) # ok",
        "the same as before",
    ),
    "no Python": (("history =", "history, 1 ="), "not Python"),
    "a statement where none may be": ("return 1", "not Python"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_changes_just_this(name: str) -> None:
    """Comments and layout stay."""
    edit, after = CHANGES[name]
    assert edited(PROGRAM, edit) == after


@pytest.mark.parametrize("name", MISPROGRAMS)
def test_an_edit_refuses_what_it_does_not_fit(name: str) -> None:
    """A mutant is never the program before, and stops for the reason that it was made for."""
    edit, says = MISPROGRAMS[name]
    with pytest.raises(DoesNotFit, match=says):
        edited(PROGRAM, edit)


@pytest.fixture(scope="module")
def source() -> nbformat.NotebookNode:
    return read_source(ROOT, LESSON)


def cells(made: MutantNotebook) -> dict[str, str]:
    return {name: cell.source for cell in made.notebook.cells if (name := grade_id(cell))}


def test_only_the_edited_cell_differs_from_the_solution(source):
    solution, more = make(source, {"solution": {}, "more": {"train": [MORE_EPOCHS]}})
    before, after = cells(solution), cells(more)
    assert {name for name in before if before[name] != after[name]} == {"train"}
    assert "epochs=6" in after["train"]
    assert solution.program != more.program
    assert not any("SOLUTION" in text for text in after.values())


def test_the_blank_stays_before_the_solution(source):
    (made,) = make(source, {"solution": {}})
    assert cells(made)["train"].startswith('history = check.blank("history")\nhistory = model.fit(')


def test_the_source_is_not_touched(source):
    before = nbformat.writes(source)
    make(source, {"more": {"train": [MORE_EPOCHS]}})
    assert nbformat.writes(source) == before


def test_an_edit_that_does_not_fit_names_the_mutant_and_the_cell(source):
    with pytest.raises(DoesNotFit, match="more does not fit the solution cell “build”: There"):
        make(source, {"more": {"build": [MORE_EPOCHS]}})


def test_edits_follow_each_other(source):
    (made,) = make(source, {"more": {"train": [MORE_EPOCHS, ("epochs=6", "epochs=7")]}})
    assert "epochs=7" in cells(made)["train"]


def test_only_solution_cells_are_edited(source):
    with pytest.raises(LessonError, match="no solution cell “check-train”"):
        make(source, {"more": {"check-train": [MORE_EPOCHS]}})


def test_a_comment_makes_no_other_program(source):
    changed = nbformat.from_dict(source)
    for cell in changed.cells:
        if grade_id(cell) == "train":
            cell.source = cell.source.replace("epochs=5,", "epochs=5,  # Five.")
    before, after = make(source, {"": {}}), make(changed, {"": {}})
    assert before[0].program == after[0].program


def test_without_a_source_or_a_course_it_is_told(tmp_path):
    with pytest.raises(LessonError, match="is not there"):
        read_source(tmp_path, LESSON)
    with pytest.raises(CourseError, match="run this in its folder"):
        mutation_suite(LESSON, Course())


# ---- held against what was declared


def results(**outcomes: tuple[Outcome, str | None] | Outcome) -> list[CheckResult]:
    """What checks said; ``a_b`` stands for the check `a.b`."""
    found = []
    for name, expected in outcomes.items():
        outcome, misconception = expected if isinstance(expected, tuple) else (expected, None)
        found.append(
            CheckResult(
                id=name.replace("_", "."),
                question=name.partition("_")[0],
                outcome=outcome,
                points=0,
                max_points=1,
                message="",
                misconception=misconception,
            )
        )
    return found


PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR
WRONG = Expected(failed={"a.b": "bad"}, skipped=frozenset({"c.d"}), may_skip=frozenset({"e.f"}))
BAD = (FAILED, "bad")

VERDICTS = {
    "all as declared": (WRONG, results(a_b=BAD, c_d=SKIPPED, e_f=PASSED), "as declared"),
    "what may be skipped is": (WRONG, results(a_b=BAD, c_d=SKIPPED, e_f=SKIPPED), "as declared"),
    "nothing found": (WRONG, results(a_b=PASSED, c_d=SKIPPED, e_f=PASSED), "survived"),
    "not checked": (WRONG, results(a_b=SKIPPED, c_d=SKIPPED, e_f=PASSED), "survived"),
    "another name": (WRONG, results(a_b=(FAILED, "odd"), c_d=SKIPPED, e_f=PASSED), "misnamed"),
    "no name": (WRONG, results(a_b=FAILED, c_d=SKIPPED, e_f=PASSED), "misnamed"),
    "another check fails too": (WRONG, results(a_b=BAD, c_d=BAD, e_f=PASSED), "leaks"),
    "what should be skipped passes": (WRONG, results(a_b=BAD, c_d=PASSED, e_f=PASSED), "leaks"),
    "what may be skipped fails": (WRONG, results(a_b=BAD, c_d=SKIPPED, e_f=BAD), "leaks"),
    "right work passes": (Expected(), results(a_b=PASSED), "as declared"),
    "right work fails": (Expected(), results(a_b=BAD), "unfair"),
    "right work cannot be told": (Expected(), results(a_b=ERROR), "unfair"),
    "right work is not marked here": (Expected(), results(a_b=Outcome.NOT_APPLICABLE), "unfair"),
    "cannot be told": (Expected(unclear=frozenset({"a.b"})), results(a_b=ERROR), "as declared"),
    "failed, and cannot be told": (
        Expected(unclear=frozenset({"a.b"})),
        results(a_b=BAD),
        "unfair",
    ),
    "there is no such check": (WRONG, results(a_b=BAD, e_f=PASSED), "leaks"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_mutant_is_held_against_what_was_declared(name):
    expected, found, verdict = VERDICTS[name]
    one = Judgement(name="a/b", expected=expected, results=found)
    assert one.verdict == verdict
    assert one.is_as_expected is (verdict == "as declared")
    assert bool(one.deviations) is not one.is_as_expected
    known = replace(one, known="It is known.")
    assert known.is_as_expected is not one.is_as_expected


def test_a_deviation_says_what_was_found_and_what_was_expected():
    found = results(a_b=(FAILED, "odd"), c_d=PASSED, e_f=ERROR)
    assert Judgement(name="a/b", expected=WRONG, results=found).deviations == [
        "a.b named odd, expected: bad",
        "c.d passed, expected: skipped",
        "e.f cannot tell, expected: passed or skipped",
    ]


def test_the_score_counts_wrong_mutants_that_were_named():
    expected = [(WRONG, BAD), (WRONG, (FAILED, "odd")), (WRONG, PASSED), (Expected(), PASSED)]
    found = [Judgement(name="", expected=one, results=results(a_b=two)) for one, two in expected]
    assert (tally(found).wrong, tally(found).caught) == (3, 1)
    assert tally(found).score == pytest.approx(1 / 3)
    assert tally(found[3:]).score == 1


def test_on_a_machine_with_a_gpu_something_else_may_be_expected():
    one = right_one("train/on-cpu", MORE_EPOCHS)
    one = on_gpu(one, fails={"train.device": "forced-cpu"})
    there = right(devices=devices(offered=(GPU,)))
    assert judgement(one, there, [], {}).expected.failed == {"train.device": "forced-cpu"}
    pair = both(one, OTHER).expected_on(gpu=True)
    assert pair.failed == {"train.device": "forced-cpu", "b.x": "two"}
    assert judgement(one, right(), [], {}).expected.kind == "right"


# ---- two at once


def mistake(name: str, **expected) -> Mutant:
    given = {"fails": {f"{name.partition('/')[0]}.x": name.partition("/")[2]}, **expected}
    return wrong(name, MORE_EPOCHS, **given)


ONE, OTHER = mistake("a/one"), mistake("b/two")


def test_both_mistakes_are_expected_to_be_named():
    found = both(ONE, OTHER)
    assert found.name == "a/one + b/two"
    assert found.edits == {**ONE.edits, **OTHER.edits}
    assert found.expected.failed == {"a.x": "one", "b.x": "two"}


def test_what_one_may_have_skipped_hides_the_other():
    found = both(mistake("a/one", may_skip=("b.x",)), OTHER).expected
    assert (found.failed, found.skipped, found.may_skip) == ({"a.x": "one"}, {"b.x"}, set())


def test_what_is_skipped_for_one_is_skipped_for_both():
    one, other = mistake("a/one", may_skip=("c.x",)), mistake("b/two", skips=("c.x",))
    found = both(one, other).expected
    assert (found.skipped, found.may_skip) == ({"c.x"}, set())


def test_what_may_be_skipped_of_either_may_be_of_both():
    found = both(mistake("a/one", may_skip=("c.x",)), mistake("b/two", may_skip=("d.x",))).expected
    assert found.may_skip == {"c.x", "d.x"}


DEPENDENT = {
    "the same cell": (ONE, mistake("a/other", fails={"c.x": "other"})),
    "the same check": (ONE, mistake("b/two", fails={"a.x": "two"})),
    "the same consequence": (mistake("a/one", skips=("c.x",)), mistake("b/two", skips=("c.x",))),
    "one prevents the other's check": (ONE, mistake("b/two", skips=("a.x",))),
    "one takes what the other relies on": (relying(mistake("b/two"), "a.x"), ONE),
    "Python's own error": (ONE, mistake("b/two", fails={"b.x": None})),
    "something unclear": (ONE, mistake("b/two", unclear=("c.x",))),
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_mistakes_that_meddle_with_each_other_make_no_pair(name):
    one, other = DEPENDENT[name]
    assert not are_independent(one, other)
    assert are_independent(ONE, OTHER)


def test_a_sample_of_pairs_is_always_the_same():
    mutants = {one.name: one for one in (mistake(f"{letter}/x") for letter in "abcdefg")}
    mutants["z/right"] = right_one("z/right", MORE_EPOCHS)
    drawn = pairs(mutants, 5, seed=1)
    assert list(drawn) == list(pairs(mutants, 5, seed=1)) != list(pairs(mutants, 5, seed=2))
    assert len(drawn) == 5
    assert len(pairs(mutants, 1000, seed=1)) == 21
    assert not any("right" in name for name in pairs(mutants, 1000, seed=1))


def test_a_pair_is_known_by_its_name():
    mutants = {one.name: one for one in (ONE, OTHER)}
    assert named("a/one", mutants) is ONE
    assert named("a/one + b/two", mutants) == both(ONE, OTHER)
    assert named("a/one + b/gone", mutants) is None
    assert named("a/one + a/one", mutants) is None
    assert named("a/gone", mutants) is None


# ---- stored


RANDOM = np.random.default_rng(seed=5)
WEIGHTS = RANDOM.normal(size=(5, 784, 10)).astype(np.float32)


@pytest.mark.parametrize("precision", range(quantize.EXACT))
def test_a_coarse_array_is_near_and_small(precision):
    packed = quantize.pack(WEIGHTS, precision)
    found = quantize.unpack(packed)
    step = np.abs(WEIGHTS).max() / (2 ** (quantize.BITS[precision] - 1) - 1)
    assert found.shape == WEIGHTS.shape
    assert found.dtype == np.float32
    assert np.abs(found - WEIGHTS).max() <= step * 0.51
    assert len(packed) < WEIGHTS.nbytes / 2


def test_the_finest_is_exact():
    assert np.array_equal(quantize.unpack(quantize.pack(WEIGHTS, quantize.EXACT)), WEIGHTS)


EXACT = {
    "small": WEIGHTS[0, :3],
    "a single number": np.float32(0.3),
    "whole numbers": np.arange(5000),
    "nothing but zeros": np.zeros((784, 10), np.float32),
    "no numbers": np.full((784, 10), np.nan, np.float32),
    "endless": np.full((784, 10), np.inf, np.float32),
}


@pytest.mark.parametrize("name", EXACT)
def test_what_cannot_be_coarse_is_exact(name):
    given = np.asarray(EXACT[name])
    found = quantize.unpack(quantize.pack(given, 0))
    assert found.dtype == given.dtype
    assert np.array_equal(found, given, equal_nan=given.dtype.kind == "f")


def test_a_broken_array_is_told():
    with pytest.raises(EvidenceError, match="cannot be read"):
        quantize.unpack(b"not compressed")


def ran(name: str, evidence: Evidence, program: str = "p") -> MutantRun:
    return MutantRun(
        notebook=MutantNotebook(name=name, notebook=None, program=program),
        evidence=evidence,
        checks=(),
    )


CLASS = [
    ran("solution", right()),
    ran("no-quiz", right(fits=(fit(validation=None),))),
    ran("no-bias", Submission(compiled=None, fits=()).evidence()),
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> tuple[Path, int]:
    path = tmp_path_factory.mktemp("archive") / f"{LESSON.name}.zip"
    entries, files = thinned(CLASS, LESSON, Settings())
    return path, stored_mutants.write(path, entries, files)


def outcomes(evidence: dict[str, Evidence]) -> dict[str, list]:
    found = judge(list(evidence.items()), LESSON, settings=Settings())
    return {
        name: [(check.id, check.outcome, check.misconception) for check in one.checks]
        for name, one in found.items()
    }


def test_stored_evidence_is_judged_as_before(stored):
    path, size = stored
    back = stored_mutants.read(path)
    assert size == path.stat().st_size
    whole = {one.notebook.name: one.evidence for one in CLASS}
    assert outcomes({name: back.evidence(name) for name in whole}) == outcomes(whole)
    assert size < sum(array.nbytes for array in right().arrays.values()) / 2


def test_an_array_is_stored_once(stored):
    path, _ = stored
    entries = stored_mutants.read(path).entries
    assert entries["solution"].arrays == entries["no-quiz"].arrays
    named = [file for entry in entries.values() for file in entry.arrays.values()]
    assert arrays_in(path) == sorted(set(named))


def test_what_is_named_no_more_is_removed(stored, tmp_path):
    kept = stored_mutants.read(stored[0]).entries
    path = tmp_path / stored[0].name
    _, files = thinned(CLASS, LESSON, Settings())
    stored_mutants.write(path, kept, files)
    stored_mutants.write(path, {}, {})
    assert stored_mutants.read(path).entries == {}
    assert arrays_in(path) == []


def test_what_is_damaged_is_named_with_its_cure(stored, tmp_path):
    path = tmp_path / stored[0].name
    path.write_bytes(stored[0].read_bytes()[:-100])
    with pytest.raises(EvidenceError, match="--store"):
        stored_mutants.read(path)


def test_the_same_evidence_gives_the_same_bytes(stored, tmp_path):
    """Written in two steps, in another order: what is committed changes only where it must."""
    path = tmp_path / stored[0].name
    entries, files = thinned(CLASS, LESSON, Settings())
    first = {"no-quiz": entries["no-quiz"]}
    stored_mutants.write(path, first, files)
    stored_mutants.write(path, dict(reversed(entries.items())), files)
    assert path.read_bytes() == stored[0].read_bytes()


def arrays_in(path: Path) -> list[str]:
    """The names of the arrays in an archive."""
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if name.startswith(stored_mutants.ARRAYS)]
    return sorted(Path(name).stem for name in names)


def test_weights_are_kept_as_finely_as_the_verdict_needs():
    """One huge weight of a pixel that is always black: in coarse steps all others are zero."""
    evidence = right()
    kernel = evidence.arrays["dense/kernel"].copy()
    kernel[0, 0] = 1e6
    uneven = replace(evidence, arrays={**evidence.arrays, "dense/kernel": kernel})
    entries, files = thinned([ran("even", evidence), ran("uneven", uneven)], LESSON, Settings())
    even, file = (entries[name].arrays["dense/kernel"] for name in ("even", "uneven"))
    assert int(even.rpartition("-")[2]) < int(file.rpartition("-")[2])
    assert np.abs(quantize.unpack(files[file]) - kernel).max() < 0.01


def test_stale_evidence_is_told_with_the_cure(stored):
    entries = stored_mutants.read(stored[0]).entries
    made = [
        MutantNotebook(name="solution", notebook=None, program="p"),
        MutantNotebook(name="no-quiz", notebook=None, program="another"),
        MutantNotebook(name="new", notebook=None, program="p"),
    ]
    assert stored_mutants.stale(entries, made, "ours") == [
        "The program of no-quiz has changed: run `autograder mutants --lesson ours --store`.",
        "new is not stored yet: run `autograder mutants --lesson ours --store`.",
        "no-bias is no mutant any more: run `autograder mutants --lesson ours --store`.",
    ]


def test_an_empty_archive_is_told_with_the_cure(tmp_path):
    assert stored_mutants.entries(tmp_path / "ours.zip") == {}
    with pytest.raises(EvidenceError, match="run `autograder mutants --lesson ours --store`"):
        stored_mutants.read(tmp_path / "ours.zip")


# ---- a lesson's mutation suite


DECLARED = declared(
    [
        right_one("train/six-epochs", MORE_EPOCHS),
        wrong(
            "train/no-quiz",
            ("validation_data=(valid_images, valid_labels),", ""),
            fails={"train.validation": "no-validation-data"},
        ),
        wrong(
            "parameters/weights-only",
            ("number_of_weights + number_of_biases", "7840"),
            fails={"parameters.count": "forgot-bias-parameters"},
        ),
    ]
)
EVIDENCE = {
    "train/six-epochs": right(),
    "train/no-quiz": right(fits=(fit(validation=None),)),
    "parameters/weights-only": right(parameters=claim(7840)),
    "train/no-quiz + parameters/weights-only": right(
        fits=(fit(validation=None),), parameters=claim(7840)
    ),
}


@pytest.fixture
def suite(tmp_path) -> MutationSuite:
    """A mutation suite with an archive of its own."""
    shutil.copytree(ROOT / "source" / LESSON.name, tmp_path / "source" / LESSON.name)
    return MutationSuite(course=Course(root=tmp_path), lesson=LESSON, declared=DECLARED)


def all_ran(suite: MutationSuite, *names: str) -> list[MutantRun]:
    """What would be left if the mutants were run."""
    mutants = [named(name, DECLARED.mutants) for name in names or EVIDENCE]
    made = suite.notebooks(mutants)
    return [MutantRun(notebook=one, evidence=EVIDENCE[one.name], checks=()) for one in made]


def test_what_was_stored_is_judged_as_declared(suite):
    """Pairs too."""
    assert suite.store(all_ran(suite)) > 0
    found = {one.name: one.verdict for one in suite.stored()}
    assert found == dict.fromkeys(sorted(EVIDENCE), "as declared")


def test_to_store_some_keeps_the_others(suite):
    suite.store(all_ran(suite))
    suite.store(all_ran(suite, "train/no-quiz"))
    assert {one.name for one in suite.stored()} == set(EVIDENCE)


def test_a_new_sample_of_pairs_takes_the_place_of_the_one_before(suite):
    suite.store(all_ran(suite))
    pair = all_ran(suite, "train/no-quiz + parameters/weights-only")
    other = "parameters/weights-only + train/six-epochs"
    before = {**stored_mutants.read(suite.evidence_file).entries}
    stored_mutants.write(suite.evidence_file, {**before, other: before["train/six-epochs"]}, {})
    suite.store(pair)
    assert set(stored_mutants.read(suite.evidence_file).entries) == set(EVIDENCE)


def test_to_store_takes_away_what_is_no_mutant_any_more(suite):
    suite.store(all_ran(suite))
    fewer = {name: one for name, one in DECLARED.mutants.items() if name != "train/no-quiz"}
    later = replace(suite, declared=replace(DECLARED, mutants=fewer))
    assert len(later.stale(stored_mutants.read(later.evidence_file).entries)) == 2
    later.store(all_ran(later, "train/six-epochs"))
    assert {one.name for one in later.stored()} == set(fewer)


def test_a_pair_with_a_known_part_is_neither_drawn_nor_judged(suite):
    suite.store(all_ran(suite))
    known = {"train/no-quiz": "The check sleeps."}
    later = replace(suite, declared=replace(DECLARED, known=known))
    assert {one.name: one.known for one in later.stored()} == {
        "parameters/weights-only": None,
        "train/no-quiz": "The check sleeps.",
        "train/six-epochs": None,
    }
    with pytest.raises(LessonError, match="no two"):
        later.chosen("*", 5)


def test_what_is_out_of_date_is_not_judged(suite):
    suite.store(all_ran(suite, "train/no-quiz"))
    cure = f"is not stored yet: run `autograder mutants --lesson {LESSON.name} --store`"
    with pytest.raises(EvidenceError, match=cure):
        suite.stored()


def test_a_change_of_the_source_makes_all_of_it_stale(suite):
    suite.store(all_ran(suite))
    path = suite.course.folder() / "source" / LESSON.name / LESSON.notebook
    path.write_text(path.read_text().replace("verbose=2,", "verbose=1,"))
    assert len(suite.stale(stored_mutants.read(suite.evidence_file).entries)) == len(EVIDENCE)


def test_pairs_are_chosen_among_those_that_match(suite):
    assert [one.name for one in suite.chosen("*", 5)] == ["parameters/weights-only + train/no-quiz"]
    assert [one.name for one in suite.chosen("*/no-*", 0)] == ["train/no-quiz"]
    with pytest.raises(LessonError, match="no two"):
        suite.chosen("train/*", 5)


# ---- shown


SHOWN = [
    Judgement(
        name="build/no-bias",
        expected=Expected(
            failed={"build.layers": "no-bias"}, may_skip=frozenset({"train.accuracy"})
        ),
        results=results(build_layers=(FAILED, "no-bias")),
    ),
    Judgement(
        name="build/no-bias@functional",
        expected=Expected(
            failed={"build.layers": "no-bias"}, may_skip=frozenset({"train.accuracy"})
        ),
        results=results(build_layers=PASSED),
    ),
    Judgement(name="build/ten", expected=Expected(), results=results(build_layers=PASSED)),
    Judgement(
        name="compile/own-loss",
        expected=Expected(unclear=frozenset({"compile.loss"})),
        results=results(compile_loss=ERROR),
    ),
    Judgement(name="a/x + b/y", expected=WRONG, results=results(a_b=BAD, c_d=SKIPPED, e_f=PASSED)),
]


def test_the_page_has_a_row_for_what_is_expected_alike():
    text = page.text(SHOWN, LESSON, {"forced-cpu": "It takes a GPU."})
    assert "1 of 2 wrong programs fail for their own named reason (mutation score 50.0%)" in text
    assert "1 of 1 right ones get all 20 points" in text
    assert "Of 1 pairs of two mistakes at once both are named in 1" in text
    row = "| `no-bias` | `build/no-bias`, `build/no-bias@functional` | · | ✗ | · | · | ~ | · |"
    assert row in text.splitlines()
    assert "Right programs, which pass: `build/ten`." in text
    assert "Programs that need manual review: `compile/own-loss`." in text
    assert "- `forced-cpu`: It takes a GPU." in text
    assert "- `build/no-bias@functional`, survived: build.layers passed" in text


BEGIN = f"<!-- mutants {LESSON.name} -->"
OF_ANOTHER = "<!-- mutants another -->\n\nkept\n\n<!-- /mutants -->\n\n"


@pytest.mark.parametrize("before", ["# Fair\n\n", OF_ANOTHER])
@pytest.mark.parametrize("after", ["\n\nEnd.\n", f"\n\n{OF_ANOTHER}"])
def test_the_page_is_written_between_the_markers_of_its_lesson(tmp_path, before, after):
    path = tmp_path / "page.md"
    path.write_text(f"{before}{BEGIN}\nold\n<!-- /mutants -->{after}")
    page.put(path, LESSON, "new")
    page.put(path, LESSON, "new")
    assert path.read_text() == f"{before}{BEGIN}\n\nnew\n\n<!-- /mutants -->{after}"
    assert page.written(path, LESSON) == "new"


@pytest.mark.parametrize("text", ["", f"<!-- /mutants -->\n{BEGIN}", BEGIN, OF_ANOTHER])
def test_a_page_without_markers_is_left_alone(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(UsageError, match=f"no line {BEGIN}"):
        page.put(path, LESSON, "new")
    assert path.read_text() == text


def test_the_plain_form_tells_what_was_expected_and_found():
    document = matrix.document(SHOWN, lesson="l")
    assert (document["schema"], document["wrong"], document["caught"]) == (1, 3, 2)
    second = document["mutants"][1]
    assert second["verdict"] == "survived"
    assert second["expected"]["failed"] == {"build.layers": "no-bias"}
    assert second["found"] == [
        {"id": "build.layers", "outcome": "passed", "misconception": None, "message": ""}
    ]
