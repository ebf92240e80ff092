"""What SymPy makes of an expression by itself: it sorts, adds up, cancels, drops brackets of sums.

The matrices of `nodes.py` keep what was written; here they are read as SymPy's own symbols that
do not commute, so that `c + a - a` is `c` for them, too. No bracket is multiplied out. A squared
length is a dot product, and the sign of a vector is none in it.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lcutils.proof import nodes


class Forms:
    """Reads expressions; two have one form, in what one object reads, if SymPy sees no difference.

    Two forms may differ and be equal all the same: `(a + b)**2` and `a**2 + 2*a*b + b**2`.
    """

    def __init__(self) -> None:
        self._names: dict[Any, sp.Dummy] = {}

    def of(self, expression: Any) -> Any:
        """The form of a number or a matrix."""
        parts = expression.args
        if isinstance(expression, nodes.Added | sp.MatAdd):
            return sp.Add(*map(self.of, parts))
        if isinstance(expression, nodes.Multiplied | sp.MatMul):
            return sp.Mul(*(part for inner in parts for part in _signed(self.of(inner))))
        if isinstance(expression, sp.Identity):
            return sp.Integer(1)
        if isinstance(expression, sp.ZeroMatrix):
            return sp.Integer(0)
        if isinstance(expression, nodes.Dot | nodes.NormSq):
            return self._dot(parts[0], parts[-1])
        is_matrix = nodes.is_matrix(expression)
        if is_matrix or isinstance(expression, nodes.Number | sp.Trace):
            is_leaf = isinstance(expression, sp.MatrixSymbol | sp.MatrixBase)
            inside = (expression,) if is_leaf else tuple(map(self.of, parts))
            return self._name((type(expression).__name__, *inside), is_matrix=is_matrix)
        return expression.func(*map(self.of, parts)) if parts else expression

    def _dot(self, a: Any, b: Any) -> Any:
        """A dot product: its order, transposes of both and the signs of both make no difference."""
        if all(isinstance(x, nodes.Transposed | sp.Transpose) for x in (a, b)):
            a, b = a.args[0], b.args[0]
        signs, vectors = zip(*(_signed(self.of(x)) for x in (a, b)), strict=True)
        key = ("dot", *sorted(vectors, key=sp.default_sort_key))
        return sp.Mul(*signs, self._name(key, is_matrix=False))

    def _name(self, key: Any, *, is_matrix: bool) -> sp.Dummy:
        return self._names.setdefault(key, sp.Dummy(commutative=not is_matrix))


def _signed(form: Any) -> tuple[Any, Any]:
    """A form as 1 or -1 times one without a sign; of `a - b` and `b - a` always the same one."""
    number, rest = form.as_coeff_Mul()
    turned = sp.Add(*(-term for term in sp.Add.make_args(rest)))
    if rest.is_Add and sp.default_sort_key(turned) < sp.default_sort_key(rest):
        number, rest = -number, turned
    return (-1, -number * rest) if number.is_negative else (1, number * rest)


def as_number(expression: Any) -> Any:
    """A 1 x 1 product of vectors, or a sum of such, as dot products; all else as it stands."""
    if not nodes.is_matrix(expression) or expression.shape != (1, 1):
        return expression
    parts = expression.args
    if isinstance(expression, nodes.Added | sp.MatAdd):
        numbers = [as_number(part) for part in parts]
        return expression if any(map(nodes.is_matrix, numbers)) else sp.Add(*numbers)
    if isinstance(expression, nodes.Multiplied | sp.MatMul):
        matrices = [part for part in parts if nodes.is_matrix(part)]
        scalars = [part for part in parts if not nodes.is_matrix(part)]
        if len(matrices) == 1:
            number = as_number(matrices[0])
            return expression if nodes.is_matrix(number) else sp.Mul(*scalars, number)
        left = nodes.Transposed(matrices[0])
        right = matrices[1] if len(matrices) == 2 else nodes.Multiplied(*matrices[1:])
        if left.shape == right.shape:
            return sp.Mul(*scalars, nodes.dot(left, right))
    return expression
