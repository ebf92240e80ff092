"""Memories that write only what is missing: the delta rule, and the gated delta rule."""

from __future__ import annotations

from torch import Tensor

from lcutils.memory._matrix import (
    CHUNK,
    at_once,
    check,
    column,
    fade,
    in_chunks,
    in_fading_chunks,
    in_one_step,
    lower,
    outer,
    plus,
    power,
    read,
    solve,
    summed,
)


def delta_rule(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    beta: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`S_t = S_{t-1} + beta_t k_t (v_t - S_{t-1}^T k_t)^T`, `o_t = scale S_t^T q_t`, in chunks.

    What a token writes, `new`, depends on what the earlier ones of its chunk wrote: new_i =
    beta_i (v_i - S^T k_i - sum_{j<i} (k_i.k_j) new_j). That is one triangular system, solved for
    the whole chunk. With `new` in the place of v the rest is `linear_attention`.

    A step leaves of S along k the share 1 - beta ||k||^2. From 0 to 2 / ||k||^2 that is no growth;
    above 1 / ||k||^2 it changes the sign, and 2 / ||k||^2 is a reflection.

    Args:
        q, k: [B, T, H, K] queries and keys; for keys of length 1 nothing old grows
        v: [B, T, H, V] values
        beta: [B, T, H] write strength, from 0 to 2
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, V] the memory before the first token; None means zeros
        output_final_state: whether to return the last memory as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, V] the last memory, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Schlag, Irie and Schmidhuber (2021), Linear Transformers Are Secretly Fast Weight
        Programmers; chunks: Yang et al. (2024), Parallelizing Linear Transformers with the Delta
        Rule over Sequence Length. They solve for two matrices that do not depend on S, so all
        chunks are solved at once, and only products are left in sequence; so do we on a GPU. On a
        CPU one system a chunk, which knows S, is fewer products. Strength above 1: Grazzi et al.
        (2025), Unlocking State-Tracking in Linear RNNs Through Negative Eigenvalues.
    """
    scale, state = check(q, k, v, initial_state, scale, beta=beta)
    tokens = q, k, v, column(beta)
    return in_chunks(_delta, CHUNK, tokens, scale, state, output_final_state)


def delta_rule_parallel(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    beta: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`delta_rule` with all pairs of tokens at once: memory grows with T^2.

    Args:
        q, k, v, beta, scale, initial_state, output_final_state: as in `delta_rule`
    Returns: as `delta_rule` does.
    Raises: the same; ValueError, too, for a T of which all pairs take more than 2 GB.
    """
    scale, state = check(q, k, v, initial_state, scale, beta=beta)
    tokens = q, k, v, column(beta)
    return at_once(_delta, tokens, scale, state, output_final_state)


def delta_rule_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, beta: Tensor, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: write `S + beta k (v - S^T k)^T`, then read `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        beta: [B, H] write strength, from 0 to 2
        scale: as in `delta_rule`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, K, V] the new memory
    Raises: TypeError, ValueError naming the argument.
    """
    scale, state = check(q, k, v, state, scale, beta=beta, tokens="B H")
    return in_one_step(_step, (q, k, v, beta), scale, state)


def gated_delta_rule(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    beta: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """The delta rule on a memory that has faded: S in `delta_rule` is `exp(g_t) S_{t-1}`.

    The triangular system of `delta_rule` and its reads get the factors of `scalar_decay`: what
    token j wrote is left at token i by exp(g_i - g_j). With g = 0 this is the delta rule, and
    g = -inf forgets all that was before.

    Args:
        q, k: [B, T, H, K] queries and keys; for keys of length 1 nothing old grows
        v: [B, T, H, V] values
        g: [B, T, H] log decay, at most 0
        beta: [B, T, H] write strength, from 0 to 2
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, V] the memory before the first token; None means zeros
        output_final_state: whether to return the last memory as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, V] the last memory, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Yang, Kautz and Hatamizadeh (2024), Gated Delta Networks: Improving Mamba2 with Delta
        Rule.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g, beta=beta)
    tokens = q, k, v, column(beta)
    return in_fading_chunks(_gated, _gated_strongly, tokens, g, scale, state, output_final_state)


def gated_delta_rule_parallel(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    g: Tensor,
    beta: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`gated_delta_rule` with all pairs of tokens at once: memory grows with T^2.

    Args:
        q, k, v, g, beta, scale, initial_state, output_final_state: as in `gated_delta_rule`
    Returns: as `gated_delta_rule` does.
    Raises: the same; ValueError, too, for a T of which all pairs take more than 2 GB.
    """
    scale, state = check(q, k, v, initial_state, scale, g=g, beta=beta)
    tokens = q, k, v, column(beta), column(g)
    return at_once(_gated_strongly, tokens, scale, state, output_final_state)


def gated_delta_rule_step(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor,
    *,
    g: Tensor,
    beta: Tensor,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """One token: fade, `S = exp(g) S`, then as in `delta_rule_step`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        g: [B, H] log decay, at most 0
        beta: [B, H] write strength, from 0 to 2
        scale: as in `gated_delta_rule`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, K, V] the new memory
    Raises: TypeError, ValueError naming the argument.
    """
    scale, state = check(q, k, v, state, scale, g=g, beta=beta, tokens="B H")
    return in_one_step(_gated_step, (q, k, v, beta, g), scale, state)


def _step(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, beta: Tensor
) -> tuple[Tensor, Tensor]:
    S = S + outer(k, column(beta) * (v - read(S, k)))
    return scale * read(S, q), S


def _gated_step(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, beta: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    return _step(scale, column(column(g.exp())) * S, q, k, v, beta)


def _delta(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, beta: Tensor
) -> tuple[Tensor, Tensor]:
    weighed = beta * k
    new = solve(weighed @ k.mT, plus(beta * v, -weighed, S))  # [B H, C, V]
    return plus(q @ S, lower(q @ k.mT), new, scale), plus(S, k.mT, new)


def _gated(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, beta: Tensor, up: Tensor, down: Tensor
) -> tuple[Tensor, Tensor]:
    half = up[:, -1:]  # [B H, 1, 1]
    S, q, weighed, k = half * S, q * up, beta * k * up, k * down
    new = solve(weighed @ k.mT, plus(beta * v, -weighed, S))  # [B H, C, V]
    return plus(q @ S, lower(q @ k.mT), new, scale), half * plus(S, k.mT, new)


def _gated_strongly(
    scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor, beta: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    g = summed(g)  # [B H, C, 1]
    end, since, left = g[:, -1:], power(g, q), fade(g, q)
    weighed = beta * k
    new = solve(weighed @ k.mT * left, plus(beta * v, -since * weighed, S))
    o = plus((since * q) @ S, q @ k.mT * left, new, scale)
    return o, plus(since[:, -1:] * S, (k * power(end - g, k)).mT, new)
