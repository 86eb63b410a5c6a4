"""The command `autograder mutants`: what it refuses, what it prints, and one real run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_builder import LESSON

from autograder.authoring.mutation import stored_mutants, suite
from autograder.authoring.spec.mutation import Expected, load_declared
from autograder.cli import main
from autograder.core.lesson_registry import lesson_names

ROOT = Path(__file__).parents[2]
MUTANTS = ["mutants", "--lesson", LESSON.name]


@pytest.fixture(autouse=True)
def _in_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


REFUSED = {
    "no such mutant": (["--only", "nothing/*"], "No mutant has a name like"),
    "stored and run": (["--stored", "--store"], "--stored runs nothing"),
    "stored pairs": (["--stored", "--second", "3"], "--stored runs nothing"),
    "no folder for the JSON": (["--stored", "--json", "nowhere/out.json"], "There is no folder"),
    "no such page": (["--stored", "--write", "nowhere.md"], "There is no file nowhere.md"),
    "no markers in the page": (["--stored", "--write", "README.md"], "no line <!-- mutants"),
    "no two that make a pair": (["--only", "predict/*", "--second", "2"], "no two make a pair"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_work_is_refused_before_anything_is_run(
    name: str, capsys: pytest.CaptureFixture
) -> None:
    """In one line, with code 2."""
    arguments, says = REFUSED[name]
    assert main([*MUTANTS, *arguments]) == 2
    printed = capsys.readouterr().err
    assert says in printed
    assert "Traceback" not in printed


def test_of_several_lessons_one_has_to_be_named(capsys: pytest.CaptureFixture) -> None:
    """Those that declare mutants are listed."""
    assert main(["mutants", "--stored"]) == 2
    printed = capsys.readouterr().err
    assert "Which lesson?" in printed
    assert all(name in printed for name in lesson_names())


def test_outside_a_course_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """The source is what mutants are made from."""
    monkeypatch.chdir(tmp_path)
    assert main(MUTANTS) == 2
    assert "run this in its folder" in capsys.readouterr().err


def test_what_is_not_as_declared_is_listed_with_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """A survivor, a wrong name, and harm that was not declared."""
    declared = load_declared(LESSON)
    changed = {
        "build/no-bias": Expected(failed={"build.layers": "hidden-layer"}),
        "train/no-quiz": Expected(failed={"train.data": "mismatched-labels"}),
        "parameters/pixels": Expected(),
    }
    mutants = {
        name: replace(declared.mutants[name], expected=expected)
        for name, expected in changed.items()
    }
    stored = stored_mutants.read(Path("tests/mutants") / f"{LESSON.name}.zip")
    kept = {name: stored.entries[name] for name in changed}
    monkeypatch.setattr(stored_mutants, "read", lambda _: replace(stored, entries=kept))
    monkeypatch.setattr(suite, "load_declared", lambda _: replace(declared, mutants=mutants))
    assert main([*MUTANTS, "--stored"]) == 1
    printed = capsys.readouterr().err
    assert "build/no-bias: misnamed. build.layers named no-bias, expected: hidden-layer" in printed
    assert "train/no-quiz: survived. train.data passed, expected: failed" in printed
    assert "parameters/pixels: unfair. parameters.count failed (counted-one-neuron)" in printed


def test_only_some_of_what_is_stored_is_shown(capsys: pytest.CaptureFixture) -> None:
    """The others are not judged."""
    assert main([*MUTANTS, "--stored", "--only", "devices/cpu*"]) == 0
    assert "1 mutant. 1 of 1 wrong ones were caught" in capsys.readouterr().out


@pytest.mark.kernel
@pytest.mark.slow
def test_mutants_are_run_for_real(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Made, run apart by the project's own grader, judged, and held against what is declared."""
    results, document_file = tmp_path / "results", tmp_path / "out.json"
    arguments = ["--results", str(results), "--json", str(document_file), "--only", "parameters/b*"]
    assert main([*MUTANTS, *arguments]) == 0
    document = json.loads(document_file.read_text())
    assert {one["name"]: one["kind"] for one in document["mutants"]} == {
        "parameters/by-hand": "right",
        "parameters/bias-a-pixel": "wrong",
    }
    assert (document["wrong"], document["caught"]) == (1, 1)
    printed = capsys.readouterr()
    assert "mutation score 100.0%" in printed.out
    assert "parameters/by-hand: 20 of 20 points" in printed.err


@pytest.mark.kernel
@pytest.mark.slow
@pytest.mark.weekly
def test_two_mistakes_at_once_are_run_for_real(tmp_path: Path) -> None:
    """Both are named."""
    document_file = tmp_path / "out.json"
    arguments = ["--results", str(tmp_path), "--json", str(document_file), "--second", "2"]
    assert main([*MUTANTS, *arguments]) == 0
    document = json.loads(document_file.read_text())
    assert [one["verdict"] for one in document["mutants"]] == ["as declared"] * 2
    assert all(" + " in one["name"] for one in document["mutants"])
