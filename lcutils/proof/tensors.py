"""The same expressions in float64, at shapes too large to write out; gradients by autograd."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
import torch
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
from lcutils.proof.values import Values


class Tensors:
    """What expressions are for one draw of their matrices.

    Args:
        sizes: the letter of a size -> the number put in for it.
        point: the numbers put in for scalar symbols.
        rng: draws the matrices, from the standard normal distribution.
    """

    def __init__(
        self, sizes: Mapping[str, int], point: Mapping[Any, Any], rng: torch.Generator
    ) -> None:
        self.sizes, self.point, self.rng = sizes, point, rng
        self.symbols: dict[str, torch.Tensor] = {}

    def side(self, expression: Any) -> torch.Tensor:
        """An expression as a matrix; a number becomes a 1 x 1 matrix."""
        if nodes.is_matrix(expression):
            return self.matrix(expression)
        return self.number(expression).reshape(1, 1)

    def matrix(self, expression: Any) -> torch.Tensor:
        """A matrix expression."""
        args = expression.args
        if isinstance(expression, sp.MatrixSymbol):
            return self._drawn(expression)
        if isinstance(expression, sp.MatrixBase):
            entries = [self.number(entry) for entry in expression]
            return torch.stack(entries).reshape(expression.shape)
        if isinstance(expression, Added | sp.MatAdd):
            return torch.stack([self.matrix(arg) for arg in args]).sum(0)
        if isinstance(expression, Multiplied | sp.MatMul):
            return self._product(args)
        if isinstance(expression, Transposed | sp.Transpose):
            return self.matrix(args[0]).T
        if isinstance(expression, Hadamard):
            return self.matrix(args[0]) * self.matrix(args[1])
        if isinstance(expression, Each):
            return _call(str(args[0]), self.matrix(args[1]))
        if isinstance(expression, Grad):
            return self._gradient(*args)
        rows, columns = self._shape(expression)
        if isinstance(expression, sp.Identity):
            return torch.eye(rows, dtype=torch.float64)
        if isinstance(expression, sp.OneMatrix):
            return torch.ones(rows, columns, dtype=torch.float64)
        if isinstance(expression, sp.ZeroMatrix):
            return torch.zeros(rows, columns, dtype=torch.float64)
        assert isinstance(expression, sp.Inverse), expression
        inverse: torch.Tensor = torch.linalg.inv(self.matrix(args[0]))
        return inverse

    def number(self, expression: Any) -> torch.Tensor:
        """A number, as a tensor without dimensions."""
        args = expression.args
        if nodes.is_matrix(expression):  # 1 x 1
            return self.matrix(expression).squeeze()
        if isinstance(expression, Dot):
            return (self.matrix(args[0]) * self.matrix(args[1])).sum()
        if isinstance(expression, NormSq):
            return self.matrix(args[0]).square().sum()
        if isinstance(expression, MatrixElement):
            return self.matrix(args[0])[int(args[1]), int(args[2])]
        if isinstance(expression, SignMoment) or not expression.has(sp.MatrixSymbol):
            exact = sp.N(Values(self.sizes).number(expression).xreplace(self.point).doit())
            real = float(exact) if exact.is_real else math.nan  # torch's log(-1) is nan, too
            return torch.tensor(real, dtype=torch.float64)
        if isinstance(expression, sp.Trace):
            return self.matrix(args[0]).trace()
        values = [self.number(arg) for arg in args]
        if isinstance(expression, sp.Add):
            return torch.stack(values).sum()
        if isinstance(expression, sp.Mul):
            return torch.stack(values).prod()
        if isinstance(expression, sp.Pow):
            return values[0] ** values[1]
        return _call(type(expression).__name__, *values)

    def _product(self, factors: tuple[Any, ...]) -> torch.Tensor:
        product = torch.tensor(1.0, dtype=torch.float64)
        for arg in factors:
            factor = self.matrix(arg) if nodes.is_matrix(arg) else self.number(arg)
            product = product @ factor if product.dim() and factor.dim() else product * factor
        return product

    def _drawn(self, symbol: Any) -> torch.Tensor:
        if symbol.name not in self.symbols:
            rows, columns = self._shape(symbol)
            drawn = torch.randn(rows, columns, generator=self.rng, dtype=torch.float64)
            self.symbols[symbol.name] = drawn.requires_grad_()
        return self.symbols[symbol.name]

    def _shape(self, matrix: Any) -> tuple[int, int]:
        rows, columns = (int(self.number(sp.sympify(size))) for size in matrix.shape)
        return rows, columns

    def _gradient(self, loss: Any, x: Any) -> torch.Tensor:
        at, value = self.matrix(x), self.number(loss)
        if not value.requires_grad:
            return torch.zeros_like(at)
        (found,) = torch.autograd.grad(value, at, create_graph=True, materialize_grads=True)
        return found


def _call(name: str, *values: torch.Tensor) -> torch.Tensor:
    known = "sigmoid" if name == "sigma" else name.lower()
    function: Callable[..., torch.Tensor] | None = getattr(torch, known, None)
    if function is None:
        _require.refuse("function", "one that PyTorch has, too", name)
    return function(*values)


def largest_difference(left: torch.Tensor, right: torch.Tensor) -> float:
    """The largest difference, relative to the larger of 1 and all entries; nan where undefined."""
    left, right = left.detach(), right.detach()
    scale = max(1.0, float(left.abs().max()), float(right.abs().max()))
    return float((left - right).abs().max()) / scale
