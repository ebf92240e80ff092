"""Finds what in a student edition gives an answer away, and counts it by lesson.

python notebooks/tools/spoilers.py [05]
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from build import edition_cells
from cells import Cell, asked_id, asks, is_folded, regions
from editions import SOURCES, lesson_sources
from lcutils.checking.syntax import calls
from lcutils.checking.typeset import lines_of

KINDS = {
    "range": "a claim's range can be read",
    "solution": "a line of a solution stands in another cell",
    "proof": "the solution is a side of a proved equation",
    "below": "text right below a result tells it",
    "loud": "a training shows its loss before the guess",
}
_LONG_ENOUGH = 12  # characters of a solution's line that do not stand elsewhere by chance
_PROOFS = {"lc.prove", "lc.refute", "lc.derive"}


@dataclass(frozen=True)
class Spoiler:
    """What is given away, in which cell; `what` says of which exercise or in which words."""

    kind: str
    cell: str
    what: str


def spoilers(source: Sequence[Cell], student: Sequence[Cell]) -> list[Spoiler]:
    """All that can be read in the student edition before it has been worked out.

    Args:
        source: the cells of the source, with their solutions
        student: the cells of the student edition
    """
    seen = [cell for cell in student if cell.kind == "markdown" or not is_folded(cell)]
    codes = [cell for cell in seen if cell.kind == "code"]
    found = [Spoiler("range", cell.id, "between=") for cell in codes if "between=" in cell.source]
    for exercise in source:
        if exercise.kind != "code" or asks(exercise):
            continue
        values = _solution(exercise)
        lines = [line for value in values if len(line := ast.unparse(value)) >= _LONG_ENOUGH]
        for cell in seen:
            if cell.id == exercise.id:
                continue
            text = _squeezed(_normal(cell))
            found += [
                Spoiler("solution", cell.id, f"{exercise.id}: {line}")
                for line in lines
                if _stands_in(line, text)
            ]
            if cell.kind == "code" and len(values) == 1 and _is_proved(values[0], cell):
                found.append(Spoiler("proof", cell.id, f"{exercise.id}: {ast.unparse(values[0])}"))
    found += [Spoiler("below", cell.id, _begin(cell)) for cell in _told(student)]
    return found + [Spoiler("loud", cell.id, "train.fit") for cell in _loud(student)]


def _loud(student: Sequence[Cell]) -> Iterator[Cell]:
    """The cells behind a guess that train with `fit`, themselves or in a function of theirs."""
    trees = {cell: ast.parse(cell.source) for cell in student if cell.kind == "code"}
    functions = [f for t in trees.values() for f in ast.walk(t) if isinstance(f, ast.FunctionDef)]
    names = {"fit"}
    while more := {f.name for f in functions if calls(f, *names)} - names:
        names |= more
    for cell, tree in trees.items():
        if "after-prediction" in cell.tags and calls(tree, *names):
            yield cell


def _told(student: Sequence[Cell]) -> Iterator[Cell]:
    asked = {asked_id(cell) for cell in student if asks(cell)}
    for above, cell in pairwise(student):
        is_open = cell.kind == "markdown" and cell.id not in asked and cell.source[:1] != "#"
        if "after-prediction" in above.tags and is_open:
            yield cell


def _begin(cell: Cell) -> str:
    return textwrap.shorten(cell.source, 60, placeholder=" ...")


def _solution(cell: Cell) -> list[ast.expr]:
    """What the solutions of a cell compute or return, but for what the student is given of it."""
    values = []
    for part in regions(cell):
        if part.kind == "SOLUTION":
            body = textwrap.indent(textwrap.dedent("\n".join(part.lines)), " ")
            for node in ast.walk(ast.parse(f"def f():\n{body}")):
                if isinstance(node, ast.Assign | ast.AugAssign | ast.Return) and node.value:
                    values += _opened(node.value)
    shown = [line for part in regions(cell) if part.kind == "STUDENT" for line in part.lines]
    given = _squeezed("\n".join(shown))
    return [value for value in values if not _stands_in(ast.unparse(value), given)]


def _opened(value: ast.expr) -> list[ast.expr]:
    """The lines of a chain, a list or a text with equals signs; of anything else itself."""
    if isinstance(value, ast.List):
        return value.elts
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        with contextlib.suppress(SyntaxError):
            return [ast.parse(line, mode="eval").body for line in lines_of(value.value)]
    return [value]


def _normal(cell: Cell) -> str:
    if cell.kind == "markdown":
        return re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
    return ast.unparse(ast.parse(cell.source))


def _is_proved(value: ast.expr, cell: Cell) -> bool:
    """Is the value, in whatever symbols, one side of an equation that the cell proves?"""
    if sum(isinstance(node, ast.BinOp) for node in ast.walk(value)) < 2:
        return False  # x - y would be found everywhere
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _PROOFS:
            sides = [x for side in node.args for x in getattr(side, "elts", [side])]
            if any(_is_like(value, side, {}) for side in sides):
                return True
    return False


def _is_like(value: object, other: object, bound: dict[str, str]) -> bool:
    """Are they the same, once each name in `value` stands for some expression in `other`?"""
    if isinstance(value, ast.Name) and isinstance(other, ast.expr):
        return bound.setdefault(value.id, ast.dump(other)) == ast.dump(other)
    if isinstance(value, ast.Call) and isinstance(other, ast.Call):
        same_function = ast.dump(value.func) == ast.dump(other.func)
        return same_function and _is_like(value.args, other.args, bound)
    if isinstance(value, list) and isinstance(other, list):
        pairs = zip(value, other, strict=False)
        return len(value) == len(other) and all(_is_like(a, b, bound) for a, b in pairs)
    if isinstance(value, ast.AST) and type(value) is type(other):
        return all(
            _is_like(part, getattr(other, name), bound) for name, part in ast.iter_fields(value)
        )
    return value == other


def _squeezed(text: str) -> str:
    """The text without the spaces that could as well be missing; lines and words stay apart."""
    return re.sub(r"(?<!\w)[ \t]+|[ \t]+(?!\w)", "", text)


def _stands_in(line: str, squeezed: str) -> bool:
    """Is the line there, and not only the end or the beginning of longer names?"""
    line = _squeezed(line)
    before = r"(?<!\w)" if re.match(r"\w", line) else ""
    return bool(re.search(rf"{before}{re.escape(line)}(?!\w)", squeezed))


def main(numbers: Sequence[str]) -> None:
    """Print what was found, then a line of counts for each lesson."""
    table = [f"{'lesson':<18}" + "".join(f"{kind:>10}" for kind in KINDS)]
    for source in lesson_sources(SOURCES, numbers):
        cells, student, _ = edition_cells(source)
        found = spoilers(cells, student)
        for one in found:
            print(f"{source.stem}: cell '{one.cell}': {KINDS[one.kind]}: {one.what}")
        counts = Counter(one.kind for one in found)
        table.append(f"{source.stem:<18}" + "".join(f"{counts[kind]:>10}" for kind in KINDS))
    print("\n".join(table))


if __name__ == "__main__":
    main(sys.argv[1:])
