"""Lesson 12, if there is more time: how much a memory is surprised by each token."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, normal, row


def surprise(k: Tensor, v: Tensor, beta: float) -> Tensor:
    """k: [B, T, K], v: [B, T, V] -> what each pair misses, before it is written: [B, T]"""
    return _walk(k, v, beta)


def _walk(
    k: Tensor,
    v: Tensor,
    beta: float,
    *,
    size: Callable[[Tensor], Tensor] = lambda missing: missing.square().sum(1),
    new: Callable[[Tensor, Tensor], Tensor] = lambda v, missing: missing,
    looks_at: Callable[[Tensor, Tensor], Tensor] = lambda v, missing: missing,
    reads_with: Callable[[Tensor, int], Tensor] = lambda k, t: k[:, t],
    is_late: bool = False,
    keeps: float = 1.0,
) -> Tensor:
    """The loop of the delta rule, with what a reader may do differently in each of its lines."""
    state, found = k.new_zeros(k.shape[0], k.shape[2], v.shape[2]), []
    for t in range(k.shape[1]):
        missing = v[:, t] - (reads_with(k, t)[:, None] @ state)[:, 0]
        state = keeps * state + beta * k[:, t, :, None] * new(v[:, t], missing)[:, None]
        if is_late:
            missing = v[:, t] - (k[:, t, None] @ state)[:, 0]
        found.append(size(looks_at(v[:, t], missing)))
    return torch.stack(found, dim=1)


def _draw(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    # of any length: where it is 1, some wrong answers have the right values
    lengths = 0.5 + torch.rand(B, T, 1, generator=rng, dtype=torch.float64)
    keys = lengths * torch.nn.functional.normalize(normal(rng, B, T, K), dim=2)
    return keys, normal(rng, B, T, V), 0.3


ENTRIES = (
    FunctionExercise(
        "12.surprise",
        surprise,
        worked=(
            row([[1, 0], [0.6, 0.8], [1, 0]]),
            row([[2, 1, 0], [1, 0, 1], [2, 1, 2]]),
            0.5,
        ),
        draw=_draw,
        sizes=(
            {"B": 1, "T": 1, "K": 1, "V": 1},
            {"B": 3, "T": 2, "K": 2, "V": 4},
            {"B": 2, "T": 5, "K": 4, "V": 3},
        ),
        causal="v",
        given="""
state, found = k.new_zeros(k.shape[0], k.shape[2], v.shape[2]), []
for t in range(k.shape[1]):
    missing = v[:, t] - (k[:, t, None] @ state)[:, 0]
    state = state + beta * k[:, t, :, None] * missing[:, None]
    missing = v[:, t] - (k[:, t, None] @ state)[:, 0]
    found.append(missing.square().sum(dim=1))
return torch.stack(found, dim=1)
""",
        mistakes={
            "It looks after the pair has been written, when a part of the surprise is gone.": (
                lambda k, v, b: _walk(k, v, b, is_late=True)
            ),
            "The memory never learns: the state stays as it was at first.": lambda k, v, b: (
                v.square().sum(2)
            ),
            "The root was taken: wanted is the square of the length.": lambda k, v, b: _walk(
                k, v, b, size=lambda missing: missing.norm(dim=1)
            ),
            "The loss has a factor 1/2, the surprise here none.": lambda k, v, b: _walk(
                k, v, b, size=lambda missing: missing.square().sum(1) / 2
            ),
            "This is the mean over the numbers of a value; wanted is their sum.": lambda k, v, b: (
                _walk(k, v, b, size=lambda missing: missing.square().mean(1))
            ),
            "It writes the whole value: this memory is a sum.": lambda k, v, b: _walk(
                k, v, b, new=lambda v, missing: v
            ),
            "This is the square of what is read; wanted is that of what is missing.": (
                lambda k, v, b: _walk(k, v, b, looks_at=lambda v, missing: v - missing)
            ),
            "It writes with the sign reversed, and what is missing grows.": lambda k, v, b: _walk(
                k, v, -b
            ),
            "The state is replaced by each write; add the write to it.": lambda k, v, b: _walk(
                k, v, b, keeps=0.0
            ),
            "It looks after the write, and divides by (1 - beta)^2: right for keys of length 1 "
            "only, and 0/0 for beta = 1.": lambda k, v, b: (
                _walk(k, v, b, is_late=True) / (1 - b) ** 2
            ),
            "This is the gradient's squared length; for keys of any length it is ||k||^2 times the "
            "surprise.": lambda k, v, b: _walk(k, v, b) * k.square().sum(2),
            "This is the gradient's length, and not its square.": lambda k, v, b: (
                _walk(k, v, b) * k.square().sum(2)
            ).sqrt(),
            "This adds up the sizes; wanted is the sum of squares.": lambda k, v, b: _walk(
                k, v, b, size=lambda missing: missing.abs().sum(1)
            ),
            "The numbers are added before the square is taken; square each first.": (
                lambda k, v, b: _walk(k, v, b, size=lambda missing: missing.sum(1) ** 2)
            ),
            "What is missing is added up, and no square is taken.": lambda k, v, b: _walk(
                k, v, b, size=lambda missing: missing.sum(1)
            ),
            "beta is missing in the write.": lambda k, v, b: _walk(
                k, v, b, new=lambda v, missing: missing / b
            ),
            "beta weighs the write, not the surprise.": lambda k, v, b: b * _walk(k, v, b),
            "This is the square of what is written; wanted is that of all that is missing.": (
                lambda k, v, b: b**2 * _walk(k, v, b)
            ),
            "The state fades at each write; here nothing should be lost.": lambda k, v, b: _walk(
                k, v, b, keeps=1 - b
            ),
            "It reads with the key before: what is missing belongs to the key of its own pair.": (
                lambda k, v, b: _walk(k, v, b, reads_with=lambda k, t: k[:, t - 1])
            ),
            "The squares are not added up: wanted is one number for each pair.": lambda k, v, b: (
                _walk(k, v, b, size=lambda missing: missing.square())
            ),
            "The texts are added up as well: wanted is a number for each pair of each text.": (
                lambda k, v, b: _walk(k, v, b).sum(0)
            ),
            "The pairs are added up: wanted is a number for each.": lambda k, v, b: _walk(
                k, v, b
            ).sum(1),
            "This is the surprise of all pairs so far; wanted is that of each.": lambda k, v, b: (
                _walk(k, v, b).cumsum(1)
            ),
            "The squares are added over the texts; add them over the numbers of a value.": (
                lambda k, v, b: _walk(k, v, b, size=lambda missing: missing.square().sum(0))
            ),
            "Time stands before the batch: stack puts the new axis first unless dim says where.": (
                lambda k, v, b: _walk(k, v, b).mT
            ),
            "It stops after the first pair: does the loop end too early?": lambda k, v, b: _walk(
                k[:, :1], v, b
            ),
        },
        hints=(
            "What does the function return with beta = 1 and keys of length 1? What should it?",
            "Find what is missing first, keep its square, then write it.",
        ),
        meaning="A pair that the memory foresees misses nothing.",
    ),
)
