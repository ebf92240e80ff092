"""What SymPy makes of an expression by itself: it sorts, adds up, cancels, drops brackets of sums.

The matrices of `nodes.py` keep what was written; here they are read as SymPy's own symbols that
do not commute, so that `c + a - a` is `c` for them, too. No bracket is multiplied out.
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
            return sp.Mul(*map(self.of, parts))
        if isinstance(expression, sp.Identity):
            return sp.Integer(1)
        if isinstance(expression, sp.ZeroMatrix):
            return sp.Integer(0)
        is_matrix = nodes.is_matrix(expression)
        if is_matrix or isinstance(expression, nodes.Number | sp.Trace):
            is_leaf = isinstance(expression, sp.MatrixSymbol | sp.MatrixBase)
            inside = (expression,) if is_leaf else tuple(map(self.of, parts))
            key = (type(expression).__name__, *inside)
            return self._names.setdefault(key, sp.Dummy(commutative=not is_matrix))
        return expression.func(*map(self.of, parts)) if parts else expression
