"""Whose results lie where, from one command to the next, and who may write just now."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import processes
from support.evidence_builder import LESSON

from autograder.cli import main
from autograder.core.errors import ResultsError
from autograder.grading.discovery import find_submissions
from autograder.grading.regrade import stored_results
from autograder.grading.results_lock import HOLDER, lock_results

pytestmark = pytest.mark.usefixtures("lasting_reader", "lasting_judge")


class TestPlaces:
    """Two students of one name, in two folders and two commands."""

    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
        # What cannot be read needs no images and no run.
        monkeypatch.setattr("autograder.cli.class_run.data_home", lambda *_: tmp_path / "keras")

    def submit(self, folder: str, text: str = "Dear teacher,", name: str = "ann") -> Path:
        path = Path(folder) / name / LESSON.name / LESSON.notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def grade(self, *paths: str) -> None:
        assert main(["grade", *paths]) == 1

    def results(self) -> dict[str, tuple[str, str | None]]:
        """The folder of each result, what was handed in, and why it was not graded."""
        folder = Path("results") / LESSON.name
        return {
            one.folder.name: (one.report.source, one.report.reason)
            for one in stored_results(folder)
        }

    def test_none_overwrites_the_other(self, capsys) -> None:
        self.submit("a")
        self.submit("b", "")
        self.grade("a")
        before = (Path("results") / LESSON.name / "ann" / "report.json").read_bytes()
        self.grade("b")
        assert set(self.results()) == {"ann", "ann (2)"}
        assert "ann: more than one has this name; see ann (2)." in capsys.readouterr().err
        assert (Path("results") / LESSON.name / "ann" / "report.json").read_bytes() == before

    @pytest.mark.parametrize("again", [["a"], ["b"], ["a", "b"], ["b", "a"], ["a/ann", "b"]])
    def test_graded_again_each_has_its_old_folder(self, again: list[str]) -> None:
        """In whichever order, and also where it was changed meanwhile."""
        self.submit("a")
        self.submit("b")
        self.grade("a", "b")
        sources = {place: source for place, (source, _) in self.results().items()}
        assert len(sources) == 2
        for folder in "ab":
            self.submit(folder, "")
        self.grade(*again)
        assert {place: source for place, (source, _) in self.results().items()} == sources
        changed = {place for place, (_, why) in self.results().items() if "empty" in (why or "")}
        assert len(changed) == len(again)

    def test_results_and_submissions_may_move_together(self) -> None:
        """To another machine, or into a container."""
        self.submit("course/submitted")
        assert main(["grade", "course/submitted", "--results", "course/results"]) == 1
        shutil.move("course", "elsewhere")
        assert main(["grade", "elsewhere/submitted", "--results", "elsewhere/results"]) == 1
        assert len(stored_results(Path("elsewhere/results") / LESSON.name)) == 1

    def test_files_of_one_name(self) -> None:
        for folder in ("a", "b"):
            Path(folder).mkdir()
            (Path(folder) / "ann.ipynb").write_text("")
        for path in ("a", "b/ann.ipynb", "a/ann.ipynb", "b"):
            assert main(["grade", path, "--lesson", LESSON.name]) == 1
        assert set(self.results()) == {"ann", "ann (2)"}

    def test_who_handed_in_nothing_takes_nobodys_results(self) -> None:
        """And makes room once something is there."""
        self.submit("a")
        self.grade("a")
        Path("b/ann").mkdir(parents=True)
        self.submit("b", name="bob")
        assert main(["grade", "b", "--lesson", LESSON.name]) == 1
        assert set(self.results()) == {"ann", "ann (2)", "bob"}
        assert find_submissions([Path("b")])[0].path is None
        self.submit("b", "")
        self.grade("b")
        results = self.results()
        assert set(results) == {"ann", "ann (2)", "bob"}
        assert "empty" in (results["ann (2)"][1] or "")


WRITER = """
import sys, time
from pathlib import Path
from autograder.grading.results_lock import lock_results
with lock_results(Path(sys.argv[1]), "autograder grade", print):
    print("holds", flush=True)
    sys.stdin.read()
"""


def writer(results: Path) -> object:
    """Another process that holds the folder until its standard input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return processes.started([sys.executable, "-c", WRITER, str(results)], **pipes)


class TestHolding:
    """One command at a time writes into a folder of results."""

    def test_the_second_waits_and_says_for_whom(self, tmp_path: Path) -> None:
        messages: list[str] = []
        with writer(tmp_path) as other:
            assert other.stdout.readline() == "holds\n"

            def say(text: str) -> None:
                messages.append(text)
                other.stdin.close()

            with lock_results(tmp_path, "autograder regrade", say):
                # Only once the first had ended its work.
                assert other.wait(timeout=60) == 0
                assert "autograder regrade" in (tmp_path / HOLDER).read_text()
        (line,) = messages
        assert "“autograder grade”" in line
        assert f"process {other.pid} on " in line
        assert "since 2" in line
        assert str(tmp_path) in line
        assert not (tmp_path / HOLDER).exists()

    def test_who_died_holds_nothing(self, tmp_path: Path) -> None:
        with writer(tmp_path) as other:
            other.stdout.readline()
            other.kill()
            other.wait()
        assert (tmp_path / HOLDER).exists()
        messages: list[str] = []
        with lock_results(tmp_path, "autograder grade", messages.append):
            pass
        assert messages == []

    def test_a_lock_without_a_name_is_waited_for_too(self, tmp_path: Path) -> None:
        with writer(tmp_path) as other:
            other.stdout.readline()
            (tmp_path / HOLDER).write_text("torn")
            messages: list[str] = []

            def say(text: str) -> None:
                messages.append(text)
                other.stdin.close()

            with lock_results(tmp_path, "autograder grade", say):
                pass
        assert messages[0].startswith("Waiting for another command, which writes into")

    def test_ctrl_c_ends_the_waiting(self, tmp_path: Path) -> None:
        def give_up(text: str) -> None:
            raise KeyboardInterrupt

        with writer(tmp_path) as other:
            other.stdout.readline()
            with (
                pytest.raises(KeyboardInterrupt),
                lock_results(tmp_path, "autograder grade", give_up),
            ):
                pass
            # What the other one holds is still its own.
            assert (tmp_path / HOLDER).exists()

    def test_where_nothing_can_be_written_that_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "results").write_text("a file")
        with (
            pytest.raises(ResultsError, match="cannot be written"),
            lock_results(tmp_path / "results", "", print),
        ):
            pass

    @pytest.mark.parametrize("command", ["grade", "regrade"])
    def test_commands_hold_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        """From before they read what is there until the last page is written."""
        seen: list[bool] = []
        monkeypatch.chdir(tmp_path)
        (tmp_path / "class").mkdir()
        (tmp_path / "class" / "empty.ipynb").write_text("")
        monkeypatch.setattr("autograder.cli.class_run.data_home", lambda *_: tmp_path)
        assert main(["grade", "class", "--lesson", LESSON.name]) == 1

        def page(*_: object, **__: object) -> str:
            seen.append((tmp_path / "results" / HOLDER).exists())
            return ""

        monkeypatch.setattr("autograder.reports.class_report.page", page)
        paths = ["class"] if command == "grade" else []
        main([command, *paths, "--lesson", LESSON.name])
        assert seen == [True]
