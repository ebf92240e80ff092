"""Lesson 03: the gradient of one layer."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip, normal, row
from lcutils.checking.syntax import has_loop, operands, uses


def layer_backward(x: Tensor, W: Tensor, b: Tensor, z: Tensor) -> Tensor:
    """x: [B, N], W: [M, N], b: [M], z: [B, M] -> dL/dW: [M, N]"""
    y = torch.tanh(x @ W.T + b)
    return mean_outer((y - z) * (1 - y**2), x)


def mean_outer(g: Tensor, x: Tensor) -> Tensor:
    """The mean over the batch of each row of `g` times each row of `x`."""
    return g.T @ x / len(x)


def product_of_means(g: Tensor, x: Tensor) -> Tensor:
    """A wrong mean: the errors' mean times the inputs' mean."""
    return torch.outer(g.mean(0), x.mean(0))


def last_outer(g: Tensor, x: Tensor) -> Tensor:
    """A wrong mean, of a loop that keeps its last step alone."""
    return torch.outer(g[-1], x[-1]) / len(x)


def goes_one_by_one(tree: ast.AST) -> bool:
    """Does it take the examples one at a time? Then each is a column."""
    return has_loop(tree) or uses(tree, "vmap")


def reads_columns(tree: ast.AST, W: str) -> bool:
    """Does W meet the inputs as if each were a column, or without its transpose?"""
    met = {("x", W), (W, "x"), (f"{W}.T", "x")} & operands(tree, ast.MatMult)
    return bool(met) and not goes_one_by_one(tree)


def _meets_entry_by_entry(tree: ast.AST) -> bool:
    """Is something but W multiplied by the whole of x, entry by entry?"""
    met = {left + right for left, right in operands(tree, ast.Mult) if "x" in (left, right)}
    return bool(met - {"Wx", "xW"})


_Error = Callable[[Tensor, Tensor], Tensor]


def _with(
    error: _Error, outer: Callable[[Tensor, Tensor], Tensor] = mean_outer
) -> Callable[..., Tensor]:
    """`layer_backward` with another error, a function of a = W x + b and of z."""
    return lambda x, W, b, z: outer(error(x @ W.T + b, z), x)


def _slope(slope: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """`layer_backward` with another slope, a function of a."""
    return _with(lambda a, z: (a.tanh() - z) * slope(a))


def _right(a: Tensor, z: Tensor) -> Tensor:
    return (a.tanh() - z) * (1 - a.tanh() ** 2)


ENTRIES = (
    FunctionExercise(
        "03.layer_backward",
        layer_backward,
        worked=(
            row([1, 2], [3, 0]),
            row([0, 0], [0, 0]),
            torch.tensor([0.5, 0.0]).atanh(),  # so that y is 0.5 and 0
            row([-0.5, 1], [1.5, -2]),
        ),
        draw=lambda rng, B, N, M: (
            normal(rng, B, N),
            normal(rng, M, N) / 2,
            normal(rng, M) / 2,
            normal(rng, B, M),
        ),
        sizes=(
            {"B": 1, "N": 1, "M": 1},
            {"B": 4, "N": 3, "M": 2},
            {"B": 3, "N": 2, "M": 5},
        ),
        mistakes={
            "The slope of tanh is missing: the factor 1 - y^2.": _slope(torch.ones_like),
            "The slope of tanh, 1 - y^2, and the division by B are missing.": _with(
                lambda a, z: len(a) * (a.tanh() - z)
            ),
            "The values are right, but transposed: a gradient has the shape of W, [M, N].": (
                lambda *given: layer_backward(*given).T
            ),
            "The batch is summed; L is a mean over the batch: divide by B.": _with(
                lambda a, z: len(a) * _right(a, z)
            ),
            "It is divided by B and M; L is a mean over the batch alone: divide by B.": _with(
                lambda a, z: _right(a, z) / a.shape[1]
            ),
            "It is divided by B and N; L is a mean over the batch alone: divide by B.": (
                lambda x, W, b, z: layer_backward(x, W, b, z) / x.shape[1]
            ),
            "It is divided by N, the inputs of one example, not by B.": (
                lambda x, W, b, z: layer_backward(x, W, b, z) * len(x) / x.shape[1]
            ),
            "The sign is the wrong way round: L grows along the gradient.": _with(
                lambda a, z: -_right(a, z)
            ),
            "Twice too large: the 1/2 cancels the 2 of the square.": _with(
                lambda a, z: 2 * _right(a, z)
            ),
            "Half of it: the 1/2 cancels the 2 of the square.": _with(
                lambda a, z: _right(a, z) / 2
            ),
            "tanh is taken twice: the slope at a is 1 - y^2, where y is tanh(a) already.": (
                _slope(lambda a: 1 - a.tanh().tanh() ** 2)
            ),
            "y (1 - y) is the slope of the logistic function; that of tanh is 1 - y^2.": (
                _slope(lambda a: a.tanh() * (1 - a.tanh()))
            ),
            "The slope of tanh is 1 - y^2, not 1 - y.": _slope(lambda a: 1 - a.tanh()),
            "The slope of tanh is 1 - y^2, not (1 - y)^2.": _slope(lambda a: (1 - a.tanh()) ** 2),
            "The slope is 1 - y^2 with y = tanh(a), not 1 - a^2.": _slope(lambda a: 1 - a**2),
            "The slope is that at the output y, not that at the target z.": _with(
                lambda a, z: (a.tanh() - z) * (1 - z**2)
            ),
            "The loss itself stands there in place of its derivative y - z.": _with(
                lambda a, z: (a.tanh() - z) ** 2 / 2 * (1 - a.tanh() ** 2)
            ),
            "tanh is missing when y is computed.": _with(lambda a, z: (a - z) * (1 - a**2)),
            "There is no tanh at all: this is the gradient of a linear layer.": _with(
                lambda a, z: a - z
            ),
            "b is missing when y is computed.": (
                lambda x, W, b, z: layer_backward(x, W, torch.zeros_like(b), z)
            ),
            "Each example's error belongs to its own inputs: multiply first, then average.": (
                _with(_right, product_of_means)
            ),
            "The error is copied along each row of W; it is also multiplied by the inputs x.": (
                _with(_right, lambda g, x: g.mean(0)[:, None].expand(-1, x.shape[1]))
            ),
            "This is y - z for every weight of a row; the slope and the inputs are missing.": (
                _with(
                    lambda a, z: a.tanh() - z,
                    lambda g, x: g.mean(0)[:, None].expand(-1, x.shape[1]),
                )
            ),
            "It is divided by M, the outputs of one example, not by B.": (
                lambda x, W, b, z: layer_backward(x, W, b, z) * len(x) / len(W)
            ),
            "These are the gradients of the B examples. Take their mean.": _with(
                _right, lambda g, x: g[:, :, None] * x[:, None, :]
            ),
            "This is the gradient of mse_loss: it has no 1/2, and is divided by M, too.": (
                lambda x, W, b, z: 2 * layer_backward(x, W, b, z) / len(W)
            ),
            "The 1/2 is missing, and the batch is summed: divide by B.": (
                lambda x, W, b, z: 2 * layer_backward(x, W, b, z) * len(x)
            ),
            "It is divided by B twice.": lambda x, W, b, z: layer_backward(x, W, b, z) / len(x),
            "It is transposed, and the division by B is missing.": _with(
                _right, lambda g, x: x.T @ g
            ),
            "It is transposed, and the slope of tanh is missing.": _with(
                lambda a, z: a.tanh() - z, lambda g, x: x.T @ g / len(x)
            ),
            "The sign is the wrong way round, and the slope of tanh is missing.": _with(
                lambda a, z: z - a.tanh()
            ),
            "The sign is the wrong way round, and the division by B is missing.": _with(
                lambda a, z: -len(a) * _right(a, z)
            ),
            "The slope of tanh is 1 - y^2, not 1 + y^2.": _slope(lambda a: 1 + a.tanh() ** 2),
            "The slope of tanh is 1 - y^2, not y^2.": _slope(lambda a: a.tanh() ** 2),
            "A bracket is missing: y - z belongs in one.": _with(
                lambda a, z: a.tanh() - z * (1 - a.tanh() ** 2)
            ),
            "A bracket is missing: 1 - y^2 belongs in one.": _with(
                lambda a, z: a.tanh() - z - a.tanh() ** 2
            ),
            "The target z is missing: the error begins with y - z.": _with(
                lambda a, z: a.tanh() * (1 - a.tanh() ** 2)
            ),
            "The factor y - z is missing: this is how y changes, not L.": _with(
                lambda a, z: 1 - a.tanh() ** 2
            ),
            "This is the first example alone; L is a mean over the batch.": _with(
                _right, lambda g, x: torch.outer(g[0], x[0])
            ),
            "Only the last example is left: each step of the loop must add to the sum.": _with(
                _right, last_outer
            ),
            "This is W after a step; wanted is the gradient.": (
                lambda x, W, b, z: W - layer_backward(x, W, b, z)
            ),
            "This is the loss itself; wanted is its gradient.": lambda x, W, b, z: (
                ((x @ W.T + b).tanh() - z).square().sum(1).mean() / 2
            ),
            "These are the errors g; each is also multiplied by the inputs x.": _with(
                _right, lambda g, x: g
            ),
            "This is the error handed down to x; wanted is the gradient of W.": (
                lambda x, W, b, z: _right(x @ W.T + b, z) @ W
            ),
            "This is dL/db, and summed; for W, each error is also multiplied by the inputs x.": (
                _with(_right, lambda g, x: g.sum(0))
            ),
            "This is y - z, averaged: a number for each output, not for each weight.": _with(
                lambda a, z: a.tanh() - z, lambda g, x: g.mean(0)
            ),
            "This is dL/db; for W, each error is also multiplied by the inputs x.": _with(
                _right, lambda g, x: g.mean(0)
            ),
            "This is the shortcut y - z: a number for each output, not for each weight.": _with(
                lambda a, z: a.tanh() - z, lambda g, x: g
            ),
        },
        slips=(
            Slip(
                "The examples are rows here, so W does not meet them as it meets a column.",
                lambda tree: reads_columns(tree, "W"),
                "def layer_backward(x, W, b, z):\n"
                "    y = torch.tanh(W @ x + b)\n"
                "    return ((y - z) * (1 - y**2)).T @ x / len(x)\n",
            ),
            Slip(
                "Each error meets all the inputs of its example: that is a product of matrices.",
                _meets_entry_by_entry,
                "def layer_backward(x, W, b, z):\n"
                "    y = torch.tanh(x @ W.T + b)\n"
                "    return (y - z) * (1 - y**2) * x / len(x)\n",
            ),
        ),
        hints=(
            "First the errors `g = (y - z) * (1 - y**2)`, [B, M]: one row for each example.",
            "A product of two matrices can sum over the batch: `g.T @ x` is [M, N].",
        ),
        meaning="Each weight has its unit's error times its input, averaged over the batch.",
        has_gradient=False,  # to compute it by autograd is right, too
    ),
)
