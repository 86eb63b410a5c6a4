"""Runs made side by side: one process a core."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection

from autograder.authoring.calibration.run_log import CalibrationRun, Task
from autograder.core.errors import StudyError

# More threads than one for arithmetic this small only stand in each other's way.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run_tasks(lesson: str, tasks: Sequence[Task], workers: int) -> Iterator[CalibrationRun]:
    """Make runs, ``workers`` at a time; each as it is ready.

    Raises:
        StudyError: a process ended before its task was done.
    """
    if not tasks:
        return
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    with receiver, sender:
        pool = ProcessPoolExecutor(workers, spawn, _prepare_process, (receiver,))
        try:
            for done in as_completed([pool.submit(run, lesson, task) for task in tasks]):
                yield done.result()
        # The second where a process ended while others were started.
        except (BrokenProcessPool, OSError) as error:
            message = f"A worker of the study ended before its runs were made: {error}"
            raise StudyError(message) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _prepare_process(sender: Connection) -> None:
    """Prepare a process: one thread, and an end when the study ends, whatever ends it."""
    # Before NumPy is imported, which reads it once.
    os.environ.update(ONE_THREAD)
    # Ctrl-C at a terminal is for the study.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(sender,), daemon=True).start()


def _end_with(sender: Connection) -> None:
    # Nothing is ever sent: it ends when nobody holds the other side any more.
    with contextlib.suppress(EOFError):
        sender.recv()
    os._exit(0)


def run(lesson: str, task: Task) -> CalibrationRun:
    """Train one recipe of a lesson on one data set under one seed, and measure."""
    # Only here, as they import NumPy.
    from autograder import datasets  # noqa: PLC0415
    from autograder.authoring.spec.numpy_training import train  # noqa: PLC0415
    from autograder.authoring.spec.study import load_study  # noqa: PLC0415
    from autograder.core.lesson_registry import load_lesson  # noqa: PLC0415

    found = load_lesson(lesson)
    study, data = load_study(found), datasets.of(found).load_named(task.data)
    recipe = study.recipe(task.recipe)
    count = len(data.valid_labels)
    measured = study.measure(train(recipe.training, data, task.seed), data)
    return CalibrationRun(
        recipe=task.recipe,
        data=task.data,
        seed=task.seed,
        key=study.key(recipe),
        images=count,
        correct={
            name: round(value * count) if math.isfinite(value) else None
            for name, value in measured.items()
        },
    )
