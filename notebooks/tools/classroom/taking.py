"""Takes what a class handed in: a folder or a zip of notebooks, in folders and zips of their own.

Each notebook is copied under a number into a temporary folder. Of a zip the names are read as
text, never as places; links are passed over.
"""

from __future__ import annotations

import lzma
import os
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from classroom.handin import MAX_BYTES
from classroom.names import Name, name_of

_MAX_DEPTH, _MAX_FILES, _MAX_ALL = 5, 2_000, 2 << 30
_MAX_SHOWN = 200  # signs of a name
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)


@dataclass(frozen=True)
class Taken:
    """A notebook that was handed in.

    Args:
        path: of its copy.
        file: what it was called, folders and all.
        note: which earlier files of its student it takes the place of.
    """

    path: Path
    file: str
    name: Name
    note: str = ""


@dataclass
class Class:
    """The last notebook of each student, and what is to be known of all that was given."""

    hand_ins: list[Taken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Taking:
    """Goes through folders and zips."""

    def __init__(self, into: Path) -> None:
        self._into, self._bytes = into, 0
        self.found: list[tuple[Path, tuple[str, ...]]] = []  # a copy, and the parts of its name
        self.notes: list[str] = []
        self.others: list[str] = []  # files that are no notebooks

    def folder(self, place: Path, parts: tuple[str, ...] = ()) -> None:
        """Its notebooks and zips, and those of the folders in it."""
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            own = (*parts, _shown(entry.name))
            if entry.name.startswith((".", "__MACOSX")):
                continue
            if entry.is_symlink():  # could lead to any file of the teacher's
                self.notes.append(f"{'/'.join(own)}: a link, passed over.")
            elif entry.is_dir() and len(parts) < _MAX_DEPTH:
                self.folder(Path(entry.path), own)
            elif entry.is_file() and entry.name.lower().endswith(".zip"):
                self.zip(Path(entry.path), own)
            elif entry.is_file() and entry.name.endswith(".ipynb"):
                with Path(entry.path).open("rb") as stream:
                    self._take(stream, own)
            else:
                self.others.append("/".join(own))

    def zip(self, place: Path, parts: tuple[str, ...] = ()) -> None:
        """The notebooks of a zip; of one within it nothing."""
        shown = "/".join(parts) or place.name
        try:
            packed = zipfile.ZipFile(place)
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            self.notes.append(f"{shown}: cannot be read as a zip ({type(error).__name__}).")
            return
        with packed:
            for info in sorted(packed.infolist(), key=lambda info: info.filename):
                self._member(packed, info, parts)

    def _member(
        self, packed: zipfile.ZipFile, info: zipfile.ZipInfo, parts: tuple[str, ...]
    ) -> None:
        names = info.filename.replace("\\", "/").split("/")
        own = [_shown(name) for name in names if name not in ("", ".", "..")]
        is_hidden = any(name.startswith((".", "__MACOSX")) for name in own)
        if info.is_dir() or is_hidden or not own:
            return
        said = "/".join((*parts, *own))
        if not own[-1].endswith(".ipynb"):
            self.others.append(said)
            return
        if stat.S_ISLNK(info.external_attr >> 16):
            self.notes.append(f"{said}: a link, passed over.")
            return
        try:
            with packed.open(info) as stream:
                self._take(stream, (*parts, *own))
        except (*_BROKEN, RuntimeError) as error:  # RuntimeError: it wants a password
            self.notes.append(f"{said}: cannot be unpacked ({type(error).__name__}).")

    def _take(self, stream: IO[bytes], parts: tuple[str, ...]) -> None:
        if len(self.found) >= _MAX_FILES or self._bytes > _MAX_ALL:
            raise ValueError(
                f"More than {_MAX_FILES:,} notebooks, or {_MAX_ALL:,} bytes: too much."
            )
        text = stream.read(MAX_BYTES + 1)  # one more than the judge takes
        path = self._into / f"{len(self.found):04}.ipynb"
        path.write_bytes(text)
        self._bytes += len(text)
        self.found.append((path, parts))


def _shown(name: str) -> str:
    return name.encode(errors="replace").decode()[:_MAX_SHOWN]


@contextmanager
def taken(given: Path, lesson: str) -> Iterator[Class]:
    """What a folder or a zip holds of a lesson such as 05_memory, while the block runs.

    Raises: ValueError if it is too much, OSError if it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="lc_class_") as into:
        taking = _Taking(Path(into))
        if given.suffix == ".ipynb" and given.is_file():
            with given.open("rb") as stream:
                taking._take(stream, (given.name,))
        elif given.is_file():
            taking.zip(given)
        else:
            taking.folder(given)
        yield _last_of_each(taking, lesson)


def _last_of_each(taking: _Taking, lesson: str) -> Class:
    beside = Counter(parts[:-1] for _, parts in taking.found)
    students: dict[object, list[Taken]] = {}
    for path, parts in taking.found:
        name = name_of(parts, lesson, is_alone=beside[parts[:-1]] == 1)
        one = Taken(path, "/".join(parts), name)
        # without a number two of one name may be two, if they lie apart
        whose = (name.id or parts[:-1], name.student.casefold())
        students.setdefault(whose, []).append(one)
    made = Class(notes=taking.notes)
    if taking.others:
        made.notes.append(f"Passed over, as no notebooks: {', '.join(taking.others)}.")
    for files in students.values():
        *earlier, last = sorted(files, key=lambda one: one.name.order)
        others = ", ".join(one.file for one in earlier)
        note = f"The last file of its student; not judged: {others}." if others else ""
        made.hand_ins.append(replace(last, note=note))
    return made
