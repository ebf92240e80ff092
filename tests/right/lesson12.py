"""Lesson 12: other right answers to its functions."""

import torch

from right.lesson11 import delta_chunk_by_inverse, delta_step_by_factors


def ttt_step_by_hand(state, k, v, lr, decay):
    return (1 - decay) * state - lr * k[:, None] * (k @ state - v)


def ttt_step_by_backward(state, k, v, lr, decay):
    loss = ((state.T @ k - v) ** 2).sum() / 2
    if not state.requires_grad:
        leaf = state.detach().clone().requires_grad_()
        loss = ((leaf.T @ k - v) ** 2).sum() / 2
        return (1 - decay) * state - lr * torch.autograd.grad(loss, leaf)[0]
    return (1 - decay) * state - lr * torch.autograd.grad(loss, state, create_graph=True)[0]


def rls_step_by_inverse(state, k, v):
    P, S = state.split([len(k), len(v)], dim=1)
    H = torch.linalg.inv(P)
    right = H @ S + k[:, None] * v
    P = torch.linalg.inv(H + k[:, None] * k)
    return torch.cat([P, P @ right], 1)


def rls_step_with_the_new_gain(state, k, v):
    P, S = state[:, : len(k)], state[:, len(k) :]
    P = P - torch.outer(P @ k, P @ k) / (1 + k @ P @ k)
    return torch.cat([P, S + torch.outer(P @ k, v - S.T @ k)], 1)


def surprise_by_steps(k, v, beta):
    S, found = torch.zeros(len(k), k.size(2), v.size(2), dtype=k.dtype), []
    for t in range(k.shape[1]):
        found.append((torch.einsum("bkv,bk->bv", S, k[:, t]) - v[:, t]).norm(dim=1) ** 2)
        S = delta_step_by_factors(S, k[:, t], v[:, t], torch.full_like(k[:, 0, 0], beta))
    return torch.stack(found, 1)


def surprise_by_one_system(k, v, beta):
    writes = delta_chunk_by_inverse(k, v, torch.full(k.shape[:2], beta, dtype=k.dtype))
    return (writes / beta).square().sum(2)


RIGHT = {
    "12.surprise": (surprise_by_steps, surprise_by_one_system),
    "12.ttt_step": (ttt_step_by_hand, ttt_step_by_backward),
    "12.rls_step": (rls_step_with_the_new_gain, rls_step_by_inverse),
}
