"""Lesson 08: causal attention, the slope of a softmax, and the score that a large memory needs."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    logarithm,
    normal,
    row,
    square_root,
)


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], token t reads tokens 1 to t"""
    return _softmax(_scores(q, k)) @ v


def _scores(q: Tensor, k: Tensor, scale: float | None = None) -> Tensor:
    return q @ k.mT * (q.shape[2] ** -0.5 if scale is None else scale)  # [B, T, T]


def _hidden(scores: Tensor, diagonal: int) -> Tensor:
    """Which scores lie on this diagonal or above it: [T, T]"""
    return torch.ones(scores.shape[1:], dtype=torch.bool).triu(diagonal)


def _softmax(
    scores: Tensor, *, diagonal: int = 1, value: float = -torch.inf, of: int = 2
) -> Tensor:
    """The weights, with what a reader may do differently: where the mask begins, what it puts."""
    return scores.masked_fill(_hidden(scores, diagonal), value).softmax(of)


def _draw(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    return normal(rng, B, T, K), normal(rng, B, T, K), normal(rng, B, T, V)


ENTRIES = (
    FunctionExercise(
        "08.causal_attention",
        causal_attention,
        worked=(
            row([[1, 0, 0, 1], [2, 1, 0, 0], [0, 2, 2, 0]]),
            row([[2, 0, 0, 0], [1, 2, 1, 0], [0, 1, 1, 3]]),
            row([[4, 0], [0, 8], [2, 2]]),
        ),
        draw=_draw,
        sizes=(
            {"B": 1, "T": 1, "K": 2, "V": 1},
            {"B": 3, "T": 2, "K": 2, "V": 4},
            {"B": 2, "T": 5, "K": 3, "V": 2},
        ),
        causal="v",
        mistakes={
            "The scale is missing: divide the scores by the root of K.": lambda q, k, v: (
                _softmax(_scores(q, k, 1.0)) @ v
            ),
            "The scores are divided by K; divide them by its root.": lambda q, k, v: (
                _softmax(_scores(q, k, 1 / q.shape[2])) @ v
            ),
            "The scores are multiplied by the root of K; divide by it.": lambda q, k, v: (
                _softmax(_scores(q, k, q.shape[2] ** 0.5)) @ v
            ),
            "The scale is the root of T; it belongs to the numbers in a key, K.": lambda q, k, v: (
                _softmax(_scores(q, k, q.shape[1] ** -0.5)) @ v
            ),
            "The scale is the root of V; it belongs to the numbers in a key, K.": lambda q, k, v: (
                _softmax(_scores(q, k, v.shape[2] ** -0.5)) @ v
            ),
            "The scale comes after the softmax: it shrinks what is read, not the scores.": (
                lambda q, k, v: _softmax(_scores(q, k, 1.0)) @ v * q.shape[2] ** -0.5
            ),
            "There is no mask: each token reads later ones.": lambda q, k, v: (
                _scores(q, k).softmax(2) @ v
            ),
            "The mask comes after the softmax: later tokens still take their share of the weight, "
            "and the rows add up to less than 1.": lambda q, k, v: (
                _scores(q, k).softmax(2).tril() @ v
            ),
            "A hidden score is 0, and e^0 = 1: it still gets weight. Put -inf there.": (
                lambda q, k, v: _softmax(_scores(q, k), value=0.0) @ v
            ),
            "0 times -inf is NaN: choose with a mask what becomes -inf, do not multiply.": (
                lambda q, k, v: (
                    (_scores(q, k) + _hidden(_scores(q, k), 1) * -torch.inf).softmax(2) @ v
                )
            ),
            "The mask hides a token from itself; the first has nothing to read: NaN.": (
                lambda q, k, v: _softmax(_scores(q, k), diagonal=0) @ v
            ),
            "The mask begins one too late: each token reads the next one as well.": (
                lambda q, k, v: _softmax(_scores(q, k), diagonal=2) @ v
            ),
            "The mask is the wrong way round: each token reads itself and later ones.": (
                lambda q, k, v: (
                    _scores(q, k).masked_fill(_hidden(_scores(q, k), 1).mT, -torch.inf).softmax(2)
                    @ v
                )
            ),
            "The softmax runs over the queries; the weights of one query add up to 1.": (
                lambda q, k, v: _softmax(_scores(q, k), of=1) @ v
            ),
            "Queries and keys have changed places: row t must hold the scores of query t.": (
                lambda q, k, v: _softmax(_scores(k, q)) @ v
            ),
            "There is no softmax: this is linear attention.": lambda q, k, v: (
                _scores(q, k).tril() @ v
            ),
            "The weights e^s are not divided by their sum.": lambda q, k, v: (
                _scores(q, k).exp().tril() @ v
            ),
        },
        hints=(
            "`q @ k.mT` holds all scores, a row for each query. Which of them must be hidden, and "
            "what must stand there so that the softmax gives 0?",
            "`torch.ones(T, T, dtype=torch.bool).triu(1)` is True above the diagonal, and "
            "`masked_fill` puts one number wherever a mask is True.",
        ),
    ),
    ExpressionExercise(
        "08.slope_own",
        "p",
        lambda p: p * (1 - p),
        example=("1/4",),
        mistakes={
            "The score stands in the denominator, too: that takes away p^2.": lambda p: p,
            "A factor p is missing: where p is 0 the slope is 0.": lambda p: 1 - p,
            "This is how much of p is lost through the denominator.": lambda p: p**2,
            "This is the denominator's part; the numerator adds p.": lambda p: -(p**2),
            "The sign: a higher score means more weight.": lambda p: p * (p - 1),
            "Only one factor is 1 - p: the other is p.": lambda p: (1 - p) ** 2,
            "The denominator is squared once, so only one p is taken off: p - p^2.": lambda p: (
                p * (1 - p**2)
            ),
        },
        hints=(
            "Quotient rule: (top' bottom - top bottom') / bottom^2, and top' = bottom' = top.",
            "It is top / bottom - (top / bottom)^2.",
        ),
    ),
    ExpressionExercise(
        "08.score_needed",
        "T",
        lambda T: logarithm(T - 1),
        example=("11",),
        above=1,
        mistakes={
            "There are T - 1 others: the item itself is no other.": lambda T: logarithm(T),
            "The item has e^s, not s: take the logarithm.": lambda T: T - 1,
            "Half of the weight means as much as all others together, not half as much.": (
                lambda T: logarithm((T - 1) / 2)
            ),
            "Half of the weight means as much as all others together, not twice as much.": (
                lambda T: logarithm(2 * (T - 1))
            ),
            "The sign: the item must score higher than the others.": lambda T: -logarithm(T - 1),
            "e^s must equal all T - 1 others together, not half of T.": lambda T: logarithm(T / 2),
            "In 1 / T all T items have the same weight.": lambda T: 1 / T,
            "The logarithm of base 2 undoes 2^s; this is e^s.": lambda T: (
                logarithm(T - 1) / logarithm(2)
            ),
            "A root belongs to the scale, and that is in the scores already.": square_root,
        },
        hints=(
            "The others have e^0 = 1 each. How much is that together?",
            "Solve e^s = T - 1.",
        ),
    ),
)
