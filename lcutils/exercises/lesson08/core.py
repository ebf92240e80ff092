"""Lesson 08: causal attention, the slope of a softmax, and the score that a large memory needs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize, one_hot, scaled_dot_product_attention

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    exponential,
    logarithm,
    normal,
    row,
    square_root,
)
from lcutils.exercises.lesson08.slips import CAUSAL_ATTENTION


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


def _kept(scores: Tensor, allowed: Tensor, value: float) -> Tensor:
    return scores.masked_fill(~allowed, value).softmax(2)


def _half() -> Any:
    import sympy

    return sympy.Rational(1, 2)


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
            "No mask is at work: each token reads later ones.": lambda q, k, v: (
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
            "The mask is inverted: it hides what token t may read, and leaves later tokens; the "
            "last has nothing to read: NaN.": lambda q, k, v: (
                _kept(_scores(q, k), _hidden(_scores(q, k), 1), -torch.inf) @ v
            ),
            "The mask is inverted: it hides what token t may read, and leaves later tokens.": (
                lambda q, k, v: _kept(_scores(q, k), _hidden(_scores(q, k), 1), -1e9) @ v
            ),
            "In attn_mask True means: may be read. Here that is what comes later.": (
                lambda q, k, v: scaled_dot_product_attention(
                    q, k, v, attn_mask=_hidden(_scores(q, k), 1)
                )
            ),
            "The mask hides a token from itself; the first then reads all tokens alike.": (
                lambda q, k, v: _softmax(_scores(q, k), diagonal=0, value=-1e9) @ v
            ),
            "Token t does not read itself, and the first reads nothing.": lambda q, k, v: (
                _softmax(_scores(q, k), diagonal=0).nan_to_num() @ v
            ),
            "-inf stands among the weights, after the softmax; put it among the scores.": (
                lambda q, k, v: (
                    _scores(q, k).softmax(2).masked_fill(_hidden(_scores(q, k), 1), -torch.inf) @ v
                )
            ),
            "The sign: e^inf is infinite, and inf / inf is NaN.": lambda q, k, v: (
                _softmax(_scores(q, k), value=torch.inf) @ v
            ),
            "A hidden score is less by 1: it still gets weight. Only -inf leaves none.": (
                lambda q, k, v: (_scores(q, k) - _hidden(_scores(q, k), 1).float()).softmax(2) @ v
            ),
            "A hidden score is -10, and e^-10 is not 0: it still gets weight.": lambda q, k, v: (
                _softmax(_scores(q, k), value=-10.0) @ v
            ),
            "A hidden score is -1, and e^-1 is not 0: it still gets weight.": lambda q, k, v: (
                _softmax(_scores(q, k), value=-1.0) @ v
            ),
            "The softmax runs over the texts of the batch; the weights of one query add up to 1.": (
                lambda q, k, v: _softmax(_scores(q, k), of=0) @ v
            ),
            "Divided by one sum over the whole table; the weights of each query add up to 1.": (
                lambda q, k, v: _scores(q, k).exp().tril() / _scores(q, k).exp().tril().sum() @ v
            ),
            "The scores themselves are divided by their sum; the weights are e^s, divided by the "
            "sum of e^s.": lambda q, k, v: (
                _scores(q, k).tril() / _scores(q, k).tril().sum(2, keepdim=True) @ v
            ),
            "The exponential is there twice: softmax takes it itself.": lambda q, k, v: (
                _softmax(_scores(q, k).exp()) @ v
            ),
            "There are two softmaxes; one makes the weights.": lambda q, k, v: (
                _softmax(_scores(q, k)).softmax(2) @ v
            ),
            "log_softmax gives the logarithms of the weights.": lambda q, k, v: (
                _softmax(_scores(q, k)).log() @ v
            ),
            "The sign: the higher the score, the larger the weight.": lambda q, k, v: (
                _softmax(-_scores(q, k)) @ v
            ),
            "A bracket is missing: ** comes before /, so that K ** 1/2 is no root.": (
                lambda q, k, v: _softmax(_scores(q, k, 0.5 / q.shape[2])) @ v
            ),
            "The scale is the root of B; it belongs to the numbers in a key, K.": lambda q, k, v: (
                _softmax(_scores(q, k, q.shape[0] ** -0.5)) @ v
            ),
            "The weights are turned round before they meet the values.": lambda q, k, v: (
                _softmax(_scores(q, k)).mT @ v
            ),
            "These are the weights; they still have to meet the values.": lambda q, k, v: _softmax(
                _scores(q, k)
            ),
            "The weights meet the keys once more; what is read are the values.": lambda q, k, v: (
                _softmax(_scores(q, k)) @ k
            ),
            "The tokens stand before the texts: stack what they read along dim=1.": (
                lambda q, k, v: causal_attention(q, k, v).transpose(0, 1)
            ),
            "This is what the last token reads; wanted are all T.": lambda q, k, v: (
                causal_attention(q, k, v)[:, -1]
            ),
            "All weights are alike: this is the plain mean of tokens 1 to t.": lambda q, k, v: (
                _softmax(_scores(q, k, 0.0)) @ v
            ),
            "A score times -inf is inf where the score is negative: put -inf in its place.": (
                lambda q, k, v: (
                    _scores(q, k)
                    .where(~_hidden(_scores(q, k), 1), -torch.inf * _scores(q, k))
                    .softmax(2)
                    @ v
                )
            ),
            "Masked afterwards, the weights are divided by the sum of a column; those of a query, "
            "a row, add up to 1.": lambda q, k, v: (
                _scores(q, k).softmax(2).tril()
                / _scores(q, k).softmax(2).tril().sum(1, keepdim=True)
                @ v
            ),
            "A sigmoid weighs each pair by itself; the weights of one query add up to 1.": (
                lambda q, k, v: _scores(q, k).sigmoid().tril() @ v
            ),
            "Only the pair with the largest score is read; softmax reads all, by their weights.": (
                lambda q, k, v: (
                    one_hot(
                        _scores(q, k).masked_fill(_hidden(_scores(q, k), 1), -torch.inf).argmax(2),
                        q.shape[1],
                    ).to(v)
                    @ v
                )
            ),
            "Queries and keys were brought to length 1; a score is their product as they come.": (
                lambda q, k, v: _softmax(_scores(normalize(q, dim=2), normalize(k, dim=2))) @ v
            ),
        },
        hints=(
            "`q @ k.mT` holds all scores, a row for each query. Which of them must be hidden, and "
            "what must stand there so that the softmax gives 0?",
            "`torch.ones(T, T, dtype=torch.bool).triu(1)` is True above the diagonal, and "
            "`masked_fill` puts one number wherever a mask is True.",
        ),
        slips=CAUSAL_ATTENTION,
        meaning="Each token reads a mean of all up to itself: nothing was thrown away.",
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
            "p stands below the line: near p = 0 this is steep, and there the slope is 0.": (
                lambda p: (1 - p) / p
            ),
            "p is the weight, not the score; and e^s is the numerator alone.": exponential,
            "Then all of the weight would go with the score; at p = 1 nothing can grow any "
            "more.": lambda p: 1,
            "Then no score could ever change its weight.": lambda p: 0,
            "The numerator adds p once, not twice.": lambda p: 2 * p - p**2,
            "The denominator's part is taken away, not added.": lambda p: p + p**2,
            "The numerator adds p, not 1: e^s is its own derivative.": lambda p: 1 - p**2,
            "One factor p too many.": lambda p: p**2 * (1 - p),
            "One factor 1 - p too many.": lambda p: p * (1 - p) ** 2,
            "A factor p is missing, and the sign: a higher score means more weight.": (
                lambda p: p - 1
            ),
            "This is a derivative by p; wanted is the one by the score.": lambda p: 1 - 2 * p,
            "This is the weight over that of the others: no slope yet.": lambda p: p / (1 - p),
            "That is the slope of log p over p; wanted is that of p over the score.": lambda p: (
                1 / p
            ),
            "Twice too much: two parts, and one is taken from the other.": lambda p: (
                2 * p * (1 - p)
            ),
            "A half comes from a square, and there is none here.": lambda p: p * (1 - p) / 2,
            "Upside down: this is how fast the score would move with the weight.": lambda p: (
                1 / (p * (1 - p))
            ),
            "The denominator grows with one score, not with two.": lambda p: p * (1 - 2 * p),
            "This is the logarithm of the weight; wanted is its slope.": logarithm,
        },
        hints=(
            "Quotient rule: (top' bottom - top bottom') / bottom^2, and top' = bottom' = top.",
            "That leaves two fractions. The first is p; in the second top and bottom are squared.",
        ),
        meaning="A weight near 0 or near 1 hardly moves.",
    ),
    ExpressionExercise(
        "08.score_needed",
        "T",
        lambda T: logarithm(T - 1),
        example=("11",),
        above=2,
        mistakes={
            "There are T - 1 others: the pair itself is no other.": lambda T: logarithm(T),
            "The pair has e^s, not s: take the logarithm.": lambda T: T - 1,
            "Half of the weight means as much as all others together, not half as much.": (
                lambda T: logarithm((T - 1) / 2)
            ),
            "Half of the weight means as much as all others together, not twice as much.": (
                lambda T: logarithm(2 * (T - 1))
            ),
            "The sign: the right one must score higher than the others.": lambda T: (
                -logarithm(T - 1)
            ),
            "e^s must equal all T - 1 others together, not half of T.": lambda T: logarithm(T / 2),
            "In 1 / T all T pairs have the same weight.": lambda T: 1 / T,
            "The logarithm of base 2 undoes 2^s; this is e^s.": lambda T: (
                logarithm(T - 1) / logarithm(2)
            ),
            "A root belongs to the scale, and that is in the scores already.": square_root,
            "A root does not undo e^s, and the scale's is in the scores already.": lambda T: (
                square_root(T - 1)
            ),
            "e^s is then the root of T - 1: half of the weight is not half of the score.": (
                lambda T: logarithm(T - 1) / 2
            ),
            "Half of the weight is not half of the score, and the pair itself is no other.": (
                lambda T: logarithm(T) / 2
            ),
            "The pair has e^s, not s; and the others are T - 1.": lambda T: T / 2,
            "The pair has e^s, not s; and half means as much as all others.": lambda T: (T - 1) / 2,
            "This is the number of all pairs; which score makes up for the others?": lambda T: T,
            "There are T - 1 others, not T + 1.": lambda T: logarithm(T + 1),
            "All but one are others, not all but two.": lambda T: logarithm(T - 2),
            "A bracket is missing: one is taken off the number of pairs, not off the "
            "logarithm.": lambda T: logarithm(T) - 1,
            "As much as all others means T - 1 times e^0, and no factor 2.": lambda T: logarithm(
                2 * T
            ),
            "The exponential has to be undone, not taken again.": lambda T: exponential(T - 1),
            "This is a share; wanted is a score.": lambda T: 1 / (T - 1),
            "This is the share itself; wanted is the score that gives it.": lambda T: _half(),
            "e^s is no weight yet: it is still divided by the sum of all.": lambda T: logarithm(
                _half()
            ),
            "This is the logarithm of the others' share, not the score.": lambda T: logarithm(
                (T - 1) / T
            ),
            "Half of the weight means as much as all others, not as half of them.": (
                lambda T: logarithm(T / 2 - 1)
            ),
            "With the score 0 all T pairs have the same weight.": lambda T: 0,
            "The logarithm of base 10 undoes 10^s; this is e^s.": lambda T: (
                logarithm(T - 1) / logarithm(10)
            ),
            "The logarithm of base 2 undoes 2^s; and there are T - 1 others.": lambda T: (
                logarithm(T) / logarithm(2)
            ),
            "e^s is then the square of T - 1.": lambda T: 2 * logarithm(T - 1),
            "The logarithm of base 10 undoes 10^s; and there are T - 1 others.": lambda T: (
                logarithm(T) / logarithm(10)
            ),
            "The sign, and the number of others: they are T - 1.": lambda T: -logarithm(T),
            "The exponential has to be undone, not taken; and there are T - 1 others.": exponential,
            "The pair has e^s, not s; and all but one are others, not two fewer.": lambda T: T - 2,
            "That is the others' share if all have the score 0; wanted is a score.": lambda T: (
                1 - 1 / T
            ),
            "A score of 1 gives e = 2.7: that makes up for fewer than three others.": lambda T: 1,
            "The logarithm counts all others already: it is not spread over the pairs.": lambda T: (
                logarithm(T - 1) / T
            ),
        },
        hints=(
            "The others have e^0 = 1 each. How much is that together?",
            "Solve e^s = T - 1.",
        ),
        meaning="One of 1,000 pairs needs a score of 7 to have half of the weight.",
    ),
)
