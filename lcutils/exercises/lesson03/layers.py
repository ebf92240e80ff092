"""Lesson 03: the gradient of two layers."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip, normal, row
from lcutils.checking.syntax import operands
from lcutils.exercises.lesson03.core import (
    goes_one_by_one,
    last_outer,
    mean_outer,
    product_of_means,
    reads_columns,
)


def two_layer_grads(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    """x: [B, N], W1: [H, N], W2: [M, H], z: [B, M] -> dL/dW1: [H, N]"""
    h = torch.tanh(x @ W1.T)
    y = h @ W2.T
    return mean_outer((y - z) @ W2 * (1 - h**2), x)


def _back(
    back: Callable[[Tensor, Tensor, Tensor], Tensor],
    outer: Callable[[Tensor, Tensor], Tensor] = mean_outer,
) -> Callable[..., Tensor]:
    """`two_layer_grads` with another way back, from y - z, W2 and h to the hidden layer."""

    def wrong(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
        h = torch.tanh(x @ W1.T)
        return outer(back(h @ W2.T - z, W2, h), x)

    return wrong


def _on_top(
    top: Callable[[Tensor, Tensor], Tensor], below: Callable[[Tensor, Tensor], Tensor]
) -> Callable[..., Tensor]:
    """`two_layer_grads` with another error on top, of y and z, and another slope, of h and y."""

    def wrong(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
        h = torch.tanh(x @ W1.T)
        y = h @ W2.T
        return mean_outer(top(y, z) @ W2 * below(h, y), x)

    return wrong


def _slope(h: Tensor, y: Tensor) -> Tensor:
    return 1 - h**2


def _no_tanh(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = x @ W1.T
    return mean_outer((h @ W2.T - z) @ W2 * (1 - h**2), x)


def _linear(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    return mean_outer((x @ W1.T @ W2.T - z) @ W2, x)


def _for_x(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = torch.tanh(x @ W1.T)
    return mean_outer((h @ W2.T - z) @ W2 * (1 - h**2), h)


def _last_layer(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = torch.tanh(x @ W1.T)
    return mean_outer(h @ W2.T - z, h)


def _right(error: Tensor, W2: Tensor, h: Tensor) -> Tensor:
    return error @ W2 * (1 - h**2)


def _stands_left(tree: ast.AST) -> bool:
    """Does W2 stand on the left of the errors, as if each were a column?"""
    is_left = any(left in ("W2", "W2.T") for left, _ in operands(tree, ast.MatMult))
    return is_left and not goes_one_by_one(tree)


ENTRIES = (
    FunctionExercise(
        "03.two_layer_grads",
        two_layer_grads,
        worked=(
            row([1, 0], [0, 2]),
            torch.tensor([[0.5, 0.0], [0.0, 0.0]]).atanh(),  # so that h is 0.5 or 0
            row([2, 1], [2, 3]),  # and y is 1 or 0
            row([-0.5, 2], [-2, -1]),
        ),
        draw=lambda rng, B, N, H: (
            normal(rng, B, N),
            normal(rng, H, N) / 2,
            normal(rng, H, H),
            normal(rng, B, H),
        ),
        # M = H, so that a forgotten or turned W2 gives wrong numbers and not just an error
        sizes=({"B": 1, "N": 1, "H": 1}, {"B": 4, "N": 2, "H": 3}, {"B": 3, "N": 5, "H": 2}),
        mistakes={
            "W2 is missing: each hidden unit must get its share of the errors.": (
                _back(lambda error, W2, h: error * (1 - h**2))
            ),
            "W2 is turned: the way forward uses W2.T, so the way back uses W2.": (
                _back(lambda error, W2, h: error @ W2.T * (1 - h**2))
            ),
            "The slope stands before W2; on the way back W2 comes first.": (
                _back(lambda error, W2, h: (error * (1 - h**2)) @ W2)
            ),
            "The slope of tanh at the hidden layer is missing: 1 - h^2.": (
                _back(lambda error, W2, h: error @ W2)
            ),
            "The slope of tanh is there twice; only the hidden layer has a tanh.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h**2) ** 2)
            ),
            "tanh is taken twice: the slope is 1 - h^2, where h is tanh(a) already.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h.tanh() ** 2))
            ),
            "The slope of tanh is 1 - h^2, not 1 - h.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h))
            ),
            "The slope of tanh is 1 - h^2, not (1 - h)^2.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h) ** 2)
            ),
            "The slope is 1 - h^2 with h = tanh(a), not 1 - a^2.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h.atanh() ** 2))
            ),
            "h itself stands there in place of the slope 1 - h^2.": (
                _back(lambda error, W2, h: error @ W2 * h)
            ),
            "The target z is missing: the error on top is y - z.": _on_top(lambda y, z: y, _slope),
            "The output is linear: it has no slope, 1 - y^2 is too much.": _on_top(
                lambda y, z: (y - z) * (1 - y**2), _slope
            ),
            "The slope is that of the output, 1 - y^2; the tanh is in the hidden layer.": _on_top(
                lambda y, z: y - z, lambda h, y: 1 - y**2
            ),
            "The slope 1 - y^2 is on top; the tanh is in the hidden layer: 1 - h^2.": _on_top(
                lambda y, z: (y - z) * (1 - y**2), lambda h, y: torch.ones_like(h)
            ),
            "The output is treated as tanh, too; it is linear.": _on_top(
                lambda y, z: (y.tanh() - z) * (1 - y.tanh() ** 2), _slope
            ),
            "tanh is taken of the output, too; it is linear.": _on_top(
                lambda y, z: y.tanh() - z, _slope
            ),
            "tanh is missing when h is computed.": _no_tanh,
            "The slope of tanh, 1 - h^2, and the division by B are missing.": (
                _back(lambda error, W2, h: len(h) * error @ W2)
            ),
            "The loss itself stands there in place of its derivative y - z.": _on_top(
                lambda y, z: (y - z) ** 2 / 2, _slope
            ),
            "All errors are added up; W2 says how much of each a hidden unit has.": (
                _back(lambda error, W2, h: error.sum(1, keepdim=True) * (1 - h**2))
            ),
            "There is no tanh at all: this is the gradient of two linear layers.": _linear,
            "The last factor is h; the inputs of the first layer are x.": _for_x,
            "This is dL/dW2, the gradient of the last layer.": _last_layer,
            "Each example's error belongs to its own inputs: multiply first, then average.": (
                _back(lambda error, W2, h: error @ W2 * (1 - h**2), product_of_means)
            ),
            "Twice too large: the 1/2 cancels the 2 of the square.": (
                lambda *given: 2 * two_layer_grads(*given)
            ),
            "Half of it: the 1/2 cancels the 2 of the square.": (
                lambda *given: two_layer_grads(*given) / 2
            ),
            "The batch is summed; L is a mean over the batch: divide by B.": (
                lambda x, *given: two_layer_grads(x, *given) * len(x)
            ),
            "It is divided by B, and by M or H; L is a mean over the batch alone: divide by B.": (
                lambda x, W1, W2, z: two_layer_grads(x, W1, W2, z) / len(W2)
            ),
            "It is divided by B and N; L is a mean over the batch alone: divide by B.": (
                lambda x, *given: two_layer_grads(x, *given) / x.shape[1]
            ),
            "It is divided by N, the inputs of one example, not by B.": (
                lambda x, *given: two_layer_grads(x, *given) * len(x) / x.shape[1]
            ),
            "It is divided by H or M, the units of a layer, not by B.": (
                lambda x, W1, W2, z: two_layer_grads(x, W1, W2, z) * len(x) / len(W1)
            ),
            "Each example has its own error, slope and input: multiply first, then average.": (
                _back(
                    lambda error, W2, h: error.mean(0) @ W2 * (1 - h**2).mean(0),
                    lambda g, x: torch.outer(g, x.mean(0)),
                )
            ),
            "The sign is the wrong way round: L grows along the gradient.": (
                lambda *given: -two_layer_grads(*given)
            ),
            "The values are right, but transposed: a gradient has the shape of W1, [H, N].": (
                lambda *given: two_layer_grads(*given).T
            ),
            "This is the gradient of mse_loss: it has no 1/2, and is divided by M, too.": (
                lambda x, W1, W2, z: 2 * two_layer_grads(x, W1, W2, z) / len(W2)
            ),
            "The 1/2 is missing, and the batch is summed: divide by B.": (
                lambda x, *given: 2 * two_layer_grads(x, *given) * len(x)
            ),
            "It is divided by B twice.": lambda x, *given: two_layer_grads(x, *given) / len(x),
            "It is transposed, and the division by B is missing.": _back(
                _right, lambda g, x: x.T @ g
            ),
            "The sign is the wrong way round, and the division by B is missing.": (
                lambda x, *given: -two_layer_grads(x, *given) * len(x)
            ),
            "The slope of tanh is 1 - h^2, not 1 + h^2.": (
                _back(lambda error, W2, h: error @ W2 * (1 + h**2))
            ),
            "The slope of tanh is 1 - h^2, not h^2.": (
                _back(lambda error, W2, h: error @ W2 * h**2)
            ),
            "h (1 - h) is the slope of the logistic function; that of tanh is 1 - h^2.": (
                _back(lambda error, W2, h: error @ W2 * h * (1 - h))
            ),
            "W2 and the slope of tanh are missing: this is y - z, handed down unchanged.": (
                _back(lambda error, W2, h: error)
            ),
            "A bracket is missing: 1 - h^2 belongs in one.": (
                _back(lambda error, W2, h: error @ W2 - h**2)
            ),
            "A bracket is missing: y - z belongs in one.": lambda x, W1, W2, z: mean_outer(
                (x @ W1.T).tanh() @ W2.T - z @ W2 * (1 - (x @ W1.T).tanh() ** 2), x
            ),
            "h stands in place of the output y = W2 h.": lambda x, W1, W2, z: mean_outer(
                _right((x @ W1.T).tanh() - z, W2, (x @ W1.T).tanh()), x
            ),
            "Only the last example is left: each step of the loop must add to the sum.": (
                _back(_right, last_outer)
            ),
            "These are the errors at h; each is also multiplied by the inputs x.": (
                _back(_right, lambda g, x: g)
            ),
            "These are the errors at h, averaged; each is also multiplied by the inputs x.": (
                _back(_right, lambda g, x: g.mean(0))
            ),
            "This is the error handed down to x; wanted is the gradient of W1.": (
                lambda x, W1, W2, z: _back(_right, lambda g, x: g)(x, W1, W2, z) @ W1
            ),
            "This is the loss itself; wanted is its gradient.": lambda x, W1, W2, z: (
                ((x @ W1.T).tanh() @ W2.T - z).square().sum(1).mean() / 2
            ),
        },
        slips=(
            Slip(
                "The errors are rows here: W2 stands on their right.",
                _stands_left,
                "def two_layer_grads(x, W1, W2, z):\n"
                "    h = torch.tanh(x @ W1.T)\n"
                "    g = W2.T @ (h @ W2.T - z) * (1 - h**2)\n"
                "    return g.T @ x / len(x)\n",
            ),
            Slip(
                "The examples are rows here, so W1 does not meet them as it meets a column.",
                lambda tree: reads_columns(tree, "W1"),
                "def two_layer_grads(x, W1, W2, z):\n"
                "    h = torch.tanh(W1 @ x)\n"
                "    g = (h @ W2.T - z) @ W2 * (1 - h**2)\n"
                "    return g.T @ x / len(x)\n",
            ),
        ),
        hints=(
            "The error [B, M] at the output must become one of [B, H] at h: which side of `W2`?",
            "Begin with `(y - z) @ W2`, then the slope `1 - h**2`. The rest is as in one layer.",
        ),
        meaning="The error came down through the very weights that had carried the signal up.",
        has_gradient=False,
    ),
)
