"""Lesson 12: inner steps by autograd, many steps on one pair, recursive least squares."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    NumberExercise,
    normal,
    row,
)


def ttt_step(state: Tensor, k: Tensor, v: Tensor, lr: float, decay: float) -> Tensor:
    """state: [K, V], k: [K], v: [V] -> the state after one step on the loss of this pair: [K, V]"""
    return (1 - decay) * state - lr * _gradient(state, k, v)


def rls_step(state: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """state: [K, K + V], P and S side by side, k: [K], v: [V] -> the new state: [K, K + V]"""
    return _rls(state, k, v)


def _gradient(S: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.outer(k, S.T @ k - v)


def _rls(
    state: Tensor,
    k: Tensor,
    v: Tensor,
    gain: Callable[[Tensor, Tensor], Tensor] = lambda P, k: P @ k / (1 + k @ P @ k),
    new_P: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda P, k, g: P - torch.outer(g, P @ k),
    missing: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda S, k, v: v - S.T @ k,
    move: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda P, k, g: g,
) -> Tensor:
    """The step, with what a reader may do differently in each of its lines."""
    P, S = state[:, : len(k)], state[:, len(k) :]
    g = gain(P, k)
    return torch.cat([new_P(P, k, g), S + torch.outer(move(P, k, g), missing(S, k, v))], dim=1)


def _rls_late(state: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The mistake to take the gain from the new P, and divide once more."""
    P = _rls(state, k, v)[:, : len(k)]
    g = P @ k / (1 + k @ P @ k)
    S = state[:, len(k) :]
    return torch.cat([P, S + torch.outer(g, v - S.T @ k)], dim=1)


def _draw_step(rng: torch.Generator, K: int, V: int, lr: float, decay: float) -> Inputs:
    return normal(rng, K, V), normal(rng, K), normal(rng, V), lr, decay


def _draw_rls(rng: torch.Generator, K: int, V: int) -> Inputs:
    root = normal(rng, K, K)
    P = root @ root.T + 0.1 * torch.eye(K, dtype=torch.float64)
    return torch.cat([P, normal(rng, K, V)], dim=1), normal(rng, K), normal(rng, V)


ENTRIES = (
    FunctionExercise(
        "12.ttt_step",
        ttt_step,
        worked=(row([1, 0, 2], [0, 4, 0]), row(1, 0), row(3, 2, 0), 0.5, 0.1),
        draw=_draw_step,
        sizes=(
            {"K": 1, "V": 1, "lr": 0.7, "decay": 0.2},
            {"K": 2, "V": 4, "lr": 0.3, "decay": 0.0},
            {"K": 4, "V": 3, "lr": 0.4, "decay": 0.3},
        ),
        mistakes={
            "The sign is wrong: the loss grows along its gradient.": lambda S, k, v, lr, d: (
                (1 - d) * S + lr * _gradient(S, k, v)
            ),
            "The decay is missing: (1 - decay) times the old state.": lambda S, k, v, lr, d: (
                S - lr * _gradient(S, k, v)
            ),
            "decay is what goes; 1 - decay is what stays.": lambda S, k, v, lr, d: (
                d * S - lr * _gradient(S, k, v)
            ),
            "The gradient is taken at the faded state: that is the gated delta rule.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * _gradient((1 - d) * S, k, v)
            ),
            "The step fades as well; only the old state should.": lambda S, k, v, lr, d: (
                (1 - d) * (S - lr * _gradient(S, k, v))
            ),
            "Twice too far: the loss has a factor 1/2.": lambda S, k, v, lr, d: (
                (1 - d) * S - 2 * lr * _gradient(S, k, v)
            ),
            "This is the gradient; take a step against it.": lambda S, k, v, lr, d: _gradient(
                S, k, v
            ),
            "This loss is -v . (S^T k), the sum's; here it is the squared error.": (
                lambda S, k, v, lr, d: (1 - d) * S + lr * torch.outer(k, v)
            ),
            "The squares of the error are added up: .sum(), not .mean().": lambda S, k, v, lr, d: (
                (1 - d) * S - lr * _gradient(S, k, v) / len(v)
            ),
            "decay is multiplied by lr; here it stands beside the step, as 1 - decay.": (
                lambda S, k, v, lr, d: S - lr * (_gradient(S, k, v) + d * S)
            ),
            "lr is missing.": lambda S, k, v, lr, d: (1 - d) * S - _gradient(S, k, v),
            "This loss has the length of the error; it should have its square.": (
                lambda S, k, v, lr, d: (
                    (1 - d) * S - lr * _gradient(S, k, v) / (2 * (S.T @ k - v).norm())
                )
            ),
        },
        hints=(
            "Write the loss as a function of the state; `torch.func.grad` turns it into its "
            "gradient.",
            "`loss = lambda S: 0.5 * (S.T @ k - v).square().sum()`, "
            "then `torch.func.grad(loss)(state)`.",
        ),
        gradient_hint="An outer training runs back through this step: no .detach(), and with "
        "torch.autograd.grad it takes create_graph=True.",
    ),
    FunctionExercise(
        "12.rls_step",
        rls_step,
        worked=(row([2, 0, 1, 0], [0, 1, 0, 3]), row(1, 2), row(3, 1)),
        draw=_draw_rls,
        sizes=({"K": 1, "V": 1}, {"K": 2, "V": 4}, {"K": 4, "V": 3}),
        mistakes={
            "P stays as it was: the next pair will not know of this one.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P
            ),
            "The denominator 1 + k^T P k is missing.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k
            ),
            "The 1 in the denominator is missing: 1 + k^T P k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k / (k @ P @ k)
            ),
            "S never looks: it writes v, where v - S^T k is missing.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: v
            ),
            "P grows: a pair more makes the inverse smaller.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P + torch.outer(g, P @ k)
            ),
            "The sign of what is missing is wrong.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: S.T @ k - v
            ),
            "P k is missing: without it this is a normalised delta step.": lambda s, k, v: _rls(
                s,
                k,
                v,
                gain=lambda P, k: k / (1 + k @ P @ k),
                new_P=lambda P, k, g: P - torch.outer(P @ k, P @ k) / (1 + k @ P @ k),
            ),
            "P loses the outer product of the gain with k; with P k it should be.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(g, k))
            ),
            "S stands before P: the state holds P first.": lambda s, k, v: _rls(s, k, v).roll(
                len(v), 1
            ),
            "The gain is divided twice: from the new P it would be P k alone.": _rls_late,
            "S is right, but P loses P k k^T P undivided: by 1 + k^T P k it should be divided.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(P @ k, P @ k))
            ),
            "The denominator is 1 + k^T P k, with P, not 1 + k^T k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k / (1 + k @ k)
            ),
            "P is right, but S moves by P k; the gain is P k / (1 + k^T P k).": lambda s, k, v: (
                _rls(s, k, v, move=lambda P, k, g: P @ k)
            ),
            "P is right, but S moves along k; it moves along the gain.": lambda s, k, v: _rls(
                s, k, v, move=lambda P, k, g: k
            ),
            "P loses the outer product of the gain with itself; with P k it should be.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(g, g))
            ),
            "P loses the outer product of k; it should be that of P k.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P - torch.outer(k, k) / (1 + k @ P @ k)
            ),
        },
        hints=(
            "Three lines: the gain P k / (1 + k^T P k), then the new P, then the new S.",
            "`P, S = state[:, :len(k)], state[:, len(k):]`; the new P is "
            "`P - torch.outer(gain, P @ k)`.",
        ),
        has_gradient=False,  # by the inverse of P it is another one where P is not symmetric
    ),
    ExpressionExercise(
        "12.two_steps",
        "beta n",
        lambda beta, n: 2 * beta - beta**2 * n,
        example=("1/4", "3"),
        mistakes={
            "Right if the second step saw the same error; it sees what the first one left.": (
                lambda beta, n: 2 * beta
            ),
            "This is the one for keys of length 1.": lambda beta, n: 2 * beta - beta**2,
            "This is what is left of the error, 1 - beta' n.": lambda beta, n: (1 - beta * n) ** 2,
            "This is beta' n; divide by n.": lambda beta, n: 1 - (1 - beta * n) ** 2,
            "The sign: the second step is smaller than the first, not larger.": (
                lambda beta, n: 2 * beta + beta**2 * n
            ),
            "This is the second step alone.": lambda beta, n: beta * (1 - beta * n),
            "beta times beta: steps add up, errors multiply.": lambda beta, n: beta**2,
            "The square of beta n has no factor 2: (1 - beta n)^2 = 1 - 2 beta n + (beta n)^2.": (
                lambda beta, n: 2 * beta - 2 * beta**2 * n
            ),
            "(beta n)^2 divided by n is beta^2 n.": lambda beta, n: 2 * beta - beta**2 / n,
        },
        hints=(
            "One step leaves 1 - beta n of the error, two leave (1 - beta n)^2.",
            "Solve 1 - beta' n = (1 - beta n)^2 for beta'.",
        ),
    ),
    NumberExercise(
        "12.floats",
        value=8192,
        tolerance=0.5,
        unit="numbers",
        mistakes={
            "This is S alone; P has to be carried as well.": 4096,
            "This is P and S, each K x K x V: P is K x K, S is K x V.": 2 * 64**3,
            "These are the sides; count the entries.": 192,
            "P is K x K, not K numbers.": 64 * 64 + 64,
            "This is a state for keys and values side by side, (K + V)^2.": 128**2,
            "This counts P twice: it is K x K once.": 3 * 4096,
            "P and S have two sides each: K x K and K x V.": 64**3,
            "These are the sides of P; count the entries, of S too.": 128,
            "The gain is computed from P, and need not be carried.": 8192 + 64,
        },
        hints=(
            "P has K rows and columns, S has K rows and V columns.",
            "P alone has 64 * 64 numbers.",
        ),
    ),
)
