"""Numbers at which the two sides of a false statement differ, the smallest first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import sympy as sp

from lcutils import _require
from lcutils.proof import decide
from lcutils.proof.latex import latex
from lcutils.proof.nodes import MatrixSymbol, shape
from lcutils.proof.statement import Sizes, Statement
from lcutils.proof.values import Values

_POINTS = ((3, 30), (8, 12))  # up to 3 unknowns 30 points, up to 8 twelve, else
_POINTS_FOR_MANY = 4  # where one point tells more
_LONG = 10**12  # a numerator or denominator above it is not written out


class UndefinedError(ValueError):
    """There is no point at which both sides have a value."""


class Counterexample(NamedTuple):
    """Numbers at which the two sides differ."""

    at: tuple[tuple[str, str], ...]  # each name and its value, sizes first
    entry: str  # which entry differs; "" for a number
    left: str
    right: str

    def sentence(self, quote: str = "") -> str:
        """What the sides are, and where; `quote` stands around mathematics."""
        where = ", ".join(f"{quote}{name} = {value}{quote}" for name, value in self.at)
        start = f"At {where} the" if where else "The"
        entry = f" has {self.entry} equal to" if self.entry else " is"
        left, right = (f"{quote}{side}{quote}" for side in (self.left, self.right))
        return f"{start} left side{entry} {left}, the right side {right}."


def unit_names(statement: Statement, vectors: Any) -> list[str]:
    """The names of vectors in a statement that are to have length 1.

    Raises: TypeError for what is no matrix, ValueError for one that is no vector of the statement.
    """
    wanted, hint = "vectors of the statement", 'Such as MatrixSymbol("k", K, 1), each once.'
    names: list[str] = []
    for vector in vectors if isinstance(vectors, list | tuple) else (vectors,):
        if not isinstance(vector, MatrixSymbol):
            _require.refuse("unit", wanted, _require.kind_of(vector), hint, TypeError)
        is_vector = vector.shape[1] == 1 and vector.shape[0] != 1
        if vector not in statement.matrices or not is_vector or vector.name in names:
            _require.refuse("unit", wanted, f"{vector} {shape(vector)}", hint)
        names.append(vector.name)
    if len(names) > decide.DIRECTIONS:
        _require.refuse("unit", f"at most {decide.DIRECTIONS} vectors", str(len(names)))
    return names


def find(
    statement: Statement,
    *,
    smallest: bool = False,
    show: Callable[[Any], str] = latex,
    unit: Sequence[str] = (),
) -> Counterexample | None:
    """Numbers at which the sides differ, or None.

    Args:
        smallest: try every size of 1 and 2 first.
        show: how names and values are written.
        unit: names of vectors that are to have length 1.

    Raises: UndefinedError if there is no point at which both sides are defined.
    """
    letters, sizes = statement.letters, statement.two_sizes()
    if not statement.is_function:
        small = [1, 2] if smallest and len(letters) <= 4 else [1]
        combinations = itertools.product(small, repeat=len(letters))
        in_order = sorted(combinations, key=lambda values: (sum(values), values))
        first = [dict(zip(letters, values, strict=True)) for values in in_order]
        sizes = first + sizes
    for chosen in sizes:
        found = _differ_at(statement, chosen, show, unit)
        if found:
            return found
    return None


def _differ_at(
    statement: Statement, sizes: Sizes, show: Callable[[Any], str], unit: Sequence[str]
) -> Counterexample | None:
    values = Values(sizes)
    left, right = (values.side(side) for side in statement.at(sizes))
    present = left.free_symbols | right.free_symbols
    matrices = {
        name: entries
        for name, entries in sorted(values.symbols.items())
        if entries.free_symbols & present
    }
    units = [values.symbols[name] for name in unit if name in values.symbols]
    if any(len(vector) == 1 for vector in units):
        return None  # of one entry there is no other direction
    free = [matrix for name, matrix in matrices.items() if name not in unit]
    unknown = [*statement.scalars, *(entry for matrix in free for entry in matrix)]
    entries = [
        (i, a, b)
        for i, (a, b) in enumerate(zip(left, right, strict=True))
        if not decide.is_zero_by_name(a - b)
    ]
    is_defined = not entries
    limit = next((points for few, points in _POINTS if len(unknown) <= few), _POINTS_FOR_MANY)
    points = (
        directions | rest
        for directions in decide.directions(units)
        for rest in decide.points(unknown, statement.domain, limit)
    )
    for point in points:
        for i, a, b in entries:
            a, b = a.xreplace(point).doit(), b.xreplace(point).doit()
            differs = decide.differ(a, b)
            is_defined = is_defined or differs is not None
            if differs:
                entry = f"entry ({i // left.cols + 1}, {i % left.cols + 1})"
                at = [(name, str(size)) for name, size in sizes.items()]
                at += [(show(symbol), show(point[symbol])) for symbol in statement.scalars]
                at += [
                    (show(sp.Symbol(name)), _plain(matrix.xreplace(point), show))
                    for name, matrix in matrices.items()
                ]
                sides = _told_apart(a, b, show)
                return Counterexample(tuple(at), entry if len(left) > 1 else "", *sides)
    if not is_defined:
        hint = "Both sides must be defined somewhere."
        wanted = "inequalities that some point satisfies"
        _require.refuse("domain", wanted, "none found", hint, UndefinedError)
    return None


def _plain(matrix: Any, show: Callable[[Any], str]) -> str:
    return show(matrix[0, 0]) if len(matrix) == 1 else str(matrix.tolist())


def _told_apart(a: Any, b: Any, show: Callable[[Any], str]) -> tuple[str, str]:
    """Both exactly if they are short fractions, else to as many digits as show the difference."""
    are_short = all(x.is_Rational and max(abs(x.p), x.q) < _LONG for x in (a, b))
    if are_short:
        return show(a), show(b)
    for digits in (4, 12, 30):
        shown = show(sp.N(a, digits)), show(sp.N(b, digits))
        if shown[0] != shown[1]:
            return shown
    return show(sp.N(a, 4)), f"{show(sp.N(a, 4))} + {show(sp.N(b - a, 4))}"
