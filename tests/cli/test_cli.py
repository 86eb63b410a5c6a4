"""The command line: exit codes, the fixed JSON, and what it says when it is used wrongly."""

from __future__ import annotations

import io
import json
import re
import textwrap
from importlib import metadata
from pathlib import Path

import pytest
from support import processes
from support.terminal import remarks

import autograder
from autograder import datasets
from autograder.cli import main
from autograder.core.evidence import EVIDENCE
from autograder.datasets.fashion_mnist import DATASET

PACKAGE = Path(autograder.__file__).parent
pytestmark = pytest.mark.usefixtures("lasting_reader")


@pytest.fixture(autouse=True)
def _sample_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has the sample, and nothing in the user's own folders."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    datasets.install(DATASET, DATASET.shipped, DATASET.folder(datasets.sample_home()))
    monkeypatch.chdir(tmp_path)


def grade_json(tmp_path: Path, *arguments: str) -> tuple[int, dict]:
    """Run ``grade --json`` and read what it wrote."""
    file = tmp_path / "out.json"
    code = main(["grade", *arguments, "--json", str(file)])
    return code, json.loads(file.read_text())


def programs() -> list[str]:
    """The modules that say that their programs are to start quickly."""
    says = re.compile(r"^from .* import .*blocked_imports", re.MULTILINE)
    found = [one for one in PACKAGE.rglob("*.py") if says.search(one.read_text())]
    return sorted(".".join(one.relative_to(PACKAGE.parent).with_suffix("").parts) for one in found)


@pytest.mark.parametrize("module", programs())
def test_a_program_loads_nothing_for_seconds_that_is_not_used(module: str) -> None:
    """Neither itself, nor once it reads notebooks: what was imported before would be loaded."""
    # Without it there is nothing to leave out. No module of that name is to be found here either.
    assert metadata.version("rfc3987-syntax")
    code = f"import sys, {module}, nbformat.validator; print(SLOW in sys.modules)"
    done = processes.python(
        "-P", "-c", f"SLOW = 'rfc3987_syntax.syntax_helpers'\n{code}", check=True
    )
    assert done.stdout == "False\n"


def test_no_command_is_wrong_usage() -> None:
    """Without a command the usage is shown, exit code 2."""
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2


def test_a_missing_path_is_wrong_usage(capsys: pytest.CaptureFixture) -> None:
    """A path that is not there: one line, exit code 2, no traceback."""
    assert main(["grade", "nowhere"]) == 2
    printed = capsys.readouterr().err
    assert "There is no file or folder nowhere" in printed
    assert "Traceback" not in printed


def test_a_folder_without_notebooks_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """The message says what to give instead."""
    (tmp_path / "class").mkdir()
    assert main(["grade", "class"]) == 2
    assert "submitted/" in capsys.readouterr().err


def test_what_cannot_be_read_has_a_reason_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Not a notebook, an empty file, JSON of another kind: failed, with the reason, code 1."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "essay.ipynb").write_text("Dear teacher,")
    (folder / "empty.ipynb").write_text("")
    (folder / "data.ipynb").write_text('{"rows": []}')
    code, document = grade_json(tmp_path, "class")
    reasons = {one["name"]: one["reason"] for one in document["submissions"]}
    assert (code, document["schema"]) == (1, 1)
    assert reasons["empty"].startswith("The file is empty. Save it or download it again")
    assert "This is not a notebook" in reasons["essay"]
    assert "JSON of another kind" in reasons["data"]
    assert "could not be graded. The file is empty." in capsys.readouterr().err


def test_a_report_of_what_failed_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    """The page over all links to what was found this time."""
    Path("empty.ipynb").write_text("")
    old = tmp_path / "results" / "building-a-brain" / "empty"
    old.mkdir(parents=True)
    (old / EVIDENCE).write_text("of an earlier run")
    assert main(["grade", "empty.ipynb", "--lesson", "building-a-brain"]) == 1
    assert {path.name for path in old.iterdir()} == {"report.html", "report.json"}
    assert 'href="empty/report.html"' in (old.parent / "index.html").read_text()
    assert "The file is empty." in (old / "report.html").read_text()


def test_where_the_json_cannot_be_written_is_said_before_anything_is_run(
    capsys: pytest.CaptureFixture,
) -> None:
    """Not after an hour of grading."""
    Path("empty.ipynb").write_text("")
    assert main(["grade", "empty.ipynb", "--json", "nowhere/out.json"]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_fault_of_our_own_is_shown_whole_with_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Never a silent zero, and never the code that says a submission was at fault."""
    Path("empty.ipynb").write_text("")
    monkeypatch.setattr("autograder.reports.class_report.page", lambda *_, **__: 1 / 0)
    assert main(["grade", "empty.ipynb"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ctrl_c_has_one_exit_code_wherever_it_comes() -> None:
    """Python ends by a signal after one that came while it made a dataclass or read a schema."""
    code = """
        import sys
        from autograder import cli
        from autograder.cli import doctor

        def run(_, console):
            console.print("Begun.")  # loads the rest of rich, dataclasses among it
            exec("raise KeyboardInterrupt")

        doctor.run = run
        sys.exit(cli.main(["doctor"]))
    """
    Path("interrupted.py").write_text(textwrap.dedent(code))
    done = processes.python("-m", "interrupted")
    assert done.returncode == 130
    assert done.stderr.startswith("Begun.\nStopped.")


def test_where_a_sign_cannot_be_printed_another_stands_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal or a pipe of another encoding is no fault of the grader's."""
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", pipe)
    monkeypatch.setattr(
        "autograder.cli.doctor.run", lambda *_: pipe.write("“Build” – 28 × 28\n") * 0
    )
    assert main(["doctor"]) == 0
    pipe.flush()
    assert pipe.buffer.getvalue() == b"?Build? ? 28 ? 28\n"


def test_no_workers_is_wrong_usage() -> None:
    """Somebody has to do the work."""
    with pytest.raises(SystemExit) as stop:
        main(["grade", "x.ipynb", "--workers", "0"])
    assert stop.value.code == 2


def test_generate_outside_a_course_says_so(capsys: pytest.CaptureFixture) -> None:
    """Without an nbgrader_config.py there is no course."""
    assert main(["generate", "--check"]) == 2
    assert "not a course's folder" in capsys.readouterr().err


def test_a_misspelt_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """A setting that does not exist is not ignored."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Autograder.cell_secs = 3\n")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "one.ipynb").write_text("")
    assert main(["grade", "class/one.ipynb"]) == 2
    assert "Autograder.cell_secs" in capsys.readouterr().err


def test_data_says_where_it_is(capsys: pytest.CaptureFixture) -> None:
    """The folder given is found, and the sample in it announced."""
    assert main(["data", "--from", str(DATASET.shipped), "--offline"]) == 0
    printed = capsys.readouterr()
    assert "Fashion-MNIST (sample)" in printed.out
    assert "sample" in printed.err


def test_the_sample_is_announced_when_grading(capsys: pytest.CaptureFixture) -> None:
    """Whoever grades on the sample is told."""
    Path("empty.ipynb").write_text("")
    main(["grade", "empty.ipynb"])
    assert DATASET.load().notice in remarks(capsys)
