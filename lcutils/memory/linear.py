"""Linear attention: a memory that adds, `S_t = S_{t-1} + k_t v_t^T`, read by `o_t = S_t^T q_t`."""

from __future__ import annotations

from torch import Tensor

from lcutils.memory._matrix import (
    CHUNK,
    at_once,
    check,
    in_chunks,
    in_one_step,
    lower,
    outer,
    plus,
    read,
)


def linear_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`S_t = S_{t-1} + k_t v_t^T`, `o_t = scale S_t^T q_t`, in chunks.

    A chunk reads the memory as it stands before it, `q S`, and itself, `(q k^T) v` where the
    keys are not later than the query. Then it writes all its pairs at once, `S + k^T v`. So the
    work grows with T, and the memory that it needs does not.

    Args:
        q, k: [B, T, H, K] queries and keys
        v: [B, T, H, V] values
        scale: a number by which the output is multiplied; None means K ** -0.5
        initial_state: [B, H, K, V] the memory before the first token; None means zeros
        output_final_state: whether to return the last memory as well
    Returns:
        o: [B, T, H, V]
        state: [B, H, K, V] the last memory, or None unless asked for
    Raises: TypeError, ValueError naming the argument.
    Source: Katharopoulos et al. (2020), Transformers are RNNs, without feature map and
        normaliser; chunks: Hua et al. (2022), Transformer Quality in Linear Time, section 3.3.
    """
    scale, state = check(q, k, v, initial_state, scale)
    return in_chunks(_rule, CHUNK, (q, k, v), scale, state, output_final_state)


def linear_attention_parallel(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    scale: float | None = None,
    initial_state: Tensor | None = None,
    output_final_state: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`linear_attention` with all pairs of tokens at once: time and memory grow with T^2.

    Args:
        q, k, v, scale, initial_state, output_final_state: as in `linear_attention`
    Returns: as `linear_attention` does.
    Raises: the same; ValueError, too, for a T of which all pairs take more than 2 GB.
    """
    scale, state = check(q, k, v, initial_state, scale)
    return at_once(_rule, (q, k, v), scale, state, output_final_state)


def linear_attention_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: write `S + k v^T`, then read `o = scale S^T q`.

    Args:
        q, k: [B, H, K] query and key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        scale: as in `linear_attention`
    Returns:
        o: [B, H, V] read-out of the new memory
        state: [B, H, K, V] the new memory
    Raises: TypeError, ValueError naming the argument.
    """
    scale, state = check(q, k, v, state, scale, tokens="B H")
    return in_one_step(_step, (q, k, v), scale, state)


def _step(scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    S = S + outer(k, v)
    return scale * read(S, q), S


def _rule(scale: float, S: Tensor, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    return plus(q @ S, lower(q @ k.mT), v, scale), plus(S, k.mT, v)
