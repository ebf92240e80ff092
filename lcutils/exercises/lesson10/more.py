"""Lesson 10, if there is more time: positive features, and their normaliser."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import elu

from lcutils.checking.data import FunctionExercise, row
from lcutils.exercises.lesson10.core import _SIZES, _draw


def weighted_mean(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], all above 0, v: [B, T, V] -> weighted means of values: [B, T, V]"""
    weights = (q @ k.mT).tril()
    return weights @ v / weights.sum(dim=2, keepdim=True)


def _positive(rng: torch.Generator, **sizes: int) -> tuple[Tensor, ...]:
    q, k, v = _draw(rng, **sizes)
    return elu(q) + 1.1, elu(k) + 1.1, v  # not near 0, where a mean of few is delicate


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
        sizes=_SIZES,
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
        },
        hints=(
            "A mean divides by the sum of its weights. Which weights has token t?",
            "`weights = (q @ k.mT).tril()`; then divide by `weights.sum(dim=2, keepdim=True)`.",
        ),
        causal="v",
    ),
)
