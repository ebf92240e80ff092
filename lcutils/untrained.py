"""Memories of random pairs, without training: which of the values is still told from strangers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils import _require, tasks


def recalled(
    read: Callable[[Tensor, Tensor], Tensor],
    n: int,
    K: int,
    V: int,
    *,
    rng: torch.Generator,
    trials: int = 8,
    n_strangers: int = 255,
) -> Tensor:
    """How often a memory of n random pairs gives back each value rather than a stranger.

    Args:
        read: keys [n, K], values [n, V], in the order of writing -> what the memory reads with
            each of the keys: [n, V]
        n: how many pairs
        K, V: sizes of keys and values, which have length 1 and point anywhere
        rng: source of the draw
        trials: how many memories are filled, each with pairs of its own
        n_strangers: with how many values that were never stored a read-out is compared
    Returns: [n] for each pair, from the oldest on, the share of trials in which its value agreed
        with the read-out better than every stranger.
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 10, section 4.

    >>> recalled(lambda k, v: k @ (k.T @ v), 1, 8, 8, rng=torch.Generator())
    tensor([1.])
    """
    _require.function("read", read)
    for name, size in {
        "n": n,
        "K": K,
        "V": V,
        "trials": trials,
        "n_strangers": n_strangers,
    }.items():
        _require.count(name, size)
    right = torch.zeros(n)
    for _ in range(trials):
        keys, values = tasks.unit_keys(n, K, rng=rng), tasks.unit_keys(n, V, rng=rng)
        others = tasks.unit_keys(n_strangers, V, rng=rng)
        right += tasks.recognised(read(keys, values), values, others)
    return right / trials
