"""The judge: one pytest session over evidence, in this process, apart, and as plain pytest."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from support import processes
from support.cases import judge_in_process, of
from support.check_rules import misconceptions
from support.evidence_builder import (
    FLATTEN,
    GPU,
    LESSON,
    Submission,
    cell,
    dense,
    judged,
    stack,
    untouched,
)
from support.runs import save_alone

from autograder.core.config import Course, Settings
from autograder.core.errors import DatasetError, JudgeError
from autograder.core.evidence import EVIDENCE, SUBMISSION, SubmissionRecord, load, save_submission
from autograder.core.verdicts import Verdicts
from autograder.judge import plugin
from autograder.judge.judge_process import Judge
from autograder.judge.runner import judge, plugin_for

# The names of the design; other programs may look for them.
FIXED = {
    "wrong-neuron-count",
    "hidden-layer",
    "missing-flatten",
    "wrong-input-shape",
    "no-bias",
    "hidden-nonlinearity",
    "softmax-with-logits-loss",
    "logits-treated-as-probabilities",
    "one-hot-loss-on-integer-labels",
    "regression-loss",
    "no-accuracy-metric",
    "wrong-optimizer",
    "not-trained",
    "too-few-epochs",
    "no-validation-data",
    "validated-on-training-data",
    "trained-on-validation-data",
    "mismatched-labels",
    "label-not-class-index",
    "copied-label",
    "under-trained",
    "forgot-bias-parameters",
    "forced-cpu",
}
NO_BIAS = Submission(built=stack(FLATTEN, dense(bias=False)))
EXTRA = '''
"""A check that an instructor wrote."""

import pytest


@pytest.mark.points(1)
def test_name(evidence):
    """The model has a name of its own."""
    assert evidence.answer("build").model.kind == "Functional", "Give your model a name."
'''


def check_file(folder: Path, text: str, question: str = "build") -> Path:
    path = folder / "checks" / LESSON.name / f"check_{question}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def extra(folder: Path, text: str, question: str = "build", **more) -> Verdicts:
    """What the lesson's checks and one more say of the right solution."""
    checks = (*LESSON.checks, check_file(folder, text, question))
    return judged({"": Submission()}, checks=checks, **more)[""]


# ---- in this process


def test_the_right_solution_gets_everything():
    verdicts = judged({"right": Submission()})["right"]
    assert {str(one.outcome) for one in verdicts.checks} == {"passed"}
    for question in LESSON.questions:
        own = [one.points for one in verdicts.checks if one.question == question.name]
        assert sum(own) == question.points
    assert verdicts.measures["accuracy"] > verdicts.measures["threshold"]


def test_the_untouched_notebook_gets_nothing_and_no_reproach():
    verdicts = judged({"": untouched()})[""]
    assert {str(one.outcome) for one in verdicts.checks} == {"not_attempted"}
    assert sum(one.points for one in verdicts.checks) == 0
    assert not any(one.misconception for one in verdicts.checks)


def test_submissions_do_not_disturb_each_other():
    """Whatever order they come in, and whatever characters are in their names."""
    names = ["z", "", "ä ö/ü", "a[b]::c", "x" * 300]
    works = {name: NO_BIAS if name == "" else Submission() for name in names}
    verdicts = judged(works)
    assert list(verdicts) == names
    for name, one in verdicts.items():
        assert len(one.checks) == 15
        assert (of(one, "build.layers").outcome == "failed") is (name == "")


def test_the_misconceptions_that_others_rely_on_can_be_named():
    assert {*misconceptions(LESSON)} >= FIXED


def test_no_submissions_are_no_work():
    assert judge([], LESSON) == {}


def test_evidence_that_makes_no_sense_is_for_a_person_to_look_at():
    """Such as a hand-in without its claim, which our recorder never writes."""
    answer = Submission().evidence().answer("devices")
    forged = type(answer)(question="devices", claims={})
    verdicts = judged({"": Submission(answers={"devices": forged})})[""]
    assert of(verdicts, "devices.gpus").outcome == "error"
    assert "KeyError" in of(verdicts, "devices.gpus").message
    assert of(verdicts, "build.layers").outcome == "passed"


# ---- checks of an instructor's own


def test_an_instructors_check_shares_the_points_of_its_question(tmp_path):
    verdicts = extra(tmp_path, EXTRA)
    build = {one.id: one for one in verdicts.checks if one.question == "build"}
    assert build["build.name"].outcome == "failed"
    assert build["build.name"].message == "Give your model a name."
    assert build["build.name"].max_points == pytest.approx(0.8)
    assert sum(one.max_points for one in build.values()) == pytest.approx(4)
    assert sum(one.points for one in build.values()) == pytest.approx(3.2)


def test_an_instructors_check_that_passes_speaks_with_its_first_line(tmp_path):
    verdicts = extra(tmp_path, EXTRA.replace('"Functional"', '"Sequential"'))
    assert of(verdicts, "build.name").message == "The model has a name of its own."


def test_a_check_file_of_the_same_name_elsewhere_is_another_one(tmp_path):
    for name in ("one", "two"):
        path = check_file(tmp_path / name, EXTRA.replace("test_name", f"test_{name}"))
        verdicts = judged({"": Submission()}, checks=[path])[""]
        assert [check.id for check in verdicts.checks] == [f"build.{name}"]


def test_a_check_without_points_only_speaks(tmp_path):
    verdicts = extra(tmp_path, EXTRA.replace("points(1)", "points(0)"))
    assert of(verdicts, "build.name").max_points == 0
    assert sum(one.points for one in verdicts.checks) == 20


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        ("raise RuntimeError('broken')", "error", "RuntimeError: broken"),
        ("evidence.nonsense", "error", "AttributeError"),
        ("assert False", "failed", "This is not right yet."),
        ("pytest.fail('So not.')", "failed", "So not."),
        ("pytest.skip('Not on this machine.')", "not_applicable", "Not on this machine."),
        ("raise SystemError", "error", "SystemError"),
    ],
)
def test_how_a_check_may_end(tmp_path, body, outcome, words):
    text = f"import pytest\n\n@pytest.mark.points(1)\ndef test_it(evidence):\n    {body}\n"
    result = of(extra(tmp_path, text), "build.it")
    assert (result.outcome, result.points) == (outcome, 0)
    assert words in result.message


def test_a_check_marked_to_be_skipped_takes_no_points(tmp_path):
    verdicts = extra(tmp_path, EXTRA.replace("def test", "@pytest.mark.skip('Later.')\ndef test"))
    assert of(verdicts, "build.name").outcome == "not_applicable"


def test_missing_images_are_the_graders_fault(monkeypatch):
    def missing(_, name):
        raise DatasetError("The full Fashion-MNIST is not here.")

    evidence = Submission().evidence()
    monkeypatch.setattr(plugin.datasets.Dataset, "load_named", missing)
    verdicts = judge([("", evidence)], LESSON)[""]
    assert len(verdicts.checks) == 15
    for check in ("train.accuracy", "predict.label"):
        assert of(verdicts, check).outcome == "error"
        assert "Fashion-MNIST is not here" in of(verdicts, check).message


def test_a_check_can_wait_for_another(tmp_path):
    text = EXTRA.replace("@pytest", "@pytest.mark.requires('build.layers')\n@pytest", 1)
    checks = (*LESSON.checks, check_file(tmp_path, text))
    verdicts = judged({"": NO_BIAS}, checks=checks)[""]
    assert of(verdicts, "build.name").outcome == "skipped"
    assert "once the mistake above is corrected" in of(verdicts, "build.name").message


def test_a_check_that_waits_for_one_that_is_not_there_is_the_instructors_mistake(tmp_path):
    text = EXTRA.replace("@pytest", "@pytest.mark.requires('build.no_such')\n@pytest", 1)
    result = of(extra(tmp_path, text), "build.name")
    assert result.outcome == "error"
    assert "requires “build.no_such”" in result.message


@pytest.mark.parametrize(
    ("text", "question", "words"),
    [
        ("def test_(:\n", "build", "SyntaxError"),
        ("import no_such_module\n", "build", "no_such_module"),
        (EXTRA, "spelling", "has no question “spelling”"),
        (EXTRA.replace("points(1)", "points('many')"), "build", "needs points"),
        (EXTRA.replace("points(1)", "points(-1)"), "build", "needs points"),
        (EXTRA.replace("points(1)", "points()"), "build", "py:7: build.name needs points"),
        (EXTRA.replace("@pytest.mark.points(1)", ""), "build", "needs points"),
    ],
)
def test_checks_that_cannot_be_run_are_told(tmp_path, text, question, words):
    with pytest.raises(JudgeError, match=words):
        extra(tmp_path, text, question)


@pytest.mark.parametrize("text", ["", "def test_it():\n    pass\n"])
def test_nothing_collected_is_an_error(tmp_path, text):
    checks = [check_file(tmp_path, text)]
    with pytest.raises(JudgeError):
        judge([("a", Submission().evidence())], LESSON, checks=checks)


def test_a_persons_habits_with_pytest_change_nothing(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x -k nothing --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert len(judged({"": NO_BIAS})[""].checks) == 15
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"


# ---- in a process of its own


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> dict[str, Path]:
    """Folders with the evidence of some submissions."""
    root = tmp_path_factory.mktemp("evidence")
    works = {
        "right": Submission(),
        "no-bias": NO_BIAS,
        "typed": Submission(gpus=Submission().gpus, cells={"devices": cell("devices")}),
    }
    for name, work in works.items():
        save_alone(work.evidence(), root / name)
    return {name: root / name for name in works}


@pytest.fixture(scope="module")
def official() -> Iterator[Judge]:
    """The judge where there is no course; to start one takes half a second."""
    with Judge(Course()) as judge:
        yield judge


def unnamed(*folders: Path) -> dict[Path, str]:
    """Folders with evidence that does not say what was run, as these do not."""
    return dict.fromkeys(folders, "")


def test_judged_apart_is_judged_the_same(official, stored, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / EVIDENCE).write_text("{}")
    folders = [*stored.values(), damaged, tmp_path / "nowhere"]
    verdicts = official.judge(unnamed(*folders), LESSON)
    for name, folder in stored.items():
        evidence = load(folder)
        assert verdicts[str(folder)] == judge([(name, evidence)], LESSON)[name]
    assert "no archive of ours" in str(verdicts[str(damaged)])
    assert "missing" in str(verdicts[str(tmp_path / "nowhere")])


def test_one_process_judges_batch_after_batch(official, stored, tmp_path):
    check_file(tmp_path, "raise ValueError('my own fault')")
    first = official.judge(unnamed(*stored.values()), LESSON)
    again = official.judge(unnamed(stored["right"], tmp_path), LESSON)
    assert again[str(stored["right"])] == first[str(stored["right"])]
    assert "missing" in str(again[str(tmp_path)])
    with Judge(Course(root=tmp_path)) as broken:
        for _ in range(2):
            with pytest.raises(JudgeError, match="my own fault"):
                broken.judge(unnamed(stored["right"]), LESSON)


COUNTED = EXTRA.replace(
    "    assert",
    """    with open(COUNT, "a") as calls:
        calls.write("x")
    assert""",
)


@pytest.fixture(scope="module")
def counting(tmp_path_factory) -> Iterator[Callable[..., tuple[dict, int]]]:
    """Judges folders; the verdicts, and how many times a check was asked for them."""
    root = tmp_path_factory.mktemp("counting")
    count = root / "count"
    check_file(root, COUNTED.replace("COUNT", repr(str(count))))
    with Judge(Course(root=root)) as judge:

        def judged(*folders: Path) -> tuple[dict, int]:
            count.unlink(missing_ok=True)
            return judge.judge(unnamed(*folders), LESSON), len(count.read_text())

        yield judged


@pytest.mark.parametrize(
    ("own", "times"),
    [
        ({"shared": True}, 1),
        ({"cells": "other ids"}, 1),
        ({"notes": ("A cell was put back.",)}, 2),
        ({"cells": "other changes"}, 2),
    ],
)
def test_a_run_that_several_share_is_judged_once(counting, stored, tmp_path, own, times):
    """Unless they differ in what a check may see."""
    folders = [stored["right"], tmp_path / "another"]
    folders[1].mkdir()
    (folders[1] / EVIDENCE).hardlink_to(folders[0] / EVIDENCE)
    record = msgspec.json.decode((folders[0] / SUBMISSION).read_bytes(), type=SubmissionRecord)
    if cells := own.get("cells"):
        first, *others = record.cells
        change = {"cell_id": "x"} if cells == "other ids" else {"changed": not first.changed}
        own = {"cells": (msgspec.structs.replace(first, **change), *others)}
    save_submission(msgspec.structs.replace(record, **own), folders[1])
    verdicts, counted = counting(*folders)
    assert verdicts[str(folders[0])] == verdicts[str(folders[1])]
    assert counted == times


def test_a_copy_is_judged_for_itself(counting, stored, tmp_path):
    """Only one and the same file is surely the same evidence."""
    folder = tmp_path / "copy"
    shutil.copytree(stored["right"], folder)
    assert counting(stored["right"], folder)[1] == 2


def test_a_judge_that_was_killed_is_started_again(stored):
    with Judge(Course()) as official:
        first = official.judge(unnamed(stored["right"]), LESSON)
        official._process.kill()
        assert official.judge(unnamed(stored["right"]), LESSON) == first


FATAL = EXTRA.replace(
    "    assert",
    """    import os
    if not evidence.answer("build").model.dense[-1].settings.get("use_bias", True):
        os.kill(os.getpid(), 9)
    assert""",
)


def test_evidence_that_ends_the_judge_costs_its_own_submission_only(stored, tmp_path):
    """As where the system ends it for want of memory, or time is up."""
    check_file(tmp_path, FATAL)
    with Judge(Course(root=tmp_path)) as official:
        verdicts = official.judge(unnamed(*stored.values()), LESSON)
    unfinished_verdicts = verdicts[str(stored["no-bias"])]
    assert {one.outcome for one in unfinished_verdicts.checks} == {"error"}
    assert sum(one.max_points for one in unfinished_verdicts.checks) == LESSON.max_score
    assert "did not come to an end" in unfinished_verdicts.checks[0].message
    for name in ("right", "typed"):
        assert of(verdicts[str(stored[name])], "build.name").outcome == "failed"


def test_a_check_that_takes_too_long_is_left_to_a_person(tmp_path):
    """And the others say what they have to say."""
    slow = EXTRA.replace("    assert", "    while True:\n        pass\n    assert")
    checks = (*LESSON.checks, check_file(tmp_path, slow))
    evidence = Submission().evidence()
    verdicts = judge([("", evidence)], LESSON, checks=checks, seconds=0.5)[""]
    late = of(verdicts, "build.name")
    assert (late.outcome, late.points) == ("error", 0)
    assert "in the time that a check may take" in late.message
    assert of(verdicts, "train.accuracy").outcome == "passed"


def test_the_judge_has_limits(official, stored):
    """Of memory, and it goes before the grader where the machine has none left."""
    official.judge(unnamed(stored["right"]), LESSON)
    ours, its = Path("/proc/self"), Path(f"/proc/{official._process.pid}")
    scores = [int((one / "oom_score_adj").read_text()) for one in (ours, its)]
    (line,) = (
        one for one in (its / "limits").read_text().splitlines() if one.startswith("Max data")
    )
    assert scores[1] > scores[0]
    assert "unlimited" not in line


def test_evidence_of_another_program_is_not_judged(official, stored, tmp_path):
    """Nobody is marked by a run of what somebody else handed in."""
    evidence = load(stored["right"])
    run = msgspec.structs.replace(evidence.run, program="right", job="one")
    record = msgspec.structs.replace(evidence.record, run=run)
    save_alone(replace(evidence, record=record), tmp_path)
    for program, message in (("right", None), ("wrong", r"another program.*\(run one\)")):
        answer = official.judge({tmp_path: program}, LESSON)[str(tmp_path)]
        assert isinstance(answer, Verdicts) if message is None else re.search(message, str(answer))
    (old,) = official.judge({stored["right"]: "right"}, LESSON).values()
    assert "did not yet say" in str(old)


def test_only_what_cannot_be_read(official, tmp_path):
    verdicts = official.judge(unnamed(tmp_path), LESSON)
    assert "missing" in str(verdicts[str(tmp_path)])


def test_a_courses_checks_and_settings_are_used(stored, tmp_path):
    check_file(tmp_path, EXTRA)
    course = Course(root=tmp_path, settings=Settings(no_gpu="error"))
    verdicts = judge_in_process(unnamed(stored["right"]), LESSON, course)[str(stored["right"])]
    assert of(verdicts, "build.name").outcome == "failed"
    assert of(verdicts, "train.device").outcome == "error"


def test_files_beside_the_caller_or_the_evidence_are_not_run(stored, tmp_path, monkeypatch):
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\nraise SystemExit(3)\n"
    evidence = tmp_path / "evidence"
    save_alone(Submission().evidence(), evidence)
    names = ("conftest", "numpy", "msgspec", "check_build", "sitecustomize", "pytest", "autograder")
    for folder in (tmp_path, evidence):
        for name in names:
            (folder / f"{name}.py").write_text(trap)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.chdir(tmp_path)
    verdicts = judge_in_process(unnamed(Path("evidence")), LESSON, Course())[str(evidence)]
    assert sum(one.points for one in verdicts.checks) == 20
    assert not (tmp_path / "sprung").exists()


def test_the_judge_does_without_tensorflow():
    code = (
        "import sys; from support import evidence_builder as e; e.judged({'': e.Submission()});"
        "print([name for name in ('tensorflow', 'keras', 'IPython') if name in sys.modules])"
    )
    done = processes.python("-c", code, cwd=Path(__file__).parents[1], check=True)
    assert done.stdout == "[]\n"


# ---- as plain pytest


def plain(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


BUILD = LESSON.folder / "checks" / "check_build.py"


def test_an_instructor_sees_checks_as_plain_tests(stored, tmp_path):
    done = plain("--evidence", stored["no-bias"].parent, BUILD, "-rs", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 8 passed" in done.stdout
    assert "test_layers[evidence0/no-bias]" in done.stdout
    assert "The neurons have no bias" in done.stdout
    assert "Next: A `Dense` layer has a bias unless" in done.stdout
    assert "no-bias\n" in done.stdout
    assert "Traceback" not in done.stdout
    assert "During handling" not in done.stdout


def test_what_is_skipped_is_skipped_in_pytest_too(tmp_path):
    save_alone(untouched().evidence(), tmp_path / "blank")
    done = plain("--evidence", tmp_path / "blank", BUILD, "-rs", cwd=tmp_path)
    assert done.returncode == 0
    assert "3 skipped" in done.stdout
    assert "Not attempted yet" in done.stdout


@pytest.mark.parametrize("content", [None, "{}"])
def test_evidence_that_is_not_there_or_not_good(tmp_path, content):
    if content:
        (tmp_path / EVIDENCE).write_text(content)
    done = plain("--evidence", tmp_path, BUILD, cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "evidence" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_is_named_from_where_it_was_looked_for(stored, monkeypatch):
    root = stored["right"].parent
    monkeypatch.chdir(root)
    assert list(plugin_for([Path("right")]).judged) == ["right"]
    assert next(iter(plugin_for([root]).judged)) == f"{root.name}/no-bias"


def test_a_gpu_of_the_graders_machine_is_none_of_the_judges_business():
    work = Submission(gpus=Submission().gpus)
    assert GPU not in work.devices.offered
    assert of(judged({"": work})[""], "devices.gpus").outcome == "passed"
