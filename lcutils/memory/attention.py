"""Memories that keep what they read: softmax attention over all tokens, or over the last ones.

Their state is a cache: key and value of each token kept, side by side, [B, N, H, K + V].
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lcutils import _require
from lcutils.memory._matrix import CHUNK, check, full_precision


def full_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`o_t = sum_j p_j v_j`, p the softmax of `scale q_t.k_j` over all tokens j up to t.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        scale: a number by which the scores are multiplied; None means K ** -0.5
        initial_state: [B, N, H, K + V] keys and values of N earlier tokens; None means none
        output_final_state: whether to return the cache as well
    Returns:
        o: [B, T, H, V]
        state: [B, N + T, H, K + V] the cache, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Vaswani et al. (2017), Attention Is All You Need, section 3.2.1.
    """
    scale, cache = _check(q, k, v, initial_state, scale, "B T H")
    dtype, (q, k, v, cache) = v.dtype, _alike(q, k, v, cache)
    is_kept = cache.shape[1] or output_final_state  # else no one reads the cache: no copy is made
    seen = torch.cat([cache, torch.cat([k, v], dim=-1)], dim=1) if is_kept else cache
    if cache.shape[1]:
        o = _look(q, seen, scale, _earlier(q, seen))
    else:  # torch has a form for this that never makes the table of all pairs
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        with full_precision(q):
            o = scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale).transpose(1, 2)
    return o.to(dtype), seen if output_final_state else None


def full_attention_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: write its key and value into the cache, then read all of it.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, N, H, K + V] the cache before this token; N may be 0
        scale: as in `full_attention`
    Returns:
        o: [B, H, V]
        state: [B, N + 1, H, K + V] the new cache
    Raises: TypeError, ValueError naming the argument.
    """
    scale, cache = _check(q, k, v, state, scale, "B H")
    dtype, (q, k, v, cache) = v.dtype, _alike(q, k, v, cache)
    seen = torch.cat([cache, torch.cat([k, v], dim=-1)[:, None]], dim=1)
    return _look(q[:, None], seen, scale, None)[:, 0].to(dtype), seen


def window_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    window: int,
    sinks: int = 0,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`full_attention` over the last `window` tokens, the newest included, and the first `sinks`.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        window: how many of the newest tokens are kept, at least 1
        sinks: how many of the first tokens are kept for ever
        scale: a number by which the scores are multiplied; None means K ** -0.5
        initial_state: [B, N, H, K + V] the cache of earlier tokens; None means none
        output_final_state: whether to return the cache as well
    Returns:
        o: [B, T, H, V]
        state: [B, at most sinks + window, H, K + V] the cache, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Beltagy et al. (2020), Longformer; sinks: Xiao et al. (2024), Efficient Streaming
        Language Models with Attention Sinks.
    """
    scale, cache = _check(q, k, v, initial_state, scale, "B T H")
    _require.count("window", window)
    _require.count("sinks", sinks, 0)
    dtype, (q, k, v, cache) = v.dtype, _alike(q, k, v, cache)
    outputs = []
    pairs = torch.cat([k, v], dim=-1)
    for query, new in zip(q.split(CHUNK, dim=1), pairs.split(CHUNK, dim=1), strict=True):
        seen = torch.cat([cache, new], dim=1)
        outputs.append(_look(query, seen, scale, _earlier(query, seen, window, sinks)))
        cache = _kept(seen, window, sinks)
    return torch.cat(outputs, dim=1).to(dtype), cache if output_final_state else None


def window_attention_step(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor,
    *,
    window: int,
    sinks: int = 0,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """One token: write it into the cache, let the oldest go that is no sink, read what is left.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, N, H, K + V] the cache before this token; N may be 0
        window, sinks, scale: as in `window_attention`
    Returns:
        o: [B, H, V]
        state: [B, at most sinks + window, H, K + V] the new cache
    Raises: TypeError, ValueError naming the argument.
    """
    scale, cache = _check(q, k, v, state, scale, "B H")
    _require.count("window", window)
    _require.count("sinks", sinks, 0)
    dtype, (q, k, v, cache) = v.dtype, _alike(q, k, v, cache)
    seen = torch.cat([cache, torch.cat([k, v], dim=-1)[:, None]], dim=1)
    kept = _kept(seen, window, sinks)
    return _look(q[:, None], kept, scale, None)[:, 0].to(dtype), kept


def _check(
    q: Tensor, k: Tensor, v: Tensor, cache: Tensor | None, scale: float | None, tokens: str
) -> tuple[float, Tensor]:
    meaning = "The cache holds keys and values side by side."
    layout = "B N H K+V"
    return check(
        q, k, v, cache, scale, tokens=tokens, layout=layout, meaning=meaning, at_least=None
    )


def _alike(q: Tensor, k: Tensor, v: Tensor, cache: Tensor) -> tuple[Tensor, ...]:
    """All in the widest dtype among them: autocast, which mixes them, would round the widest."""
    dtypes = [x.dtype for x in (k, v, cache)]
    widest = functools.reduce(torch.promote_types, dtypes, q.dtype)
    return tuple(x.to(widest) for x in (q, k, v, cache))


def _look(q: Tensor, seen: Tensor, scale: float, allowed: Tensor | None) -> Tensor:
    """q: [B, T, H, K], seen: [B, N, H, K + V], allowed: [T, N] -> [B, T, H, V]"""
    k, v = seen.split([q.shape[-1], seen.shape[-1] - q.shape[-1]], dim=-1)
    q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
    with full_precision(q):
        o = scaled_dot_product_attention(q, k, v, attn_mask=allowed, scale=scale)
    return o.transpose(1, 2)


def _earlier(q: Tensor, seen: Tensor, window: int | None = None, sinks: int = 0) -> Tensor:
    """Which of the N tokens seen each of the T queries, the last of them, may look at: [T, N]"""
    T, N = q.shape[1], seen.shape[1]
    now = torch.arange(N - T, N, device=q.device)[:, None]
    other = torch.arange(N, device=q.device)
    allowed = other <= now
    if window is not None:
        allowed &= (other > now - window) | (other < sinks)
    return allowed


def _kept(seen: Tensor, window: int, sinks: int) -> Tensor:
    return torch.cat([seen[:, :sinks], seen[:, sinks:][:, -window:]], dim=1)
