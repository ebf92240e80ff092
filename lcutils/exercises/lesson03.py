"""Lesson 03: the gradient of a layer, and of two layers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.exercises._data import FunctionExercise, normal, row


def layer_backward(x: Tensor, W: Tensor, b: Tensor, z: Tensor) -> Tensor:
    """x: [B, N], W: [M, N], b: [M], z: [B, M] -> dL/dW: [M, N]"""
    y = torch.tanh(x @ W.T + b)
    return (((y - z) * (1 - y**2)).T @ x) / len(x)


def two_layer_grads(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    """x: [B, N], W1: [H, N], W2: [M, H], z: [B, M] -> dL/dW1: [H, N]"""
    h = torch.tanh(x @ W1.T)
    y = h @ W2.T
    return (((y - z) @ W2 * (1 - h**2)).T @ x) / len(x)


def _mean_outer(delta: Tensor, x: Tensor) -> Tensor:
    """The mean over the batch of each row of `delta` times each row of `x`."""
    return delta.T @ x / len(x)


def _with_slope(slope: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """`layer_backward` with something else, a function of a, for the slope of tanh."""

    def wrong(x: Tensor, W: Tensor, b: Tensor, z: Tensor) -> Tensor:
        a = x @ W.T + b
        return _mean_outer((a.tanh() - z) * slope(a), x)

    return wrong


def _with_back(back: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """`two_layer_grads` with another way back, from the error, W2 and h to the hidden layer."""

    def wrong(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
        h = torch.tanh(x @ W1.T)
        return _mean_outer(back(h @ W2.T - z, W2, h), x)

    return wrong


def _linear(x: Tensor, W: Tensor, b: Tensor, z: Tensor) -> Tensor:
    return _mean_outer(x @ W.T + b - z, x)


def _of_b(x: Tensor, W: Tensor, b: Tensor, z: Tensor) -> Tensor:
    y = torch.tanh(x @ W.T + b)
    return ((y - z) * (1 - y**2)).mean(0)


def _last_layer(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = torch.tanh(x @ W1.T)
    return _mean_outer(h @ W2.T - z, h)


def _h_for_x(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = torch.tanh(x @ W1.T)
    return _mean_outer((h @ W2.T - z) @ W2 * (1 - h**2), h)


def _tanh_output(x: Tensor, W1: Tensor, W2: Tensor, z: Tensor) -> Tensor:
    h = torch.tanh(x @ W1.T)
    y = torch.tanh(h @ W2.T)
    return _mean_outer(((y - z) * (1 - y**2)) @ W2 * (1 - h**2), x)


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
            "The slope of tanh is missing: the factor 1 - y^2.": _with_slope(torch.ones_like),
            "The values are right, but transposed: a gradient has the shape of W, [M, N].": (
                lambda *given: layer_backward(*given).T
            ),
            "The batch is summed; L is a mean over the batch: divide by B.": (
                lambda x, *given: layer_backward(x, *given) * len(x)
            ),
            "It is divided by B and M; L is a mean over the batch alone: divide by B.": (
                lambda x, W, b, z: layer_backward(x, W, b, z) / len(W)
            ),
            "The sign is the wrong way round: L grows along the gradient.": (
                lambda *given: -layer_backward(*given)
            ),
            "Twice too large: the 1/2 cancels the 2 of the square.": (
                lambda *given: 2 * layer_backward(*given)
            ),
            "tanh is taken twice: the slope at a is 1 - y^2, where y is tanh(a) already.": (
                _with_slope(lambda a: 1 - a.tanh().tanh() ** 2)
            ),
            "y (1 - y) is the slope of the logistic function; that of tanh is 1 - y^2.": (
                _with_slope(lambda a: a.tanh() * (1 - a.tanh()))
            ),
            "The slope of tanh is 1 - y^2, not 1 - y.": _with_slope(lambda a: 1 - a.tanh()),
            "The slope is 1 - y^2 with y = tanh(a), not 1 - a^2.": _with_slope(lambda a: 1 - a**2),
            "b is missing when y is computed.": (
                lambda x, W, b, z: layer_backward(x, W, torch.zeros_like(b), z)
            ),
            "There is no tanh at all: this is the gradient of a linear layer.": _linear,
            "This is dL/db; for W, each error is also multiplied by the inputs x.": _of_b,
            "This is the article's y - z: a number for each output, not for each weight.": (
                lambda x, W, b, z: torch.tanh(x @ W.T + b) - z
            ),
        },
        hints=(
            "First `delta = (y - z) * (1 - y**2)`, [B, M]: an error for each unit and each input.",
            "A product of two matrices can sum over the batch: `delta.T @ x` is [M, N].",
        ),
        has_gradient=False,  # to compute it by autograd is right, too
    ),
    FunctionExercise(
        "03.two_layer_grads",
        two_layer_grads,
        worked=(
            row([1, 0], [0, 2]),
            torch.tensor([[0.5, 0.0], [0.0, 0.0]]).atanh(),  # so that h is 0.5 or 0
            row([1, 2], [0, 1]),
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
                _with_back(lambda error, W2, h: error * (1 - h**2))
            ),
            "W2 is turned: the way forward uses W2.T, so the way back uses W2.": (
                _with_back(lambda error, W2, h: error @ W2.T * (1 - h**2))
            ),
            "The slope stands before W2; on the way back W2 comes first.": (
                _with_back(lambda error, W2, h: (error * (1 - h**2)) @ W2)
            ),
            "The slope of tanh at the hidden layer is missing: 1 - h^2.": (
                _with_back(lambda error, W2, h: error @ W2)
            ),
            "The slope of tanh is there twice; only the hidden layer has a tanh.": (
                _with_back(lambda error, W2, h: error @ W2 * (1 - h**2) ** 2)
            ),
            "tanh is taken twice: the slope is 1 - h^2, where h is tanh(a) already.": (
                _with_back(lambda error, W2, h: error @ W2 * (1 - h.tanh() ** 2))
            ),
            "The output is treated as tanh, too; it is linear.": _tanh_output,
            "The last factor is h; the inputs of the first layer are x.": _h_for_x,
            "This is dL/dW2, the gradient of the last layer.": _last_layer,
            "The batch is summed; L is a mean over the batch: divide by B.": (
                lambda x, *given: two_layer_grads(x, *given) * len(x)
            ),
            "It is divided by B and M; L is a mean over the batch alone: divide by B.": (
                lambda x, W1, W2, z: two_layer_grads(x, W1, W2, z) / len(W2)
            ),
            "The sign is the wrong way round: L grows along the gradient.": (
                lambda *given: -two_layer_grads(*given)
            ),
            "The values are right, but transposed: a gradient has the shape of W1, [H, N].": (
                lambda *given: two_layer_grads(*given).T
            ),
        },
        hints=(
            "The error [B, M] at the output must become one of [B, H] at h: which side of `W2`?",
            "Begin with `(y - z) @ W2`, then the slope `1 - h**2`. The rest is as in one layer.",
        ),
        has_gradient=False,
    ),
)
