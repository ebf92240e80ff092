"""Matrix memories that fade: by one factor a head, or by one factor for each of its K rows."""

from __future__ import annotations

from torch import Tensor

from lcutils.memory._matrix import (
    at_once,
    check,
    column,
    fade,
    from_the_middle,
    in_chunks,
    in_fading_chunks,
    in_one_step,
    is_mild,
    lower,
    outer,
    plus,
    power,
    read,
    summed,
)

_PIECES = (32, 16, 8)  # chunk sizes of vector_decay, from the fastest
_PAIRED = 16  # and where each pair of tokens has K factors of its own


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
    rules = _without_decay, _any_strength
    return in_fading_chunks(*rules, (q, k, v), g, scale, state, output_final_state)


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
    return at_once(_any_strength, tokens, scale, state, output_final_state)


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
    return in_one_step(_step, (q, k, v, column(g)), scale, state)


def _step(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    S = column(g.exp()) * S + outer(k, v)  # g: [B, H, 1 or K]
    return scale * read(S, q), S


def _any_strength(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    g = summed(g)  # [B H, C, 1]
    end, since = g[:, -1:], power(g, q)
    o = plus((since * q) @ S, q @ k.mT * fade(g, q), v, scale)
    return o, plus(since[:, -1:] * S, (k * power(end - g, k)).mT, v)


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
    other falls, and in float32 is too large where g sums up to less than -88 in a chunk. There
    the chunks are made smaller, and where 8 tokens are too many, each pair of tokens in chunks of
    16 gets its own K factors, which is slower.

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
    g = g.to(state.dtype)
    size = next((size for size in _PIECES if is_mild(g, size)), None)
    rule, size = (_all_pairs, _PAIRED) if size is None else (_from_the_middle, size)
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
    return in_one_step(_step, (q, k, v, g), scale, state)


def _without_decay(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, up: Tensor, down: Tensor
) -> tuple[Tensor, Tensor]:
    half = up[:, -1:].mT  # [B H, 1 or K, 1]
    S, q, k = half * S, q * up, k * down
    return plus(q @ S, lower(q @ k.mT), v, scale), half * plus(S, k.mT, v)


def _from_the_middle(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    return _without_decay(scale, S, q, k, v, *from_the_middle(g, dim=1))


def _all_pairs(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    g = summed(g)
    end = g[:, -1:]
    # at most 0, and cut where the key is later: rounding before exp is exact enough, as in `fade`
    exponents = (g[:, :, None] - g[:, None]).to(q.dtype).clamp(max=0)  # [B H, C, C, K]
    scores = lower(((exponents.exp() * k[:, None]) @ q[..., None])[..., 0])
    o = plus((q * power(g, q)) @ S, scores, v, scale)
    return o, plus(power(end.mT, S) * S, (k * power(end - g, k)).mT, v)
