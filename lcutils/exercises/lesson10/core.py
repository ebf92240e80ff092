"""Lesson 10: writing pairs into a matrix and reading them, token by token and all at once."""

from __future__ import annotations

from collections.abc import Callable

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


def fast_weights(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], token by token"""
    return _walk(q, k, v)


def all_at_once(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], without a loop"""
    return (q @ k.mT).tril() @ v


def read_chunk(state: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """state: [B, K, V] before the chunk, q, k: [B, C, K], v: [B, C, V] -> o: [B, C, V]"""
    return q @ state + (q @ k.mT).tril() @ v


def _walk(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    keeps: float = 1.0,
    reads: Callable[[Tensor, Tensor], Tensor] = lambda q, S: (q[:, None] @ S)[:, 0],
    writes: Callable[[Tensor, Tensor], Tensor] = lambda k, v: k[:, :, None] * v[:, None],
    reads_first: bool = False,
) -> Tensor:
    """The loop, with what a reader may do differently in each of its lines."""
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        before = state
        state = keeps * state + writes(k[:, t], v[:, t])
        outputs.append(reads(q[:, t], before if reads_first else state))
    return torch.stack(outputs, dim=1)


def _last_state(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return q @ (k.mT @ v)


def _draw(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    return normal(rng, B, T, K), normal(rng, B, T, K), normal(rng, B, T, V)


def _draw_chunk(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    return normal(rng, B, K, V), *_draw(rng, B, T, K, V)


_SIZES = (
    {"B": 1, "T": 1, "K": 1, "V": 1},
    {"B": 3, "T": 1, "K": 2, "V": 4},
    {"B": 2, "T": 5, "K": 3, "V": 2},
)
_WORKED = (
    row([[1, 0], [1, 1], [0, 2]]),
    row([[1, 0], [0, 1], [1, 1]]),
    row([[2, 3, 1], [4, 0, 1], [1, 1, 5]]),
)

ENTRIES = (
    FunctionExercise(
        "10.fast_weights",
        fast_weights,
        worked=_WORKED,
        draw=_draw,
        sizes=_SIZES,
        mistakes={
            "It reads before it writes: token t does not find its own pair.": lambda q, k, v: _walk(
                q, k, v, reads_first=True
            ),
            "Each write replaces the state; it should be added to it.": lambda q, k, v: _walk(
                q, k, v, keeps=0.0
            ),
            "It is read with the key; the query asks.": lambda q, k, v: _walk(k, k, v),
            "Queries and keys have changed places.": lambda q, k, v: _walk(k, q, v),
            "The pair is taken away; it should be added.": lambda q, k, v: -_walk(q, k, v),
            "All tokens read the last state, as if they had read the whole text.": _last_state,
            "This is the read-out of the last token alone; wanted are all T.": (
                lambda q, k, v: _last_state(q, k, v)[:, -1]
            ),
            "These are the states; read each with its query.": lambda q, k, v: (
                k[..., :, None] * v[..., None, :]
            ).cumsum(1),
            "Divided by sqrt(K): this memory has no scale.": lambda q, k, v: (
                _walk(q, k, v) / q.shape[2] ** 0.5
            ),
            "Divided by the number of tokens: this is a sum, not a mean.": lambda q, k, v: (
                _walk(q, k, v) / torch.arange(1, q.shape[1] + 1, dtype=q.dtype)[:, None]
            ),
            "All texts write into one memory; each has its own.": lambda q, k, v: _walk(
                q, k, v, writes=lambda k, v: (k[:, :, None] * v[:, None]).sum(0, keepdim=True)
            ),
        },
        hints=(
            "For each token: add the outer product of key and value to the state, then read.",
            "`state = state + k[:, t, :, None] * v[:, t, None, :]`, "
            "and `q[:, t, None, :] @ state` is [B, 1, V].",
        ),
        causal="v",
    ),
    FunctionExercise(
        "10.all_at_once",
        all_at_once,
        worked=_WORKED,
        draw=_draw,
        sizes=_SIZES,
        mistakes={
            "There is no mask: each token reads what is written later.": lambda q, k, v: (
                q @ k.mT @ v
            ),
            "The mask is one too strict: token t does not find its own pair.": lambda q, k, v: (
                (q @ k.mT).tril(-1) @ v
            ),
            "The mask is one too wide: token t finds the pair after it.": lambda q, k, v: (
                (q @ k.mT).tril(1) @ v
            ),
            "The mask is the wrong way round: each token reads what is written later.": (
                lambda q, k, v: (q @ k.mT).triu() @ v
            ),
            "Queries and keys have changed places.": lambda q, k, v: (k @ q.mT).tril() @ v,
            "There is a softmax too much: this memory weighs by q.k itself.": lambda q, k, v: (
                (q @ k.mT)
                .masked_fill(torch.ones(q.shape[1], q.shape[1]).triu(1).bool(), -torch.inf)
                .softmax(2)
                @ v
            ),
            "Divided by sqrt(K): this memory has no scale.": lambda q, k, v: (
                (q @ k.mT).tril() @ v / q.shape[2] ** 0.5
            ),
            "The mask is on the values; it belongs on the table of q.k.": lambda q, k, v: (
                (q @ k.mT) @ v.tril()
            ),
            "These are the weights q.k; they still have to meet the values.": lambda q, k, v: (
                q @ k.mT
            ).tril(),
            "The mask is on the product with v; it belongs on the table of q.k.": lambda q, k, v: (
                q @ k.mT @ v
            ).tril(),
            "There is a softmax too much, and a masked 0 becomes e^0 = 1.": lambda q, k, v: (
                (q @ k.mT).tril().softmax(2) @ v
            ),
            "The mask is on the state; it belongs on the table of q.k.": lambda q, k, v: (
                q @ (k.mT @ v).tril()
            ),
            "The mask is on the keys; it belongs on the table of q.k.": lambda q, k, v: (
                (q @ k.tril().mT) @ v
            ),
        },
        hints=(
            "`q @ k.mT` is the table of all q_t . k_i: [B, T, T]. "
            "Which of its entries may token t use?",
            "`.tril()` keeps what is on and below the diagonal.",
        ),
        causal="v",
    ),
    FunctionExercise(
        "10.read_chunk",
        read_chunk,
        worked=(row([1, 0, 2], [0, 3, 1])[None], *_WORKED),
        draw=_draw_chunk,
        sizes=_SIZES,
        is_to_mend=True,
        mistakes={
            "What was written before the chunk is not read.": lambda S, q, k, v: (
                (q @ k.mT).tril() @ v
            ),
            "Only what was written before the chunk is read.": lambda S, q, k, v: q @ S,
            "The chunk is read without a mask: tokens see later ones.": lambda S, q, k, v: (
                q @ S + q @ k.mT @ v
            ),
            "Token t does not find its own pair: the mask is one too strict.": lambda S, q, k, v: (
                q @ S + (q @ k.mT).tril(-1) @ v
            ),
            "The old memory is read with the keys; the queries ask.": lambda S, q, k, v: (
                k @ S + (q @ k.mT).tril() @ v
            ),
            "The chunk counts twice: once in the state, once in the table.": lambda S, q, k, v: (
                q @ (S + k.mT @ v) + (q @ k.mT).tril() @ v
            ),
            "The old memory is taken away; it should be added.": lambda S, q, k, v: (
                (q @ k.mT).tril() @ v - q @ S
            ),
        },
        hints=(
            "Two things are read: the memory as it stood before the chunk, and the chunk itself.",
            "The first is `q @ state`; the second you wrote in exercise 2.",
        ),
        causal="v",
    ),
    ExpressionExercise(
        "10.cross_talk",
        "n K",
        lambda n, K: (n - 1) / K,
        mistakes={
            "This counts the pair itself as noise: n - 1 others speak.": lambda n, K: n / K,
            "This is one of the others; how many are there?": lambda n, K: 1 / K,
            "These are the others; each adds (k_i . k_1)^2, which is 1/K on average.": (
                lambda n, K: n - 1
            ),
            "This is the length of the error; asked for is its square.": lambda n, K: square_root(
                (n - 1) / K
            ),
            "Each of the others adds 1/K, not its root: (k_i . k_1)^2 is a square.": lambda n, K: (
                (n - 1) / square_root(K)
            ),
            "This is the whole read-out; the value, of length 1, is no error.": lambda n, K: (
                1 + (n - 1) / K
            ),
            "Each of the others adds 1/K, not 1/K^2.": lambda n, K: (n - 1) / K**2,
            "Upside down: more pairs make more noise.": lambda n, K: K / (n - 1),
            "One more than there are: n pairs have n - 1 others.": lambda n, K: (n + 1) / K,
            "A bracket is missing: n - 1/K is n minus one over K.": lambda n, K: n - 1 / K,
            "Independent terms add up in the square: n - 1 of them, not (n - 1)^2.": lambda n, K: (
                (n - 1) ** 2 / K
            ),
        },
        hints=(
            "The error is a sum over the other pairs, each with a value of length 1.",
            "How many others are there, and what is (k_i . k_1)^2 on average?",
        ),
    ),
)
