"""Lesson 10: other right answers to its functions."""

import torch


def fast_weights_by_cumsum(q, k, v):
    states = torch.einsum("btk,btv->btkv", k, v).cumsum(1)
    return torch.einsum("btk,btkv->btv", q, states)


def fast_weights_by_bmm(q, k, v):
    S = torch.zeros(len(q), q.size(2), v.size(2)).to(q)
    out = []
    for query, key, value in zip(q.unbind(1), k.unbind(1), v.unbind(1), strict=True):
        S = torch.baddbmm(S, key.unsqueeze(2), value.unsqueeze(1))
        out.append(torch.bmm(query.unsqueeze(1), S).squeeze(1))
    return torch.stack(out, 1)


def all_at_once_by_mask(q, k, v):
    T = q.shape[1]
    mask = torch.arange(T)[:, None] >= torch.arange(T)
    return torch.einsum("bti,biv->btv", torch.einsum("btk,bik->bti", q, k) * mask, v)


def read_chunk_token_by_token(state, q, k, v):
    out = []
    for t in range(q.shape[1]):
        state = state + k[:, t, :, None] * v[:, t, None, :]
        out.append((q[:, t, None] @ state)[:, 0])
    return torch.stack(out, 1)


def read_chunk_by_cumsum(state, q, k, v):
    states = state[:, None] + (k[..., None] * v[:, :, None]).cumsum(1)
    return (q[:, :, None] @ states)[:, :, 0]


def weighted_mean_by_states(q, k, v):
    top = fast_weights_by_cumsum(q, k, v)
    return top / (q * k.cumsum(1)).sum(-1, keepdim=True)


def weighted_mean_with_ones(q, k, v):
    both = all_at_once_by_mask(q, k, torch.cat([v, torch.ones_like(v[..., :1])], -1))
    return both[..., :-1] / both[..., -1:]


def fast_weights_by_transposed_state(q, k, v):
    S, out = 0, []
    for t in range(q.shape[1]):
        S = S + v[:, t, :, None] * k[:, t, None, :]
        out.append((S @ q[:, t, :, None])[..., 0])
    return torch.stack(out, 1)


def all_at_once_less_the_later_ones(q, k, v):
    weights = q @ k.mT
    return (weights - weights.triu(1)) @ v


def read_chunk_as_a_longer_text(state, q, k, v):
    K = state.shape[1]
    first = torch.eye(K, dtype=q.dtype).expand(len(q), K, K)  # keys that read the state's rows
    k, v = torch.cat([first, k], 1), torch.cat([state, v], 1)
    return (q @ k.mT).tril(K) @ v


def weighted_mean_by_softmax_of_logarithms(q, k, v):
    later = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    return (q @ k.mT).log().masked_fill(later, -torch.inf).softmax(2) @ v


RIGHT = {
    "10.fast_weights": (
        fast_weights_by_cumsum,
        fast_weights_by_bmm,
        fast_weights_by_transposed_state,
    ),
    "10.all_at_once": (
        all_at_once_by_mask,
        fast_weights_by_cumsum,
        all_at_once_less_the_later_ones,
    ),
    "10.read_chunk": (
        read_chunk_token_by_token,
        read_chunk_by_cumsum,
        read_chunk_as_a_longer_text,
    ),
    "10.weighted_mean": (
        weighted_mean_by_states,
        weighted_mean_with_ones,
        weighted_mean_by_softmax_of_logarithms,
    ),
}
