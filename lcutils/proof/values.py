"""Equality at given sizes: every matrix written out, entry by entry, in real symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from lcutils import _require
from lcutils.proof import nodes
from lcutils.proof.nodes import (
    Added,
    Dot,
    Each,
    Grad,
    Hadamard,
    Multiplied,
    NormSq,
    SignMoment,
    Transposed,
)


class Values:
    """What expressions are once the sizes are numbers.

    Args:
        sizes: the letter of a size -> the number put in for it.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = {name: sp.Integer(size) for name, size in sizes.items()}
        self.symbols: dict[str, sp.ImmutableMatrix] = {}  # the entries, by the matrix's name

    def side(self, expression: Any) -> sp.ImmutableMatrix:
        """An expression written out; a number becomes a 1 x 1 matrix."""
        if nodes.is_matrix(expression):
            return sp.ImmutableMatrix(self.matrix(expression))
        return sp.ImmutableMatrix([[self.number(expression)]])

    def matrix(self, expression: Any) -> Any:
        """A matrix expression written out."""
        args = expression.args
        if isinstance(expression, sp.MatrixSymbol):
            return self._entries(expression)
        if isinstance(expression, sp.MatrixBase):
            return expression.applyfunc(self.number)
        if isinstance(expression, Added | sp.MatAdd):
            return sum((self.matrix(arg) for arg in args[1:]), self.matrix(args[0]))
        if isinstance(expression, Multiplied | sp.MatMul):
            return self._product(args)
        if isinstance(expression, Transposed | sp.Transpose):
            return self.matrix(args[0]).T
        if isinstance(expression, Hadamard):
            left, right = (self.matrix(arg) for arg in args)
            return left.multiply_elementwise(right)
        if isinstance(expression, Each):
            name = str(args[0])
            function = nodes.logistic if name == "sigma" else getattr(sp, name)
            return self.matrix(args[1]).applyfunc(function)
        if isinstance(expression, Grad):
            loss, x = self.number(args[0]), self._entries(args[1])
            return x.applyfunc(lambda entry: sp.diff(loss, entry))
        rows, columns = self._shape(expression)
        if isinstance(expression, sp.Identity):
            return sp.eye(rows)
        if isinstance(expression, sp.OneMatrix):
            return sp.ones(rows, columns)
        if isinstance(expression, sp.ZeroMatrix):
            return sp.zeros(rows, columns)
        assert isinstance(expression, sp.Inverse), expression
        return self.matrix(args[0]).inv()

    def number(self, expression: Any) -> Any:
        """A number, with every matrix in it written out."""
        args = expression.args
        if nodes.is_matrix(expression):
            (only,) = self.matrix(expression)  # 1 x 1
            return only
        if isinstance(expression, sp.Trace):
            return self.matrix(args[0]).trace()
        if isinstance(expression, Dot):
            a, b = (self.matrix(arg) for arg in args)
            return sp.Add(*[x * y for x, y in zip(a, b, strict=True)])
        if isinstance(expression, NormSq):
            return self.number(Dot(args[0], args[0]))
        if isinstance(expression, SignMoment):
            return self._sign_moment(str(args[0]), *args[1:])
        if isinstance(expression, MatrixElement):
            return self.matrix(args[0])[args[1], args[2]]
        if isinstance(expression, nodes.sigma):
            return nodes.logistic(self.number(args[0]))
        if isinstance(expression, sp.Symbol):
            return self.sizes.get(expression.name, expression)
        if not args:
            return expression
        value = expression.func(*[self.number(arg) for arg in args])
        written_out = sp.Sum | sp.Product | sp.Derivative
        return value.doit() if isinstance(expression, written_out) else value

    def _product(self, factors: tuple[Any, ...]) -> Any:
        product, scalars = None, sp.Integer(1)
        for factor in factors:
            if not nodes.is_matrix(factor):
                scalars *= self.number(factor)
            elif product is None:
                product = self.matrix(factor)
            else:
                product *= self.matrix(factor)
        return scalars * product

    def _entries(self, symbol: Any) -> sp.ImmutableMatrix:
        rows, columns = self._shape(symbol)
        if symbol.name not in self.symbols:
            self.symbols[symbol.name] = sp.ImmutableMatrix(
                rows,
                columns,
                lambda i, j: sp.Symbol(f"{symbol.name}[{i + 1},{j + 1}]", real=True),
            )
        entries = self.symbols[symbol.name]
        if entries.shape != (rows, columns):
            got = f"{entries.shape} and {rows, columns}"
            _require.refuse(symbol.name, "one shape under one name", got)
        return entries

    def _shape(self, matrix: Any) -> tuple[int, int]:
        rows, columns = (int(self.number(sp.sympify(size))) for size in matrix.shape)
        return rows, columns

    def _sign_moment(self, kind: str, x: Any, *keys: Any) -> Any:
        """Exact averages: different products of signs are uncorrelated, a square of one is 1."""
        root: dict[Any, Any] = {}  # entry of a key -> 1/sqrt(d), its absolute value
        for key in keys:
            entries = self._entries(key)
            root |= dict.fromkeys(entries, 1 / sp.sqrt(len(entries)))
        weights: dict[tuple[int, ...], Any] = {}  # which signs are multiplied -> coefficient
        for powers, coefficient in sp.Poly(sp.expand(self.number(x)), *root).terms():
            for size, power in zip(root.values(), powers, strict=True):
                coefficient *= size**power
            odd = tuple(power % 2 for power in powers)
            weights[odd] = weights.get(odd, sp.Integer(0)) + coefficient
        mean = weights.pop((0,) * len(root), sp.Integer(0))
        return mean if kind == "mean" else sp.Add(*[weight**2 for weight in weights.values()])
