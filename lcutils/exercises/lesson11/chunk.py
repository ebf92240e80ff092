"""Lesson 11: a chunk of writes as one triangular system."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import written


def delta_chunk(k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """k: [B, C, K], v: [B, C, V], beta: [B, C] -> what each token writes, u: [B, C, V]"""
    return _solved(_weighed(k, beta) @ k.mT, beta[..., None] * v)


def _weighed(k: Tensor, beta: Tensor) -> Tensor:
    return beta[..., None] * k


def _solved(L: Tensor, X: Tensor) -> Tensor:
    """(I + the part of L below its diagonal)^-1 X"""
    solution: Tensor = torch.linalg.solve_triangular(L, X, upper=False, unitriangular=True)
    return solution


def _draw_chunk(rng: torch.Generator, B: int, C: int, K: int, V: int) -> Inputs:
    keys = torch.nn.functional.normalize(normal(rng, B, C, K), dim=2)
    strength = 0.1 + 0.9 * torch.rand(B, C, generator=rng, dtype=torch.float64)
    return keys, normal(rng, B, C, V), strength


ENTRIES = (
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
            "No token looks at the others, or L is read where it is zero: this is the sum, with "
            "strength beta.": lambda k, v, b: b[..., None] * v,
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
            "L has zeros on its diagonal, and is solved alone: the system is I + L.": (
                lambda k, v, b: torch.linalg.solve_triangular(
                    (_weighed(k, b) @ k.mT).tril(-1), b[..., None] * v, upper=False
                )
            ),
            "beta counts twice in L: it weighs the token that reads, not those that wrote.": (
                lambda k, v, b: _solved(_weighed(k, b) @ _weighed(k, b).mT, b[..., None] * v)
            ),
            "beta counts twice: it is in L and on the values already.": lambda k, v, b: (
                b[..., None] * delta_chunk(k, v, b)
            ),
            "beta comes too late: what a token writes, with its beta, is what the next ones "
            "read.": lambda k, v, b: b[..., None] * _solved(k @ k.mT, v),
            "This is what each token misses; it writes beta times that.": lambda k, v, b: (
                delta_chunk(k, v, b) / b[..., None]
            ),
            "The token right before is left out: keep all that is below the diagonal.": (
                lambda k, v, b: _solved((_weighed(k, b) @ k.mT).tril(-2), b[..., None] * v)
            ),
            "The mask lets the next token through: keep what is below the diagonal.": (
                lambda k, v, b: torch.linalg.solve(
                    torch.eye(k.shape[1], dtype=k.dtype) + (_weighed(k, b) @ k.mT).tril(1),
                    b[..., None] * v,
                )
            ),
            "Only the token right before is seen: the writes add up.": lambda k, v, b: _solved(
                (_weighed(k, b) @ k.mT).triu(-1), b[..., None] * v
            ),
            "It takes away the values of the others; what they wrote is u_j, not v_j.": (
                lambda k, v, b: b[..., None] * (v - (k @ k.mT).tril(-1) @ v)
            ),
            "It takes away the values of all, later ones and its own as well; and what they wrote "
            "is u_j, not v_j.": lambda k, v, b: b[..., None] * (v - k @ (k.mT @ v)),
            "I - L is applied, where the system should be solved, and beta is missing on the "
            "values.": lambda k, v, b: v - (_weighed(k, b) @ k.mT).tril(-1) @ v,
        },
        slips=(
            Slip(
                "K K^T and L alone have no inverse: the system is I + L.",
                written(
                    r"linalg\.(solve|inv)\(",
                    unless=r"\bI\b(?! =)|[+-] (torch\.)?eye|eye\(.*\) [+-]|\beye [+-]|diag|ones",
                ),
                "def delta_chunk(k, v, beta):\n"
                "    L = ((beta[..., None] * k) @ k.mT).tril(-1)\n"
                "    return torch.linalg.solve(L, beta[..., None] * v)\n",
            ),
            Slip(
                "beta is [B, C]: beside [B, C, V] it needs a new axis.",
                written(r"\bbeta \* | \* beta\b(?![\[.])", unless=r"\bfor\b|vmap|\bbeta ="),
                "def delta_chunk(k, v, beta):\n"
                "    L = (beta[..., None] * k) @ k.mT\n"
                "    return torch.linalg.solve_triangular(\n"
                "        L, beta * v, upper=False, unitriangular=True\n"
                "    )\n",
            ),
            Slip(
                "`.T` turns all three axes round; `.mT` turns the last two.",
                written(r"\bk\.T\b", unless=r"\bfor\b|vmap"),
                "def delta_chunk(k, v, beta):\n"
                "    L = (beta[..., None] * k) @ k.T\n"
                "    return torch.linalg.solve_triangular(\n"
                "        L, beta[..., None] * v, upper=False, unitriangular=True\n"
                "    )\n",
            ),
        ),
        is_loop_free=True,
        meaning="Each write depends on those before it, and yet one call finds them all.",
        hints=(
            "`L = (beta[..., None] * k) @ k.mT` holds beta_i k_i . k_j. "
            "Only what stands below the diagonal counts.",
            "`torch.linalg.solve_triangular` solves such a system for the values weighed by beta; "
            "`unitriangular=True` says that there are ones on the diagonal.",
        ),
    ),
)
