"""Lesson 11: a chunk of writes as one triangular system."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    FunctionExercise,
    Inputs,
    NumberExercise,
    Slip,
    normal,
    row,
)
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
    NumberExercise(
        "11.one_more",
        value=0.48,
        tolerance=1e-6,
        unit="",
        mistakes={
            "Token 3 does not read what token 1 wrote; but it reads token 2, which did.": 0,
            "The sign: token 2 writes less, so token 3 finds less to take away.": -0.48,
            "By so much less token 2 writes; which part of that does token 3 read?": 0.6,
            "This is the change of u_2; what does token 3 make of it?": -0.6,
            "Token 3 reads with 0.8 what token 2 wrote; by how much has that changed?": 0.8,
            "Token 3 takes away 0.8 of u_2; by how much has u_2 changed?": -0.8,
            "By so much u_1 changes; on its way to token 3 it meets two cosines.": 1,
            "Token 3 does not take away u_1, which it does not read; go by token 2.": -1,
            "On the way from token to token cosines are multiplied, not added.": 1.4,
            "Cosines are multiplied along the way, not added, and two signs are plus.": -1.4,
            "Cosines are multiplied along the way, not taken from each other.": 0.2,
            "This is the new u_3; by how much has it changed?": 1.68,
            "This is what token 3 takes away now; by how much does that change u_3?": 0.32,
            "This is u_3 as it was; by how much does it change?": 1.2,
            "This is the new u_2; go on to token 3.": 0.4,
            "This is what all 5 of v_1 do to u_3; it rises by 1.": 2.4,
            "This is 0.6 times 0.6; the second step of the way is from token 2 to 3.": 0.36,
            "This is 0.8 times 0.8; the first step of the way is from token 1 to 2.": 0.64,
        },
        hints=("Work out u_2 again, then u_3.", "u_2 falls by 0.6. And u_3 takes away 0.8 u_2."),
        meaning="A value reaches keys at right angles to its own, by way of a token between.",
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
            "One product of two matrices holds all k_i . k_j. Which of them count, and does "
            "beta_i weigh a row of it or a column?",
            "The unknowns are U, and the matrix of the system has ones on its diagonal. What does "
            "`torch.linalg.solve_triangular` read of the matrix it is given, and which of its "
            "switches speaks of the diagonal?",
        ),
    ),
)
