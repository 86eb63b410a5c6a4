"""Finding, verifying and providing Fashion-MNIST, without a network.

Where a test needs a full data set, it makes a tiny one of its own and tells the module that this
is what the full one looks like; the sample is always the real one that ships.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograder import datasets
from autograder.core.errors import DatasetError
from autograder.datasets import Images, fashion_mnist, homes, sources
from autograder.datasets.__main__ import make_sample
from autograder.datasets.fashion_mnist import DATASET

SAMPLE = DATASET.shipped
NAMES = list(DATASET.files.values())
TRAIN_IMAGES, TRAIN_LABELS, VALID_IMAGES, VALID_LABELS = NAMES

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def real_full() -> Images:
    """The real full data set, read before the other fixtures hide this machine's own."""
    try:
        data = DATASET.load()
    except DatasetError as error:
        pytest.skip(f"the full data set is not on this machine: {error}")
    if data.name != "full":
        pytest.skip("only the sample is on this machine")
    return data


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with empty caches, no data anywhere and no network; returns its home folder."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv(fashion_mnist.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDER", tmp_path / "system")

    def offline(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 1, "", "no network\n")

    monkeypatch.setattr(subprocess, "run", offline)
    return home


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tiny data set that passes for the full one."""
    folder = tmp_path / "full"
    folder.mkdir()
    digests = {}
    for number, (array, name) in enumerate(DATASET.files.items()):
        header, size = (16, 5 * 784) if "images" in name else (8, 5)
        content = bytes(header) + bytes((number + index) % 10 for index in range(size))
        (folder / name).write_bytes(gzip.compress(content))
        _, of_sample = fashion_mnist.DIGESTS[array]
        digests[array] = (hashlib.sha256(content).hexdigest(), of_sample)
    monkeypatch.setattr(fashion_mnist, "DIGESTS", digests)
    return folder


def keras_cache(home: Path) -> Path:
    return home / ".keras" / "datasets" / "fashion-mnist"


def everything_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def copy(folder: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    for name in NAMES:
        shutil.copyfile(folder / name, target / name)
    return target


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def not_gzip(path: Path) -> None:
    path.write_bytes(b"<html>404 not found</html>")


def other_images(path: Path) -> None:
    path.write_bytes(gzip.compress(b"whole, but not ours"))


DAMAGES = [flip_a_byte, cut, empty, not_gzip, other_images]


# ---- reading and verifying


def test_the_sample_has_the_shapes_and_types_that_keras_gives(machine: Path) -> None:
    """12,000 and 2,000 images of 28 by 28 uint8, with labels 0 to 9, all read-only."""
    datasets.provide(DATASET, progress=print)
    data = DATASET.load()
    assert data.name == "sample"
    assert data.train_images.shape == (12_000, 28, 28)
    assert data.valid_images.shape == (2_000, 28, 28)
    assert data.train_labels.shape == (12_000,)
    assert data.valid_labels.shape == (2_000,)
    for array in (data.train_images, data.train_labels, data.valid_images, data.valid_labels):
        assert array.dtype == np.uint8
        assert not array.flags.writeable
    assert sorted(set(data.valid_labels.tolist())) == list(range(10))


def test_the_sample_is_the_beginning_of_the_full_data(real_full: Images) -> None:
    """The shipped sample is the first 12,000 and 2,000 of the real images, labels included."""
    sample = DATASET.read(SAMPLE)
    assert np.array_equal(sample.train_images, real_full.train_images[:12_000])
    assert np.array_equal(sample.train_labels, real_full.train_labels[:12_000])
    assert np.array_equal(sample.valid_images, real_full.valid_images[:2_000])
    assert np.array_equal(sample.valid_labels, real_full.valid_labels[:2_000])
    assert real_full.notice is None


def test_the_maker_of_the_sample_writes_the_same_bytes_each_time(
    full: Path, tmp_path: Path
) -> None:
    """No name and no time in the files, and IDX headers that say what follows."""
    copy(full, DATASET.folder(tmp_path / "home"))
    for target in ("once", "twice"):
        make_sample(tmp_path / "home", tmp_path / target)
    for name in NAMES:
        made = (tmp_path / "once" / name).read_bytes()
        assert made == (tmp_path / "twice" / name).read_bytes()
        header = bytes.fromhex("00000801 00000005")
        if "images" in name:
            header = bytes.fromhex("00000803 00000005 0000001c 0000001c")
        given = gzip.decompress((full / name).read_bytes())
        assert gzip.decompress(made) == header + given[len(header) :]


def test_debians_repacking_is_the_same_data(full: Path, tmp_path: Path) -> None:
    """Other gzip bytes around the same content are accepted, as Debian packs them."""
    folder = copy(full, tmp_path / "repacked")
    for name in NAMES:
        content = gzip.decompress((full / name).read_bytes())
        (folder / name).write_bytes(gzip.compress(content, compresslevel=1, mtime=7))
    assert DATASET.verify(folder) == "full"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_named(full: Path, name: str, damage: Callable[[Path], None]) -> None:
    """Whatever is wrong with whichever file, the error names that file and what to do."""
    damage(full / name)
    with pytest.raises(DatasetError) as caught:
        DATASET.verify(full)
    assert str(full / name) in str(caught.value)
    assert "autograder data" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_swapped_files_are_told_apart(tmp_path: Path) -> None:
    """Two files under each other's names are refused, and what was found is said."""
    folder = copy(SAMPLE, tmp_path / "swapped")
    os.replace(folder / TRAIN_LABELS, folder / "held")
    os.replace(folder / VALID_LABELS, folder / TRAIN_LABELS)
    os.replace(folder / "held", folder / VALID_LABELS)
    with pytest.raises(DatasetError, match=f"holds the content of {VALID_LABELS}"):
        DATASET.verify(folder)


def test_a_mixture_of_full_and_sample_is_refused(full: Path) -> None:
    """Each file is good, but they do not belong together."""
    shutil.copyfile(SAMPLE / VALID_LABELS, full / VALID_LABELS)
    with pytest.raises(DatasetError, match="mixes"):
        DATASET.verify(full)


def test_a_missing_file_is_named(full: Path) -> None:
    """Three of four files are not enough."""
    (full / VALID_IMAGES).unlink()
    with pytest.raises(DatasetError, match=f"{VALID_IMAGES} is missing"):
        DATASET.verify(full)


def test_a_huge_file_is_not_swallowed(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that unpacks to far more than any image file is refused after a bounded read."""
    monkeypatch.setattr(fashion_mnist, "MAX_CONTENT", 10_000)
    (full / TRAIN_IMAGES).write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(DatasetError, match=TRAIN_IMAGES):
        DATASET.verify(full)


def test_the_judge_needs_no_tensorflow() -> None:
    """Importing the module imports neither TensorFlow nor Keras."""
    ask = "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    code = f"import sys, autograder.datasets; {ask}"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


# ---- where Keras looks


def test_keras_home_is_the_environments_else_below_the_users_home(tmp_path: Path) -> None:
    """KERAS_HOME comes first, with ~ expanded; else ~/.keras."""
    environ = {"HOME": str(tmp_path)}
    assert datasets.keras_home(environ) == tmp_path / ".keras"
    assert datasets.keras_home({**environ, "KERAS_HOME": f"{tmp_path}/k"}) == tmp_path / "k"
    assert datasets.keras_home({**environ, "KERAS_HOME": "~/k"}) == tmp_path / "k"


def test_keras_passes_over_a_home_that_it_cannot_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a read-only home Keras ignores the files there and uses /tmp/.keras; so do we."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert datasets.keras_home({"KERAS_HOME": str(tmp_path)}).parts[-1] == ".keras"
    assert tmp_path not in datasets.keras_home({"KERAS_HOME": str(tmp_path)}).parents


KERAS_SAYS = """
import importlib, json, os, sys
import keras
from keras.src.backend import config
for environ in json.loads(sys.argv[1]):
    os.environ.pop("KERAS_HOME", None)
    os.environ.update(environ)
    importlib.reload(config)
    origin = "file://" + os.path.abspath(sys.argv[2])
    print(keras.utils.get_file("x", origin=origin, cache_subdir="y"))
"""


@pytest.mark.slow
def test_keras_home_is_keras_own(tmp_path: Path) -> None:
    """Keras itself puts a file exactly where keras_home() says, in each environment."""
    pytest.importorskip("keras")
    home = tmp_path / "home"
    (home / "below").mkdir(parents=True)
    (tmp_path / "origin").write_text("x")
    environs = [
        {"HOME": str(home)},
        {"HOME": str(home), "KERAS_HOME": str(tmp_path / "new" / "folder")},
        {"HOME": str(home), "KERAS_HOME": "~/below"},
        {"HOME": str(home), "KERAS_HOME": "relative"},
    ]
    command = [sys.executable, "-c", KERAS_SAYS, json.dumps(environs), str(tmp_path / "origin")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = [line for line in run.stdout.splitlines() if line.endswith("/y/x")]
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        ours = [datasets.keras_home(environ) / "y" / "x" for environ in environs]
    finally:
        os.chdir(before)
    assert [(tmp_path / path).resolve() for path in lines] == [path.resolve() for path in ours]


@pytest.mark.slow
def test_the_notebooks_plain_load_data_reads_the_sample(machine: Path) -> None:
    """tf.keras.datasets.fashion_mnist.load_data() works untouched, offline, on the active home."""
    pytest.importorskip("keras")
    done = datasets.provide(DATASET, progress=print)
    code = (
        "import keras; (x, y), (v, w) = keras.datasets.fashion_mnist.load_data(); "
        "print(x.shape, y.shape, v.shape, w.shape)"
    )
    environ = {**os.environ, "KERAS_HOME": str(done.home), "https_proxy": "http://127.0.0.1:1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True
    )
    printed, _ = process.communicate(timeout=120)
    assert "(12000, 28, 28) (12000,) (2000, 28, 28) (2000,)" in printed


# ---- providing


def test_offline_falls_to_the_sample_with_a_notice(machine: Path) -> None:
    """With no data and no network the sample is provided, and everything that uses it says so."""
    lines: list[str] = []
    done = datasets.provide(DATASET, progress=lines.append)
    assert (done.name, done.home) == ("sample", datasets.sample_home())
    assert done.notice is not None
    assert "sample" in done.notice
    assert DATASET.load().notice == done.notice
    assert DATASET.active_home() == datasets.sample_home()
    assert any("no network" in line for line in lines)


@pytest.mark.parametrize("keras_home_set", [False, True])
def test_the_sample_never_goes_where_keras_keeps_its_own(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras_home_set: bool
) -> None:
    """Neither ~/.keras nor KERAS_HOME sees the sample, even where its folder was given."""
    if keras_home_set:
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    datasets.provide(DATASET, progress=print)
    done = datasets.provide(DATASET, SAMPLE, progress=print)
    assert done.home == datasets.sample_home()
    assert done.notice is not None
    assert everything_below(machine / ".keras") == []
    assert everything_below(tmp_path / "keras") == []


def test_the_keras_cache_comes_first(machine: Path, full: Path, tmp_path: Path) -> None:
    """Where the cache is good, nothing else is looked at, and nothing is told."""
    copy(full, keras_cache(machine))
    lines: list[str] = []
    done = datasets.provide(DATASET, tmp_path / "nowhere", progress=lines.append)
    assert (done.name, done.home, done.notice) == ("full", machine / ".keras", None)
    assert "Keras cache" in done.origin
    assert lines == []


def test_a_given_folder_fills_the_keras_cache(machine: Path, full: Path) -> None:
    """Files from a folder given by option land in the Keras cache, and load() reads them."""
    done = datasets.provide(DATASET, full, progress=print)
    assert (done.name, done.home, done.notice) == ("full", machine / ".keras", None)
    assert str(full) in done.origin
    assert DATASET.verify(keras_cache(machine)) == "full"
    assert DATASET.active_home() == machine / ".keras"
    assert DATASET.load().name == "full"


def test_the_environment_names_a_folder(
    machine: Path, full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FASHION_MNIST_DIR stands in for the option; the option goes before it."""
    monkeypatch.setenv("FASHION_MNIST_DIR", str(SAMPLE))
    assert datasets.provide(DATASET, progress=print).name == "sample"
    assert datasets.provide(DATASET, full, progress=print).name == "full"


def test_the_order_of_sources(
    machine: Path, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given folder, Debian's folder, Keras' download, apt: each only after those before."""
    steps: list[str] = []

    def refuse(name: str) -> Callable[[Path], Path]:
        def fetch(_: Path) -> Path:
            steps.append(name)
            raise DatasetError(f"no {name} today")

        return fetch

    monkeypatch.setattr(sources, "download_with_keras", refuse("download"))
    monkeypatch.setattr(sources, "unpack_with_apt", refuse("apt"))
    lines: list[str] = []
    assert datasets.provide(DATASET, tmp_path / "nowhere", progress=lines.append).name == "sample"
    assert steps == ["download", "apt"]
    reasons = [line for line in lines if line.startswith("Not from")]
    for line, part in zip(reasons, ["nowhere", "system", "no download", "no apt"], strict=True):
        assert part in line

    monkeypatch.setattr(sources, "unpack_with_apt", lambda scratch: full)
    done = datasets.provide(DATASET, progress=print)
    assert (done.name, "package" in done.origin) == ("full", True)


def test_debians_folder_comes_before_the_network(
    machine: Path, full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed Debian package is used without any process being started."""
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDER", full)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert "Debian's folder" in datasets.provide(DATASET, progress=print).origin
    assert DATASET.verify(keras_cache(machine)) == "full"


def test_download_and_apt_can_be_forbidden(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both forbidden no process is started, so that nothing waits for a network."""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    done = datasets.provide(DATASET, allow_download=False, allow_apt=False, progress=print)
    assert done.name == "sample"


def test_files_in_a_home_that_keras_cannot_write_to_are_copied(
    machine: Path, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras would ignore them and download; a copy where it does look makes them count."""
    read_only = tmp_path / "image"
    copy(full, DATASET.folder(read_only))
    monkeypatch.setenv("KERAS_HOME", str(read_only))
    monkeypatch.setattr(homes, "_writable", lambda home: home != read_only)
    monkeypatch.setattr(homes, "_last_home", lambda: tmp_path / "tmp" / ".keras")
    done = datasets.provide(DATASET, progress=print)
    assert (done.name, done.home) == ("full", tmp_path / "tmp" / ".keras")


# ---- damage in the caches


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_named_and_replaced(
    machine: Path, full: Path, damage: Callable[[Path], None]
) -> None:
    """A good source replaces the damaged file; progress names it first."""
    cache = copy(full, keras_cache(machine))
    damage(cache / TRAIN_IMAGES)
    lines: list[str] = []
    done = datasets.provide(DATASET, full, progress=lines.append)
    assert str(cache / TRAIN_IMAGES) in lines[0]
    assert done.name == DATASET.verify(cache) == "full"
    assert sorted(path.name for path in cache.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_with_no_good_source_is_moved_aside(
    machine: Path, full: Path, damage: Callable[[Path], None]
) -> None:
    """Keras verifies nothing, so the damaged file must not lie where Keras would use it."""
    cache = copy(full, keras_cache(machine))
    damage(cache / VALID_IMAGES)
    with pytest.raises(DatasetError, match=VALID_IMAGES):
        DATASET.load()
    lines: list[str] = []
    done = datasets.provide(DATASET, progress=lines.append)
    assert done.name == "sample"
    assert str(cache / VALID_IMAGES) in lines[0]
    assert not (cache / VALID_IMAGES).exists()
    assert (cache / f"{VALID_IMAGES}.damaged").exists()
    assert (cache / TRAIN_IMAGES).exists()
    assert DATASET.load().name == "sample"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_given_folder_is_named_and_never_used(
    machine: Path, full: Path, damage: Callable[[Path], None]
) -> None:
    """Nothing of a folder with one damaged file reaches a cache, and the file is named."""
    damage(full / TRAIN_LABELS)
    lines: list[str] = []
    assert datasets.provide(DATASET, full, progress=lines.append).name == "sample"
    assert any(str(full / TRAIN_LABELS) in line for line in lines)
    assert everything_below(machine / ".keras") == []
    assert (full / TRAIN_LABELS).exists()


def test_a_damaged_sample_is_provided_anew(machine: Path) -> None:
    """The private home heals itself from the shipped files."""
    datasets.provide(DATASET, progress=print)
    flip_a_byte(DATASET.folder(datasets.sample_home()) / TRAIN_IMAGES)
    datasets.provide(DATASET, progress=print)
    assert DATASET.load().name == "sample"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError("disk full")])
def test_an_interrupted_copy_leaves_no_half_file(
    machine: Path,
    full: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException] | BaseException,
) -> None:
    """Ctrl-C or a full disk in the middle of a file leaves only whole files behind."""
    real_copy = shutil.copyfile

    def interrupted(source: Path, target: Path) -> None:
        if source.name == VALID_IMAGES:
            target.write_bytes(b"half")
            raise interruption
        real_copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", interrupted)
    with pytest.raises((KeyboardInterrupt, DatasetError)):
        datasets.provide(DATASET, full, progress=print)
    left = everything_below(machine / ".keras")
    assert {path.name for path in left} == {TRAIN_IMAGES, TRAIN_LABELS}
    for path in left:
        assert path.read_bytes() == (full / path.name).read_bytes()


def test_others_may_read_what_was_put_into_the_cache(machine: Path, full: Path) -> None:
    """The files get the permissions that any new file gets: a shared cache stays shared."""
    datasets.provide(DATASET, full, progress=print)
    usual = machine / "usual"
    usual.touch()
    for path in everything_below(machine / ".keras"):
        assert path.stat().st_mode == usual.stat().st_mode


def test_a_cache_that_cannot_be_written_is_an_error(machine: Path, full: Path) -> None:
    """The message names the folder and the way out; the sample does not hide the trouble."""
    (machine / ".keras").mkdir()
    (machine / ".keras" / "datasets").write_text("a file where a folder belongs")
    with pytest.raises(DatasetError, match="KERAS_HOME"):
        datasets.provide(DATASET, full, progress=print)


# ---- the processes that fetch


def test_keras_downloads_into_a_scratch_home_within_a_time_limit(
    machine: Path, full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process never sees the real cache; what it brings is verified, then installed."""
    seen: list[str] = []

    def download(command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
        environ = options["env"]
        assert isinstance(options["timeout"], int)
        seen.append(environ["KERAS_HOME"])
        copy(full, DATASET.folder(Path(environ["KERAS_HOME"])))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", download)
    done = datasets.provide(DATASET, progress=print)
    assert (done.name, done.origin) == ("full", "Keras' download (30 MB)")
    assert seen != [str(machine / ".keras")]
    assert not Path(seen[0]).exists()
    assert DATASET.verify(keras_cache(machine)) == "full"


def test_a_network_that_never_answers_does_not_hang(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process over its time limit is a reason told, and the next source is tried."""

    def hang(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        raise subprocess.TimeoutExpired(command, 600)

    monkeypatch.setattr(subprocess, "run", hang)
    lines: list[str] = []
    assert datasets.provide(DATASET, allow_apt=False, progress=lines.append).name == "sample"
    assert any("did not finish within 600 seconds" in line for line in lines)


def fake_apt(full: Path, calls: list[list[str]], *, stale: bool) -> Run:
    """A stand-in for apt-get and dpkg-deb; ``stale`` machines know no package before update."""

    def run(command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
        calls.append(command)
        private = any(part.startswith("Dir::State=") for part in command)
        if command[0] == "dpkg-deb":
            copy(full, Path(command[-1]) / sources.DEBIAN_FOLDER)
        elif "download" in command:
            if stale and not private:
                return subprocess.CompletedProcess(command, 100, "", "E: Unable to locate\n")
            (Path(str(options["cwd"])) / f"{sources.DEBIAN_PACKAGE}_1_all.deb").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


@pytest.mark.parametrize("stale", [False, True])
def test_apt_uses_private_lists_only_where_the_machines_fail(
    machine: Path, full: Path, monkeypatch: pytest.MonkeyPatch, stale: bool
) -> None:
    """No root: first the machine's lists as they are, then an update into private folders."""
    calls: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", fake_apt(full, calls, stale=stale))
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    done = datasets.provide(DATASET, allow_download=False, progress=print)
    assert (done.name, "package" in done.origin) == ("full", True)
    last_words = [command[-2] if "download" in command else command[-1] for command in calls[:-1]]
    assert last_words == (["download", "update", "download"] if stale else ["download"])
    assert not any("install" in command for command in calls)


def test_without_apt_the_reason_is_told(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that has no apt-get the step is passed over in one line."""
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    lines: list[str] = []
    datasets.provide(DATASET, allow_download=False, progress=lines.append)
    assert any("apt-get is not on this machine" in line for line in lines)


@pytest.mark.slow
def test_apt_really_brings_the_full_data(tmp_path: Path) -> None:
    """Debian's package, fetched and unpacked for real, holds the full data set."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        pytest.skip("apt-get or dpkg-deb is not on this machine")
    try:
        folder = sources.unpack_with_apt(tmp_path)
    except DatasetError as error:
        pytest.skip(f"apt-get cannot reach the package: {error}")
    assert DATASET.verify(folder) == "full"
