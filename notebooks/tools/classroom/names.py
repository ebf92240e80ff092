"""Whose hand-in a file is, by its name: as Moodle or Canvas gives it, or as a student chose it.

Moodle's "Download all submissions" makes a folder a student, such as
`Ann Adams_12345_assignsubmission_file` (older versions with one more `_`), or begins the name of
the file so; the number is the participant's in the grading worksheet. Canvas makes one folder of
`adamsann_LATE_1234_56789_05_memory-1.ipynb`: the student's name in small letters, whether it is
late, the numbers of student and file, and the file's name, numbered when it was handed in again.
Both as their sources say: `mod/assign/classes/downloader.php`, `lib/content_zipper.rb`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>[0-9]+))?_assignsubmission_file(?:_(?P<rest>.*))?")
_CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<id>anon_[a-zA-Z0-9]+|[1-9][0-9]*)"
    r"_(?P<file>[1-9][0-9]*)_(?P<rest>.+)"
)
_AGAIN = r"(?:-(?P<canvas>[0-9]{1,6})|\s?\((?P<browser>[0-9]{1,6})\))?"


@dataclass(frozen=True)
class Name:
    """What a file's name tells.

    Args:
        student: a name to show.
        id: the number by which the learning platform knows the student, if the name has one.
        is_late: whether Canvas says so.
        order: the larger, the later: of several files of one student the last one counts.
    """

    student: str
    id: str = ""
    is_late: bool = False
    order: tuple[int, int, str] = (0, 0, "")


def name_of(parts: Sequence[str], lesson: str, is_alone: bool) -> Name:
    """Whose file it is.

    Args:
        parts: the folders and zips it lies in, from the outermost, and its own name.
        lesson: the lesson's, such as 05_memory.
        is_alone: whether no other notebook lies beside it.
    """
    *folders, file = parts
    stem = file.removesuffix(".ipynb")
    for part in (*folders, stem):
        if found := _MOODLE.fullmatch(part):
            own = found["rest"] if part is stem else stem
            return Name(found["name"].strip(), found["id"] or "", order=_order(own or "", lesson))
        if found := _CANVAS.fullmatch(part):
            own = found["rest"] if part is stem else stem
            _, again, text = _order(own, lesson)
            order = (int(found["file"][:18]), again, text)
            student = found["name"] or found["id"]
            return Name(student, found["id"], found["late"] is not None, order)
    own = _own_name(stem, lesson)
    student = folders[-1].removesuffix(".zip") if folders and (is_alone or not own) else own or stem
    return Name(student, order=_order(stem, lesson))


def _own_name(stem: str, lesson: str) -> str:
    """What a file's name has before the lesson's."""
    before = re.fullmatch(rf"(?P<own>.*?)[\s_-]*{re.escape(lesson)}{_AGAIN}", stem)
    return before["own"] if before else stem


def _order(stem: str, lesson: str) -> tuple[int, int, str]:
    """By the number behind the lesson's name, and then by the name itself."""
    found = re.fullmatch(rf".*{re.escape(lesson)}{_AGAIN}", stem)
    again = (found["canvas"] or found["browser"] or 0) if found else 0
    digits = re.sub("[0-9]+", lambda number: number[0].zfill(12), stem)
    return 0, int(again), digits


def safe(text: str, taken: Iterable[str]) -> str:
    """A name for a file that any system takes, unlike those that are taken already."""
    plain = re.sub(r"[^\w .()-]", "_", text).strip(". ")[:80].strip(". ") or "_"
    known = {name.casefold() for name in taken}
    names = (plain if n == 1 else f"{plain} ({n})" for n in range(1, len(known) + 2))
    return next(name for name in names if name.casefold() not in known)
