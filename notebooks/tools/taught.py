"""A lesson as its teacher needs it: its sections with minutes, its exercises, and its results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import nbformat

from budget import budget
from build import edition_cells
from cells import CALL, Cell, solution_source
from editions import ROOT, SOURCES, Lesson
from reveals import Told, told_after

_AIMS = re.compile(r"^(?:After this lesson|Afterwards) you can (.+)\.$", re.MULTILINE)
_HALF = re.compile(r"; (the end of section \d+) is a good place to stop half way\.")
_TASK = re.compile(r"\*\*Exercise (\d+)\*\* \((\d+) minutes?\)\.\s+(.+)", re.DOTALL)
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
_CHECKED = re.compile(r"^.*\blc\.check\(", re.MULTILINE)


@dataclass(frozen=True)
class Task:
    """An exercise as its lesson sets it: its number there, its minutes, its text, a solution."""

    number: int
    minutes: int
    text: str
    solution: str


@dataclass(frozen=True)
class Section:
    """A part of a lesson under one heading.

    Args:
        ids: of the entries of the catalogue that it asks.
        cells: the ids of all its cells.
    """

    title: str
    minutes: int
    ids: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Taught:
    """A lesson as its teacher needs it."""

    lesson: Lesson
    source: tuple[Cell, ...]
    student: tuple[Cell, ...]
    told: dict[str, Told]  # id of a prediction -> its result, and what is shown with it

    @property
    def aims(self) -> str:
        """What one can do afterwards; else what the lesson promises."""
        promise = self.source[0].source
        aims = _AIMS.search(promise)
        return f"You can {aims[1]}." if aims else promise.split("\n\nYou need")[0].split("\n")[-1]

    @property
    def half_way(self) -> str:
        """Where to stop half way; empty if it does not say."""
        found = _HALF.search(self.source[0].source)
        return found[1] if found else ""

    @cached_property
    def sections(self) -> list[Section]:
        """The core path under its headings, with minutes that add up, and then the rest."""
        parts: list[tuple[str, list[Cell]]] = [("Opening", [])]
        for cell in self.student:
            texts = _SECTION.split(cell.source) if cell.kind == "markdown" else [cell.source]
            for text in texts:
                if cell.kind == "markdown" and text.startswith("## "):
                    parts.append((text.split("\n")[0].removeprefix("## "), []))
                parts[-1][1].append(replace(cell, source=text))
        found, before, past = [], 0, list[Cell]()
        for title, cells in parts:
            past += cells
            total = budget(past).minutes
            ids = tuple(cell.id for cell in cells)
            found.append(Section(title, total - before, tuple(_asked(cells)), ids))
            before = total
        return found

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Each exercise by its id."""
        found, text = {}, ""
        for cell in self.source:
            if cell.kind == "markdown":
                text = cell.source
            elif (said := _TASK.search(text)) and "lc.check(" in cell.source:
                solution = _CHECKED.split(solution_source(cell))[0].strip()
                found[cell.exercise] = Task(int(said[1]), int(said[2]), said[3], solution)
        return found

    @cached_property
    def above(self) -> dict[str, str]:
        """The paragraph above what is asked, by id; empty where none is."""
        found, text = {}, ""
        for cell in self.source:
            if cell.kind == "markdown":
                text = cell.source
            for id in _asked([cell]):
                last = text.split("**Exercise")[0].strip().split("\n\n")[-1]
                found[id] = "" if last.startswith(("#", "{{")) else last
        return found


def taught(lesson: Lesson) -> Taught:
    """The lesson, read from its source and from its solution edition."""
    source, student, _ = edition_cells(SOURCES / f"{lesson.name}.py")
    solution = nbformat.read(ROOT / "notebooks" / "solutions" / lesson.file, as_version=4)
    return Taught(lesson, tuple(source), tuple(student), told_after(solution.cells))


def _asked(cells: Sequence[Cell]) -> Iterator[str]:
    for cell in cells:
        if cell.kind == "code":
            yield from (id for _, id in CALL.findall(cell.source))
