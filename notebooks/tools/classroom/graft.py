"""Puts a hand-in's cells into the lesson as it was handed out, and picks those that must run.

What counts of a hand-in: its exercise cells, by their ids, and cells of the student's own, in
their places. What is shown in it, and what became of the lesson's own cells, does not.
"""

from __future__ import annotations

import re
import symtable
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Notebook = dict[str, Any]

_ASKS = re.compile(r"""\.(?:check|predict|quiz)\(\s*["']([0-9]{2}\.\w+)["']""")
_LAST_CALL = re.compile(r"^(?=\S).*\blc\.(?:check|predict|quiz)\((?:.|\n)*\Z", re.MULTILINE)
_START = re.compile(r"^lc\.start\(", re.MULTILINE)
_MAX_CELL, _MAX_CELLS = 100_000, 500
_TOO_LONG = f"raise MemoryError('a cell of more than {_MAX_CELL:,} signs')"


@dataclass(frozen=True)
class Piece:
    """One cell to run.

    Args:
        of: "exercise" and "added" are the student's; "lesson" is ours; "edited" is one of ours
            as the student left it.
        is_given: whether it is an exercise's cell, and as it was handed out.
    """

    id: str
    of: str
    source: str
    is_given: bool = False

    @cached_property
    def names(self) -> tuple[set[str], set[str], set[str]]:
        """The names that it may set, those that it surely sets, and those that it takes."""
        try:
            top = symtable.symtable(self.source, "cell", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set(), set(), set(re.findall(r"[^\W\d]\w*", self.source))
        own = top.get_symbols()
        sets = {x.get_name() for x in own if x.is_assigned() or x.is_imported()}
        takes = {x.get_name() for x in own if x.is_referenced()}
        inner = list(top.get_children())
        while inner:
            table = inner.pop()
            inner += table.get_children()
            takes |= {x.get_name() for x in table.get_symbols() if x.is_global()}
        return sets, sets - takes, takes


@dataclass(frozen=True)
class Plan:
    """A hand-in within its lesson.

    Args:
        pieces: all cells of both, in order.
        missing: ids of exercise cells that are not in the hand-in.
        version: the hash of the lesson that the hand-in was made from.
    """

    pieces: tuple[Piece, ...]
    missing: frozenset[str]
    version: str

    def needed(self, *, only: Iterable[str] = (), without: Iterable[str] = ()) -> list[Piece]:
        """The student's cells, and of the lesson's those that set a name which they take.

        Args:
            only: ids of exercises' cells, of which any are named: of the others those they need.
            without: ids of cells that stay out.
        """
        skipped, chosen = set(without), set(only)
        pieces = [piece for piece in self.pieces if piece.id not in skipped]

        def is_wanted(piece: Piece) -> bool:
            return piece.id in chosen if chosen else piece.of in ("exercise", "added")

        return _needed(pieces, is_wanted)

    def whole(self, *, without: Iterable[str] = ()) -> list[Piece]:
        """The whole lesson, with the student's cells in it."""
        skipped = set(without)
        return [x for x in self.pieces if x.id not in skipped and x.of != "edited"]


def _needed(pieces: Sequence[Piece], is_wanted: Callable[[Piece], bool]) -> list[Piece]:
    known = {name for piece in pieces if piece.of == "lesson" for name in piece.names[0]}
    kept, taken = [], set[str]()
    for piece in reversed(pieces):
        sets, surely, takes = piece.names
        found = (sets - known if piece.of == "edited" else sets) & taken
        if not (found or is_wanted(piece) or _begins(piece)):
            continue
        kept.append(piece)
        taken = (taken - surely if piece.of == "lesson" else taken) | takes
    return kept[::-1]


def _begins(piece: Piece) -> bool:
    return piece.of == "lesson" and _START.search(piece.source) is not None


def plan(lesson: Notebook, hand_in: Notebook) -> Plan:
    """The cells of a hand-in, each in its place in the lesson.

    Raises: ValueError for what is no notebook, or none of this lesson.
    """
    ours = {cell["id"]: cell for cell in lesson["cells"]}
    exercises = {id for id, cell in ours.items() if _is_exercise(cell)}
    theirs, added = _sorted(_cells(hand_in), ours, exercises)
    if not set(theirs) & exercises:
        raise ValueError("no exercise of this lesson is in it")
    pieces = list(_added("", added))
    for id, cell in ours.items():
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            text = theirs.get(id, source)
            if id in exercises:
                is_given = text.split() == source.split()
                pieces.append(Piece(id, "exercise", _with_call(text, source), is_given))
            else:
                pieces.append(Piece(id, "lesson", source))
                if text.split() != source.split():
                    pieces.append(Piece(f"{id}-edited", "edited", text))
        pieces += _added(id, added)
    missing = exercises - set(theirs)
    version = _dict(_dict(hand_in.get("metadata")).get("workbook")).get("lesson")
    return Plan(tuple(pieces), frozenset(missing), str(version))


def _added(below: str, added: dict[str, list[str]]) -> Iterable[Piece]:
    for number, text in enumerate(added.get(below, []), start=1):
        yield Piece(f"{below}-added-{number}", "added", text)


def _sorted(
    cells: Sequence[dict[str, Any]], ours: dict[str, Any], exercises: set[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """(lesson's id -> the text of this cell, id of the cell above -> texts of the student's own)"""
    ids = [_known_id(cell, ours) for cell in cells]
    theirs: dict[str, str] = {}
    added: dict[str, list[str]] = {}
    last = ""
    for id, cell in zip(ids, cells, strict=True):
        text = _text(cell.get("source"))
        if not id and cell.get("cell_type") == "code":  # an editor may have dropped all ids
            asked = [x.replace(".", "-", 1) for x in _ASKS.findall(text)]
            id = next((x for x in asked if x in exercises and x not in [*ids, *theirs]), "")
        if id and id not in theirs:
            theirs[id], last = text, id
        elif cell.get("cell_type") == "code" and text.strip():
            added.setdefault(last, []).append(text)
    return theirs, added


def _known_id(cell: dict[str, Any], ours: dict[str, Any]) -> str:
    """The cell's id in the lesson, if it has one; some editors keep it in the metadata."""
    for id in (cell.get("id"), _dict(cell.get("metadata")).get("id")):
        if isinstance(id, str) and ours.get(id, {}).get("cell_type") == cell.get("cell_type"):
            return id if id in ours else ""
    return ""


def _cells(notebook: Notebook) -> list[dict[str, Any]]:
    found = _dict(notebook).get("cells")
    if not isinstance(found, list):
        raise ValueError("it is no notebook")
    return [cell for cell in found if isinstance(cell, dict)][:_MAX_CELLS]


def _text(source: Any) -> str:
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    text = text.encode(errors="replace").decode()  # JSON may hold half a sign
    return text if len(text) <= _MAX_CELL else _TOO_LONG


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_exercise(cell: dict[str, Any]) -> bool:
    return "exercise" in cell["metadata"].get("tags", [])


def _with_call(text: str, source: str) -> str:
    """The student's cell, with the lesson's own last call where that was deleted."""
    call = _LAST_CALL.search(source)
    return text if _ASKS.search(text) or not call else f"{text}\n\n{call[0]}"
