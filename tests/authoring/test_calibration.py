"""The study: its runs, the rule for the threshold, what is published and whether it still holds."""

import json
import math
import multiprocessing.spawn
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import psutil
import pytest
from support import processes

from autograder.authoring.calibration import publish
from autograder.authoring.calibration.docs_tables import filled
from autograder.authoring.calibration.jobs import run
from autograder.authoring.calibration.reference_maker import disagreements, published
from autograder.authoring.calibration.run_log import CalibrationRun, RunLog, Task
from autograder.authoring.calibration.statistics import likeness, rate
from autograder.authoring.calibration.tables import interval, table, tables
from autograder.authoring.calibration.threshold import are_enough, choose_threshold, keeps_promise
from autograder.authoring.spec.numpy_training import train
from autograder.authoring.spec.recipe import Recipe, Training
from autograder.authoring.spec.study import MARKED, Study, load_study
from autograder.cli import main
from autograder.cli import study as studies
from autograder.core.distribution import Distribution
from autograder.core.errors import StudyError, UsageError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.reference import Reference, document, load_reference, standing
from autograder.core.report import Standing

SINGLE = (784, 10)

LESSON = load_lesson("building-a-brain")
STUDY = load_study(LESSON)
FIRST = STUDY.recipes[0]
changed = msgspec.structs.replace


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a lesson has published, and what is asked of it.

    ``window`` is how five epochs weigh. Of the lesson as it is written at ``most`` so many fail on
    each data set, fresh or seeded; ``quick`` is a recipe that is soon run again.
    """

    lesson: Lesson
    window: tuple[float, ...]
    most: Mapping[str, float]
    quick: str

    @property
    def study(self) -> Study:
        return load_study(self.lesson)

    @property
    def reference(self) -> Reference:
        return load_reference(self.lesson.folder)


THIRD = pytest.approx(1 / 3, abs=1e-4)
PUBLISHED = {
    one.lesson.name: one
    for one in (
        Publication(
            lesson=LESSON,
            window=(0, 0, THIRD, THIRD, THIRD),
            most={"full": 0.001, "sample": 0.001},
            # Scaled pixels do not amplify roundings: another processor gives the same, nearly.
            quick="scaled-pixels",
        ),
        Publication(
            lesson=load_lesson("a-deeper-brain"),
            window=(0, 0, 0, 0, 1),
            # So few runs of the full data that the threshold's distance shows the promise.
            most={"full": 0.12, "sample": 0.001},
            quick="epochs-1",
        ),
    )
}


@pytest.fixture(params=PUBLISHED)
def publication(request) -> Publication:
    return PUBLISHED[request.param]


# ---- training


def test_a_seed_gives_the_same_weights_again_and_another_seed_others(sample):
    short = Training(sizes=SINGLE, share=0.05, epochs=2)
    one, again, other = (train(short, sample, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.values, again.values)
    assert np.array_equal(one.means, again.means)
    assert not np.array_equal(one.values, other.values)


def test_a_snapshot_is_taken_every_4000_images_and_at_the_end_of_each_epoch(sample):
    assert train(Training(sizes=SINGLE, epochs=2), sample, 0).snapshots == (3, 3)
    assert train(Training(sizes=SINGLE, epochs=1, batch=128), sample, 0).snapshots == (4,)
    assert train(Training(sizes=SINGLE, epochs=1, share=0.01), sample, 0).snapshots == (1,)


def test_the_last_batch_may_be_smaller(sample):
    assert train(Training(sizes=SINGLE, epochs=1, batch=7_000), sample, 0).steps == 2


def test_a_hidden_layer_learns_and_patience_brings_back_the_best_epoch(sample):
    patient = Training(sizes=(784, 32, 10), scale=1 / 255, share=0.02, epochs=80, patience=2)
    stopped = train(patient, sample, 3)
    best = int(np.argmin(stopped.losses))
    assert len(stopped.losses) == best + 3 < 80
    assert stopped.losses[best] < 0.6 * stopped.losses[0]
    until = train(replace(patient, epochs=best + 1, patience=None), sample, 3)
    assert np.array_equal(stopped.values, until.values)


def test_steps_that_are_far_too_large_end_in_no_number_and_not_in_a_warning(sample):
    wild = Training(sizes=SINGLE, optimizer="sgd", rate=1e38, epochs=1, share=0.05)
    trained = train(wild, sample, 0)
    assert not np.isfinite(trained.values).all()
    assert math.isnan(STUDY.measure(trained, sample)[MARKED])


def test_an_order_that_is_repeated_is_the_first_one_again(sample):
    one, other = (
        Training(sizes=SINGLE, epochs=2, share=0.05, order=order) for order in ("fresh", "repeated")
    )
    fresh, repeated = (train(training, sample, 0) for training in (one, other))
    assert np.array_equal(fresh.means[0], repeated.means[0])
    assert not np.array_equal(fresh.means[1], repeated.means[1])


def test_labels_images_and_shares_are_those_of_the_recipe(sample):
    right, shuffled = (
        train(Training(sizes=SINGLE, scale=1 / 255, epochs=1, labels=labels), sample, 0)
        for labels in ("own", "shuffled")
    )
    assert right.accuracies[0] > 0.7
    assert shuffled.accuracies[0] < 0.2
    assert train(Training(sizes=SINGLE, split="validation", epochs=1), sample, 0).steps == 63
    assert train(Training(sizes=SINGLE, share=0.1, epochs=1), sample, 0).steps == 38


# ---- what the lesson declares


def test_every_wrong_recipe_names_a_check_of_the_lesson_and_a_misconception(publication):
    names = [recipe.name for recipe in publication.study.recipes]
    assert len(set(names)) == len(names)
    for recipe in publication.study.recipes:
        question, _, check = recipe.detected_by.partition(".")
        if not recipe.right:
            files = {path.stem: path.read_text() for path in publication.lesson.checks}
            assert f"def test_{check}(" in files[f"check_{question}"]
            assert recipe.misconception


def test_what_is_marked_is_the_end_of_training(publication):
    """Its second half in one lesson, its last epoch in the other."""
    assert publication.study.window == publication.window


def test_the_statistics_are_those_that_are_measured(sample, publication):
    short = replace(publication.study.recipes[0].training, epochs=1, share=0.05)
    measured = publication.study.measure(train(short, sample, 0), sample)
    assert set(measured) == set(publication.study.statistics)
    # Of one epoch there is only one mean.
    others = {"whole", "final", "half"} & set(measured)
    assert {measured[name] for name in others} == {measured[MARKED]}


def test_whatever_changes_the_numbers_changes_the_key_and_words_do_not():
    others = (
        replace(STUDY, window=(0.2,) * 5),
        replace(STUDY, statistics={MARKED: "marked"}),
        replace(STUDY, recipes=(replace(FIRST, training=Training(sizes=SINGLE, epochs=6)),)),
    )
    assert all(study.key(study.recipes[0]) != STUDY.key(FIRST) for study in others)
    assert STUDY.key(replace(FIRST, title="other", runs=1)) == STUDY.key(FIRST)


def test_the_first_recipe_is_the_lesson_as_it_is_written_and_others_may_be():
    for publication in PUBLISHED.values():
        assert [one.name for one in publication.study.written] == ["lesson", "lesson-seeded"]
    plain = replace(FIRST, written=False)
    assert replace(STUDY, recipes=(plain,)).written == (plain,)


def test_an_unknown_recipe_is_told_with_those_there_are():
    with pytest.raises(UsageError, match=r"no recipe “odd”.*lesson, "):
        STUDY.recipe("odd")


# ---- runs in a file


def made(
    seed: int, correct: int | None = 1_600, recipe: Recipe = FIRST, data="sample"
) -> CalibrationRun:
    """A run that was made, by hand."""
    return CalibrationRun(
        recipe=recipe.name,
        data=data,
        seed=seed,
        key=STUDY.key(recipe),
        images=2_000,
        correct=dict.fromkeys(STUDY.statistics, correct),
    )


def test_runs_are_there_again(tmp_path):
    path = tmp_path / "new" / "runs.jsonl"
    with RunLog(path) as runs:
        runs.add(made(1))
        runs.add(made(0, None))
    with RunLog(path) as runs:
        assert [one.seed for one in runs.of(STUDY.key(FIRST), FIRST.name, "sample")] == [0, 1]
        assert runs.has(STUDY.key(FIRST), Task(recipe=FIRST.name, data="sample", seed=1))
        assert not runs.has(STUDY.key(FIRST), Task(recipe=FIRST.name, data="sample", seed=2))
        assert not runs.has("another meaning", Task(recipe=FIRST.name, data="sample", seed=1))


def test_a_line_that_was_not_finished_is_made_again(tmp_path):
    path = tmp_path / "runs.jsonl"
    with RunLog(path) as runs:
        runs.add(made(0))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    with RunLog(path) as runs:
        assert len(runs.runs) == 1
        runs.add(made(1))
    with RunLog(path) as runs:
        assert len(runs.runs) == 2


def test_a_file_that_holds_something_else_is_told(tmp_path):
    path = tmp_path / "runs.jsonl"
    path.write_text("nonsense\n")
    with pytest.raises(StudyError, match=r"runs\.jsonl, line 1"), RunLog(path):
        pass


# ---- the command


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """A folder that is no course."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


QUICK = (
    *("--lesson", "building-a-brain", "--data", "sample"),
    *("--recipe", "batch-4096", "rate-0.01", "--workers", "2"),
)


def test_the_command_makes_runs_and_makes_none_again(somewhere, capsys):
    assert main(["study", *QUICK, "--runs", "1"]) == 0
    first = capsys.readouterr()
    assert "0 of 2 runs are there already" in first.err
    assert re.search(r"batch-4096 +1 ", first.out)
    kept = (somewhere / "results/.study/building-a-brain.jsonl").read_bytes()
    assert main(["study", *QUICK, "--runs", "1"]) == 0
    assert "2 of 2 runs are there already" in capsys.readouterr().err
    assert (somewhere / "results/.study/building-a-brain.jsonl").read_bytes() == kept


@pytest.mark.slow
def test_a_study_that_was_killed_goes_on(somewhere):
    command = [sys.executable, "-m", "autograder.cli", "study", *QUICK]
    with subprocess.Popen([*command, "--runs", "200"], stderr=subprocess.DEVNULL) as process:
        path = somewhere / "results/.study/building-a-brain.jsonl"
        processes.wait_until(
            lambda: path.is_file() and path.read_bytes().count(b"\n") >= 2, "two runs", process
        )
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
    assert psutil.wait_procs(workers, timeout=10)[1] == []
    whole = path.read_bytes().count(b"\n")
    done = subprocess.run(
        [*command, "--runs", "2"], capture_output=True, text=True, check=True, timeout=120
    )
    there = int(re.search(r"(\d) of 4 runs are there already", done.stderr)[1])
    assert 1 <= there <= whole
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert Counter((one["recipe"], one["seed"]) for one in kept).most_common(1)[0][1] == 1


def test_a_worker_that_cannot_work_is_told(somewhere, capsys, monkeypatch):
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", b"/bin/false")
    assert main(["study", *QUICK, "--runs", "1"]) == 2
    assert "A worker of the study ended before its runs were made" in capsys.readouterr().err


def test_what_is_published_agrees(capsys, monkeypatch):
    """With the lesson, with the judge, with the page and with the picture."""
    monkeypatch.chdir(LESSON.folder.parent.parent.parent)
    assert main(["study", "--check"]) == 0, capsys.readouterr().out


def test_a_lesson_whose_study_is_not_published_yet_is_told_of(tmp_path, capsys):
    unpublished = replace(LESSON, folder=tmp_path)
    assert studies._check([unpublished], tmp_path) == 0
    assert "is not published yet" in capsys.readouterr().out


# ---- the rule for the threshold


def spread(mean: float, *, runs: int, width: int = 1, images: int = 10_000) -> Distribution:
    """So many runs, one half of them so many images below the mean and one half above."""
    middle = round(mean * images)
    half = runs // 2
    return Distribution(images=images, counts={middle - width: half, middle + width: runs - half})


MANY = spread(0.83, runs=4_000)


@pytest.mark.parametrize(
    ("right", "threshold"),
    [
        # The wish, where nothing speaks against it, and never more.
        ({"right": MANY}, 0.80),
        ({"right": spread(0.95, runs=4_000)}, 0.80),
        # One of 4,000 is too many, because the rate may be higher; one of 10,000 is not.
        ({"right": replace(MANY, counts={7_950: 1, **MANY.counts})}, 0.79),
        ({"right": replace(MANY, counts={8_300: 9_999, 7_900: 1})}, 0.80),
        ({"right": MANY, "slow": spread(0.78, runs=4_000)}, 0.77),
    ],
)
def test_the_threshold_is_the_wish_or_what_keeps_the_promise(right, threshold):
    assert choose_threshold(right, 0.80) == threshold


def test_three_thousand_with_none_below_are_enough_and_fewer_are_not():
    assert are_enough(3_000)
    assert not are_enough(2_990)


def test_few_runs_need_a_distance():
    near, far = (spread(0.81, runs=100, width=width) for width in (26, 23))
    assert near.below(0.80) == far.below(0.80) == 0
    assert not keeps_promise(near, 0.80)
    assert keeps_promise(far, 0.80)
    assert not keeps_promise(replace(far, lost=1), 0.80)


def test_a_run_exactly_on_the_threshold_is_not_below_it():
    assert Distribution(images=2_000, counts={1_500: 1, 1_499: 2}).below(0.75) == 2
    for percent in range(50, 100):
        assert Distribution(images=2_000, counts={percent * 20: 1}).below(percent / 100) == 0
        assert Distribution(images=10_000, counts={percent * 100: 1}).below(percent / 100) == 0


def test_a_run_without_a_number_is_below_every_threshold():
    assert not keeps_promise(replace(MANY, lost=2), 0.5)


def test_no_threshold_is_fair():
    with pytest.raises(StudyError, match="fair to every right recipe"):
        choose_threshold({"right": spread(0.4, runs=4_000)}, 0.80)


# ---- rates and distributions


@pytest.mark.parametrize(
    ("count", "runs", "low", "high"),
    [
        # From the tables of Clopper and Pearson, and 1 - 0.025 ** (1 / n).
        (0, 10, 0, 0.3085),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1),
        (0, 3_700, 0, 0.0010),
    ],
)
def test_intervals_are_exact(count, runs, low, high):
    found = rate(count, runs)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.low <= count / runs <= found.upper_limit <= found.high


def test_none_of_n_is_at_most_three_in_n():
    assert rate(0, 3_000).upper_limit == pytest.approx(1 - 0.05 ** (1 / 3_000), abs=1e-7)
    assert rate(0, 3_000).upper_limit < 3 / 3_000


def test_equal_numbers_are_alike_and_others_are_not():
    numbers = np.linspace(0, 1, 100).tolist()
    assert likeness(numbers, numbers) == 1
    assert likeness(numbers, [one + 0.5 for one in numbers]) < 1e-6


def test_without_scipy_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(StudyError, match="pip install scipy"):
        rate(0, 10)


def test_grading_does_not_need_scipy():
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "from autograder.core.lesson_registry import load_lesson\n"
        "from autograder.core.reference import standing\n"
        "print(standing(load_lesson('building-a-brain'), 'full', 0.83, '').threshold)\n"
    )
    done = processes.python("-c", code, check=True)
    assert done.stdout.strip() == str(LESSON.thresholds["full"])


def test_a_distribution_is_stored_and_read_again():
    given = Distribution.of(2_000, [1_600, None, 1_602, 1_600])
    assert given.stored() == {"1600": 2, "1602": 1, "nan": 1}
    assert Distribution.read(2_000, given.stored()) == given
    assert (given.runs, given.values.tolist()) == (4, [0.8, 0.8, 0.801])


def test_runs_that_are_all_alike_are_as_far_from_a_threshold_as_can_be():
    alike = Distribution.of(1_000, [800, 800])
    assert (alike.above(0.79), alike.above(0.81)) == (math.inf, -math.inf)


def test_the_central_part_leaves_as_much_out_on_either_side():
    hundred = Distribution.of(1_000, range(500, 601))
    assert hundred.central(0.98) == (0.501, 0.599)


# ---- what is published

REFERENCE = load_reference(LESSON.folder)
ON_SAMPLE = REFERENCE.data["sample"]


def on_sample(**changes):
    """What is published, with something of the sample changed."""
    return changed(REFERENCE, data={**REFERENCE.data, "sample": changed(ON_SAMPLE, **changes)})


def of_first(**changes):
    """What is published, with something of the lesson's own recipe on the sample changed."""
    one = changed(ON_SAMPLE.recipes[FIRST.name], **changes)
    return on_sample(recipes={**ON_SAMPLE.recipes, FIRST.name: one})


def differences(study=STUDY, lesson=LESSON, reference=REFERENCE) -> str:
    return "\n".join(disagreements(study, lesson, reference))


def test_the_thresholds_of_the_lesson_follow_from_what_is_published(publication):
    """Worked out again by the rule, from nothing but the numbers of the runs."""
    study = publication.study
    assert differences(study, publication.lesson, publication.reference) == ""
    for name, on in publication.reference.data.items():
        right = {one.name: on.spread(one.name, MARKED) for one in study.recipes if one.right}
        assert choose_threshold(right, study.wish) == publication.lesson.thresholds[name]


@pytest.mark.parametrize("data", ["full", "sample"])
def test_the_promise_is_shown_by_the_lessons_own_runs(publication, data):
    on = publication.reference.data[data]
    for recipe in publication.study.written:
        one = on.recipes[recipe.name]
        assert one.below == 0
        assert keeps_promise(on.spread(recipe.name, MARKED), publication.lesson.thresholds[data])
        assert rate(one.below, one.runs).upper_limit <= publication.most[data]


def with_first(**changes):
    return replace(STUDY, recipes=(replace(FIRST, **changes), *STUDY.recipes[1:]))


def lowered(**thresholds):
    return replace(LESSON, thresholds={**LESSON.thresholds, **thresholds})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lesson": lowered(full=0.79)}, "the lesson's thresholds are"),
        ({"lesson": lowered(sample=0.8)}, "the lesson's thresholds are"),
        ({"study": replace(STUDY, window=(0.2,) * 5)}, "weighs five epochs"),
        ({"study": replace(STUDY, recipes=STUDY.recipes[:-1])}, "not those that the lesson"),
        ({"study": with_first(detected_by="x")}, "right or wrong"),
        (
            {"study": with_first(training=Training(sizes=SINGLE, epochs=4))},
            "means something else now",
        ),
        ({"study": replace(STUDY, wish=0.7)}, "do not follow from the runs"),
        ({"reference": on_sample(threshold=0.5)}, "do not follow from the runs"),
        ({"reference": on_sample(low=0.5)}, "do not follow from the runs"),
        ({"reference": of_first(below=1)}, "do not follow from the runs"),
        ({"reference": of_first(high=0.0001)}, "do not follow from the runs"),
        ({"reference": of_first(runs=9_999)}, "not those of 9999 runs"),
        ({"reference": of_first(correct={MARKED: {"1400": 4_000}})}, "do not follow from the runs"),
    ],
)
def test_whatever_does_not_hold_together_is_told(change, says):
    assert says in differences(**change)


def test_the_file_is_what_the_same_content_is_written_as(publication):
    stored = (publication.lesson.folder / "reference.json").read_text()
    assert document(publication.reference) == stored
    assert len(stored) < 100_000


def test_a_run_made_again_gives_what_was_stored(publication):
    """So neither the trainer nor what is measured has changed since."""
    again = run(publication.lesson.name, Task(recipe=publication.quick, data="sample", seed=0))
    stored = publication.reference.data["sample"].recipes[publication.quick]
    assert again.correct[MARKED] == pytest.approx(stored.first[0], abs=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "recipe"),
    [
        # The trainer is the same for all: some stand for the others, day by day.
        pytest.param(name, recipe.name, marks=[pytest.mark.weekly] if number % 12 else [])
        for name, one in PUBLISHED.items()
        for number, recipe in enumerate(one.study.recipes)
    ],
)
def test_every_recipe_made_again_lies_where_it_did(lesson, recipe):
    publication = PUBLISHED[lesson]
    again = run(lesson, Task(recipe=recipe, data="sample", seed=0))
    before = publication.reference.data["sample"].spread(recipe, MARKED)
    assert abs(again.correct[MARKED] / again.images - before.mean) < 5 * before.sd


def test_publishing_from_runs(tmp_path):
    """With a few runs of each recipe: thresholds come from the distance."""
    with RunLog(tmp_path / "runs.jsonl") as runs:
        for recipe in STUDY.recipes:
            for seed in range(4):
                runs.add(made(seed, 1_640 + seed if recipe.right else 1_300 + seed, recipe))
        found = published(STUDY, runs, ["sample"])
    one = found.data["sample"]
    assert one.threshold == STUDY.wish
    assert (one.low, one.high) == (0.82, 0.8215)
    assert one.recipes[FIRST.name].first == (1_640, 1_641, 1_642)
    assert one.recipes["batch-1024"].below == 4
    assert set(one.recipes[FIRST.name].correct) == set(STUDY.statistics)


def test_a_courses_lesson_is_published_beside_itself(tmp_path):
    """A lesson in one notebook has no place in our docs; its page may be edited and made again."""
    folder = tmp_path / "lessons" / LESSON.folder.name
    folder.mkdir(parents=True)
    own = replace(LESSON, folder=folder, thresholds={"sample": STUDY.wish})
    with RunLog(tmp_path / "runs.jsonl") as runs:
        for recipe in STUDY.recipes:
            for seed in range(2):
                runs.add(made(seed, 1_640 + seed if recipe.right else 1_300 + seed, recipe))
        paths = [path.name for path in publish.write(own, runs, tmp_path)]
        page = folder / "study.md"
        assert paths == ["reference.json", "study.md", "study.png"]
        assert [*publish.stale(own, tmp_path)] == []
        text = page.read_text()
        for words in ("# The threshold of “Building", "## Right work, sample", "| 2 | 65.03 % |"):
            assert words in text
        page.write_text("My words.\n" + text.replace("| the lesson as it is written |", "| x |"))
        assert [*publish.stale(own, tmp_path)] == [
            "lessons/building_a_brain/study.md: its tables are not those of the study"
        ]
        [*publish.write(own, runs, tmp_path)]
        assert page.read_text() == "My words.\n" + text
    (folder / "study.png").unlink()
    assert [*publish.stale(own, tmp_path)] == [
        "lessons/building_a_brain/study.png is missing: --write makes it"
    ]


def test_nothing_is_published_where_a_recipe_is_missing(tmp_path):
    with (
        RunLog(tmp_path / "runs.jsonl") as runs,
        pytest.raises(StudyError, match="Too few runs on the full data to publish: lesson"),
    ):
        published(STUDY, runs, ["full"])


# ---- tables and the page

PAGE = """\
Words.
<!-- study one: a b -->
old
<!-- end -->
<!-- study two: a b -->
kept
<!-- end -->
"""


def test_a_table_is_put_into_its_place_and_no_other():
    assert filled(PAGE, "one", {"a b": "new\n"}) == PAGE.replace("old", "new")


@pytest.mark.parametrize("made", [{}, {"a b": "", "c": ""}, {"c": ""}])
def test_a_place_or_a_table_that_is_missing_is_told(made):
    with pytest.raises(StudyError, match="is missing"):
        filled(PAGE, "one", made)


def test_tables_and_intervals_in_words():
    assert table(("a", "b"), [("1", "2")], "lr") == "| a | b |\n| --- | ---: |\n| 1 | 2 |\n"
    assert interval(0, 0.000922) == "0 to 0.0922 %"
    assert interval(0.5, 1) == "50 to 100 %"


def test_the_tables_tell_of_every_recipe_and_every_data_set(publication):
    made = tables(publication.study, publication.reference, {})
    assert "keras" not in made
    for name, on in publication.reference.data.items():
        whole = made[f"right {name}"] + made[f"wrong {name}"]
        for recipe in publication.study.recipes:
            assert f"| {recipe.title} | {on.recipes[recipe.name].runs:,} |" in whole
            assert not recipe.misconception or recipe.misconception in whole
    for text in made.values():
        lines = text.splitlines()
        assert len({line.count(" | ") for line in lines if "---" not in line}) == 1


@pytest.fixture
def copied(publication, tmp_path):
    """The lesson's publication, to be changed."""
    root = publication.lesson.folder.parent.parent.parent
    for name in ("docs/fairness.md", f"docs/pictures/study-{publication.lesson.name}.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((root / name).read_bytes())
    return tmp_path


def test_a_page_whose_tables_were_edited_is_stale(publication, copied):
    page = copied / "docs/fairness.md"
    assert not [*publish.stale(publication.lesson, copied)]
    page.write_text(page.read_text().replace("| the lesson as it is written |", "| the lesson |"))
    assert "its tables are not those" in "\n".join(publish.stale(publication.lesson, copied))


def test_words_of_the_page_may_be_edited(publication, copied):
    page = copied / "docs/fairness.md"
    page.write_text(page.read_text() + "\nOne more word.\n")
    assert not [*publish.stale(publication.lesson, copied)]


def test_a_picture_of_other_runs_is_stale(publication, copied):
    picture = copied / f"docs/pictures/study-{publication.lesson.name}.png"
    stamp = publish.figure.stamp(publication.reference).encode()
    picture.write_bytes(picture.read_bytes().replace(stamp, b"0" * len(stamp)))
    assert "drawn from other runs" in "\n".join(publish.stale(publication.lesson, copied))


def test_a_page_that_is_missing_is_told(tmp_path):
    with pytest.raises(StudyError, match=r"fairness\.md is missing"):
        [*publish.stale(LESSON, tmp_path)]


# ---- what a student sees


def test_a_standing_is_that_of_the_data_set(publication):
    on = publication.reference.data["sample"]
    found = standing(publication.lesson, "sample", 0.8, "Not the log.")
    assert found == Standing(
        value=0.8,
        threshold=publication.lesson.thresholds["sample"],
        low=on.low,
        high=on.high,
        note="Not the log.",
    )
    assert found.threshold < found.low < found.high


def test_without_a_study_that_is_published_the_command_is_told(tmp_path):
    with pytest.raises(StudyError, match="`autograder study --lesson my-lesson --write` makes it"):
        load_reference(tmp_path / "my_lesson")


def test_of_several_studies_one_has_to_be_named(capsys):
    assert main(["study", "--runs", "1"]) == 2
    printed = capsys.readouterr().err
    assert "Which lesson?" in printed
    assert all(name in printed for name in PUBLISHED)
