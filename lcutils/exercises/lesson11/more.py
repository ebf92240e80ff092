"""Lesson 11, if there is more time: a chunk whose tokens do not see each other."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import written
from lcutils.exercises.lesson11.chunk import _draw_chunk, _solved, _weighed, delta_chunk
from lcutils.exercises.lesson11.core import delta_step


def write_chunk(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """state: [B, K, V], k: [B, C, K], v: [B, C, V], beta: [B, C] -> the new state: [B, K, V]"""
    return state + k.mT @ delta_chunk(k, v - k @ state, beta)


def _faulty(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    return state + k.mT @ (beta[..., None] * (v - k @ state))


def _below(k: Tensor) -> Tensor:
    """k_i . k_j for the tokens j before i: [B, C, C]"""
    return (k @ k.mT).tril(-1)


def _once_back(missing: Tensor, k: Tensor) -> Tensor:
    return missing - _below(k) @ missing


def _added_up(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    for t in range(k.shape[1]):
        state = state + delta_step(state, k[:, t], v[:, t], beta[:, t])
    return state


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
        given="""
missing = v - k @ state
return state + k.mT @ (beta[..., None] * missing)
""",
        mistakes={
            "All tokens read the state before the chunk: none sees what the others of its chunk "
            "have written.": lambda S, k, v, b: _faulty(S, k, v, b),
            "The tokens see each other, but not the state before the chunk: it belongs in what "
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
            "beta counts twice: `delta_chunk` multiplies what it is given by it.": (
                lambda S, k, v, b: S + k.mT @ delta_chunk(k, b[..., None] * (v - k @ S), b)
            ),
            "beta counts twice on v: `delta_chunk` multiplies what it is given by it.": (
                lambda S, k, v, b: S + k.mT @ delta_chunk(k, b[..., None] * v - k @ S, b)
            ),
            "beta is missing on what is missing: it stands in the system on both sides.": (
                lambda S, k, v, b: S + k.mT @ _solved(_weighed(k, b) @ k.mT, v - k @ S)
            ),
            "beta is missing, and the tokens do not see each other.": lambda S, k, v, b: (
                S + k.mT @ (v - k @ S)
            ),
            "The old state enters only after the system is solved; it belongs in what is missing "
            "before.": lambda S, k, v, b: (
                S + k.mT @ (delta_chunk(k, v, b) - b[..., None] * (k @ S))
            ),
            "The old state enters only after the system is solved, and without beta.": (
                lambda S, k, v, b: S + k.mT @ (delta_chunk(k, v, b) - k @ S)
            ),
            "The writes are taken for values: what `delta_chunk` returns is written as it is.": (
                lambda S, k, v, b: S + k.mT @ (b[..., None] * (delta_chunk(k, v, b) - k @ S))
            ),
            "The sign is wrong: what is missing is v minus what is read.": lambda S, k, v, b: (
                S - k.mT @ delta_chunk(k, v - k @ S, b)
            ),
            "The read-out is added to the values; what is missing is v minus the read-out.": (
                lambda S, k, v, b: S + k.mT @ delta_chunk(k, v + k @ S, b)
            ),
            "The state before the chunk is not used at all.": lambda S, k, v, b: (
                k.mT @ delta_chunk(k, v, b)
            ),
            "The writes are right, and then divided by C: they add up.": lambda S, k, v, b: (
                S + k.mT @ delta_chunk(k, v - k @ S, b) / k.shape[1]
            ),
            "The first token is left out.": lambda S, k, v, b: write_chunk(
                S, k[:, 1:], v[:, 1:], b[:, 1:]
            ),
            "The last token is left out.": lambda S, k, v, b: write_chunk(
                S, k[:, :-1], v[:, :-1], b[:, :-1]
            ),
            "`delta_step` returns the new state, not the change: added up, the old one counts "
            "again with each token.": lambda S, k, v, b: _added_up(S, k, v, b),
            "These are the writes, a row for each token; the state gets K^T times them.": (
                lambda S, k, v, b: delta_chunk(k, v - k @ S, b)
            ),
            "beta is missing altogether: each token writes all that it misses.": (
                lambda S, k, v, b: write_chunk(S, k, v, torch.ones_like(b))
            ),
            "beta comes too late: what a token writes, with its beta, is what the next ones "
            "read.": lambda S, k, v, b: (
                S + k.mT @ (b[..., None] * delta_chunk(k, v - k @ S, torch.ones_like(b)))
            ),
            "beta is missing in L: of what token i reads it takes away the share beta_i only.": (
                lambda S, k, v, b: S + k.mT @ _solved(k @ k.mT, b[..., None] * (v - k @ S))
            ),
            "It takes away the values of the others; what they wrote is u_j, not v_j.": (
                lambda S, k, v, b: S + k.mT @ (b[..., None] * (v - k @ S - _below(k) @ v))
            ),
            "It takes away what the others miss at the start; what they write is u_j.": (
                lambda S, k, v, b: S + k.mT @ (b[..., None] * _once_back(v - k @ S, k))
            ),
            "One look back is not enough: what the others write changes by it as well. The system "
            "should be solved.": lambda S, k, v, b: (
                S + k.mT @ (b[..., None] * (v - k @ S - _below(k) @ (b[..., None] * (v - k @ S))))
            ),
            "What is missing is written beside the writes; they are made of it already.": (
                lambda S, k, v, b: S + k.mT @ (v - k @ S + delta_chunk(k, v - k @ S, b))
            ),
            "What the old state reads is taken away twice.": lambda S, k, v, b: (
                S + k.mT @ (delta_chunk(k, v - k @ S, b) - k @ S)
            ),
            "Each pair is written twice: once as if the memory were empty, and once again.": (
                lambda S, k, v, b: _faulty(S + k.mT @ delta_chunk(k, v, b), k, v, b)
            ),
            "The state before the chunk is lost, and the tokens do not see each other.": (
                lambda S, k, v, b: k.mT @ (b[..., None] * (v - k @ S))
            ),
            "The state before the chunk is lost, beta is missing, and the tokens do not see each "
            "other.": lambda S, k, v, b: k.mT @ (v - k @ S),
        },
        slips=(
            Slip(
                "`.T` turns all three axes round; `.mT` turns the last two.",
                written(r"\bk\.T\b", unless=r"\bfor\b|vmap"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + k.T @ delta_chunk(k, v - k @ state, beta)\n",
            ),
            Slip(
                "`k[i]` is text i; token i of every text is `k[:, i]`.",
                written(r"\bk\[[ac-z]\]", unless=r"vmap|len\(k\)|shape\[0\]|size\(0\)"),
                "def write_chunk(state, k, v, beta):\n"
                "    for i in range(k.shape[1]):\n"
                "        state = delta_step(state, k[i], v[i], beta[i])\n"
                "    return state\n",
            ),
            Slip(
                "These are the writes, a row for each token; they are not [K, V] yet.",
                written(r"state \+ delta_chunk\((?!.*\.mT @)|delta_chunk\(.*\) \+ state\b"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + delta_chunk(k, v - k @ state, beta)\n",
            ),
            Slip(
                "The outer product is turned round: what is written stands to the right of K^T.",
                written(r"\.mT @ k\b(?!\.)", unless=r"\(.*\.mT @ k\)\.mT"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + delta_chunk(k, v - k @ state, beta).mT @ k\n",
            ),
            Slip(
                "The state is [K, V]: `k @ state` reads it as it stands.",
                written(r"k @ state\.m?T\b"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + k.mT @ delta_chunk(k, v - k @ state.mT, beta)\n",
            ),
            Slip(
                "`delta_chunk` takes the keys first, then the values.",
                written(r"delta_chunk\((v|missing)\b"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + k.mT @ delta_chunk(v - k @ state, k, beta)\n",
            ),
            Slip(
                "beta is [B, C]: token t's is `beta[:, t]`.",
                written(r"delta_step\(.*, beta\)"),
                "def write_chunk(state, k, v, beta):\n"
                "    for t in range(k.shape[1]):\n"
                "        state = delta_step(state, k[:, t], v[:, t], beta)\n"
                "    return state\n",
            ),
            Slip(
                "`k[:, t]` is [B, K]: so multiplied, the keys of all texts meet in one product. "
                "`k[:, t : t + 1]` keeps its axis.",
                written(r"\bk\[:, [a-z]\] @ state"),
                "def write_chunk(state, k, v, beta):\n"
                "    for t in range(k.shape[1]):\n"
                "        missing = v[:, t] - k[:, t] @ state\n"
                "        state = state + k[:, t, :, None] * (beta[:, t, None] * missing)[:, None]\n"
                "    return state\n",
            ),
            Slip(
                "beta is [B, C]: beside [B, C, V] it needs a new axis.",
                written(r"\bbeta \* | \* beta\b(?![\[.])", unless=r"\bfor\b|vmap|\bbeta ="),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + k.mT @ (beta * (v - k @ state))\n",
            ),
            Slip(
                "The outer products add up over the tokens: K must be turned for that.",
                written(r"(?<![\w.\]])k @ (?!state\b|S\b|k\b)", unless=r"\bfor\b"),
                "def write_chunk(state, k, v, beta):\n"
                "    return state + k @ delta_chunk(k, v - k @ state, beta)\n",
            ),
        ),
        meaning="Now a token sees what the others of its chunk wrote, as it does step by step.",
        hints=(
            "Let one chunk hold the same key twice, beta = 1. What should be read afterwards, and "
            "what does this function leave?",
            "In section 4, with a first state S_0: before its chunk writes, token i misses "
            "v_i - S_0^T k_i. So give `delta_chunk` that for v.",
        ),
    ),
)
