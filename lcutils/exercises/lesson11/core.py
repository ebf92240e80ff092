"""Lesson 11: a step of the delta rule, its stability, and a chunk as one triangular system."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    normal,
    row,
    square_root,
)


def delta_step(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """state: [B, K, V], k: [B, K], v: [B, V], beta: [B] -> the new state: [B, K, V]"""
    return state + _write(k, beta[:, None] * (v - _read(state, k)))


def delta_chunk(k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """k: [B, C, K], v: [B, C, V], beta: [B, C] -> what each token writes, u: [B, C, V]"""
    return _solved(_weighed(k, beta) @ k.mT, beta[..., None] * v)


def _read(state: Tensor, k: Tensor) -> Tensor:
    return (k[:, None] @ state)[:, 0]


def _write(k: Tensor, new: Tensor) -> Tensor:
    return k[:, :, None] * new[:, None]


def _weighed(k: Tensor, beta: Tensor) -> Tensor:
    return beta[..., None] * k


def _solved(L: Tensor, X: Tensor) -> Tensor:
    """(I + the part of L below its diagonal)^-1 X"""
    solution: Tensor = torch.linalg.solve_triangular(L, X, upper=False, unitriangular=True)
    return solution


def _draw_step(rng: torch.Generator, B: int, K: int, V: int) -> Inputs:
    keys, values = normal(rng, B, K), normal(rng, B, V)
    return normal(rng, B, K, V), keys, values, torch.rand(B, generator=rng, dtype=torch.float64)


def _draw_chunk(rng: torch.Generator, B: int, C: int, K: int, V: int) -> Inputs:
    keys = torch.nn.functional.normalize(normal(rng, B, C, K), dim=2)
    strength = 0.1 + 0.9 * torch.rand(B, C, generator=rng, dtype=torch.float64)
    return keys, normal(rng, B, C, V), strength


ENTRIES = (
    FunctionExercise(
        "11.delta_step",
        delta_step,
        worked=(
            row([[1, 0, 2], [0, 4, 0]]),
            row([1, 0]),
            row([3, 2, 0]),
            torch.tensor([0.5]),
        ),
        draw=_draw_step,
        sizes=({"B": 1, "K": 1, "V": 1}, {"B": 3, "K": 2, "V": 4}, {"B": 2, "K": 4, "V": 3}),
        mistakes={
            "The sign is wrong: it writes what is read minus what is wanted.": lambda S, k, v, b: (
                S - _write(k, b[:, None] * (v - _read(S, k)))
            ),
            "It never looks: this is the sum, with strength beta.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * v)
            ),
            "The read-out is added to the value; what is missing is v minus the read-out.": (
                lambda S, k, v, b: S + _write(k, b[:, None] * (v + _read(S, k)))
            ),
            "beta is missing: this writes all that is missing.": lambda S, k, v, b: (
                S + _write(k, v - _read(S, k))
            ),
            "beta weighs the value alone; it belongs to what is missing.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * v - _read(S, k))
            ),
            "beta weighs the read-out alone; it belongs to what is missing.": lambda S, k, v, b: (
                S + _write(k, v - b[:, None] * _read(S, k))
            ),
            "beta fades the whole state; other keys should stay as they are.": (
                lambda S, k, v, b: (1 - b)[:, None, None] * S + _write(k, b[:, None] * v)
            ),
            "It looks too late: it reads after the value has been added.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * (v - _read(S + _write(k, v), k)))
            ),
            "This is what is written; the old state is missing.": lambda S, k, v, b: _write(
                k, b[:, None] * (v - _read(S, k))
            ),
            "It only erases; the new value is missing.": lambda S, k, v, b: (
                S - _write(k, b[:, None] * _read(S, k))
            ),
            "The step is twice too large: the 1/2 cancels the 2 of the square.": (
                lambda S, k, v, b: S + 2 * _write(k, b[:, None] * (v - _read(S, k)))
            ),
            "Divided by ||k||^2: with that each write is exact, but it is not this step.": (
                lambda S, k, v, b: (
                    S + _write(k, b[:, None] * (v - _read(S, k))) / k.square().sum(1)[:, None, None]
                )
            ),
        },
        hints=(
            "First read what the key brings back now. What is missing of the value?",
            "`missing = v - (k[:, None, :] @ state)[:, 0]`, [B, V]; "
            "the write is an outer product of k with beta times that.",
        ),
    ),
    FunctionExercise(
        "11.delta_chunk",
        delta_chunk,
        worked=(
            row([[1, 0], [0.6, 0.8], [0, 1]]),
            row([[2, 4], [1, 0], [0, 1]]),
            row([1, 0.5, 1]),
        ),
        draw=_draw_chunk,
        sizes=(
            {"B": 1, "C": 1, "K": 1, "V": 1},
            {"B": 3, "C": 2, "K": 2, "V": 4},
            {"B": 2, "C": 5, "K": 3, "V": 2},
        ),
        mistakes={
            "No token looks at the others: this is the sum, with strength beta.": lambda k, v, b: (
                b[..., None] * v
            ),
            "This is the state after the chunk; wanted is what a token writes.": lambda k, v, b: (
                k.mT @ delta_chunk(k, v, b)
            ),
            "beta weighs the columns; row i is weighed by beta_i.": lambda k, v, b: _solved(
                k @ _weighed(k, b).mT, b[..., None] * v
            ),
            "beta is missing in L: each token reads with all its strength.": lambda k, v, b: (
                _solved(k @ k.mT, b[..., None] * v)
            ),
            "beta is missing in L and on the values; or it cancels, since L's diagonal is read.": (
                lambda k, v, b: _solved(k @ k.mT, v)
            ),
            "beta is missing on the values.": lambda k, v, b: _solved(_weighed(k, b) @ k.mT, v),
            "The sign of L is wrong: what the others wrote must be taken away.": lambda k, v, b: (
                _solved(-_weighed(k, b) @ k.mT, b[..., None] * v)
            ),
            "I - L is applied, where the system should be solved.": lambda k, v, b: (
                b[..., None] * v - (_weighed(k, b) @ k.mT).tril(-1) @ (b[..., None] * v)
            ),
            "I + L is applied, where the system should be solved.": lambda k, v, b: (
                b[..., None] * v + (_weighed(k, b) @ k.mT).tril(-1) @ (b[..., None] * v)
            ),
            "The diagonal is in L: a token does not look at its own write.": lambda k, v, b: (
                torch.linalg.solve(
                    torch.eye(k.shape[1], dtype=k.dtype) + (_weighed(k, b) @ k.mT).tril(),
                    b[..., None] * v,
                )
            ),
            "There is no mask, and the diagonal is read: keep what is below it.": lambda k, v, b: (
                torch.linalg.solve(
                    torch.eye(k.shape[1], dtype=k.dtype) + _weighed(k, b) @ k.mT, b[..., None] * v
                )
            ),
            "There is no mask: each token looks at later ones as well.": lambda k, v, b: (
                torch.linalg.solve(
                    torch.eye(k.shape[1], dtype=k.dtype)
                    + (_weighed(k, b) @ k.mT).tril(-1)
                    + (_weighed(k, b) @ k.mT).triu(1),
                    b[..., None] * v,
                )
            ),
            "The mask is the wrong way round: each token looks at later ones.": lambda k, v, b: (
                torch.linalg.solve(
                    torch.eye(k.shape[1], dtype=k.dtype) + (_weighed(k, b) @ k.mT).triu(1),
                    b[..., None] * v,
                )
            ),
        },
        hints=(
            "`L = (beta[..., None] * k) @ k.mT` holds beta_i k_i . k_j. "
            "Only what stands below the diagonal counts.",
            "`torch.linalg.solve_triangular(L, beta[..., None] * v, upper=False, "
            "unitriangular=True)` reads L below the diagonal alone, and takes 1 on it.",
        ),
    ),
    ExpressionExercise(
        "11.missing_after",
        "beta n",
        lambda beta, n: 1 - beta * n,
        example=("1/4", "3"),
        mistakes={
            "Right for keys of length 1; in general k^T k = n.": lambda beta, n: 1 - beta,
            "This is the part that is written; what is left of the rest?": lambda beta, n: beta * n,
            "The sign: a small step makes less missing, not more.": lambda beta, n: 1 + beta * n,
            "The step is beta, not 2 beta: the 1/2 cancels the 2.": lambda beta, n: (
                1 - 2 * beta * n
            ),
            "n is k^T k itself; no root is needed.": lambda beta, n: 1 - beta * square_root(n),
            "This is the factor of the loss; what is missing is not squared.": lambda beta, n: (
                (1 - beta * n) ** 2
            ),
            "n is ||k||^2 already.": lambda beta, n: 1 - beta * n**2,
            "Sign: before and after it is v - S^T k, so at beta = 0 the factor is 1.": (
                lambda beta, n: beta * n - 1
            ),
        },
        hints=(
            "Put the new state into v - S^T k; (k m^T)^T k is m times k^T k.",
            "With m = v - S^T k: v - S^T k - beta n m. Take m out.",
        ),
    ),
    ExpressionExercise(
        "11.largest_beta",
        "n",
        lambda n: 2 / n,
        example=("3",),
        mistakes={
            "There each write is exact; the memory is stable for twice as much.": lambda n: 1 / n,
            "Right for keys of length 1; n is ||k||^2.": lambda n: 2,
            "Upside down: longer keys need smaller steps.": lambda n: n / 2,
            "n is ||k||^2 already; no root is needed.": lambda n: 2 / square_root(n),
            "n is ||k||^2 already; it need not be squared.": lambda n: 2 / n**2,
            "Upside down, and half as much: longer keys need smaller steps.": lambda n: n,
        },
        hints=(
            "Beyond which beta is 1 - beta n smaller than -1?",
            "Solve 1 - beta n = -1.",
        ),
    ),
)
