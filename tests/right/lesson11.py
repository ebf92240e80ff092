"""Lesson 11: other right answers to its functions."""

import torch


def delta_step_by_factors(state, k, v, beta):
    left = torch.eye(k.shape[1], dtype=k.dtype) - torch.einsum("b,bi,bj->bij", beta, k, k)
    return left @ state + torch.einsum("b,bi,bj->bij", beta, k, v)


def delta_step_by_autograd(state, k, v, beta):
    def loss(S, k, v):
        return 0.5 * ((S.T @ k - v) ** 2).sum()

    return state - beta[:, None, None] * torch.func.vmap(torch.func.grad(loss))(state, k, v)


def delta_chunk_token_by_token(k, v, beta):
    S, out = torch.zeros(len(k), k.size(2), v.size(2), dtype=k.dtype), []
    for t in range(k.shape[1]):
        new = beta[:, t, None] * (v[:, t] - torch.einsum("bkv,bk->bv", S, k[:, t]))
        S = S + k[:, t, :, None] * new[:, None]
        out.append(new)
    return torch.stack(out, 1)


def delta_chunk_by_inverse(k, v, beta):
    A = (beta[..., None] * (k @ k.mT)).tril(-1)
    return torch.linalg.inv(torch.eye(k.shape[1], dtype=k.dtype) + A) @ (beta[..., None] * v)


def write_chunk_token_by_token(state, k, v, beta):
    for t in range(k.shape[1]):
        state = delta_step_by_factors(state, k[:, t], v[:, t], beta[:, t])
    return state


def write_chunk_by_inverse(state, k, v, beta):
    return state + k.mT @ delta_chunk_by_inverse(k, v - k @ state, beta)


RIGHT = {
    "11.delta_step": (delta_step_by_factors, delta_step_by_autograd),
    "11.delta_chunk": (delta_chunk_token_by_token, delta_chunk_by_inverse),
    "11.write_chunk": (write_chunk_token_by_token, write_chunk_by_inverse),
}
