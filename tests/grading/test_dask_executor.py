"""Submissions graded on a Dask cluster: the same reports, whatever becomes of its workers."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from unittest import mock

import msgspec
import nbformat
import psutil
import pytest
from support import mini, processes

from autograder.cli import main
from autograder.core.config import Course, Settings
from autograder.core.errors import ClusterError, IsolationError, UsageError
from autograder.core.evidence import load
from autograder.core.lesson_registry import load_lesson
from autograder.grading import cache_key
from autograder.grading.dask_executor import DaskExecutor, messages
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job

distributed = pytest.importorskip("distributed")
from support.dask_cluster import Cluster, names, wait_for  # noqa: E402

from autograder.grading.dask_executor.worker import take_images  # noqa: E402

LESSON = "building-a-brain"
SLOW = "import time\ntime.sleep(600)"


@pytest.fixture
def pool(sample_keras):
    return SandboxPool(settings=Settings(), data_home=sample_keras)


class TestTheWayThere:
    def test_without_the_extra(self, pool, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(UsageError, match=r"building-a-brain\[cluster\]"):
            DaskExecutor(pool, address="tcp://127.0.0.1:1")

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
        assert messages.differences(messages.conditions(), messages.conditions()) == []

    def test_each_difference_by_name(self) -> None:
        here = messages.conditions()
        assert {"tensorflow", "keras", "Python", "msgspec", "building-a-brain", "code"} <= set(here)
        said = messages.differences(here, {**here, "keras": "2.0"})
        assert said == [f"keras is 2.0, here it is {here['keras']}"]

    @pytest.mark.parametrize(
        "reply",
        [
            messages.Done(evidence=b"packed"),
            messages.WorkerEnded(),
            messages.Insecure(why="no"),
        ],
    )
    def test_replies_come_back_as_they_were(self, reply) -> None:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(reply), type=messages.Reply) == reply

    def test_what_is_no_reply_is_refused(self) -> None:
        with pytest.raises(ValueError, match="evidence"):
            msgspec.msgpack.decode(
                msgspec.msgpack.encode({"type": "done", "evidence": {"cells": 1}}),
                type=messages.Reply,
            )


class TestAnswers:
    """What is made of a worker's answer, with a stand-in for the cluster."""

    def outcome(self, pool, *replies, taken_up=0):
        sent = []
        for reply in replies:
            one = mock.Mock(status="error" if isinstance(reply, Exception) else "finished")
            one.exception.return_value = reply
            one.result.side_effect = lambda reply=reply: msgspec.msgpack.encode(reply)
            one.add_done_callback.side_effect = lambda heard, one=one: heard(one)
            sent.append(one)
        client = mock.Mock(status="closed")
        client.run.return_value = {}
        client.nthreads.return_value = {"a": 1, "b": 2}
        client.submit.side_effect = sent
        client.get_events.return_value = [0] * taken_up
        with mock.patch("autograder.grading.dask_executor.executor.connect", return_value=client):
            executor = DaskExecutor(pool, address="tcp://here")
        assert executor.max_pending == 6
        try:
            return executor.start(mock_job()).exception() or executor.start, client
        finally:
            executor.stop()

    def test_insecure(self, pool) -> None:
        error, _ = self.outcome(pool, messages.Insecure(why="no namespaces"))
        assert isinstance(error, IsolationError)

    def test_unlike(self, pool) -> None:
        error, _ = self.outcome(
            pool, messages.DifferentSoftware(what=["keras is 2.0, here it is 3.0"])
        )
        assert isinstance(error, ClusterError)
        assert "keras is 2.0" in str(error)

    def test_troubled(self, pool) -> None:
        error, _ = self.outcome(pool, messages.Troubled(why="disk full"))
        assert isinstance(error, RuntimeError)

    def test_without_our_package(self, pool) -> None:
        error, _ = self.outcome(pool, ModuleNotFoundError("No module named 'autograder'"))
        assert isinstance(error, ClusterError)

    def test_images_are_sent_once(self, pool) -> None:
        needs = messages.NeedsImages(address="tcp://there", process=1, dataset="")
        _, client = self.outcome(pool, needs, needs, messages.Insecure(why=""))
        assert [one.args[0] for one in client.run.call_args_list].count(take_images) == 1

    def test_a_job_that_only_waited_on_a_killed_worker_is_handed_over_again(self, pool) -> None:
        killed = distributed.KilledWorker("key", mock.Mock(address="tcp://there"), 3)
        error, client = self.outcome(pool, killed, messages.Insecure(why=""), taken_up=1)
        assert isinstance(error, IsolationError)
        assert client.submit.call_count == 2

    def test_but_not_for_ever(self, pool) -> None:
        killed = distributed.KilledWorker("key", mock.Mock(address="tcp://there"), 3)
        error, client = self.outcome(pool, *[killed] * 20)
        assert "keep ending" in str(error)
        assert client.submit.call_count == 10


def mock_job():
    return Job(cells=[], files={}, prelude="", settings=Settings())


@pytest.fixture
def cluster(tmp_path):
    found = Cluster(tmp_path)
    yield found
    found.close()


def handed_in(folder, **notebooks):
    for name, notebook in notebooks.items():
        (folder / name / LESSON).mkdir(parents=True)
        nbformat.write(notebook, folder / name / LESSON / f"{LESSON}.ipynb")
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
        submissions = handed_in(
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
        wait_for(lambda: not cluster.sandboxes(), 20)

    def test_a_killed_worker_costs_a_retry(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add()
        submissions = handed_in(tmp_path / "submitted", one=mini.submitted())
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
        submissions = handed_in(tmp_path / "submitted", one=mini.submitted(build=SLOW))
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
        submissions = handed_in(tmp_path / "submitted", **slow)
        with grader(sample_keras, tmp_path / "r", executor_factory=on(cluster)) as made:
            executor = made.executor_factory(made.sandbox_pool)
            futures = [
                executor.start(made.plan(one, *made.read(one), one.name).job) for one in submissions
            ]
            wait_for(lambda: len(cluster.taken_up()) == 2)
            time.sleep(12)
            assert cluster.sandboxes()
            began = time.monotonic()
            executor.stop()
            assert time.monotonic() - began < 60
            wait_for(lambda: not cluster.sandboxes(), 5)
            assert names(cluster.sandboxes()) == []
        assert len(cluster.taken_up()) == 2
        assert not any(future.done() and not future.exception() for future in futures)

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
    def test_a_grader_that_is_stopped(self, cluster, sample_keras, tmp_path, number, code) -> None:
        cluster.add()
        handed_in(tmp_path / "submitted", slow=mini.submitted(build=SLOW))
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
            wait_for(lambda: len(cluster.taken_up()) == 1)
            time.sleep(10)
            assert cluster.sandboxes()
            process.send_signal(number)
            assert process.wait(15) == code
            wait_for(lambda: not cluster.sandboxes(), 15)

    def test_a_worker_that_cannot_keep_submissions_apart(
        self, cluster, sample_keras, tmp_path
    ) -> None:
        cluster.add()
        cluster.client.run(
            exec, "from autograder.sandbox import bubblewrap as b; b.find = lambda: None", {}
        )
        submissions = handed_in(tmp_path / "submitted", one=mini.submitted())
        made = grader(sample_keras, tmp_path / "r", executor_factory=on(cluster))
        with made, pytest.raises(IsolationError, match=r"On the worker tcp://.*no bubblewrap"):
            list(made.grade(submissions))

    def test_the_scheduler_is_lost(self, cluster, sample_keras, tmp_path, monkeypatch) -> None:
        cluster.add()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("KERAS_HOME", str(sample_keras))
        handed_in(tmp_path / "submitted", a=mini.released(), b=mini.submitted(build=SLOW))

        def lose() -> None:
            wait_for(lambda: len(cluster.taken_up()) == 2)
            psutil.Process(cluster.scheduler.pid).kill()

        threading.Thread(target=lose, daemon=True).start()
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "autograder.cli", "grade", "submitted", "--dask",
             str(cluster.file)],
            check=False, capture_output=True, text=True, timeout=200,
        )  # fmt: skip
        assert time.monotonic() - began < 120
        assert done.returncode == 2, done.stderr
        assert "scheduler was lost" in done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        report = json.loads((tmp_path / "results" / LESSON / "a" / "report.json").read_text())
        assert report["status"] == "graded"
        wait_for(lambda: not cluster.sandboxes(), 30)

    def test_no_workers(self, cluster, pool) -> None:
        with pytest.raises(ClusterError, match="has no workers"):
            DaskExecutor(pool, address=str(cluster.file), patience=2)

    def test_the_last_worker_is_lost(self, cluster, sample_keras, tmp_path) -> None:
        cluster.add("--no-nanny")
        submissions = handed_in(tmp_path / "submitted", one=mini.submitted(build=SLOW))
        killer = threading.Thread(target=cluster.kill_whoever_takes_up, args=(1,), daemon=True)
        killer.start()
        made = grader(sample_keras, tmp_path / "r", executor_factory=on(cluster, patience=5))
        with made, pytest.raises(ClusterError, match="had no workers for 5 s"):
            list(made.grade(submissions))

    def test_a_worker_that_is_not_as_here(self, cluster, pool) -> None:
        cluster.add()
        elsewhere = [
            one.replace("keras 3", "keras 2") for one in cache_key.conditions(isolation="")
        ]
        with (
            mock.patch("autograder.grading.cache_key.conditions", return_value=elsewhere),
            pytest.raises(ClusterError, match=r"keras is 3.*, here it is 2"),
        ):
            DaskExecutor(pool, address=str(cluster.file))
