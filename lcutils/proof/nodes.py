"""Expressions that stay as they were written.

SymPy sorts and simplifies a matrix sum while it is typed, so `c - (W*x + c)` never exists there
and `W*x3 + W*x2` is already equal to `W*x2 + W*x3`. The symbols here keep every term, factor and
bracket; what they mean is said once in `words.py` (all sizes) and once in `values.py` (at sizes).
"""

from __future__ import annotations

import itertools
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.precedence import PRECEDENCE

from lcutils import _require


class Written(sp.MatrixExpr):  # type: ignore[misc]  # SymPy comes without types
    """A matrix expression whose operators keep the author's order."""

    _op_priority = 12.0  # above SymPy's own matrices, so that `Identity(n) - x` stays written too

    def __add__(self, other: Any) -> Added:
        return Added(*(self.args if isinstance(self, Added) else (self,)), other)

    def __radd__(self, other: Any) -> Added:
        return Added(other, self)

    def __sub__(self, other: Any) -> Added:
        return self + _negative(other)

    def __rsub__(self, other: Any) -> Added:
        return Added(other, _negative(self))

    def __neg__(self) -> Multiplied:
        return _negative(self)

    def __mul__(self, other: Any) -> Multiplied:
        return Multiplied(*(self.args if isinstance(self, Multiplied) else (self,)), other)

    __matmul__ = __mul__

    def __rmul__(self, other: Any) -> Multiplied:
        return Multiplied(other, *(self.args if isinstance(self, Multiplied) else (self,)))

    __rmatmul__ = __rmul__

    def __pow__(self, power: Any) -> Any:
        """A product of so many factors, each in its place; any other power is SymPy's."""
        if isinstance(power, int | sp.Integer) and power > 1:
            return Multiplied(*[self] * int(power))
        return sp.MatPow(self, power)

    def __truediv__(self, other: Any) -> Multiplied:
        return sp.Integer(1) / other * self  # type: ignore[no-any-return]

    @property
    def T(self) -> Any:
        """The transpose."""
        return Transposed(self)

    def transpose(self) -> Any:
        """The transpose, as SymPy's operators ask for it."""
        return Transposed(self)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        return MatrixElement(self, i, j)

    def doit(self, **hints: Any) -> Any:
        """Itself: SymPy's operators call this on what they make, and it would sort."""
        return self

    def _sympystr(self, printer: Any) -> str:
        return _called(self, printer)


class MatrixSymbol(Written, sp.MatrixSymbol):  # type: ignore[misc]
    """A matrix by name, `MatrixSymbol("S", K, V)`, as SymPy's, but sums and products stay written.

    Args:
        name: as displayed, such as `c_{t+1}`.
        rows, columns: its sizes: positive integer symbols, or numbers; a vector has 1 column.
    """

    def __new__(cls, name: str, rows: Any, columns: Any) -> MatrixSymbol:
        """Check name and sizes."""
        if not isinstance(name, Str):
            _require.text("name", name)
        for letter, size in (("rows", rows), ("columns", columns)):
            value = size if isinstance(size, sp.Basic) else sp.Integer(_require.count(letter, size))
            if not (value.is_integer and value.is_positive):
                hint = 'Make it with symbols("d", positive=True, integer=True).'
                _require.refuse(letter, "a positive integer", str(size), hint)
        return sp.MatrixSymbol.__new__(cls, name, rows, columns)  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        return str(self.name)


class Added(Written):
    """A sum, in the author's order."""

    precedence = PRECEDENCE["Add"]

    def __new__(cls, *terms: Any) -> Added:
        """Check that all terms are matrices of one shape."""
        terms = tuple(sp.sympify(term) for term in terms)
        for term in terms:
            if not is_matrix(term):
                hint = "Only matrices of one shape can be added; a 1 x 1 product is dot(a, b)."
                _require.refuse("sum", "matrices", str(term), hint, TypeError)
            if term.shape != terms[0].shape:
                _require.refuse("sum", f"terms of shape {shape(terms[0])}", shape(term))
        return sp.Basic.__new__(cls, *terms)  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        first, *others = (printer.parenthesize(term, self.precedence) for term in self.args)
        signed = (f" - {x[1:]}" if x.startswith("-") else f" + {x}" for x in others)
        return "".join([first, *signed])

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        return self.args[0].shape


class Multiplied(Written):
    """A product of numbers and matrices, in the author's order."""

    precedence = PRECEDENCE["Mul"]

    def __new__(cls, *factors: Any) -> Multiplied:
        """Check that neighbours fit."""
        factors = tuple(sp.sympify(factor) for factor in factors)
        matrices = [factor for factor in factors if is_matrix(factor)]
        for left, right in itertools.pairwise(matrices):
            if left.shape[1] != right.shape[0]:
                got = f"{shape(left)} times {shape(right)}"
                _require.refuse("product", "inner sizes that agree", got)
        return sp.Basic.__new__(cls, *factors)  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        sign = "-" if self.args[0] == -1 else ""
        factors = self.args[1:] if sign else self.args
        return sign + "*".join(printer.parenthesize(x, self.precedence) for x in factors)

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        matrices = [factor for factor in self.args if is_matrix(factor)]
        return matrices[0].shape[0], matrices[-1].shape[1]


class Transposed(Written):
    """A transpose; `x.T.T` is `x`."""

    precedence = PRECEDENCE["Pow"]

    def __new__(cls, matrix: Any) -> Any:
        """The transpose of a transpose is the matrix itself."""
        return matrix.args[0] if isinstance(matrix, Transposed) else sp.Basic.__new__(cls, matrix)

    def _sympystr(self, printer: Any) -> str:
        return f"{printer.parenthesize(self.args[0], self.precedence)}.T"

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        return self.args[0].shape[::-1]


class Hadamard(Written):
    """The product entry by entry."""

    precedence = PRECEDENCE["Mul"]

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        return self.args[0].shape


class Each(Written):
    """A function applied to every entry: `each(tanh, W*x + b)`."""

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        return self.args[1].shape


class Grad(Written):
    """The gradient of a number by a matrix; not differentiated until it is proved."""

    precedence = PRECEDENCE["Mul"]

    @property
    def shape(self) -> Any:
        """Rows and columns."""
        return self.args[1].shape


class Number(sp.Expr):  # type: ignore[misc]
    """A number made of matrices."""

    is_commutative = True
    is_extended_real = True

    def _sympystr(self, printer: Any) -> str:
        return _called(self, printer)


class Dot(Number):
    """The dot product, or for matrices the sum of products of entries: tr(a^T b)."""

    precedence = PRECEDENCE["Mul"]


class NormSq(Number):
    """The sum of the squares of all entries."""

    precedence = PRECEDENCE["Pow"]


class SignMoment(Number):
    """Mean or variance over all sign patterns of vectors with entries +-1/sqrt(d)."""

    precedence = PRECEDENCE["Func"]


class sigma(sp.Function):  # type: ignore[misc]
    """The logistic function 1/(1 + exp(-x)), which stays one sign where it is displayed."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative, as SymPy asks for it."""
        return self * (1 - self)

    def _eval_evalf(self, prec: int) -> Any:
        return logistic(self.args[0])._eval_evalf(prec)


def logistic(x: Any) -> Any:
    """What `sigma(x)` means."""
    return 1 / (1 + sp.exp(-x))


def dot(a: Any, b: Any) -> Dot:
    """The dot product of two vectors, shown `a^T b`; for matrices the sum over all entries.

    Args:
        a, b: matrix expressions of one shape.
    Raises: ValueError if the shapes differ.
    """
    return Dot(*_require_alike(a, b))


def hadamard(a: Any, b: Any) -> Hadamard:
    """The product of two matrices entry by entry.

    Args:
        a, b: matrix expressions of one shape.
    Raises: ValueError if the shapes differ.
    """
    return Hadamard(*_require_alike(a, b))


def norm_sq(x: Any) -> NormSq:
    """The squared length of a vector (for a matrix: Frobenius).

    Args:
        x: a matrix expression.
    """
    return NormSq(_require_matrix("x", x))


def half_norm_sq(x: Any) -> Any:
    """Half the squared length, the usual loss.

    Args:
        x: a matrix expression.
    """
    return norm_sq(x) / 2


def each(function: Any, x: Any) -> Each:
    """A SymPy function applied to every entry of x.

    Args:
        function: a SymPy function of one argument, such as `tanh`, or `sigma`.
        x: a matrix expression.
    """
    if not isinstance(function, sp.FunctionClass):
        _require.refuse("function", "a SymPy function", str(function), "Such as tanh.", TypeError)
    return Each(Str(function.__name__), _require_matrix("x", x))


def sign_mean(x: Any, *keys: Any) -> SignMoment:
    """The mean of x over all sign patterns of independent keys with entries +-1/sqrt(d).

    Args:
        x: a polynomial in the entries of the keys, such as `dot(k1, k2)`.
        keys: matrix symbols, vectors of d entries.
    """
    return _sign_moment("mean", x, keys)


def sign_variance(x: Any, *keys: Any) -> SignMoment:
    """The variance of x over all sign patterns of independent keys with entries +-1/sqrt(d).

    Args:
        x: a polynomial in the entries of the keys, such as `dot(k1, k2)`.
        keys: matrix symbols, vectors of d entries.
    """
    return _sign_moment("variance", x, keys)


def _sign_moment(kind: str, x: Any, keys: tuple[Any, ...]) -> SignMoment:
    if not isinstance(x, sp.Expr) or is_matrix(x):
        _require.refuse("x", "a number", _require.kind_of(x), "Such as dot(k1, k2).", TypeError)
    for key in keys:
        if not isinstance(key, MatrixSymbol):
            _require.refuse("keys", "matrix symbols", _require.kind_of(key), error=TypeError)
    if not keys:
        _require.refuse("keys", "at least one matrix symbol", "none")
    return SignMoment(Str(kind), x, *keys)


def grad(loss: Any, x: Any) -> Any:
    """The gradient of a loss, shown with nabla and differentiated only when it is proved.

    Args:
        loss: a number made of matrices, such as `half_norm_sq(S.T*k - v)`, or a 1 x 1 product.
        x: the MatrixSymbol (or the scalar Symbol) to differentiate by.

    Returns: an expression of x's shape.
    Raises: TypeError if x is no symbol, ValueError if loss is larger than 1 x 1.
    """
    if not isinstance(loss, sp.Expr) or isinstance(loss, sp.MatrixBase):
        _require.refuse("loss", "an expression", _require.kind_of(loss), error=TypeError)
    if is_matrix(loss) and loss.shape != (1, 1):
        _require.refuse("loss", "a number", shape(loss), "Such as half_norm_sq(...).")
    if isinstance(x, sp.Symbol):
        return sp.Derivative(loss, x)
    if not isinstance(x, MatrixSymbol):
        _require.refuse("x", "a symbol", _require.kind_of(x), error=TypeError)
    return Grad(loss, x)


_MATRICES = (
    *(MatrixSymbol, Added, Multiplied, Transposed, Hadamard, Each, Grad, sp.ImmutableDenseMatrix),
    *(sp.MatAdd, sp.MatMul, sp.Transpose, sp.Inverse, sp.Identity, sp.ZeroMatrix, sp.OneMatrix),
)
_NUMBERS_OF_MATRICES = (Dot, NormSq, SignMoment, MatrixElement, sp.Trace, sp.Derivative)


def unknown_part(expression: Any) -> str:
    """The kind of a part that no proof can read, or ""."""
    for part in sp.preorder_traversal(expression):
        if is_matrix(part):
            known = isinstance(part, _MATRICES)
        else:
            has_matrix = any(is_matrix(arg) for arg in part.args)
            known = isinstance(part, _NUMBERS_OF_MATRICES) or not has_matrix
        if not known:
            return type(part).__name__
    return ""


def is_matrix(value: Any) -> bool:
    """Is it a matrix, symbolic or explicit?"""
    return isinstance(value, sp.MatrixExpr | sp.MatrixBase)


def shape(matrix: Any) -> str:
    """Its shape in the words of an error message: `[K, V]`."""
    return f"[{matrix.shape[0]}, {matrix.shape[1]}]"


def _called(node: Any, printer: Any) -> str:
    """A node as the call that makes it: `dot(a, b)`, `norm_sq(x)`."""
    name = {"NormSq": "norm_sq"}.get(type(node).__name__, type(node).__name__.lower())
    return f"{name}({', '.join(map(printer.doprint, node.args))})"


def _negative(matrix: Any) -> Multiplied:
    return Multiplied(-1, *(matrix.args if isinstance(matrix, Multiplied) else (matrix,)))


def _require_alike(a: Any, b: Any) -> tuple[Any, Any]:
    a, b = _require_matrix("a", a), _require_matrix("b", b)
    if a.shape != b.shape:
        _require.refuse("b", f"shape {shape(a)} like a", shape(b))
    return a, b


def _require_matrix(name: str, value: Any) -> Any:
    if not is_matrix(value):
        hint = 'Such as MatrixSymbol("x", d, 1).'
        _require.refuse(name, "a matrix", _require.kind_of(value), hint, TypeError)
    return sp.ImmutableMatrix(value) if isinstance(value, sp.MatrixBase) else value
