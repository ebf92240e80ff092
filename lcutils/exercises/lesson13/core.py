"""Lesson 13: texts that ask, how their answers are scored, and how many numbers they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    logarithm,
)

_NO_REPEAT = (31 * 30 * 29 * 28 * 27 * 26 * 25) / 32**7  # 8 keys of 32, all different


def recall_text(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
    """keys, values, asked: [B, N] -> tokens: [B, 3 N]"""
    pairs = torch.stack([keys, n_keys + values], dim=2).flatten(1)
    return torch.cat([pairs, keys.gather(1, asked)], dim=1)


def right_share(logits: Tensor, answers: Tensor) -> Tensor:
    """logits: [B, T, M], answers: [B, N] -> share of right answers, a tensor []"""
    N = answers.shape[1]
    return (logits[:, -N:].argmax(dim=2) == answers).float().mean()


def _text(
    pairs: Callable[[Tensor, Tensor, int], Tensor], queries: Callable[..., Tensor]
) -> Callable[..., Tensor]:
    """A text whose pairs and queries are laid out in ways of their own."""

    def laid_out(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
        written = pairs(keys, values, n_keys)
        return torch.cat([written, queries(keys, values, asked, n_keys)], dim=1)

    return laid_out


def _pairs(keys: Tensor, values: Tensor, n_keys: int) -> Tensor:
    return torch.stack([keys, n_keys + values], dim=2).flatten(1)


def _queries(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
    return keys.gather(1, asked)


def _draw_texts(rng: torch.Generator, B: int, N: int) -> tuple[Tensor, Tensor, Tensor, int]:
    n_keys = N + 3
    keys = torch.rand(B, n_keys, generator=rng).argsort(dim=1)[:, :N]
    values = torch.randint(9, (B, N), generator=rng)
    return keys, values, torch.rand(B, N, generator=rng).argsort(dim=1), n_keys


def _draw_scores(rng: torch.Generator, B: int, T: int, M: int, N: int) -> tuple[Tensor, Tensor]:
    logits = torch.randn(B, T, M, generator=rng, dtype=torch.float64)
    best = logits[:, -N:].argmax(dim=2)
    other = torch.randint(M, (B, N), generator=rng)
    return logits, torch.where(torch.rand(B, N, generator=rng) < 0.5, best, other)


def _log2(x: Any) -> Any:
    return logarithm(x) / logarithm(2)


ENTRIES = (
    FunctionExercise(
        "13.recall_text",
        recall_text,
        worked=(
            torch.tensor([[2, 0]]),
            torch.tensor([[1, 3]]),
            torch.tensor([[1, 0]]),
            4,
        ),
        draw=_draw_texts,
        sizes=({"B": 1, "N": 1}, {"B": 3, "N": 2}, {"B": 2, "N": 5}),
        mistakes={
            "All keys stand before all values; a value stands right after its key.": _text(
                lambda k, v, n: torch.cat([k, n + v], 1), _queries
            ),
            "Each value stands before its key; the key comes first.": _text(
                lambda k, v, n: torch.stack([n + v, k], 2).flatten(1), _queries
            ),
            "Keys and values share their numbers: add n_keys to the values.": _text(
                lambda k, v, n: torch.stack([k, v], 2).flatten(1), _queries
            ),
            "The values start at n_keys, which is given: a text need not use all keys.": _text(
                lambda k, v, n: torch.stack([k, k.shape[1] + v], 2).flatten(1), _queries
            ),
            "`asked` counts pairs, not tokens: take the queries from `keys`.": _text(
                _pairs, lambda k, v, a, n: _pairs(k, v, n).gather(1, a)
            ),
            "n_keys was added to the keys; it is the values that must be told apart.": _text(
                lambda k, v, n: torch.stack([n + k, v], 2).flatten(1), _queries
            ),
            "The text asks for places; wanted are the keys that stand there.": _text(
                _pairs, lambda k, v, a, n: a
            ),
            "The text ends with the answers: it gives away what it asks.": _text(
                _pairs, lambda k, v, a, n: n + v.gather(1, a)
            ),
            "The queries come in the order of the writes; `asked` is not used.": _text(
                _pairs, lambda k, v, a, n: k
            ),
            "All texts are asked in the order of the first text.": _text(
                _pairs, lambda k, v, a, n: k[:, a[0]]
            ),
            "The queries stand before the pairs: the text asks what it has not said yet.": (
                lambda keys, values, asked, n: torch.cat(
                    [_queries(keys, values, asked, n), _pairs(keys, values, n)], 1
                )
            ),
            "The order is undone: the query at place i is the key at place asked[i].": _text(
                _pairs, lambda k, v, a, n: k.gather(1, a.argsort(1))
            ),
            "Each query is followed by its answer: the text gives it away.": _text(
                _pairs,
                lambda k, v, a, n: torch.stack([k.gather(1, a), n + v.gather(1, a)], 2).flatten(1),
            ),
            "The queries are missing: the text only writes.": lambda keys, values, asked, n: _pairs(
                keys, values, n
            ),
            "The pairs are missing: the text only asks.": _queries,
        },
        hints=(
            "`torch.stack` puts key and value side by side on a new axis; "
            "`flatten(1)` lays them out in one row.",
            "`pairs = torch.stack([keys, n_keys + values], dim=2).flatten(1)`; "
            "`keys.gather(1, asked)` are the queries.",
        ),
        has_gradient=False,
    ),
    FunctionExercise(
        "13.right_share",
        right_share,
        worked=(
            torch.tensor([[[0.0, 9.0, 0.0], [9.0, 0.0, 0.0], [0.0, 0.0, 9.0], [0.0, 9.0, 0.0]]]),
            torch.tensor([[2, 1]]),
        ),
        draw=_draw_scores,
        sizes=(
            {"B": 1, "T": 1, "M": 2, "N": 1},
            {"B": 3, "T": 7, "M": 4, "N": 2},
            {"B": 2, "T": 9, "M": 5, "N": 4},
        ),
        is_to_mend=True,
        mistakes={
            "These are the first N places, where pairs are written; "
            "the keys asked for stand at the end.": lambda logits, answers: (
                (logits[:, : answers.shape[1]].argmax(2) == answers).float().mean()
            ),
            "One place early: here the answer stands where its key is read, "
            "not before it.": lambda logits, answers: (
                (logits[:, -answers.shape[1] - 1 : -1].argmax(2) == answers).float().mean()
            ),
            "The largest is taken over places; wanted is the answer with the largest "
            "logit.": lambda logits, answers: (
                (
                    logits[:, -answers.shape[1] :].argmax(1)[:, : answers.shape[1]]
                    == answers[:, : logits.shape[2]]
                )
                .float()
                .mean()
            ),
            "A text counts only if all its answers are right; "
            "count each answer.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).all(1).float().mean()
            ),
            "This is how many are right; divide by how many there are.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).float().sum()
            ),
            "This is one share for each text; wanted is one number.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).float().mean(1)
            ),
            "This is the share of wrong answers.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) != answers).float().mean()
            ),
            "This takes the answer with the smallest logit.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmin(2) == answers).float().mean()
            ),
            "This is the probability that the model gives to the right answers; "
            "count how often its first choice is right.": lambda logits, answers: (
                logits[:, -answers.shape[1] :].softmax(2).gather(2, answers[..., None]).mean()
            ),
        },
        hints=(
            "At which places of the text does the model see the keys that are asked for?",
            "`logits[:, -N:]` are the last N places.",
        ),
        has_gradient=False,
    ),
    NumberExercise(
        "13.repeat",
        value=1 - _NO_REPEAT,
        tolerance=0.006,
        unit="",
        mistakes={
            "This is the chance that all 8 differ.": _NO_REPEAT,
            "This is 8 of 32; how likely is it that the second key equals the first, the third "
            "one of the first two, and so on?": 8 / 32,
            "This is the eighth key's chance to repeat one of seven; the others may repeat as "
            "well.": 7 / 32,
            "This is in percent; wanted is a number from 0 to 1.": 100 * (1 - _NO_REPEAT),
            "This is how many equal pairs there are on average, 28/32; a text may have more "
            "than one.": 28 / 32,
            "This takes the 28 pairs of keys as independent; they are not quite.": 1
            - (31 / 32) ** 28,
            "This is the chance that one of the seven others equals the first.": 1 - (31 / 32) ** 7,
            "This is the chance that one of 8 keys is a given key.": 1 - (31 / 32) ** 8,
            "One key too many: the first has nothing to repeat, the eighth has seven.": 1
            - _NO_REPEAT * 24 / 32,
            "One key too few: the eighth has seven before it.": 1 - _NO_REPEAT * 32 / 25,
        },
        hints=(
            "Find first the chance that all 8 differ: the second must miss one key, the third two.",
            "`1 - (31/32) * (30/32) * ...`, with seven factors.",
        ),
    ),
    ExpressionExercise(
        "13.numbers_needed",
        "n N p",
        lambda n, N, p: n * _log2(N) / p,
        mistakes={
            "These are bits; a number holds p of them.": lambda n, N, p: n * _log2(N),
            "This counts tables, of which there are N^n; how many bits tell them apart?": (
                lambda n, N, p: N**n / p
            ),
            "This is for one value; there are n.": lambda n, N, p: _log2(N) / p,
            "One number for each value: a value needs log2 N bits, not p.": lambda n, N, p: n,
            "A value is one of N, and needs log2 N bits, not N.": lambda n, N, p: n * N / p,
            "n and N are the wrong way round: there are n values, each one of N.": (
                lambda n, N, p: N * _log2(n) / p
            ),
            "The logarithm is to base 2, for bits: log(x, 2).": lambda n, N, p: (
                n * logarithm(N) / p
            ),
            "These are bits times bits; divide by p.": lambda n, N, p: n * _log2(N) * p,
            "n values need n times the bits of one: N^n, not n N.": lambda n, N, p: (
                _log2(n * N) / p
            ),
            "Upside down: a longer list needs more numbers.": lambda n, N, p: p / (n * _log2(N)),
        },
        hints=(
            "The state must take as many values as there are tables: 2^(m p) = N^n. Solve for m.",
            "Take the logarithm to base 2 of both sides; SymPy writes it `log(x, 2)`.",
        ),
    ),
    ExpressionExercise(
        "13.break_even",
        "K V",
        lambda K, V: K * V / (K + V),
        mistakes={
            "At T = K the cache is already larger: it has K + V numbers a token.": lambda K, V: K,
            "At T = V the cache is already larger: it has K + V numbers a token.": lambda K, V: V,
            "These are the numbers of the state; divide by those of a token.": lambda K, V: K * V,
            "Upside down: at this T the cache has (K + V)^2/(K V) numbers.": lambda K, V: (
                (K + V) / (K * V)
            ),
            "Right if K = V; in general a token has K + V numbers.": lambda K, V: K / 2,
            "Right if V = K; a token has K + V numbers, whatever K is.": lambda K, V: V / 2,
            "These are the numbers of one token.": lambda K, V: K + V,
            "Twice too large: K + V counts the key and the value already.": lambda K, V: (
                2 * K * V / (K + V)
            ),
            "A token keeps its key and its value: K + V numbers, not 2 K V.": lambda K, V: (
                K * V / 2
            ),
        },
        hints=(
            "The cache has T (K + V) numbers, the state K V. When are they equal?",
            "Divide both sides of `T (K + V) = K V` by `K + V`.",
        ),
    ),
)
