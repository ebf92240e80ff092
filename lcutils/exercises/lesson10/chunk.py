"""Lesson 10: reading a chunk on top of a state, and the noise of a read-out."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    normal,
    row,
    square_root,
)
from lcutils.exercises.lesson10.core import SIZES, WORKED, draw_text
from lcutils.exercises.lesson10.slips import READ_CHUNK


def read_chunk(state: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """state: [B, K, V] before the chunk, q, k: [B, C, K], v: [B, C, V] -> o: [B, C, V]"""
    return q @ state + (q @ k.mT).tril() @ v


def _at(place: int, o: Tensor) -> Tensor:
    """One token's row of o: [B, C, V], and 0 for all others"""
    kept = torch.zeros_like(o)
    kept[:, place] = o[:, place]
    return kept


def _draw_chunk(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    return normal(rng, B, K, V), *draw_text(rng, B, T, K, V)


ENTRIES = (
    FunctionExercise(
        "10.read_chunk",
        read_chunk,
        worked=(row([1, 0, 2], [0, 3, 1])[None], *WORKED),
        draw=_draw_chunk,
        sizes=SIZES,
        given="return all_at_once(q, k, v)",
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
            "Only the first token of the chunk reads the old memory; every token does.": (
                lambda S, q, k, v: (q @ k.mT).tril() @ v + _at(0, q @ S)
            ),
            "Only the last token of the chunk reads the old memory; every token does.": (
                lambda S, q, k, v: (q @ k.mT).tril() @ v + _at(-1, q @ S)
            ),
            "What the old memory gives is divided by the length of the chunk; nothing is averaged "
            "here.": lambda S, q, k, v: (q @ k.mT).tril() @ v + q @ S / q.shape[1],
            "The two read-outs are averaged; they are added.": lambda S, q, k, v: (
                (q @ S + (q @ k.mT).tril() @ v) / 2
            ),
            "The two read-outs are multiplied; they are added.": lambda S, q, k, v: (
                (q @ S) * ((q @ k.mT).tril() @ v)
            ),
            "The two read-outs stand one after the other; they are added.": lambda S, q, k, v: (
                torch.cat([q @ S, (q @ k.mT).tril() @ v], 1)
            ),
            "This is the memory after the chunk; wanted is what the tokens of the chunk read.": (
                lambda S, q, k, v: S + k.mT @ v
            ),
            "Within the chunk each token reads its own pair alone; those before it are missing.": (
                lambda S, q, k, v: q @ S + (q * k).sum(2, keepdim=True) * v
            ),
            "The mask is one too wide: token t finds the pair after it.": lambda S, q, k, v: (
                q @ S + (q @ k.mT).tril(1) @ v
            ),
            "The mask is the wrong way round: each token reads what is written later.": (
                lambda S, q, k, v: q @ S + (q @ k.mT).triu() @ v
            ),
            "In the table queries and keys have changed places.": lambda S, q, k, v: (
                q @ S + (k @ q.mT).tril() @ v
            ),
            "Queries and keys have changed places.": lambda S, q, k, v: (
                k @ S + (k @ q.mT).tril() @ v
            ),
            "Divided by sqrt(K): this memory has no scale.": lambda S, q, k, v: (
                (q @ S + (q @ k.mT).tril() @ v) / q.shape[2] ** 0.5
            ),
            "There is a softmax too much: this memory weighs by q.k itself.": lambda S, q, k, v: (
                q @ S + scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
            ),
        },
        hints=(
            "Two things are read: the memory as it stood before the chunk, and the chunk itself.",
            "The first is read as in exercise 1, without a write; the second you wrote in "
            "exercise 2.",
        ),
        causal="v",
        slips=READ_CHUNK,
        meaning="Of all that stood before a chunk it needs the state alone.",
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
            "Neither the number of the others nor K is squared: the squares are what is added.": (
                lambda n, K: (n - 1) ** 2 / K**2
            ),
            "The errors of the others are added up, not averaged.": lambda n, K: (n - 1) / (n * K),
            "More pairs make more noise: their number belongs above the line.": lambda n, K: (
                1 / (K * (n - 1))
            ),
            "That is for K = 64; the lesson asks for every K.": lambda n, K: (n - 1) / 64,
            "The pair itself is no noise, and each of the others adds 1/K, not 1/K^2.": (
                lambda n, K: n / K**2
            ),
            "The root of their number belongs to the length of the error; asked for is its "
            "square.": lambda n, K: square_root(n - 1) / K,
            "Of n pairs all but one are others.": lambda n, K: (n - 2) / K,
            "The keys are not orthogonal: each other pair is heard a little.": lambda n, K: 0,
            "Each pair hears all others; asked for is the error of one read-out.": lambda n, K: (
                n * (n - 1) / K
            ),
            "These are all products of two keys; one read-out has those with k_1.": (
                lambda n, K: n * (n - 1) / (2 * K)
            ),
            "Longer keys make less noise, not more.": lambda n, K: K * (n - 1),
            "(k_i . k_1)^2 is 1/K on average, not 1/(K - 1).": lambda n, K: (n - 1) / (K - 1),
            "The sign: a square is not negative.": lambda n, K: (1 - n) / K,
            "A bracket is missing: n/K - 1 is n over K, less one.": lambda n, K: n / K - 1,
            "The value was taken off already: only the others are left.": lambda n, K: (
                (n - 1) / K - 1
            ),
            "Each of the others adds once: their number is not squared.": lambda n, K: n**2 / K,
            "This is the length of the error, and it counts the pair itself.": lambda n, K: (
                square_root(n / K)
            ),
            "The value itself is no error, and only n - 1 others speak.": lambda n, K: 1 + n / K,
            "Upside down, and the pair itself is no noise.": lambda n, K: K / n,
        },
        hints=(
            "The error is a sum over the other pairs, each with a value of length 1.",
            "How many others are there, and what is (k_i . k_1)^2 on average?",
        ),
        meaning="Each further pair adds as much noise as the one before it: 1/K.",
    ),
    ExpressionExercise(
        "10.stranger",
        "n K V",
        lambda n, K, V: 1 / V + (n - 1) / (K * V),
        mistakes={
            "This is what the error adds; a stranger agrees a little with the value, too.": (
                lambda n, K, V: (n - 1) / (K * V)
            ),
            "This is what the value adds; the error adds something, too.": lambda n, K, V: 1 / V,
            "The value itself is heard with the weight 1, not with one like the others'.": (
                lambda n, K, V: n / (K * V)
            ),
            "Each of the others is heard with (k_i . k_1)^2, which is 1/K on average, not 1.": (
                lambda n, K, V: n / V
            ),
            "This is the square of the error's length; how much of it does a stranger meet?": (
                lambda n, K, V: (n - 1) / K
            ),
            "This is the square of the read-out's length; how much of it does a stranger meet?": (
                lambda n, K, V: 1 + (n - 1) / K
            ),
            "This is the standard deviation; asked for is the variance.": lambda n, K, V: (
                square_root(1 / V + (n - 1) / (K * V))
            ),
            "This is the standard deviation of what the error adds; asked for is the variance of "
            "all.": lambda n, K, V: square_root((n - 1) / (K * V)),
            "Lengths do not add up: value and error are at right angles on average, so their "
            "squares do.": lambda n, K, V: (1 + square_root((n - 1) / K)) ** 2 / V,
            "This squares the read-out's square again.": lambda n, K, V: (1 + (n - 1) / K) ** 2 / V,
            "This squares the error's square again.": lambda n, K, V: (1 + ((n - 1) / K) ** 2) / V,
            "This takes the length of the read-out; its square is divided by V.": (
                lambda n, K, V: square_root(1 + (n - 1) / K) / V
            ),
            "This takes the length of the error; its square is what adds up.": lambda n, K, V: (
                (1 + square_root((n - 1) / K)) / V
            ),
            "The others are heard through their keys, which have K numbers, not V.": (
                lambda n, K, V: (1 + (n - 1) / V) / V
            ),
            "The value is missing; each of the others is heard with (k_i . k_1)^2, not with 1.": (
                lambda n, K, V: (n - 1) / V
            ),
            "A stranger is a value: it has V numbers, not K.": lambda n, K, V: (
                (1 + (n - 1) / K) / K
            ),
            "The value is met as any vector of V numbers is; keys have nothing to do with it.": (
                lambda n, K, V: 1 / K + (n - 1) / (K * V)
            ),
            "The error has V numbers, too: a stranger does not meet all of its square.": (
                lambda n, K, V: 1 / V + (n - 1) / K
            ),
            "The value is met like any other vector; only with itself does it agree by 1.": (
                lambda n, K, V: 1 + (n - 1) / (K * V)
            ),
            "One too many: the pair itself is no part of the error.": lambda n, K, V: (
                1 / V + n / (K * V)
            ),
            "Two too many: n pairs have n - 1 others.": lambda n, K, V: 1 / V + (n + 1) / (K * V),
            "One too few: n pairs have n - 1 others.": lambda n, K, V: 1 / V + (n - 2) / (K * V),
            "This is one of the others; how many are there?": lambda n, K, V: 1 / V + 1 / (K * V),
            "Variances of uncorrelated parts are added, not taken away.": lambda n, K, V: (
                1 / V - (n - 1) / (K * V)
            ),
            "Independent terms add up in the square: n - 1 of them, not (n - 1)^2.": (
                lambda n, K, V: 1 / V + (n - 1) ** 2 / (K * V)
            ),
            "The square is divided by V once.": lambda n, K, V: (1 + (n - 1) / K) / V**2,
            "Each of the others is heard with 1/K, not 1/K^2.": lambda n, K, V: (
                1 / V + (n - 1) / (K**2 * V)
            ),
            "Longer values spread the square over more numbers: V belongs below the line.": (
                lambda n, K, V: (1 + (n - 1) / K) * V
            ),
            "Upside down: more pairs make more noise.": lambda n, K, V: V / (1 + (n - 1) / K),
            "A bracket is missing: n - 1/(K V) is n, less one over K V.": lambda n, K, V: (
                1 / V + n - 1 / (K * V)
            ),
            "0 is the mean; asked for is the variance.": lambda n, K, V: 0,
            "A stranger is not in the memory: no key of its own is heard.": lambda n, K, V: (
                1 / K + 1 / V + (n - 2) / (K * V)
            ),
        },
        hints=(
            "Use the line above with r = v_1 plus the error. What is the square of its length, on "
            "average?",
            "v_1 has length 1, and the error's square you know from exercise 4. On average the two "
            "are at right angles, so their squares add up.",
        ),
        meaning="A stranger meets a part of the value, too, not of the error alone.",
    ),
)
