"""Lesson 10, if there is more time: positive features, and their normaliser."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import elu

from lcutils.checking.data import FunctionExercise, row
from lcutils.exercises.lesson10.core import SIZES, draw_text
from lcutils.exercises.lesson10.slips import WEIGHTED_MEAN


def weighted_mean(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], all above 0, v: [B, T, V] -> weighted means of values: [B, T, V]"""
    weights = (q @ k.mT).tril()
    return weights @ v / weights.sum(dim=2, keepdim=True)


def _positive(rng: torch.Generator, **sizes: int) -> tuple[Tensor, ...]:
    q, k, v = draw_text(rng, **sizes)
    return elu(q) + 1.1, elu(k) + 1.1, v  # not near 0, where a mean of few is delicate


def _mean(v: Tensor, weights: Tensor) -> Tensor:
    return weights @ v / weights.sum(2, keepdim=True)


def _weights(q: Tensor, k: Tensor) -> Tensor:
    return (q @ k.mT).tril()


ENTRIES = (
    FunctionExercise(
        "10.weighted_mean",
        weighted_mean,
        worked=(
            row([[1, 1], [1, 1], [1, 3]]),
            row([[1, 1], [1, 3], [2, 0.5]]),
            row([[2, 3, 1], [4, 0, 1], [1, 1, 5]]),
        ),
        draw=_positive,
        sizes=SIZES,
        mistakes={
            "The denominator is missing: this is a sum, not a mean.": lambda q, k, v: (
                _weights(q, k) @ v
            ),
            "Divided by the number of tokens; divide by the sum of the weights.": (
                lambda q, k, v: (
                    _weights(q, k) @ v / torch.arange(1, q.shape[1] + 1, dtype=q.dtype)[:, None]
                )
            ),
            "The denominator counts later tokens, too.": lambda q, k, v: (
                _weights(q, k) @ v / (q @ k.mT).sum(2, keepdim=True)
            ),
            "The weights add up to 1 over the queries; they should over the keys.": (
                lambda q, k, v: _weights(q, k) / _weights(q, k).sum(1, keepdim=True) @ v
            ),
            "Queries and keys are above 0 already: elu is not asked for here.": lambda q, k, v: (
                weighted_mean(elu(q) + 1, elu(k) + 1, v)
            ),
            "There is no mask: each token averages over later ones.": lambda q, k, v: (
                q @ k.mT @ v / (q @ k.mT).sum(2, keepdim=True)
            ),
            "This is softmax attention; the weights are q.k themselves.": lambda q, k, v: (
                (q @ k.mT)
                .masked_fill(torch.ones(q.shape[1], q.shape[1]).triu(1).bool(), -torch.inf)
                .softmax(2)
                @ v
            ),
            "Divided by the sum of the values; divide by the sum of the weights.": (
                lambda q, k, v: _weights(q, k) @ v / v.cumsum(1)
            ),
            "Divided by the sum of the keys; divide by the sum of the weights.": lambda q, k, v: (
                _weights(q, k) @ v / k.cumsum(1).sum(2, keepdim=True)
            ),
            "Queries and keys have changed places.": lambda q, k, v: (
                _weights(k, q) @ v / _weights(k, q).sum(2, keepdim=True)
            ),
            "The mask is the wrong way round: each token averages over later ones.": (
                lambda q, k, v: _mean(v, (q @ k.mT).triu())
            ),
            "The mask is one too wide: token t counts the pair after it.": lambda q, k, v: _mean(
                v, (q @ k.mT).tril(1)
            ),
            "The mask is one too strict: the first token has nothing to average, and 0 / 0 is "
            "NaN.": lambda q, k, v: _mean(v, (q @ k.mT).tril(-1)),
            "Divided by T, the same for all tokens; divide by the sum of the weights.": (
                lambda q, k, v: _weights(q, k) @ v / q.shape[1]
            ),
            "Divided by the mean of the weights, which makes it T times too large.": (
                lambda q, k, v: q.shape[1] * weighted_mean(q, k, v)
            ),
            "Divided by one sum over the whole table; each token has its own.": lambda q, k, v: (
                _weights(q, k) @ v / _weights(q, k).sum()
            ),
            "Divided by the length of each row of weights; a mean divides by their sum.": (
                lambda q, k, v: _weights(q, k) @ v / _weights(q, k).norm(dim=2, keepdim=True)
            ),
            "Divided by the sums of the columns, what each key gets from all queries; each query "
            "has a sum of its own.": lambda q, k, v: (
                _weights(q, k) @ v / _weights(q, k).sum(1)[..., None]
            ),
            "In the denominator each key meets its own query; for token t they all meet query t.": (
                lambda q, k, v: _weights(q, k) @ v / (q * k).sum(2).cumsum(1)[..., None]
            ),
            "Each value is divided by the sum of its own row; token t divides all of them by the "
            "sum of row t.": lambda q, k, v: (
                _weights(q, k) @ (v / _weights(q, k).sum(2, keepdim=True))
            ),
            "Multiplied by the sum of the weights; divide by it.": lambda q, k, v: (
                _weights(q, k) @ v * _weights(q, k).sum(2, keepdim=True)
            ),
            "Divided by the sum of the weights twice.": lambda q, k, v: (
                weighted_mean(q, k, v) / _weights(q, k).sum(2, keepdim=True)
            ),
            "With a 1 in the denominator the weights add up to less than 1.": lambda q, k, v: (
                _weights(q, k) @ v / (_weights(q, k).sum(2, keepdim=True) + 1)
            ),
            "There is a softmax too much, and a masked 0 becomes e^0 = 1.": lambda q, k, v: (
                _weights(q, k).softmax(2) @ v
            ),
            "There is no mask, and a softmax too much.": lambda q, k, v: (q @ k.mT).softmax(2) @ v,
            "The weights add up to 1 over the texts of the batch; they should over the keys.": (
                lambda q, k, v: _weights(q, k) / _weights(q, k).sum(0, keepdim=True) @ v
            ),
            "Divided by a token's own weight alone; divide by the sum of all it uses.": (
                lambda q, k, v: _weights(q, k) @ v / (q * k).sum(2, keepdim=True)
            ),
            "These are the weights; they still have to meet the values.": lambda q, k, v: (
                _weights(q, k) / _weights(q, k).sum(2, keepdim=True)
            ),
            "All weights are alike: q and k do not change this mean.": lambda q, k, v: _mean(
                v, torch.ones_like(q @ k.mT).tril()
            ),
        },
        hints=(
            "A mean divides by the sum of its weights. Which weights has token t?",
            "The weights are the masked table of exercise 2. Sum each of its rows, and keep the "
            "axis, so that the sums stand beside the rows.",
        ),
        causal="v",
        slips=WEIGHTED_MEAN,
        is_loop_free=True,
        meaning="The denominator is a read-out, too: of the sum of the keys.",
    ),
)
