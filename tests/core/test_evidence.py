"""Evidence on disk: what is written is read again, and nothing else is."""

import io
import json
import os
import re
import struct
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.evidence_builder import Submission, changed, right
from support.processes import memory_below
from support.runs import save_alone

from autograder.core.errors import EvidenceError
from autograder.core.evidence import (
    EVIDENCE,
    MAX_ARRAY_BYTES,
    MAX_JSON_BYTES,
    SCHEMA,
    SUBMISSION,
    Arrays,
    Cell,
    Claim,
    Evidence,
    Record,
    Recorded,
    Run,
    SubmissionCell,
    SubmissionRecord,
    load,
    pack,
    pack_arrays,
    read,
    save,
    unpack,
    unpack_arrays,
)

# More than any small file takes to be read, and far less than a lie could ask for.
LITTLE = 8 * 2**20
SHOWN = {0: [{"output_type": "stream", "name": "stdout", "text": "ü"}]}
SMALL = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b/c": np.array(7)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good evidence and small arrays."""
    save_alone(Evidence(record=right().record, arrays=SMALL, outputs=SHOWN), tmp_path)
    return tmp_path


def members(folder: Path) -> dict[str, bytes]:
    """What the archive in a folder holds."""
    with zipfile.ZipFile(folder / EVIDENCE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(folder: Path, kind: int = zipfile.ZIP_STORED, **changes: bytes) -> None:
    """Write the archive with other members: ``record`` is ``record.json``, and so on."""
    names = {"record": "record.json", "outputs": "outputs.json", "array": "arrays/0.npy"}
    found = members(folder) | {names[name]: content for name, content in changes.items()}
    with zipfile.ZipFile(folder / EVIDENCE, "w", kind) as archive:
        for name, content in found.items():
            archive.writestr(name, content)


def written(folder: Path) -> dict:
    """The record in the archive, and the names of its arrays."""
    return json.loads(members(folder)["record.json"])


def refused(folder: Path, words: str = ".") -> None:
    with pytest.raises(EvidenceError, match=words):
        load(folder)


# ---- what is written is read


def test_round_trip(tmp_path):
    evidence = right()
    save_alone(evidence, tmp_path / "new" / "folder")
    again = load(tmp_path / "new" / "folder")
    assert again.record == evidence.record
    assert again.arrays.keys() == evidence.arrays.keys()
    for name, array in evidence.arrays.items():
        assert np.array_equal(again.arrays[name], array)
        assert again.arrays[name].dtype == array.dtype


def test_outputs_are_read_where_they_are_wanted(folder):
    assert load(folder).outputs == {}
    assert read(folder / EVIDENCE).outputs == SHOWN
    assert unpack((folder / EVIDENCE).read_bytes()).outputs == SHOWN


def test_what_is_a_submissions_own_is_added(tmp_path):
    """One run serves for two notebooks, in which its cells have other places and names."""
    run = Run(job="one", notes=("of the run",))
    record = Record(run=run, cells=(Cell(index=0, status="ok"), Cell(index=1, status="error")))
    cells = (SubmissionCell(index=3, grade_id="build", changed=True), SubmissionCell(index=5))
    own = SubmissionRecord(lesson="mine", job="one", shared=True, notes=("own",), cells=cells)
    save(Evidence(record=record), own, tmp_path)
    evidence = load(tmp_path)
    assert (evidence.run.lesson, evidence.run.shared) == ("mine", True)
    assert evidence.run.notes == ("own", "of the run")
    assert [(one.index, one.grade_id, one.status) for one in evidence.record.cells] == [
        (3, "build", "ok"),
        (5, None, "error"),
    ]


@pytest.mark.parametrize("changes", [{"job": "another"}, {"cells": ()}])
def test_evidence_of_another_run_is_refused(tmp_path, changes):
    record = Record(run=Run(job="one"), cells=(Cell(index=0),))
    own = SubmissionRecord(lesson="mine", job="one", cells=(SubmissionCell(index=0),))
    save(Evidence(record=record), changed(own, **changes), tmp_path)
    refused(tmp_path, "of another run")


def test_the_same_evidence_is_the_same_bytes():
    assert pack(right()) == pack(right())
    assert pack_arrays(SMALL) == pack_arrays(dict(SMALL))


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
def test_arrays_of_every_kind_of_number(array):
    arrays = {"layer/näme": array}
    for again in (unpack_arrays(pack_arrays(arrays)), unpack(pack(with_arrays(arrays))).arrays):
        assert np.array_equal(again["layer/näme"], array, equal_nan=True)


def with_arrays(arrays: Arrays) -> Evidence:
    return Evidence(record=right().record, arrays=arrays)


def test_numpy_reads_them_too():
    with np.load(io.BytesIO(pack_arrays(SMALL)), allow_pickle=False) as archive:
        assert set(archive) == {"a", "b/c"}


def test_no_arrays_at_all():
    assert unpack(pack(with_arrays({}))).arrays == {}


def test_what_could_not_be_read_again_is_not_written():
    odd = {"text": np.array(["a"]), "thing": np.array([{}]), "yes": np.array([True])}
    assert set(unpack_arrays(pack_arrays({**odd, **SMALL}))) == set(SMALL)
    assert set(unpack(pack(with_arrays({**odd, **SMALL}))).arrays) == set(SMALL)


def test_of_too_much_the_newest_is_kept():
    large = np.zeros(MAX_ARRAY_BYTES // 3, np.uint8)
    packed = pack_arrays({str(number): large for number in range(4)})
    assert list(unpack_arrays(packed)) == ["2", "3"]


def test_nothing_that_a_student_named_is_part_of_the_archive():
    """A name could end as the last part of an archive begins, and lead to another record."""
    evidence = with_arrays({"PK\x06\x07 and sixteen bytes": np.arange(3)})
    with zipfile.ZipFile(io.BytesIO(pack(evidence))) as archive:
        assert archive.namelist() == ["record.json", "outputs.json", "arrays/0.npy"]
    assert set(unpack(pack(evidence)).arrays) == set(evidence.arrays)


def test_not_a_number_in_a_claim_is_read_as_nothing(tmp_path):
    work = Submission(label=lambda: Claim(kind="float", value=float("nan")))
    save_alone(work.evidence(), tmp_path)
    answer = load(tmp_path).answer("predict")
    assert answer.claims["predicted_label"].value is None


# ---- what is refused


@pytest.mark.parametrize(("schema", "words"), [(0, "older than"), (SCHEMA + 1, "newer than")])
def test_another_schema(folder, schema, words):
    record = {**written(folder)["record"], "schema": schema, "a field of that time": 1}
    rewrite(folder, record=json.dumps({"record": record}).encode())
    refused(folder, words)


def test_what_earlier_versions_wrote_is_named(tmp_path):
    (tmp_path / "evidence.json").write_text("{}")
    refused(tmp_path, "older version. Run the submission again")


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
def test_text_that_is_no_record(folder, text):
    for record in (text, f'{{"record": {text}}}'):
        rewrite(folder, record=record.encode())
        refused(folder)


def test_bytes_that_are_no_text(folder):
    rewrite(folder, record=b'{"record": {"schema": 1, "run": {"lesson": "\xff\xfe"}}}')
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
        (("recorded", "answers", 0, "claims", "gpus", "value"), {"a": 1}),
        (("recorded", "answers", 0, "claims", "gpus", "value"), [[1]]),
        (("recorded", "answers", 1, "model", "layers", 0, "output_shape"), [1] * 9),
        (("recorded", "fits", 0, "steps"), 1.5),
        (("recorded", "fits", 0, "training", "split"), "mine"),
        (("recorded", "fits", 0, "training", "indices"), [0] * 1000),
        (("recorded", "devices", "queried"), ["x"] * 300),
        (("recorded", "troubles"), None),
    ],
)
def test_wrong_types_unknown_fields_and_too_much(folder, path, value):
    content = written(folder)
    place = content["record"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    rewrite(folder, record=json.dumps(content).encode())
    refused(folder)


@pytest.mark.parametrize("names", [["a", "b", "c"], [["a"]], "a", {"a": 1}])
def test_more_arrays_than_there_are_and_names_that_are_none(folder, names):
    rewrite(folder, record=json.dumps({**written(folder), "arrays": names}).encode())
    refused(folder)


@pytest.mark.parametrize("name", [EVIDENCE, SUBMISSION])
def test_truncated_anywhere(folder, name):
    whole = (folder / name).read_bytes()
    for part in range(0, len(whole), max(1, len(whole) // 40)):
        (folder / name).write_bytes(whole[:part])
        refused(folder)


@pytest.mark.parametrize("name", [EVIDENCE, SUBMISSION])
def test_a_link_is_not_followed(folder, name):
    (folder / name).rename(folder / "elsewhere")
    (folder / name).symlink_to(folder / "elsewhere")
    refused(folder, "no ordinary file")


@pytest.mark.parametrize("name", [EVIDENCE, SUBMISSION])
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
    (folder / SUBMISSION).write_bytes(b" " * (MAX_JSON_BYTES + 1))
    refused(folder, "larger than 4 MiB")
    rewrite(folder, record=b" " * (MAX_JSON_BYTES + 1))
    refused(folder, "larger than 4 MiB")


# ---- hostile archives


def npy(header: str, body: bytes = b"", *, version: tuple[int, int] = (1, 0)) -> bytes:
    size = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + size + header.encode("latin-1") + body


def described(dtype: str, shape: str, order: str = "False") -> str:
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}}}"


GOOD = npy(described("'<f4'", "(2,)"), bytes(8))


def test_the_stranger_knows_how_to_write_a_good_one(folder):
    rewrite(folder, array=GOOD)
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
    rewrite(folder, array=content)
    refused(folder)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_not_unpacked(folder, kind):
    body = bytes(80 * 2**20)
    rewrite(folder, kind, array=npy(described("'|u1'", f"({len(body)},)"), body))
    assert (folder / EVIDENCE).stat().st_size < 2**20
    refused(folder, "compressed")


def archive(*names: str, content: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for name in names:
            opened.writestr(name, content)
    return stream.getvalue()


def not_unpacked(data: bytes, words: str = ".") -> None:
    """Neither as the arrays of a kernel nor as evidence."""
    with pytest.raises(EvidenceError, match=words):
        unpack_arrays(data)
    with pytest.raises(EvidenceError):
        unpack(data)


def test_many_members_that_share_their_bytes():
    """Each entry of the list points to the same member, so that together they are large."""
    data = archive("a.npy", content=npy(described("'|u1'", "(2000000,)"), bytes(2_000_000)))
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60, 60, 60 * len(entry), start, 0)
    with memory_below(3 * MAX_ARRAY_BYTES):
        not_unpacked(data[:start] + entry * 60 + tail)


def test_more_arrays_than_anyone_needs():
    not_unpacked(archive(*(f"{number}.npy" for number in range(5000))), "more than 4096 arrays")


def test_a_directory_that_is_longer_than_it_says():
    """How many members there are is told by their list, whatever is said of their number."""
    data = bytearray(archive(*(f"{number:0900}.npy" for number in range(4500))))
    struct.pack_into("<2H", data, len(data) - 14, 1, 1)
    not_unpacked(bytes(data), "more than 4096 arrays")


def test_an_archive_of_more_than_4_gib_is_none_of_ours():
    """Its end leads to another end, which may be anywhere."""
    data = archive("a.npy", content=GOOD)
    end = data.index(b"PK\x05\x06")
    not_unpacked(data[:end] + b"PK\x06\x07" + bytes(16) + data[end:], "no archive of ours")


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (6, 1),  # says that it is encrypted
        (8, 99),  # an unknown way to compress
        (14, 0x12345678),  # another checksum
    ],
)
def test_headers_that_lie(offset, value):
    data = bytearray(archive("a.npy", content=GOOD))
    for start, shift in ((0, 0), (data.index(b"PK\x01\x02"), 2)):
        struct.pack_into("<I" if value > 0xFFFF else "<H", data, start + offset + shift, value)
    not_unpacked(bytes(data))


@pytest.mark.parametrize("size", [0, 4, 200, 0xFFFFFFF0])
def test_sizes_that_lie(size):
    data = bytearray(archive("a.npy", content=GOOD))
    start = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, start + 24, size)
    not_unpacked(bytes(data))


# ---- anything at all

PLAIN = changed(right().record, cells=())
WHOLE = msgspec.json.encode({"record": PLAIN, "arrays": list(SMALL)})
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


def loads_or_is_refused(
    folder: Path, *, record: bytes = WHOLE, packed: bytes = PACKED, member: bytes | None = None
) -> None:
    """As evidence, and as what a kernel left."""
    save_alone(Evidence(record=PLAIN, arrays=SMALL), folder)
    rewrite(folder, record=record, **({} if member is None else {"array": member}))
    for function, content in ((load, folder), (unpack, packed), (unpack_arrays, packed)):
        with memory_below(LITTLE):
            try:
                found = function(content)
            except EvidenceError:
                continue
        if isinstance(found, Evidence):
            assert isinstance(found.record, Record)
            found = found.arrays
        assert all(array.dtype.kind in "iuf" for array in found.values())


def test_the_memory_is_really_measured() -> None:
    with pytest.raises(AssertionError), memory_below(LITTLE):
        np.ones(LITTLE, np.uint8)


@st.composite
def lying(draw, whole: bytes = b"") -> bytes:
    """An archive whose headers lie: about sizes, places, names, flags and how many there are."""
    names = (f"{number}.npy" for number in range(draw(st.integers(1, 3))))
    data = bytearray(whole or archive(*names, content=GOOD))
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
@given(packed=lying() | lying(pack(Evidence(record=PLAIN, arrays=SMALL))))
def test_an_archive_that_lies_is_read_or_refused(tmp_path, packed):
    loads_or_is_refused(tmp_path, packed=packed)


@ANYTHING
@given(member=lying_member())
def test_a_member_that_lies_is_read_or_refused(tmp_path, member):
    loads_or_is_refused(tmp_path, member=member, packed=archive("a.npy", content=member))


@ANYTHING
@given(record=st.binary(max_size=300) | mutated(WHOLE))
def test_any_record_is_read_or_refused(tmp_path, record):
    loads_or_is_refused(tmp_path, record=record)


@ANYTHING
@given(packed=st.binary(max_size=300) | mutated(PACKED) | mutated(pack(Evidence(record=PLAIN))))
def test_any_archive_is_read_or_refused(tmp_path, packed):
    loads_or_is_refused(tmp_path, packed=packed)


@ANYTHING
@given(member=st.binary(max_size=300) | mutated(GOOD))
def test_any_member_is_read_or_refused(tmp_path, member):
    loads_or_is_refused(tmp_path, member=member, packed=archive("a.npy", content=member))


# ---- look-ups


def test_the_last_hand_in_of_a_question_counts():
    evidence = right()
    recorded = evidence.recorded
    first = changed(recorded.answers[0], claims={"gpus": Claim(kind="list", value=("old",))})
    again = Evidence(
        record=changed(
            evidence.record, recorded=changed(recorded, answers=(first, *recorded.answers))
        )
    )
    assert again.answer("devices") == recorded.answers[0]


def test_a_kernel_that_never_recorded():
    evidence = Evidence(record=changed(right().record, recorded=None))
    assert evidence.answer("build") is None
    assert evidence.fits(0) == ()
    assert evidence.cell("nowhere") is None
    assert evidence.recorded is None


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        Recorded().troubles = ("mine",)
