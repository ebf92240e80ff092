"""Made data with known answers: what was stored, and in which order, is known exactly."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils import _require


def unit_keys(*sizes: int, rng: torch.Generator) -> Tensor:
    """Independent random vectors of length 1 that point anywhere: no direction is preferred.

    Args:
        sizes: at least one; the last is D, the numbers in each key; those before say how many
        rng: source of the draw

    Returns: [..., D] float32: `unit_keys(B, N, D, rng=rng)` is [B, N, D].
    Raises: TypeError, ValueError naming the argument.
    Source: a vector of independent normal numbers, divided by its length (Muller, 1959).

    >>> unit_keys(2, 5, 3, rng=torch.Generator()).norm(dim=-1).allclose(torch.ones(2, 5))
    True
    """
    if not sizes:
        _require.refuse("sizes", "how many keys, and the numbers in each", "none")
    for size in sizes:
        _require.count("sizes", size)
    _require.generator("rng", rng)
    return torch.nn.functional.normalize(torch.randn(*sizes, generator=rng), dim=-1)
