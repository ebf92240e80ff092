"""Lesson 11, if there is more time: a chunk whose tokens do not see each other."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, normal, row
from lcutils.exercises.lesson11.core import _draw_chunk, delta_chunk, delta_step


def write_chunk(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """state: [B, K, V], k: [B, C, K], v: [B, C, V], beta: [B, C] -> the new state: [B, K, V]"""
    return state + k.mT @ delta_chunk(k, v - k @ state, beta)


def _draw_onto(rng: torch.Generator, B: int, C: int, K: int, V: int) -> Inputs:
    return normal(rng, B, K, V), *_draw_chunk(rng, B, C, K, V)


ENTRIES = (
    FunctionExercise(
        "11.write_chunk",
        write_chunk,
        worked=(
            row([[1, 0], [0, 2]]),
            row([[1, 0], [0.6, 0.8]]),
            row([[2, 4], [1, 0]]),
            row([1, 0.5]),
        ),
        draw=_draw_onto,
        sizes=(
            {"B": 1, "C": 1, "K": 1, "V": 1},
            {"B": 3, "C": 2, "K": 2, "V": 4},
            {"B": 2, "C": 5, "K": 3, "V": 2},
        ),
        is_to_mend=True,
        mistakes={
            "All tokens read the state before the chunk: none sees what the others of its chunk "
            "have written.": lambda S, k, v, b: S + k.mT @ (b[..., None] * (v - k @ S)),
            "The tokens see each other, but not the state before the chunk: it belongs into what "
            "is missing.": lambda S, k, v, b: S + k.mT @ delta_chunk(k, v, b),
            "The state before the chunk is lost: add the writes to it.": lambda S, k, v, b: (
                k.mT @ delta_chunk(k, v - k @ S, b)
            ),
            "A mean over the chunk: the tokens still do not see each other, and write less.": (
                lambda S, k, v, b: S + k.mT @ (b[..., None] * (v - k @ S)) / k.shape[1]
            ),
            "No token looks at anything: this is the sum, with strength beta.": lambda S, k, v, b: (
                S + k.mT @ (b[..., None] * v)
            ),
            "It is the last token alone that is written.": lambda S, k, v, b: delta_step(
                S, k[:, -1], v[:, -1], b[:, -1]
            ),
            "The tokens are written from the last to the first.": lambda S, k, v, b: write_chunk(
                S, k.flip(1), v.flip(1), b.flip(1)
            ),
            "beta counts twice: it is in the writes already.": lambda S, k, v, b: (
                S + k.mT @ (b[..., None] * delta_chunk(k, v - k @ S, b))
            ),
        },
        hints=(
            "Let one chunk hold the same key twice, beta = 1. What should be read afterwards, and "
            "what does this function leave?",
            "In section 4, with a first state S_0: before its chunk writes, token i misses "
            "v_i - S_0^T k_i. So give `delta_chunk` that for v.",
        ),
    ),
)
