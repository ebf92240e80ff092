"""The memory that fits all pairs as well as a matrix can: recursive least squares."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils import _require
from lcutils.memory._matrix import check, in_one_step, in_steps, outer, read, sizes_of, widened


def least_squares(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    ridge: float,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`S_t` minimises `sum_{j<=t} ||v_j - S^T k_j||^2 + ridge ||S||^2`; `o_t = scale S_t^T q_t`.

    One token changes the inverse P of `sum k k^T + ridge I` by one outer product
    (Sherman-Morrison), so no system is solved anew. There is no faster form than the steps.
    P begins at I / ridge and shrinks: what is rounded off at first is never made good, and in
    float32 it would be all that is left of P for a small ridge. So all is computed in float64.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        ridge: a number above 0, the weight of the size of S
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, K + V] P and S side by side; None means I / ridge and zeros. In
            float64 it may go with any q: then the last state is not rounded either, and can be
            continued from without loss
        output_final_state: whether to return the last state as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, K + V] the last state, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Plackett (1950), Some Theorems in Least Squares.
    """
    sizes = sizes_of(q, k, v, "B T H")
    _require.number("ridge", ridge, 0.0)
    if ridge == 0:
        hint = "Without it the first keys have many best fits."
        _require.refuse("ridge", "a number above 0", f"{ridge:g}", hint)
    start = initial_state
    if start is None:
        B, H, K, V = (sizes[letter] for letter in "BHKV")
        identity = torch.eye(K, K + V, dtype=torch.float64, device=q.device)
        start = (identity / ridge).expand(B, H, K, K + V)
    scale, state = _check(q, k, v, start, scale, "B T H")
    o, last = in_steps(_step, (q, k, v), scale, state, output_final_state)
    like = q if initial_state is None else initial_state
    return o, None if last is None else last.to(widened(like.dtype))


def least_squares_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: `S + P k (v - S^T k)^T / (1 + k^T P k)`, and P with it; `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, K + V] P and S before this token; in float64 what one token changes is
            not rounded off, which with float32 and a small ridge adds up (see `least_squares`)
        scale: as in `least_squares`
    Returns:
        o: [B, H, V] read-out of the new S
        state: [B, H, K, K + V] the new P and S
    Raises: TypeError, ValueError naming the argument.
    """
    scale, wide = _check(q, k, v, state, scale, "B H")
    o, last = in_one_step(_step, (q, k, v), scale, wide)
    return o, last.to(widened(state.dtype))


def _check(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, scale: float | None, tokens: str
) -> tuple[float, Tensor]:
    return check(
        q,
        k,
        v,
        state,
        scale,
        tokens=tokens,
        layout="B H K K+V",
        meaning="P and S stand side by side.",
        at_least=torch.float64,
    )


def _step(scale: float, state: Tensor, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    P, S = state.split([k.shape[-1], v.shape[-1]], dim=-1)
    Pk = read(P, k)  # P is symmetric
    gain = Pk / (1 + (k * Pk).sum(dim=-1, keepdim=True))
    P, S = P - outer(gain, Pk), S + outer(gain, v - read(S, k))
    return scale * read(S, q), torch.cat([P, S], dim=-1)
