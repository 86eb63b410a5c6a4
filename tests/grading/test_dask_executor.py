"""Submissions graded on a Dask cluster: the same reports, whatever becomes of its workers."""

import contextlib
import json
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from unittest import mock

import nbformat
import psutil
import pytest
from support import digits, mini, processes

from autograder import datasets, lessons
from autograder.cli import main
from autograder.core.config import Course, Settings
from autograder.core.errors import (
    ClusterError,
    DatasetError,
    EvidenceError,
    IsolationError,
    UsageError,
)
from autograder.core.evidence import Evidence, Record, Run, load, pack
from autograder.core.lesson_registry import load_lesson
from autograder.grading import cache_key
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job

distributed = pytest.importorskip("distributed")
from support.dask_cluster import Cluster, names  # noqa: E402

from autograder.grading.dask_executor import DaskExecutor  # noqa: E402
from autograder.grading.dask_worker import Grading, conditions, differences  # noqa: E402

LESSON = "building-a-brain"
SLOW = "import time\ntime.sleep(600)"


@pytest.fixture
def pool(sample_keras):
    return SandboxPool(settings=Settings(), data_home=sample_keras)


class TestTheWayThere:
    def test_without_the_extra(self, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.chdir(tmp_path)
        nbformat.write(mini.submitted(), tmp_path / "anna.ipynb")
        monkeypatch.delitem(sys.modules, "autograder.grading.dask_executor")
        monkeypatch.setitem(sys.modules, "distributed", None)
        assert main(["grade", "anna.ipynb", "--dask", "tcp://127.0.0.1:1"]) == 2
        assert "pip install distributed" in capsys.readouterr().err

    def test_nothing_of_dask_is_loaded_unless_asked_for(self) -> None:
        code = "import sys, autograder.cli; sys.exit('distributed' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_no_such_file(self, pool) -> None:
        with pytest.raises(UsageError, match="no scheduler file there"):
            DaskExecutor(pool, address="there.json")

    def test_nobody_answers(self, pool) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(ClusterError, match="No Dask scheduler answers at tcp"):
                DaskExecutor(pool, address=address, patience=1)

    def test_a_file_that_is_none(self, pool, tmp_path) -> None:
        (tmp_path / "scheduler.json").write_text("{}")
        with pytest.raises(UsageError, match="is no file of a Dask scheduler"):
            DaskExecutor(pool, address=str(tmp_path / "scheduler.json"), patience=1)

    def test_exit_code(self, tmp_path, monkeypatch, capsys, sample_keras) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("KERAS_HOME", str(sample_keras))
        nbformat.write(mini.submitted(), tmp_path / "anna.ipynb")
        assert main(["grade", "anna.ipynb", "--dask", "nowhere.json"]) == 2
        assert "no scheduler file nowhere.json" in capsys.readouterr().err


class TestWords:
    def test_nothing_differs_from_itself(self) -> None:
        assert differences(conditions(), conditions()) == ""

    def test_each_difference_by_name(self) -> None:
        here = conditions()
        assert {"tensorflow", "keras", "Python", "msgspec", "building-a-brain", "code"} <= set(here)
        found = differences(here, {**here, "keras": "2.0", "Python": "2.7"})
        assert found == (
            f"keras is 2.0, here it is {here['keras']}; Python is 2.7, here it is {here['Python']}"
        )


def killed() -> Exception:
    return distributed.KilledWorker("key", mock.Mock(address="tcp://there"), 3)


class TestAnswers:
    """What is made of a worker's answer, with a stand-in for the cluster."""

    def outcome(self, pool, *answers):
        sent = []
        for answer in answers:
            one = mock.Mock()
            one.result.side_effect = [answer]
            one.add_done_callback.side_effect = lambda heard, one=one: heard(one)
            sent.append(one)
        client = mock.Mock(status="closed")
        client.nthreads.return_value = {"a": 1, "b": 2}
        client.submit.side_effect = sent
        with mock.patch("autograder.grading.dask_executor.Client", return_value=client):
            executor = DaskExecutor(pool, address="tcp://here")
        assert executor.max_pending == 6
        try:
            future = executor.start(mock_job())
            return future.exception(timeout=10) or future.result(), client
        finally:
            executor.stop()

    def test_a_run_comes_back_as_it_was(self, pool) -> None:
        run = Run(job="7", seconds=2.0)
        found, _ = self.outcome(pool, pack(Evidence(record=Record(run=run))))
        assert found.record.run == run

    def test_what_is_no_run_is_refused(self, pool) -> None:
        error, _ = self.outcome(pool, b"no archive")
        assert isinstance(error, EvidenceError)

    @pytest.mark.parametrize(
        "error",
        [IsolationError("no namespaces"), ClusterError("unlike"), RuntimeError("disk full")],
    )
    def test_what_a_worker_says_is_passed_on(self, pool, error) -> None:
        assert self.outcome(pool, error)[0] is error

    @pytest.mark.parametrize(
        ("answers", "kind", "words"),
        [
            (
                [ModuleNotFoundError("No module named 'autograder'")],
                ClusterError,
                "A worker has not the building-a-brain that this machine has",
            ),
            ([KeyError("key")], RuntimeError, "Dask: KeyError: 'key'"),
            ([distributed.CancelledError()], ClusterError, "scheduler was lost"),
            ([], ClusterError, "scheduler was lost"),
        ],
        ids=["without our package", "an error of Dask", "a lost scheduler", "nothing submitted"],
    )
    def test_what_went_wrong_is_told(self, pool, answers, kind, words) -> None:
        error, _ = self.outcome(pool, *answers)
        assert isinstance(error, kind)
        assert words in str(error)

    @pytest.mark.parametrize("answer", [b"", killed()])
    def test_a_job_that_was_given_up_or_only_waited_is_submitted_again(self, pool, answer) -> None:
        error, client = self.outcome(pool, answer, IsolationError(""))
        assert isinstance(error, IsolationError)
        assert client.submit.call_count == 2

    def test_but_not_for_ever(self, pool) -> None:
        error, client = self.outcome(pool, *[killed() for _ in range(20)])
        assert "keep ending" in str(error)
        assert client.submit.call_count == 10


def mock_job(**more):
    return Job(cells=[], files={}, prelude="", settings=Settings(), **more)


@contextlib.contextmanager
def stopping(executor):
    try:
        yield executor
    finally:
        executor.stop()


class TestImages:
    """Those of a job's data set go to the workers, with a stand-in for these."""

    @pytest.fixture
    def module(self, tmp_path, monkeypatch):
        """A data set that only a lesson knows."""
        digits.write(tmp_path / "lessons")
        monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(tmp_path / "lessons")])
        for name in [one for one in sys.modules if one.startswith(digits.MODULE)]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
        module = f"{digits.MODULE}.data"
        datasets.provide(datasets.named(module), progress=print)
        return module

    def test_the_first_job_of_a_data_set_sends_them(self, pool, module) -> None:
        client = mock.Mock(status="running")
        client.nthreads.return_value = {"a": 1}
        with (
            mock.patch("autograder.grading.dask_executor.Client", return_value=client),
            stopping(DaskExecutor(pool, address="tcp://here")) as executor,
        ):
            sent = client.register_plugin
            assert sent.call_count == 0
            for dataset, count in (("", 1), ("", 1), (module, 2), ("", 2)):
                executor.start(mock_job(dataset=dataset))
                assert sent.call_count == count
        named = [one.kwargs["name"] for one in sent.call_args_list]
        assert [one.args[0] for one in client.unregister_worker_plugin.call_args_list] == named

    def test_a_worker_runs_on_what_was_sent(self, pool, module, tmp_path, monkeypatch) -> None:
        sent = pickle.dumps(Grading(pool, module))
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
        grading, dataset = pickle.loads(sent), datasets.named(module)  # noqa: S301  our own
        grading.setup(mock.Mock(local_directory=str(tmp_path / "worker")))
        assert grading._pool.images(dataset).is_relative_to(tmp_path / "worker")
        assert dataset.read(grading._pool.images(dataset)).shape == (8, 8)

    def test_others_than_the_wanted_ones_are_refused(self, pool, tmp_path) -> None:
        with mock.patch.object(SandboxPool, "variant", return_value="full"):
            grading = Grading(pool, "")
        for begin in (
            lambda: grading.setup(mock.Mock(local_directory=str(tmp_path))),
            lambda: grading.run("name", b""),
        ):
            with pytest.raises(ClusterError, match="images is sample, here it is full"):
                begin()

    def test_those_that_are_missing_here_fail_the_job(self, tmp_path, module) -> None:
        pool = SandboxPool(settings=Settings(), data_home=tmp_path / "keras")
        (tmp_path / "keras" / "datasets" / "digits" / "train_images.npy").unlink()
        client = mock.Mock(status="closed")
        client.nthreads.return_value = {"a": 1}
        with (
            mock.patch("autograder.grading.dask_executor.Client", return_value=client),
            stopping(DaskExecutor(pool, address="tcp://here")) as executor,
            pytest.raises(DatasetError, match=r"train_images\.npy"),
        ):
            executor.start(mock_job(dataset=module)).result(timeout=10)


@pytest.fixture
def cluster(tmp_path):
    found = Cluster(tmp_path)
    yield found
    found.close()


def submit(folder, **notebooks):
    for name, notebook in notebooks.items():
        mini.put(folder / name / LESSON / f"{LESSON}.ipynb", notebook)
    return find_submissions([folder])


def grader(home, results, **more):
    return Grader(
        course=Course(), data_home=home, results=results, lesson=load_lesson(LESSON), **more
    )


def graded(made, submissions):
    with made:
        return {report.name: report for report in made.grade(submissions)}


def on(cluster, **more):
    return partial(DaskExecutor, address=str(cluster.file), **more)


@pytest.mark.kernel
@pytest.mark.slow
class TestCluster:
    def test_the_same_as_here(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add(number=2)
        submissions = submit(
            tmp_path / "submitted",
            right=mini.submitted(),
            wrong=mini.submitted(build="model = 3"),
            dead=mini.submitted(compile="import os\nos.kill(os.getpid(), 9)"),
        )
        here = graded(grader(sample_keras, tmp_path / "here"), submissions)
        there = graded(
            grader(sample_keras, tmp_path / "there", executor_factory=on(cluster)), submissions
        )
        for name, report in here.items():
            other = there[name]
            assert replace(other, seconds=report.seconds, job=report.job) == report
            found = [load(tmp_path / place / LESSON / name) for place in ("here", "there")]
            assert found[0].record.recorded == found[1].record.recorded
            assert set(found[0].arrays) == set(found[1].arrays)
        assert here["right"].score > here["wrong"].score
        assert set(cluster.taken_up()) == set(cluster.client.nthreads())
        processes.wait_until(lambda: not cluster.sandboxes(), seconds=20)

    def test_a_killed_worker_costs_a_retry(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add()
        submissions = submit(tmp_path / "submitted", one=mini.submitted())
        killer = threading.Thread(target=cluster.kill_whoever_takes_up, args=(1,), daemon=True)
        killer.start()
        report = graded(
            grader(sample_keras, tmp_path / "r", executor_factory=on(cluster)), submissions
        )["one"]
        assert not killer.is_alive()
        assert (report.status, report.reason) == ("graded", None)
        assert report.score > 10
        assert len(cluster.taken_up()) == 2

    def test_one_that_kills_three(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add(number=2)
        submissions = submit(tmp_path / "submitted", one=mini.submitted(build=SLOW))
        killer = threading.Thread(target=cluster.kill_whoever_takes_up, args=(3,), daemon=True)
        killer.start()
        report = graded(
            grader(sample_keras, tmp_path / "r", executor_factory=on(cluster)), submissions
        )["one"]
        assert not killer.is_alive()
        assert report.status == "graded"
        assert report.reason == "the run ended three workers of the cluster"
        assert report.score == 0
        assert len(cluster.taken_up()) == 4
        assert len(cluster.client.nthreads()) > 0

    def test_stop_leaves_no_kernel(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add(number=2)
        slow = {f"s{n}": mini.submitted(build=f"{SLOW} + {n}") for n in range(5)}
        submissions = submit(tmp_path / "submitted", **slow)
        with grader(sample_keras, tmp_path / "r", executor_factory=on(cluster)) as made:
            executor = made.executor_factory(made.sandbox_pool)
            futures = [
                executor.start(made.plan(one, *made.read(one), one.name).job) for one in submissions
            ]
            processes.wait_until(lambda: len(cluster.taken_up()) == 2)
            time.sleep(12)
            assert cluster.sandboxes()
            began = time.monotonic()
            executor.stop()
            assert time.monotonic() - began < 60
            processes.wait_until(lambda: not cluster.sandboxes(), seconds=5)
            assert names(cluster.sandboxes()) == []
        assert len(cluster.taken_up()) == 2
        assert not any(future.done() and not future.exception() for future in futures)

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
    def test_a_grader_that_is_stopped(self, cluster, sample_keras, tmp_path, number, code) -> None:
        cluster.add()
        submit(tmp_path / "submitted", slow=mini.submitted(build=SLOW))
        command = ["grade", "submitted", "--dask", str(cluster.file)]
        with (
            (tmp_path / "log").open("wb") as log,
            processes.started(
                [sys.executable, "-m", "autograder.cli", *command],
                cwd=tmp_path,
                env={**cluster._environment, "KERAS_HOME": str(sample_keras)},
                stdout=log,
                stderr=log,
            ) as process,
        ):
            processes.wait_until(lambda: len(cluster.taken_up()) == 1)
            time.sleep(10)
            assert cluster.sandboxes()
            process.send_signal(number)
            assert process.wait(15) == code
            processes.wait_until(lambda: not cluster.sandboxes(), seconds=15)

    def test_a_worker_that_cannot_keep_submissions_apart(
        self, cluster, sample_keras, tmp_path
    ) -> None:
        cluster.add()
        cluster.client.run(
            exec, "from autograder.sandbox import bubblewrap as b; b.find = lambda: None", {}
        )
        submissions = submit(tmp_path / "submitted", one=mini.submitted())
        made = grader(sample_keras, tmp_path / "r", executor_factory=on(cluster))
        with made, pytest.raises(IsolationError, match=r"On the worker tcp://.*no bubblewrap"):
            list(made.grade(submissions))

    def test_the_scheduler_is_lost(self, cluster, sample_keras, tmp_path, monkeypatch) -> None:
        cluster.add()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("KERAS_HOME", str(sample_keras))
        submit(tmp_path / "submitted", a=mini.released(), b=mini.submitted(build=SLOW))
        report = tmp_path / "results" / LESSON / "a" / "report.json"

        def lose() -> None:
            # What a worker has not yet sent is lost with it.
            processes.wait_until(lambda: len(cluster.taken_up()) == 2 and report.exists())
            psutil.Process(cluster.scheduler.pid).kill()

        threading.Thread(target=lose, daemon=True).start()
        began = time.monotonic()
        done = processes.python(
            "-m", "autograder.cli", "grade", "submitted", "--dask", str(cluster.file), timeout=200
        )
        assert time.monotonic() - began < 120
        assert done.returncode == 2, done.stderr
        assert "scheduler was lost" in done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert json.loads(report.read_text())["status"] == "graded"
        processes.wait_until(lambda: not cluster.sandboxes(), seconds=30)

    def test_no_workers(self, cluster, pool) -> None:
        with pytest.raises(ClusterError, match="has no workers"):
            DaskExecutor(pool, address=str(cluster.file), patience=2)

    def test_the_last_worker_is_lost(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add("--no-nanny")
        submissions = submit(tmp_path / "submitted", one=mini.submitted(build=SLOW))
        killer = threading.Thread(target=cluster.kill_whoever_takes_up, args=(1,), daemon=True)
        killer.start()
        made = grader(sample_keras, tmp_path / "r", executor_factory=on(cluster, patience=5))
        with made, pytest.raises(ClusterError, match="had no workers for 5 s"):
            list(made.grade(submissions))

    def test_a_worker_that_is_not_as_here(self, cluster, pool) -> None:
        cluster.add()
        elsewhere = {**cache_key.conditions(isolation=""), "keras": "2.0"}
        with (
            mock.patch("autograder.grading.cache_key.conditions", return_value=elsewhere),
            stopping(DaskExecutor(pool, address=str(cluster.file))) as executor,
            pytest.raises(ClusterError, match=r"keras is 3.*, here it is 2"),
        ):
            executor.start(mock_job()).result(timeout=60)
