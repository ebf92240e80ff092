"""A statement lhs = rhs: what it is about, and how far it is proved."""

from __future__ import annotations

import inspect
import itertools
import random
from collections.abc import Sequence
from typing import Any

import sympy as sp
import torch

from lcutils import _require
from lcutils.proof import decide, nodes
from lcutils.proof.latex import latex
from lcutils.proof.tensors import Tensors, largest_difference
from lcutils.proof.values import Values
from lcutils.proof.words import Words, has_words

Sizes = dict[str, int]
_STRICT = sp.StrictLessThan | sp.StrictGreaterThan
LARGER = 20


class Statement:
    """lhs = rhs, checked for kind and shape.

    Args:
        lhs, rhs: numbers, matrix expressions, or functions of the sizes that return one.
        domain: strict or other inequalities between numbers that the statement assumes.
    """

    def __init__(self, lhs: Any, rhs: Any, domain: Sequence[Any]) -> None:
        self.domain = _checked_domain(domain)
        self.sides = (_checked_side("lhs", lhs), _checked_side("rhs", rhs))
        functions = [side for side in self.sides if inspect.isfunction(side)]
        self.is_function = bool(functions)
        if functions:
            names = [name for side in functions for name in inspect.signature(side).parameters]
            self.letters = list(dict.fromkeys(names))
            unknown = set(size_letters([s for s in self.sides if s not in functions])) - {*names}
            if unknown:
                got = ", ".join(sorted(unknown))
                _require.refuse("sizes", f"those of the function, {', '.join(names)}", got)
        else:
            self.letters = size_letters(self.sides)
        self.shown = self.at(self.two_sizes()[-1]) if functions else self.sides
        if self.shown[0] == self.shown[1]:
            hint = "A statement must say something; SymPy may have simplified what was typed."
            _require.refuse("rhs", "something other than lhs", latex(self.shown[0]), hint)
        self.scalars = sorted(
            {
                symbol
                for side in self.shown
                for symbol in side.free_symbols
                if isinstance(symbol, sp.Symbol) and symbol.name not in self.letters
            },
            key=lambda symbol: symbol.name,
        )
        self.matrices = sorted(
            {part for side in self.shown for part in side.atoms(nodes.MatrixSymbol)},
            key=lambda matrix: matrix.name,
        )
        names = [symbol.name for symbol in (*self.scalars, *self.matrices)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            _require.refuse("symbols", "one name for one thing", f"two called {twice[0]}")

    @property
    def is_number(self) -> bool:
        """Is it about numbers alone, without sizes?"""
        return not self.letters

    @property
    def shapes(self) -> tuple[str, str]:
        """The shapes of both sides, a number being 1 x 1."""
        left, right = (
            nodes.shape(side) if nodes.is_matrix(side) else "[1, 1]" for side in self.shown
        )
        return left, right

    def at(self, sizes: Sizes) -> tuple[Any, Any]:
        """Both sides, functions called with these sizes."""
        left, right = (
            _checked_side(name, side(**{p: sizes[p] for p in inspect.signature(side).parameters}))
            if inspect.isfunction(side)
            else side
            for name, side in zip(("lhs", "rhs"), self.sides, strict=True)
        )
        return left, right

    def two_sizes(self) -> list[Sizes]:
        """Two sets of sizes, in neither of which two letters are equal; one empty set for none."""
        if not self.letters:
            return [{}]
        return [{name: start + i for i, name in enumerate(self.letters)} for start in (2, 3)]

    def undefined_at(self) -> str:
        """The least number that a whole symbol may be, if a side has no value there; else ""."""
        if not self.is_number:
            return ""
        for symbol in self.scalars:
            if not (symbol.is_integer and symbol.is_nonnegative):
                continue
            least = {symbol: sp.Integer(1 if symbol.is_positive else 0)}
            if all(relation.subs(least) != sp.false for relation in self.domain):
                if any(side.subs(least).has(sp.nan, sp.zoo) for side in self.shown):
                    return f"{symbol} = {least[symbol]}"
        return ""

    def conditions(self) -> list[str]:
        """What is assumed of the symbols in it, in LaTeX."""
        bounds = list(self.domain)
        texts = []
        for symbol in self.scalars:
            above = [r for r in bounds if r.lts == symbol and r.gts.is_number]
            below = [r for r in bounds if r.gts == symbol and r.lts.is_number]
            if symbol.is_positive and not symbol.is_integer and len(above) == 1:
                bounds.remove(above[0])
                sign = "<" if isinstance(above[0], _STRICT) else r"\leq"
                texts.append(rf"0 < {latex(symbol)} {sign} {latex(above[0].gts)}")
            elif symbol.is_integer and symbol.is_nonnegative and len(below) == 1:
                bounds.remove(below[0])
                least = sp.floor(below[0].lts) + 1
                if not isinstance(below[0], _STRICT):
                    least = sp.ceiling(below[0].lts)
                texts.append(rf"{latex(symbol)} = {least}, {least + 1}, \dots")
            else:
                texts.append(_assumption(symbol))
        texts += [] if self.is_function else [_fixed_shape(matrix) for matrix in self.matrices]
        return [text for text in texts if text] + [latex(relation) for relation in bounds]

    def proved_for_all_sizes(self, *, quickly: bool = False) -> bool:
        """Do the words of both sides agree? False says nothing; `quickly` as in `is_zero`."""
        if self.is_function or not all(has_words(side) for side in self.sides):
            return False
        words = Words()
        if not all(nodes.is_matrix(side) for side in self.sides):
            left, right = (words.number(side) for side in self.sides)
            return self.is_zero(left - right, quickly=quickly)
        difference = words.matrix(nodes.Added(self.sides[0], -1 * self.sides[1]))
        return all(self.is_zero(number, quickly=quickly) for number in difference.values())

    def proved_at(self, sizes: Sizes) -> bool:
        """Are all entries identical at these sizes?"""
        values = Values(sizes)
        left, right = (values.side(side) for side in self.at(sizes))
        return all(self.is_zero(a - b) for a, b in zip(left, right, strict=True))

    def is_zero(self, number: Any, *, quickly: bool = False) -> bool:
        """Is it zero wherever the domain holds? `quickly`: everywhere, by multiplying out."""
        if quickly:
            return decide.is_zero(number, quickly=True)
        return decide.is_zero(number.subs(decide.within(self.domain)))

    def disagreement(self) -> str:
        """What speaks against the statement at 20 larger random shapes in float64, or ""."""
        drawn, rng = random.Random(0), torch.Generator().manual_seed(0)
        points = itertools.cycle(list(decide.points(self.scalars, self.domain, 8)))
        agreed = 0
        for _ in range(5 * LARGER):
            picked = drawn.sample(range(4, 5 + max(3, len(self.letters))), len(self.letters))
            sizes = dict(zip(self.letters, picked, strict=True))
            tensors = Tensors(sizes, next(points), rng)
            left, right = (tensors.side(side) for side in self.at(sizes))
            difference = largest_difference(left, right)
            if difference > 1e-9:  # rounding, after sums of products
                at = ", ".join(f"{name} = {size}" for name, size in sizes.items())
                return f"The sides differ at {at} in float64."
            agreed += difference <= 1e-9  # nan, where a side is not defined, is neither
            if agreed == LARGER:
                return ""
        return f"Both sides are defined at {agreed} of {5 * LARGER} random points only."


def _assumption(symbol: Any) -> str:
    name = latex(symbol)
    if symbol.is_integer:
        if symbol.is_nonnegative:
            return rf"{name} = 1, 2, \dots" if symbol.is_positive else rf"{name} = 0, 1, \dots"
        return rf"{name} \in \mathbb{{Z}}"
    signs = {"positive": "> 0", "negative": "< 0", "nonnegative": r"\geq 0", "nonzero": r"\neq 0"}
    known = [sign for fact, sign in signs.items() if getattr(symbol, f"is_{fact}")]
    return f"{name} {known[0]}" if known else ""


def _fixed_shape(matrix: Any) -> str:
    """The shape of a matrix whose sizes are numbers; a vector's one column says nothing."""
    rows, columns = matrix.shape
    if [size for size in matrix.shape if size.is_Integer] in ([], [1]):
        return ""
    return rf"{latex(matrix)} \in \mathbb{{R}}^{{{latex(rows)} \times {latex(columns)}}}"


def size_letters(sides: Sequence[Any]) -> list[str]:
    """The letters in the shapes of all matrices."""
    leaves = nodes.MatrixSymbol | sp.Identity | sp.ZeroMatrix | sp.OneMatrix
    sizes = {
        symbol.name
        for side in sides
        for part in sp.preorder_traversal(side)
        if isinstance(part, leaves)
        for size in part.shape
        for symbol in size.free_symbols
    }
    return sorted(sizes)


def _checked_side(name: str, side: Any) -> Any:
    if inspect.isfunction(side):
        return side
    if not isinstance(side, sp.Expr | sp.MatrixBase | int) or isinstance(side, bool):
        hint = "Write it with SymPy and lcutils.proof.MatrixSymbol."
        _require.refuse(name, "an expression", _require.kind_of(side), hint, TypeError)
    side = sp.sympify(side)
    side = side.as_immutable() if isinstance(side, sp.MatrixBase) else side
    for part in sp.preorder_traversal(side):
        if isinstance(part, sp.Float):
            _require.refuse(name, "exact numbers", str(part), "Write a fraction: Rational(1, 2).")
        if isinstance(part, sp.MatrixSymbol) and not isinstance(part, nodes.MatrixSymbol):
            hint = "SymPy's own sorts what is typed: from lcutils.proof import MatrixSymbol."
            _require.refuse(name, "matrix symbols that keep their order", str(part), hint)
    kind = nodes.unknown_part(side)
    if kind:
        hint = "Known are + - * .T, inverses, traces and the functions of lcutils.proof."
        _require.refuse(name, "parts that can be proved", kind, hint, TypeError)
    return side


def _checked_domain(domain: Any) -> tuple[Any, ...]:
    relations = domain if isinstance(domain, list | tuple) else (domain,)
    for relation in relations:
        if not isinstance(relation, _STRICT | sp.LessThan | sp.GreaterThan):
            hint = "Such as (gamma < 1,)."
            got = _require.kind_of(relation)
            _require.refuse("domain", "inequalities between numbers", got, hint, TypeError)
    return tuple(relations)
