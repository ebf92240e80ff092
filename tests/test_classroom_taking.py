"""What a class handed in: folders and zips, whose file is whose, and which one counts."""

import io
import os
import stat
import zipfile

import pytest

from classroom.handin import MAX_BYTES
from classroom.names import name_of, safe
from classroom.taking import taken
from editions import ROOT

LESSON = "05_memory"


def whose(path, is_alone=True):
    name = name_of(path.split("/"), LESSON, is_alone)
    return name.student, name.id


@pytest.mark.parametrize(
    ("path", "student", "id"),
    [
        ("Adams Ann_12345_assignsubmission_file/05_memory.ipynb", "Adams Ann", "12345"),
        ("Adams Ann_12345_assignsubmission_file_/05_memory.ipynb", "Adams Ann", "12345"),
        ("Adams Ann_12345_assignsubmission_file_/my/work.ipynb", "Adams Ann", "12345"),
        ("Adams Ann_12345_assignsubmission_file_05_memory.ipynb", "Adams Ann", "12345"),
        ("CS-1/O'Neil Zoë_7_assignsubmission_file/x.ipynb", "O'Neil Zoë", "7"),
        ("Default group_assignsubmission_file/05_memory.ipynb", "Default group", ""),
        ("Participant_77_assignsubmission_file/05_memory.ipynb", "Participant", "77"),
    ],
)
def test_a_name_of_moodles_tells_the_student_and_the_participants_number(path, student, id):
    assert whose(path) == (student, id)


@pytest.mark.parametrize(
    ("path", "student", "id"),
    [
        ("adamsann_12345_67890_05_memory.ipynb", "adamsann", "12345"),
        ("adamsann_12345_67890_05_memory-1.ipynb", "adamsann", "12345"),
        ("adamsann_LATE_12345_67890_05_memory-2.ipynb", "adamsann", "12345"),
        ("submissions/müllertim_12345_67890_my work.ipynb", "müllertim", "12345"),
        ("adamsann_12345_67890_work.zip/05_memory.ipynb", "adamsann", "12345"),
        ("anon_Xy12z_67890_05_memory.ipynb", "anon_Xy12z", "anon_Xy12z"),
    ],
)
def test_a_name_of_canvas_tells_the_student_and_the_users_number(path, student, id):
    assert whose(path) == (student, id)


def test_canvas_says_who_is_late():
    assert name_of(["adamsann_LATE_1_2_05_memory.ipynb"], LESSON, True).is_late
    assert not name_of(["adamsann_1_2_05_memory.ipynb"], LESSON, True).is_late


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ann_05_memory.ipynb", "ann"),
        ("max_2_05_memory.ipynb", "max_2"),
        ("Ann Adams - 05_memory (1).ipynb", "Ann Adams"),
        ("ann.ipynb", "ann"),
        ("ann-1.ipynb", "ann-1"),
        ("05_memory.ipynb", "05_memory"),
        ("ann/05_memory.ipynb", "ann"),
        ("ann/homework.ipynb", "ann"),
        ("ann.zip/05_memory.ipynb", "ann"),
    ],
)
def test_of_any_other_name_what_is_the_students_own_is_taken(path, student):
    assert whose(path) == (student, "")


def test_a_folder_of_many_is_no_student():
    assert whose("group 1/ann.ipynb", is_alone=False) == ("ann", "")
    assert whose("group 1/ann_05_memory.ipynb", is_alone=False) == ("ann", "")


@pytest.mark.parametrize(
    "files",
    [
        ["a_1_10_05_memory.ipynb", "a_1_11_05_memory-1.ipynb", "a_LATE_1_12_05_memory-2.ipynb"],
        [f"Ann_7_assignsubmission_file/{x}.ipynb" for x in ("05_memory", "05_memory-1")],
        ["ann_05_memory.ipynb", "ann_05_memory (1).ipynb", "ann_05_memory (10).ipynb"],
        [f"Ann_7_assignsubmission_file/{x}.ipynb" for x in ("try 2", "try 10")],
    ],
)
def test_of_several_files_of_a_student_the_last_counts_and_the_others_are_named(files, tmp_path):
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("{}")
    with taken(tmp_path, LESSON) as found:
        assert [one.file for one in found.hand_ins] == files[-1:]
        (note,) = (one.note for one in found.hand_ins)
    assert note == f"The last file of its student; not judged: {', '.join(files[:-1])}."


def test_two_of_one_name_in_two_folders_are_two(tmp_path):
    for group in ("one", "two"):
        (tmp_path / group).mkdir()
        for student in ("ann", "bob"):
            (tmp_path / group / f"{student}.ipynb").write_text("{}")
    with taken(tmp_path, LESSON) as found:
        assert len(found.hand_ins) == 4
        assert not found.notes


def test_a_folder_is_read_without_following_links_and_without_what_editors_leave(tmp_path):
    for place in ("ann", ".ipynb_checkpoints", "__MACOSX"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.ipynb").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(ROOT / "notebooks" / "05_memory.ipynb")
    (tmp_path / "all").symlink_to(ROOT / "notebooks")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "bob.html").write_text("printed")
    with taken(tmp_path, LESSON) as found:
        assert [one.file for one in found.hand_ins] == ["ann/x.ipynb"]
        assert found.notes == [
            "all: a link, passed over.",
            "link.ipynb: a link, passed over.",
            "Passed over, as no notebooks: bob.html.",
        ]


def zipped(files, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


def contents(given):
    with taken(given, LESSON) as found:
        return {one.file: one.path.read_text() for one in found.hand_ins}, found.notes


def test_the_names_in_a_zip_are_no_places(tmp_path):
    (tmp_path / "in").mkdir()
    files = {
        "../../outside_05_memory.ipynb": "1",
        "/etc/cron.d/root_05_memory.ipynb": "2",
        "..\\..\\windows_05_memory.ipynb": "3",
        "C:\\x\\drive_05_memory.ipynb": "4",
        '"><script>_05_memory.ipynb': "5",
        "notes.txt": "6",
        "..": "7",
    }
    found, notes = contents(zipped(files, tmp_path / "in" / "class.zip"))
    assert sorted(found.values()) == ["1", "2", "3", "4", "5"]
    assert not any(".." in file or file.startswith("/") for file in found)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["class.zip", "in"]
    assert notes == ["Passed over, as no notebooks: notes.txt."]


def test_a_link_in_a_zip_is_passed_over(tmp_path):
    link = zipfile.ZipInfo("ann_05_memory.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped({link: "/etc/passwd", "bob.ipynb": "{}"}, tmp_path / "class.zip")
    assert contents(path) == ({"bob.ipynb": "{}"}, ["ann_05_memory.ipynb: a link, passed over."])


def test_of_what_unpacks_to_very_much_no_more_is_read_than_the_judge_needs(tmp_path):
    path = zipped({"bomb.ipynb": b"0" * (8 * MAX_BYTES)}, tmp_path / "class.zip")
    assert path.stat().st_size < 1_000_000
    found, _ = contents(path)
    assert len(found["bomb.ipynb"]) == MAX_BYTES + 1


def test_a_zip_that_is_none_or_broken_inside_is_noted_and_the_others_are_taken(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK no zip")
    inner = io.BytesIO()
    zipped({"x.ipynb": os.urandom(500).hex(), "ann.ipynb": "{}"}, inner)
    broken = bytearray(inner.getvalue())
    broken[60:90] = bytes(30)
    (tmp_path / "b.zip").write_bytes(broken)
    found, notes = contents(tmp_path)
    assert list(found) == ["b.zip/ann.ipynb"]
    assert notes[0] == "a.zip: cannot be read as a zip (BadZipFile)."
    assert notes[1].startswith("b.zip/x.ipynb: cannot be unpacked")


def test_a_member_that_wants_a_password_is_noted(tmp_path):
    path = zipped({"ann.ipynb": "{}"}, tmp_path / "class.zip")
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag, in front of the member and in the list at the end
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert contents(path) == ({}, ["ann.ipynb: cannot be unpacked (RuntimeError)."])


def test_a_zip_within_a_zip_is_not_opened(tmp_path):
    inner = io.BytesIO()
    zipped({"05_memory.ipynb": "{}"}, inner)
    assert contents(zipped({"ann.zip": inner.getvalue()}, tmp_path / "class.zip")) == (
        {},
        ["Passed over, as no notebooks: ann.zip."],
    )


def test_too_many_notebooks_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("classroom.taking._MAX_FILES", 2)
    path = zipped({f"{n}.ipynb": "{}" for n in range(3)}, tmp_path / "class.zip")
    with pytest.raises(ValueError, match="More than 2 notebooks"), taken(path, LESSON):
        pass


@pytest.mark.parametrize(
    ("student", "file"),
    [
        ("Ann Adams 7", "Ann Adams 7"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('"><script>', "___script_"),
        ("..", "_"),
        ("\ud800", "_"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_students_name_becomes_a_files_name_that_is_no_place(student, file):
    assert safe(student, []) == file


def test_two_files_never_have_one_name():
    assert safe("ANN", ["ann", "Ann (2)"]) == "ANN (3)"
