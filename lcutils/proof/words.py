"""Equality for all sizes: a matrix expression as a sum of words, such as 1 k v^T - beta k k^T S.

A word is a product of symbols, some transposed. A stretch of a word that is 1 x 1 is a number; it
moves into the coefficient, under a name that does not depend on how it was written (k^T q and
q^T k, or tr(A B) and tr(B A), get one name). Every rule here is an identity for every size, so a
difference with no words left is zero; a difference with words left proves nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from lcutils.proof import nodes
from lcutils.proof.nodes import Added, Dot, Grad, MatrixSymbol, Multiplied, NormSq, Transposed


class Letter(NamedTuple):
    """One factor of a word."""

    name: str
    rows: Any
    columns: Any
    transposed: bool

    @property
    def flipped(self) -> Letter:
        """The transpose."""
        return Letter(self.name, self.columns, self.rows, not self.transposed)

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """What words are sorted by; nothing that differs between two runs."""
        return self.name, str(self.rows), str(self.columns), self.transposed


Word = tuple[Letter, ...]
Sum = dict[Word, Any]  # word -> its coefficient, a SymPy number; () is the identity

_MATRICES = (
    *(Added, Multiplied, Transposed, Grad, MatrixSymbol),
    *(sp.MatAdd, sp.MatMul, sp.Identity, sp.ZeroMatrix),
)
_OPAQUE = (nodes.SignMoment, sp.Derivative, MatrixElement)


def has_words(expression: Any) -> bool:
    """Is it made of sums, products, transposes, dot products and gradients only?"""
    return all(
        isinstance(part, _MATRICES) if nodes.is_matrix(part) else not isinstance(part, _OPAQUE)
        for part in sp.preorder_traversal(expression)
    )


class Words:
    """Reads expressions; the names of its numbers are the same in all that one object reads."""

    def __init__(self) -> None:
        self._names: dict[Word, sp.Symbol] = {}

    def matrix(self, expression: Any) -> Sum:
        """The words of a matrix expression."""
        if isinstance(expression, MatrixSymbol):
            rows, columns = expression.shape
            letter = Letter(expression.name, rows, columns, False)
            return self._sum([((letter,), sp.Integer(1))])
        if isinstance(expression, sp.Identity):
            return {(): sp.Integer(1)}
        if isinstance(expression, sp.ZeroMatrix):
            return {}
        if isinstance(expression, Added | sp.MatAdd):
            return self._sum([item for arg in expression.args for item in self.matrix(arg).items()])
        if isinstance(expression, Multiplied | sp.MatMul):
            return self._product(expression.args)
        if isinstance(expression, Transposed):
            inside = self.matrix(expression.args[0])
            return self._sum([(_flipped(word), c) for word, c in inside.items()])
        assert isinstance(expression, Grad), expression
        return self._gradient(*expression.args)

    def number(self, expression: Any) -> Any:
        """A number made of matrices, as a SymPy expression in the named numbers."""
        if isinstance(expression, Dot):
            a, b = expression.args
            return self._trace(Multiplied(Transposed(a), b))
        if isinstance(expression, sp.Trace):
            return self._trace(expression.args[0])
        if isinstance(expression, NormSq):
            return self.number(Dot(expression.args[0], expression.args[0]))
        if nodes.is_matrix(expression):  # 1 x 1
            return self._trace(expression)
        if isinstance(expression, nodes.sigma):
            return nodes.logistic(self.number(expression.args[0]))
        if not expression.args:
            return expression
        value = expression.func(*[self.number(arg) for arg in expression.args])
        return value.doit() if isinstance(expression, sp.Sum | sp.Product) else value

    def _product(self, factors: tuple[Any, ...]) -> Sum:
        product: Sum = {(): sp.Integer(1)}
        for factor in factors:
            is_matrix = nodes.is_matrix(factor)
            terms = self.matrix(factor) if is_matrix else {(): self.number(factor)}
            product = self._sum(
                [(w1 + w2, c1 * c2) for w1, c1 in product.items() for w2, c2 in terms.items()]
            )
        return product

    def _trace(self, square: Any) -> Any:
        total = sp.Integer(0)
        for word, coefficient in self.matrix(square).items():
            total += coefficient * (self._cycle(word) if word else square.shape[0])
        return total

    def _gradient(self, loss: Any, x: MatrixSymbol) -> Sum:
        """d tr(X A) / dX = A^T and d tr(X^T A) / dX = A, by the chain rule over named numbers."""
        value = self.number(loss)
        terms: list[tuple[Word, Any]] = []
        for cycle, name in list(self._names.items()):
            outer = sp.diff(value, name)
            if outer == 0:
                continue
            for i, letter in enumerate(cycle):
                if letter.name == x.name:
                    rest = cycle[i + 1 :] + cycle[:i]
                    terms.append((rest if letter.transposed else _flipped(rest), outer))
        return self._sum(terms)

    def _sum(self, terms: list[tuple[Word, Any]]) -> Sum:
        total: Sum = {}
        for word, coefficient in terms:
            rest, numbers = self._split(word)
            total[rest] = total.get(rest, sp.Integer(0)) + coefficient * numbers
        return {word: c for word, c in total.items() if c != 0}

    def _split(self, word: Word) -> tuple[Word, Any]:
        """A word without its 1 x 1 stretches, and the product of these."""
        rest: list[Letter] = []
        numbers = sp.Integer(1)
        stretch: list[Letter] = []
        for letter in word:
            stretch.append(letter)
            if letter.columns == 1:
                if stretch[0].rows == 1:
                    numbers *= self._name(tuple(stretch))
                else:
                    rest += stretch
                stretch = []
        return (*rest, *stretch), numbers

    def _cycle(self, word: Word) -> Any:
        """The trace of a word: cut where it is one number wide, named as a whole if nowhere."""
        for i, letter in enumerate(word):
            if letter.columns == 1:
                rest, numbers = self._split(word[i + 1 :] + word[: i + 1])
                assert not rest, word
                return numbers
        return self._name(word)

    def _name(self, cycle: Word) -> sp.Symbol:
        turns = [
            turned[i:] + turned[:i]
            for turned in (cycle, _flipped(cycle))
            for i in range(len(turned))
        ]
        first = min(turns, key=lambda word: [letter.key for letter in word])
        if first not in self._names:
            self._names[first] = sp.Dummy(f"n{len(self._names)}", real=True)
        return self._names[first]


def _flipped(word: Word) -> Word:
    return tuple(letter.flipped for letter in reversed(word))
