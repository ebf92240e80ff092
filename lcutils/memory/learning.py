"""Memories that train while they read: one gradient step with momentum and decay for each token.

The loss of a token is `1/2 ||f(k) - v||^2`, where f is the memory: a matrix, or two layers.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.memory._matrix import check, column, in_one_step, in_steps, outer, read


def momentum_rule(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    lr: Tensor,
    momentum: Tensor,
    g: Tensor,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Gradient descent on `1/2 ||S^T k - v||^2` with momentum and weight decay, a step a token.

    `N_t = momentum_t N_{t-1} - lr_t k_t (S_{t-1}^T k_t - v_t)^T`, `S_t = exp(g_t) S_{t-1} + N_t`,
    `o_t = scale S_t^T q_t`. With momentum 0 and g = 0 this is the delta rule, beta being lr; with
    g it is not the gated one, whose gradient is taken at the faded memory.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        lr: [B, T, H] size of the step, at least 0. With momentum 0 and keys of length 1 nothing old
            grows up to 2; with momentum the limit is lower
        momentum: [B, T, H] what is left of the step before, from 0 to 1
        g: [B, T, H] log decay, at most 0; of S before the step, the gradient does not see it
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, 2 V] S and the last step N side by side; None means zeros
        output_final_state: whether to return the last state as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, 2 V] the last state, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Behrouz, Zhong and Mirrokni (2025), Titans: Learning to Memorize at Test Time, whose
        loss has no factor 1/2; without momentum and decay Sun et al. (2024), Learning to (Learn
        at Test Time).
    """
    gates = lr, momentum, g
    scale, state = _check(q, k, v, initial_state, scale, gates, "B T H", _MATRIX)
    return in_steps(_matrix_step, (q, k, v, *gates), scale, state, output_final_state)


def momentum_rule_step(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor,
    *,
    lr: Tensor,
    momentum: Tensor,
    g: Tensor,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """One token of `momentum_rule`: a step on its loss, then `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, 2 V] S and the last step N before this token
        lr, momentum, g: [B, H]
        scale: as in `momentum_rule`
    Returns:
        o: [B, H, V] read-out of the new S
        state: [B, H, K, 2 V] the new state
    Raises: TypeError, ValueError naming the argument.
    """
    gates = lr, momentum, g
    scale, state = _check(q, k, v, state, scale, gates, "B H", _MATRIX)
    return in_one_step(_matrix_step, (q, k, v, *gates), scale, state)


def two_layer_memory(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    lr: Tensor,
    momentum: Tensor,
    g: Tensor,
    initial_state: Tensor,
    scale: float | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`momentum_rule` of a memory with two layers, `f(k) = U^T tanh(A k)`.

    Row m of the state holds hidden unit m: its K weights in A, its V weights in U. From zeros
    no gradient flows, so an initial state is required; a model learns it.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        lr, momentum, g: [B, T, H] as in `momentum_rule`
        initial_state: [B, H, M, 2 (K + V)] A, U, and the last step of both, side by side
        scale: a number by which the output is multiplied; None means K ** -0.5
        output_final_state: whether to return the last state as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, M, 2 (K + V)] the last state, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Behrouz, Zhong and Mirrokni (2025), Titans, whose deep memories have other
        nonlinearities and residual connections.
    """
    gates = lr, momentum, g
    scale, state = _check(q, k, v, initial_state, scale, gates, "B T H", _LAYERS)
    return in_steps(_layers_step, (q, k, v, *gates), scale, state, output_final_state)


def two_layer_memory_step(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor,
    *,
    lr: Tensor,
    momentum: Tensor,
    g: Tensor,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """One token of `two_layer_memory`: a step on its loss, then `o = scale U^T tanh(A q)`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, M, 2 (K + V)] A, U and their last step before this token
        lr, momentum, g: [B, H]
        scale: as in `two_layer_memory`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, M, 2 (K + V)] the new state
    Raises: TypeError, ValueError naming the argument.
    """
    gates = lr, momentum, g
    scale, state = _check(q, k, v, state, scale, gates, "B H", _LAYERS)
    return in_one_step(_layers_step, (q, k, v, *gates), scale, state)


_MATRIX = "B H K 2V"  # S, and the last step, side by side
_LAYERS = "B H M 2K+2V"  # A, U, and the last step of both, a row for each hidden unit


def _check(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor | None,
    scale: float | None,
    gates: tuple[Tensor, Tensor, Tensor],
    tokens: str,
    layout: str,
) -> tuple[float, Tensor]:
    lr, momentum, g = gates
    meaning = "The memory and its last step stand side by side."
    return check(
        q,
        k,
        v,
        state,
        scale,
        tokens=tokens,
        layout=layout,
        meaning=meaning,
        lr=lr,
        momentum=momentum,
        g=g,
    )


def _matrix_step(
    scale: float, state: Tensor, q: Tensor, k: Tensor, v: Tensor, *gates: Tensor
) -> tuple[Tensor, Tensor]:
    S, N = state.chunk(2, dim=-1)
    S, N = _descend(S, N, outer(k, read(S, k) - v), *gates)
    return scale * read(S, q), torch.cat([S, N], dim=-1)


def _layers_step(
    scale: float, state: Tensor, q: Tensor, k: Tensor, v: Tensor, *gates: Tensor
) -> tuple[Tensor, Tensor]:
    K, V = k.shape[-1], v.shape[-1]
    weights, last_step = state.chunk(2, dim=-1)
    A, U = weights.split([K, V], dim=-1)  # [B, H, M, K], [B, H, M, V]
    hidden = read(A.mT, k).tanh()  # [B, H, M]
    missing = read(U, hidden) - v
    back = (1 - hidden.square()) * read(U.mT, missing)
    gradient = torch.cat([outer(back, k), outer(hidden, missing)], dim=-1)
    weights, last_step = _descend(weights, last_step, gradient, *gates)
    A, U = weights.split([K, V], dim=-1)
    o = read(U, read(A.mT, q).tanh())
    return scale * o, torch.cat([weights, last_step], dim=-1)


def _descend(
    weights: Tensor, last_step: Tensor, gradient: Tensor, lr: Tensor, momentum: Tensor, g: Tensor
) -> tuple[Tensor, Tensor]:
    """The new weights, and the step that led to them."""
    lr, momentum, left = (column(column(gate)) for gate in (lr, momentum, g.exp()))
    step = momentum * last_step - lr * gradient
    return left * weights + step, step
