"""Evidence on disk: what is written is read again, and nothing else is."""

import io
import json
import os
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.evidence_builder import Submission, changed, right

from autograder.core.errors import EvidenceError
from autograder.core.evidence import (
    MAX_ARRAY_BYTES,
    MAX_JSON_BYTES,
    SCHEMA,
    Claim,
    Evidence,
    Record,
    Recorded,
    load,
    pack_arrays,
    read_arrays,
    save,
)

# More than any small file takes to be read, and far less than a lie could ask for.
LITTLE = 8 * 2**20
SMALL = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b/c": np.array(7)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good evidence and small arrays."""
    save(Evidence(record=right().record, arrays=SMALL), tmp_path)
    return tmp_path


def written(folder: Path) -> dict:
    return json.loads((folder / "evidence.json").read_text())


def rewrite(folder: Path, content: object) -> None:
    (folder / "evidence.json").write_text(json.dumps(content))


def refused(folder: Path, words: str = ".") -> None:
    with pytest.raises(EvidenceError, match=words):
        load(folder)


# ---- what is written is read


def test_round_trip(tmp_path):
    evidence = right()
    save(evidence, tmp_path / "new" / "folder")
    again = load(tmp_path / "new" / "folder")
    assert again.record == evidence.record
    assert again.arrays.keys() == evidence.arrays.keys()
    for name, array in evidence.arrays.items():
        assert np.array_equal(again.arrays[name], array)
        assert again.arrays[name].dtype == array.dtype


@pytest.mark.parametrize(
    "array",
    [
        np.float32(3)[()],
        np.zeros((0, 4)),
        np.arange(24, dtype=">i2").reshape(2, 3, 4),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([np.nan, np.inf]),
    ],
)
def test_arrays_of_every_kind_of_number(tmp_path, array):
    path = tmp_path / "arrays.npz"
    path.write_bytes(pack_arrays({"layer/näme": array}))
    assert np.array_equal(read_arrays(path)["layer/näme"], array, equal_nan=True)


def test_numpy_reads_them_too(folder):
    with np.load(folder / "arrays.npz", allow_pickle=False) as archive:
        assert set(archive) == {"a", "b/c"}


def test_the_same_arrays_are_the_same_bytes():
    assert pack_arrays(SMALL) == pack_arrays(dict(SMALL))


def test_no_arrays_at_all(folder):
    (folder / "arrays.npz").unlink()
    assert load(folder).arrays == {}


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    path = tmp_path / "arrays.npz"
    odd = {"text": np.array(["a"]), "thing": np.array([{}]), "yes": np.array([True])}
    path.write_bytes(pack_arrays({**odd, **SMALL}))
    assert set(read_arrays(path)) == set(SMALL)


def test_of_too_much_the_newest_is_kept(tmp_path):
    path = tmp_path / "arrays.npz"
    large = np.zeros(MAX_ARRAY_BYTES // 3, np.uint8)
    path.write_bytes(pack_arrays({str(number): large for number in range(4)}))
    assert list(read_arrays(path)) == ["2", "3"]


def test_not_a_number_in_a_claim_is_read_as_nothing(tmp_path):
    work = Submission(label=lambda: Claim(kind="float", value=float("nan")))
    save(work.evidence(), tmp_path)
    hand_in = load(tmp_path).hand_in("predict")
    assert hand_in is not None
    assert hand_in.claims["predicted_label"].value is None


# ---- what is refused


@pytest.mark.parametrize(("schema", "words"), [(0, "older than"), (SCHEMA + 1, "newer than")])
def test_another_schema(folder, schema, words):
    rewrite(folder, {**written(folder), "schema": schema, "a field of that time": 1})
    refused(folder, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"schema": "1"}',
        "not JSON",
        '{"schema": 1, "run": ',
        "\x00",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"schema": 1' + "0" * 10_000 + "}",
        '{"schema": 1, "run": {"lesson": "x", "seconds": NaN}}',
        '{"schema": 1, "run": {"lesson": "x", "seconds": 1e999}}',
        '{"schema": 1, "run": {"lesson": "\\ud800"}}',
    ],
)
def test_text_that_is_no_evidence(folder, text):
    (folder / "evidence.json").write_text(text)
    refused(folder)


def test_bytes_that_are_no_text(folder):
    (folder / "evidence.json").write_bytes(b'{"schema": 1, "run": {"lesson": "\xff\xfe"}}')
    refused(folder)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("run", "lesson"), 7),
        (("run", "lesson"), "x" * 1000),
        (("run", "data"), "other"),
        (("run", "seconds"), "long"),
        (("run", "surprise"), 1),
        (("cells", 0, "status"), "fine"),
        (("cells", 0, "index"), -1),
        (("cells", 0, "evalue"), "x" * 5000),
        (("recorded", "hand_ins", 0, "claims", "gpus", "value"), {"a": 1}),
        (("recorded", "hand_ins", 0, "claims", "gpus", "value"), [[1]]),
        (("recorded", "hand_ins", 1, "model", "layers", 0, "output_shape"), [1] * 9),
        (("recorded", "fits", 0, "steps"), 1.5),
        (("recorded", "fits", 0, "training", "cards"), "mine"),
        (("recorded", "fits", 0, "training", "places"), [0] * 1000),
        (("recorded", "devices", "asked"), ["x"] * 300),
        (("recorded", "troubles"), None),
    ],
)
def test_wrong_types_unknown_fields_and_too_much(folder, path, value):
    content = written(folder)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    rewrite(folder, content)
    refused(folder)


@pytest.mark.parametrize("name", ["evidence.json", "arrays.npz"])
def test_truncated_anywhere(folder, name):
    whole = (folder / name).read_bytes()
    for part in range(0, len(whole), max(1, len(whole) // 40)):
        (folder / name).write_bytes(whole[:part])
        refused(folder)


@pytest.mark.parametrize("name", ["evidence.json", "arrays.npz"])
def test_a_link_is_not_followed(folder, name):
    (folder / name).rename(folder / "elsewhere")
    (folder / name).symlink_to(folder / "elsewhere")
    refused(folder, "no ordinary file")


@pytest.mark.parametrize("name", ["evidence.json", "arrays.npz"])
def test_a_folder_or_a_pipe_is_not_read(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    refused(folder, "no ordinary file")
    (folder / name).unlink()
    (folder / name).mkdir()
    refused(folder, "no ordinary file")


def test_nothing_there(tmp_path):
    refused(tmp_path, "missing")


def test_files_that_are_too_large(folder):
    (folder / "evidence.json").write_bytes(b" " * (MAX_JSON_BYTES + 1))
    refused(folder, "larger than 4 MiB")


# ---- hostile archives


def archive(folder: Path, *members: tuple[str, bytes], kind: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(folder / "arrays.npz", "w", kind) as opened:
        for name, content in members:
            opened.writestr(name, content)


def npy(header: str, body: bytes = b"", *, version: tuple[int, int] = (1, 0)) -> bytes:
    size = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + size + header.encode("latin-1") + body


def described(dtype: str, shape: str, order: str = "False") -> str:
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}}}"


GOOD = npy(described("'<f4'", "(2,)"), bytes(8))


def test_the_stranger_knows_how_to_write_a_good_one(folder):
    archive(folder, ("a.npy", GOOD))
    assert load(folder).arrays["a"].tolist() == [0, 0]


def pickled() -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.array([{"a": 1}]), allow_pickle=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no array",
        pickled(),
        npy(described("'|O'", "(1,)"), b"cos\nsystem\n(S'true'\ntR."),
        npy(described("'<U9'", "(1,)"), bytes(36)),
        npy(described("'<M8[s]'", "(1,)"), bytes(8)),
        npy(described("[('a', '<f4')]", "(1,)"), bytes(4)),
        npy(described("('<f4', (2,))", "(1,)"), bytes(8)),
        npy(described("'<f4'", "(3,)"), bytes(8)),
        npy(described("'<f4'", "(1,)"), bytes(8)),
        npy(described("'<f4'", "(1000000000000,)"), bytes(8)),
        npy(described("'<f4'", "(-1, -2)"), bytes(8)),
        npy(described("'<f4'", "(0, 99999999999999999999)")),
        npy(described("'<f4'", "(1,) * 3"), bytes(4)),
        npy(described("'<f4'", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), bytes(4)),
        npy(described("'<f4'", "'two'"), bytes(8)),
        npy(described("'nonsense'", "(2,)"), bytes(8)),
        npy(described("__import__('os')", "(2,)"), bytes(8)),
        npy("(" * 5000),
        npy("'''"),
        npy("{'a': 1L, '"),
        npy("x" * 60_000),
        npy(described("'<f4'", "(2,)"), bytes(8), version=(2, 0)),
        npy(described("'<f4'", "(2,)"), bytes(8), version=(9, 9)),
        GOOD[:9],
        GOOD[:30],
    ],
)
def test_members_that_are_no_plain_arrays(folder, content):
    archive(folder, ("a.npy", content))
    refused(folder)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_not_unpacked(folder, kind):
    body = bytes(80 * 2**20)
    archive(folder, ("a.npy", npy(described("'|u1'", f"({len(body)},)"), body)), kind=kind)
    assert (folder / "arrays.npz").stat().st_size < 2**20
    refused(folder, "compressed")


def test_many_members_that_share_their_bytes(folder):
    """Each entry of the list points to the same member, so that together they are large."""
    body = npy(described("'|u1'", "(2000000,)"), bytes(2_000_000))
    archive(folder, ("a.npy", body))
    data = (folder / "arrays.npz").read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60, 60, 60 * len(entry), start, 0)
    (folder / "arrays.npz").write_bytes(data[:start] + entry * 60 + tail)
    with memory_below(3 * MAX_ARRAY_BYTES):
        refused(folder)


def test_more_arrays_than_anyone_needs(folder):
    archive(folder, *((f"{number}.npy", b"") for number in range(5000)))
    refused(folder, "more than 4096 arrays")


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (6, 1),  # says that it is encrypted
        (8, 99),  # an unknown way to compress
        (14, 0x12345678),  # another checksum
    ],
)
def test_headers_that_lie(folder, offset, value):
    archive(folder, ("a.npy", GOOD))
    data = bytearray((folder / "arrays.npz").read_bytes())
    for start, shift in ((0, 0), (data.index(b"PK\x01\x02"), 2)):
        struct.pack_into("<I" if value > 0xFFFF else "<H", data, start + offset + shift, value)
    (folder / "arrays.npz").write_bytes(data)
    refused(folder)


@pytest.mark.parametrize("size", [0, 4, 200, 0xFFFFFFF0])
def test_sizes_that_lie(folder, size):
    archive(folder, ("a.npy", GOOD))
    data = bytearray((folder / "arrays.npz").read_bytes())
    start = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, start + 24, size)
    (folder / "arrays.npz").write_bytes(data)
    refused(folder)


# ---- anything at all

WHOLE = msgspec.json.encode(changed(right().record, cells=()))
PACKED = pack_arrays(SMALL)
ANYTHING = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)


@st.composite
def mutated(draw, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(["change", "cut", "insert"]))
        if how == "change":
            data[place] = draw(st.integers(0, 255))
        elif how == "cut":
            del data[place : place + draw(st.integers(1, 30))]
        else:
            data[place:place] = draw(st.binary(min_size=1, max_size=30))
        data = data or bytearray(b" ")
    return bytes(data)


def loads_or_is_refused(folder: Path, *, record: bytes = WHOLE, packed: bytes = PACKED) -> None:
    (folder / "evidence.json").write_bytes(record)
    (folder / "arrays.npz").write_bytes(packed)
    with memory_below(LITTLE):
        try:
            evidence = load(folder)
        except EvidenceError:
            return
    assert isinstance(evidence.record, Record)
    assert all(array.dtype.kind in "iuf" for array in evidence.arrays.values())


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    """What is done takes no more memory than this, whatever a header says."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_the_memory_is_really_measured() -> None:
    """NumPy's is counted too."""
    with pytest.raises(AssertionError), memory_below(LITTLE):
        np.ones(LITTLE, np.uint8)


@st.composite
def lying(draw) -> bytes:
    """An archive whose headers lie: about sizes, places, names, flags and how many there are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for number in range(draw(st.integers(1, 3))):
            opened.writestr(f"{number}.npy", GOOD)
    data = bytearray(stream.getvalue())
    headers = {b"PK\x03\x04": 30, b"PK\x01\x02": 46, b"PK\x05\x06": 22}
    for _ in range(draw(st.integers(1, 4))):
        sign = draw(st.sampled_from(list(headers)))
        places = [place for place in range(len(data) - 46) if data[place : place + 4] == sign]
        place = draw(st.sampled_from(places or [len(data) - 22]))
        width, form = draw(st.sampled_from([(2, "<H"), (4, "<I")]))
        field = place + draw(st.integers(4, headers[sign] - width))
        known = (0, 1, 8, 99, len(data), 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1)
        value = draw(st.sampled_from(known) | st.integers(0, 2**32 - 1))
        struct.pack_into(form, data, min(field, len(data) - width), value % 2 ** (8 * width))
    if draw(st.booleans()):
        # Another entry for the same member, which is not counted at the end.
        entry = data[data.index(b"PK\x01\x02") :]
        data += entry
    return bytes(data)


@st.composite
def lying_member(draw) -> bytes:
    """An array whose header tells of another type, shape or order than there are numbers for."""
    side = st.integers(-2, 4) | st.sampled_from((2**31, 2**62, 2**64, 10**30))
    shape = tuple(draw(st.lists(side, max_size=10)))
    kinds = ("<f4", ">f8", "|u1", "<i8", "<c16", "|O", "<U9", "<M8[s]", "|V8", "<f2", "?")
    kind = draw(st.sampled_from(kinds))
    order = draw(st.sampled_from(("True", "False", "None")))
    return npy(described(repr(kind), repr(shape), order), draw(st.binary(max_size=64)))


ODD = (
    lambda depth: "[" * depth + "]" * depth,
    lambda depth: '{"a":' * depth + "1" + "}" * depth,
    lambda depth: "[" * depth,
    lambda depth: "9" * depth,
    lambda depth: f"-{'9' * depth}e9999",
    lambda depth: '"' + "\\ud800" * depth + '"',
    lambda depth: "1," * depth,
)


def deep(draw, whole: object) -> bytes:
    """JSON in which something was replaced by something deep, long or huge."""
    data = json.dumps(whole)
    places = [found.end() for found in re.finditer(r'": ', data)]
    place = draw(st.sampled_from(places))
    depth = draw(st.integers(1, 20_000))
    odd = draw(st.sampled_from([one(depth) for one in ODD]))
    end = re.compile(r",|}|\]").search(data, place)
    return (data[:place] + odd + data[end.start() if end else place :]).encode()


@ANYTHING
@given(st.data())
def test_a_record_with_something_deep_or_huge_is_read_or_refused(tmp_path, data):
    loads_or_is_refused(tmp_path, record=deep(data.draw, json.loads(WHOLE)))


@ANYTHING
@given(packed=lying())
def test_an_archive_that_lies_is_read_or_refused(tmp_path, packed):
    loads_or_is_refused(tmp_path, packed=packed)


@ANYTHING
@given(member=lying_member())
def test_a_member_that_lies_is_read_or_refused(tmp_path, member):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr("a.npy", member)
    loads_or_is_refused(tmp_path, packed=stream.getvalue())


@ANYTHING
@given(record=st.binary(max_size=300) | mutated(WHOLE))
def test_any_record_is_read_or_refused(tmp_path, record):
    loads_or_is_refused(tmp_path, record=record)


@ANYTHING
@given(packed=st.binary(max_size=300) | mutated(PACKED))
def test_any_archive_is_read_or_refused(tmp_path, packed):
    loads_or_is_refused(tmp_path, packed=packed)


@ANYTHING
@given(member=st.binary(max_size=300) | mutated(GOOD))
def test_any_member_is_read_or_refused(tmp_path, member):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr("a.npy", member)
    loads_or_is_refused(tmp_path, packed=stream.getvalue())


# ---- look-ups


def test_the_last_hand_in_of_a_question_counts():
    evidence = right()
    recorded = evidence.recorded
    assert recorded is not None
    first = changed(recorded.hand_ins[0], claims={"gpus": Claim(kind="list", value=("old",))})
    again = Evidence(
        record=changed(
            evidence.record, recorded=changed(recorded, hand_ins=(first, *recorded.hand_ins))
        )
    )
    assert again.hand_in("devices") == recorded.hand_ins[0]


def test_a_kernel_that_never_recorded():
    evidence = Evidence(record=changed(right().record, recorded=None))
    assert evidence.hand_in("build") is None
    assert evidence.fits(0) == ()
    assert evidence.cell("nowhere") is None
    assert evidence.recorded is None


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        Recorded().troubles = ("mine",)  # type: ignore[misc]
