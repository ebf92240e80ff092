"""A matrix as memory: linear attention, the sum of `k v^T`."""

from __future__ import annotations

from torch import Tensor

from lcutils import _require


def linear_attention_step(
    q: Tensor, k: Tensor, v: Tensor, state: Tensor, *, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """One token: write `S + k v^T`, then read `o = scale S^T q`.

    Args:
        q: [B, H, K] query
        k: [B, H, K] key
        v: [B, H, V] value
        state: [B, H, K, V] the memory S before this token
        scale: a number by which the read-out is multiplied; None means K ** -0.5
    Returns:
        o: [B, H, V] read-out of the new state
        state: [B, H, K, V] the new state
    Raises: TypeError, ValueError naming the argument.
    Source: Katharopoulos et al. (2020), Transformers are RNNs, section 3.3, without feature map
        and normaliser; lesson 05.
    """
    sizes: dict[str, int] = {}
    _require.tensor("q", q, "B H K", sizes)
    _require.tensor("k", k, "B H K", sizes)
    _require.tensor("v", v, "B H V", sizes)
    _require.tensor("state", state, "B H K V", sizes)
    _require.same_kind(q=q, k=k, v=v, state=state)
    scale = sizes["K"] ** -0.5 if scale is None else _require.number("scale", scale)
    new_state = state + k[..., :, None] * v[..., None, :]  # [B, H, K, V]
    o = scale * (q[..., None, :] @ new_state)[..., 0, :]
    return o, new_state
