"""A memory that adds, `c_t = c_{t-1} + x_t`, and one that also fades, `c_t = gamma c_{t-1} + x_t`.

The input x_t is already `W x_t`; the state c is one vector of D numbers, whatever T is.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils import _require
from lcutils.memory._matrix import widened


def additive_memory(
    x: Tensor, *, initial_state: Tensor | None = None, output_final_state: bool = False
) -> tuple[Tensor, Tensor | None]:
    """Every state of `c_t = c_{t-1} + x_t`, computed at once as a running sum.

    Args:
        x: [B, T, D] what is written at each step
        initial_state: [B, D] the state before the first step; None means zeros
        output_final_state: whether to return the last state as well
    Returns:
        o: [B, T, D] the states c_1 .. c_T
        state: [B, D] the last of them (initial_state if T = 0), or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 05.
    """
    states = _after_initial_state(x, initial_state).cumsum(dim=1)
    return _output(states, x, output_final_state)


def decay_memory(
    x: Tensor,
    *,
    gamma: float,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Every state of `c_t = gamma c_{t-1} + x_t`, in about log2(T) additions of whole sequences.

    Args:
        x: [B, T, D] what is written at each step
        gamma: a number in [0, 1], what one step leaves of the state; 1 forgets nothing
        initial_state: [B, D] the state before the first step; None means zeros
        output_final_state: whether to return the last state as well
    Returns:
        o: [B, T, D] the states c_1 .. c_T
        state: [B, D] the last of them (initial_state if T = 0), or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 05; the doubling is the scan of Hillis and Steele (1986), Data Parallel
        Algorithms.
    """
    gamma = _checked_gamma(gamma)
    states = _after_initial_state(x, initial_state)
    span = 1  # states[:, t] holds the newest `span` items up to t; each round doubles that
    while span < states.shape[1]:
        older = gamma**span * states[:, :-span]
        states = torch.cat([states[:, :span], states[:, span:] + older], dim=1)
        span *= 2
    return _output(states, x, output_final_state)


def additive_memory_step(x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """One step of `additive_memory`: `state + x`.

    Args:
        x: [B, D] what is written
        state: [B, D] the state before
    Returns:
        o: [B, D] the new state, which is all there is to read
        state: [B, D] the same
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 05.
    """
    new_state = _checked_state(x, state) + x
    return new_state.to(x.dtype), new_state


def decay_memory_step(x: Tensor, state: Tensor, *, gamma: float) -> tuple[Tensor, Tensor]:
    """One step of `decay_memory`: `gamma * state + x`.

    Args:
        x: [B, D] what is written
        state: [B, D] the state before
        gamma: a number in [0, 1], what one step leaves of the state
    Returns:
        o: [B, D] the new state, which is all there is to read
        state: [B, D] the same
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 05.
    """
    gamma = _checked_gamma(gamma)
    new_state = gamma * _checked_state(x, state) + x
    return new_state.to(x.dtype), new_state


def _after_initial_state(x: Tensor, initial_state: Tensor | None) -> Tensor:
    """The initial state is one more item, written just before x_1: [B, T + 1, D]."""
    sizes: dict[str, int] = {}
    _require.tensor("x", x, "B T D", sizes)
    if initial_state is None:
        initial_state = x.new_zeros(sizes["B"], sizes["D"])
    _require.tensor("initial_state", initial_state, "B D", sizes)
    dtype = widened(x.dtype)
    _require.same_kind(dtype, x=x, initial_state=initial_state)
    return torch.cat([initial_state[:, None].to(dtype), x.to(dtype)], dim=1)


def _output(states: Tensor, x: Tensor, output_final_state: bool) -> tuple[Tensor, Tensor | None]:
    # a copy, so that editing the state in place leaves o as it is
    return states[:, 1:].to(x.dtype), states[:, -1].clone() if output_final_state else None


def _checked_state(x: Tensor, state: Tensor) -> Tensor:
    sizes: dict[str, int] = {}
    _require.tensor("x", x, "B D", sizes)
    _require.tensor("state", state, "B D", sizes)
    dtype = widened(x.dtype)
    _require.same_kind(dtype, x=x, state=state)
    return state.to(dtype)


def _checked_gamma(gamma: float) -> float:
    hint = "gamma is the share of the state that one step leaves."
    return _require.number("gamma", gamma, 0.0, 1.0, hint)
