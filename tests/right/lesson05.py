"""Lesson 05: other right answers to its functions."""

import itertools

import torch

from right.lesson11 import delta_step_by_autograd


def loop_step(x, state):
    rows = [[c + y for c, y in zip(*pair, strict=True)] for pair in zip(state, x, strict=True)]
    return torch.stack([torch.stack(row) for row in rows])


def gradient_by_autograd(state, target):
    leaf = state.detach().clone().requires_grad_()
    (0.5 * (leaf - target).pow(2).sum()).backward()
    return leaf.grad


def scan_by_loop(x, initial_state):
    states = [initial_state + x[:, 0]]
    for t in range(1, x.shape[1]):
        states.append(states[-1] + x[:, t])
    return torch.stack(states, 1)


def scan_by_matrix(x, initial_state):
    T = x.shape[1]
    return torch.ones(T, T, dtype=x.dtype).tril() @ x + initial_state.unsqueeze(1)


def decay_by_matrix(x, initial_state, gamma):
    t = torch.arange(x.shape[1])
    weights = (gamma ** (t[:, None] - t).clamp(min=0)).tril().to(x.dtype)
    faded = gamma ** (t + 1).to(x.dtype)
    return weights @ x + faded[None, :, None] * initial_state[:, None]


def decay_in_place_of_its_own(x, initial_state, gamma):
    out = x.clone()
    out[:, 0] = out[:, 0] + gamma * initial_state
    for t in range(1, x.shape[1]):
        out[:, t] = out[:, t] + gamma * out[:, t - 1].clone()
    return out


def members_by_threshold(state, keys, n_items):
    read = (keys * state).sum(-1)
    return read >= read.sort(descending=True).values[n_items - 1]


def members_by_rank(state, keys, n_items):
    return (keys @ state).neg().argsort().argsort() < n_items


def delta_step_of_one_pair(k, v, state):
    return delta_step_by_autograd(state[None], k[None], v[None], k.new_ones(1))[0]


def decay_by_accumulate(x, initial_state, gamma):
    states = itertools.accumulate(x.unbind(1), lambda c, y: gamma * c + y, initial=initial_state)
    return torch.stack(list(states)[1:], 1)


RIGHT = {
    "05.additive_step": (
        lambda x, state: torch.add(x, state),
        loop_step,
        lambda x, state: state.clone().add_(x),
    ),
    "05.state_gradient": (
        gradient_by_autograd,
        lambda state, target: -(target - state),
        torch.func.grad(lambda state, target: (state - target).square().sum() / 2),
    ),
    "05.additive_scan": (
        scan_by_loop,
        scan_by_matrix,
        lambda x, c: torch.cat([c[:, None], x], 1).cumsum(1)[:, 1:],
    ),
    "05.delta_step": (
        lambda k, v, state: state - torch.outer(k, state.T @ k) + k[:, None] * v,
        delta_step_of_one_pair,
        lambda k, v, state: state + k[:, None] @ (v[None] - k[None] @ state),
    ),
    "05.decay_scan": (decay_by_matrix, decay_in_place_of_its_own, decay_by_accumulate),
    "05.members": (
        members_by_threshold,
        members_by_rank,
        lambda c, keys, n: ((keys @ c)[None] > (keys @ c)[:, None]).sum(1) < n,
    ),
}
