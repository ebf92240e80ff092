"""Matrix memories that fade: by one factor a head, or by one factor for each of its K rows."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lcutils.memory._matrix import (
    CHUNK,
    Rule,
    at_once,
    check,
    column,
    fade,
    in_chunks,
    outer,
    power,
    read,
    summed,
)

_PIECES = (32, 16, 8)  # chunk sizes of vector_decay, from the fastest


def scalar_decay(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`S_t = exp(g_t) S_{t-1} + k_t v_t^T`, `o_t = scale S_t^T q_t`, in chunks.

    Let g be summed up from the chunk's first token. What was written at j is left at i by the
    factor exp(g_i - g_j), never above 1, and the memory before the chunk by exp(g_i). So the
    chunk is that of `linear_attention`, with these factors put in.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        g: [B, T, H] log decay, at most 0
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, V] the memory before the first token; None means zeros
        output_final_state: whether to return the last memory as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, V] the last memory, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Sun et al. (2023), Retentive Network, with a decay that depends on the token as in
        Dao and Gu (2024), Transformers are SSMs.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g)
    tokens = q, k, v, column(g)
    return in_chunks(_scalar, CHUNK, tokens, scale, state, output_final_state)


def scalar_decay_parallel(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`scalar_decay` with all pairs of tokens at once: time and memory grow with T^2.

    Args:
        q, k, v, g, scale, initial_state, output_final_state: as in `scalar_decay`
    Returns: as `scalar_decay` does.
    Raises: the same; ValueError, too, for a T of which all pairs take more than 2 GB.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g)
    tokens = q, k, v, column(g)
    return at_once(_scalar, tokens, scale, state, output_final_state)


def scalar_decay_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, g: Tensor, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: fade and write `exp(g) S + k v^T`, then read `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        g: [B, H] log decay, at most 0
        scale: as in `scalar_decay`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, K, V] the new memory
    Raises: TypeError, ValueError naming the argument.
    """
    scale, state = check(q, k, v, state, scale, g=g, tokens="B H")
    state = g.exp()[..., None, None] * state + outer(k, v)
    return scale * read(state, q), state


def _scalar(S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    g = summed(g)  # [B, H, C, 1]
    end, since = g[:, :, -1:], power(g, q)
    o = since * (q @ S) + (q @ k.mT * fade(g, q)) @ v
    return o, since[:, :, -1:] * S + (k * power(end - g, k)).mT @ v


def vector_decay(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`S_t = diag(exp(g_t)) S_{t-1} + k_t v_t^T`, `o_t = scale S_t^T q_t`, in chunks.

    Each row of S has a decay of its own, so exp(g_i - g_j) goes into query and key: seen from
    the middle of the chunk, `q exp(g - mid)` and `k exp(mid - g)`. One of the two grows as the
    other falls, and overflows in float32 where g sums up to about -170 in a chunk. There the
    chunks are made smaller, and where 8 tokens are too many, the steps are taken one by one.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        g: [B, T, H, K] log decay, at most 0
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, V] the memory before the first token; None means zeros
        output_final_state: whether to return the last memory as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, V] the last memory, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Yang et al. (2024), Gated Linear Attention Transformers with Hardware-Efficient
        Training; their second level of chunks is replaced by the view from the middle.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g, g_size="K")
    rule, size = _fitting(g)
    return in_chunks(rule, size, (q, k, v, g), scale, state, output_final_state)


def vector_decay_parallel(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`vector_decay` with all pairs of tokens at once, K factors a pair: it grows with T^2 K.

    Args:
        q, k, v, g, scale, initial_state, output_final_state: as in `vector_decay`
    Returns: as `vector_decay` does.
    Raises: the same; ValueError, too, for a T of which all pairs take more than 2 GB.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g, g_size="K")
    tokens, K = (q, k, v, g), q.shape[-1]
    return at_once(_all_pairs, tokens, scale, state, output_final_state, numbers_a_pair=K)


def vector_decay_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, g: Tensor, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: fade each row and write, `diag(exp(g)) S + k v^T`, then read `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        g: [B, H, K] log decay, at most 0
        scale: as in `vector_decay`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, K, V] the new memory
    Raises: TypeError, ValueError naming the argument.
    """
    scale, state = check(q, k, v, state, scale, g=g, g_size="K", tokens="B H")
    state = g.exp()[..., None] * state + outer(k, v)
    return scale * read(state, q), state


def _fitting(g: Tensor) -> tuple[Rule, int]:
    """The rule and the largest chunk in which no exponential overflows."""
    limit = 1.9 * math.log(torch.finfo(g.dtype).max)  # half of a sum goes into each exponential
    for size in _PIECES:
        sums = [part.sum(dim=1).min() for part in g.detach().split(size, dim=1) if part.numel()]
        if not sums or -torch.stack(sums).min() <= limit:
            return _from_the_middle, size
    return _one_token, 1


def _from_the_middle(
    S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    g = summed(g)  # [B, H, C, K]
    middle = g[:, :, -1:] / 2
    half = power(middle.mT, S)
    q, k = q * power(g - middle, q), k * power(middle - g, k)
    S = half * S  # as it is left in the middle
    return q @ S + (q @ k.mT).tril() @ v, half * (S + k.mT @ v)


def _one_token(S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    S = g.mT.exp() * S + k.mT @ v
    return q @ S, S


def _all_pairs(S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    g = summed(g)
    end = g[:, :, -1:]
    earlier = torch.ones(g.shape[2], g.shape[2], dtype=torch.bool, device=g.device).tril()
    exponents = g[:, :, :, None] - g[:, :, None]  # [B, H, T, T, K]
    left = power(exponents.where(earlier[..., None], -torch.inf), q)
    scores = torch.einsum("bhik,bhjk,bhijk->bhij", q, k, left)
    o = (q * power(g, q)) @ S + scores @ v
    return o, power(end.mT, S) * S + (k * power(end - g, k)).mT @ v
