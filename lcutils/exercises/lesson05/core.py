"""Lesson 05, core path: a state that is a sum, how it is written and how it is read."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    normal,
    row,
    square_root,
)


def additive_step(x: Tensor, state: Tensor) -> Tensor:
    """x: [B, D], state: [B, D] -> the new state: [B, D]"""
    return state + x


def state_gradient(state: Tensor, target: Tensor) -> Tensor:
    """Gradient of 1/2 ||state - target||^2 with respect to state; all [B, D]"""
    return state - target


def additive_scan(x: Tensor, initial_state: Tensor) -> Tensor:
    """x: [B, T, D], initial_state: [B, D] -> the states c_1 to c_T: [B, T, D]"""
    return initial_state[:, None, :] + x.cumsum(dim=1)


def decayed(x: Tensor, state: Tensor, old: float = 1.0, new: float = 1.0) -> Tensor:
    """Every state of `old * state + new * x`."""
    states = []
    for t in range(x.shape[1]):
        state = old * state + new * x[:, t]
        states.append(state)
    return torch.stack(states, dim=1)


def one_list(x: Tensor, c: Tensor, gamma: float = 1.0) -> Tensor:
    """The mistake to collect one tensor T times, and to edit it in place."""
    return torch.stack([c.mul_(gamma).add_(x[:, t]) for t in range(x.shape[1])], dim=1)


def from_c0(x: Tensor, c: Tensor, gamma: float = 1.0) -> Tensor:
    """The states c_0 to c_T."""
    return torch.cat([c[:, None], decayed(x, c, gamma)], dim=1)


ENTRIES = (
    FunctionExercise(
        "05.additive_step",
        additive_step,
        worked=(row([1, 2]), row([10, 30])),
        draw=lambda rng, B, D: (normal(rng, B, D), normal(rng, B, D)),
        sizes=({"B": 1, "D": 1}, {"B": 3, "D": 2}, {"B": 2, "D": 5}),
        mistakes={
            "This is x, what is written; the old state is missing.": lambda x, c: x,
            "This is the old state: nothing has been written.": lambda x, c: c,
            "x is taken away; it should be added.": lambda x, c: c - x,
            "The old state is taken away; it should be added.": lambda x, c: x - c,
            "The sum is right, but state is edited in place.": lambda x, c: c.add_(x),
            "The sum is right, but x is edited in place.": lambda x, c: x.add_(c),
            "This is the mean of the two; wanted is the sum.": lambda x, c: (c + x) / 2,
            "The two are multiplied; they should be added.": lambda x, c: c * x,
            "The two stand side by side; add them.": lambda x, c: torch.cat([c, x], 1),
            "Each text gets the x of all texts in the batch.": lambda x, c: c + x.sum(0),
        },
        hints=(
            "Add `x` to the old state, in a new tensor: your caller may still need the old one.",
            "The body is one line: `return state + ...`",
        ),
    ),
    FunctionExercise(
        "05.state_gradient",
        state_gradient,
        worked=(row([1, 5]), row([3, 1])),
        draw=lambda rng, B, D: (normal(rng, B, D), normal(rng, B, D)),
        sizes=({"B": 1, "D": 1}, {"B": 3, "D": 2}, {"B": 2, "D": 5}),
        is_to_mend=True,
        mistakes={
            "The sign is the wrong way round, as in the article.": lambda c, a: a - c,
            "Twice too large: the 1/2 cancels the 2 of the square.": lambda c, a: 2 * (c - a),
            "Only half as large as it should be: the square brings a factor 2.": lambda c, a: (
                (c - a) / 2
            ),
            "This is the loss itself.": lambda c, a: (c - a).square().sum() / 2,
            "This is the loss of each text.": lambda c, a: (c - a).square().sum(1) / 2,
            "This is the loss of each entry.": lambda c, a: (c - a).square() / 2,
            "The texts are added up; each has its own gradient.": lambda c, a: (c - a).sum(0),
            "The target is missing.": lambda c, a: c,
            "The loss is a sum, not a mean: do not divide.": lambda c, a: (c - a) / c.numel(),
            "It is divided by the number of texts.": lambda c, a: (c - a) / len(c),
            "The loss has the square of the distance; this is the gradient of the distance.": (
                lambda c, a: (c - a) / (c - a).norm(dim=1, keepdim=True)
            ),
        },
        hints=(
            "Use the chain rule on one entry, `1/2 (c - a)^2`; keep the sign of what is inside.",
            "At state 1 and target 3 the loss falls when the state grows: the answer is -2.",
        ),
        has_gradient=False,  # to compute it by autograd is right, too
    ),
    FunctionExercise(
        "05.additive_scan",
        additive_scan,
        worked=(row([[1], [2], [4]]), row([10])),
        draw=lambda rng, B, T, D: (normal(rng, B, T, D), normal(rng, B, D)),
        sizes=({"B": 1, "T": 1, "D": 1}, {"B": 3, "T": 1, "D": 2}, {"B": 2, "T": 5, "D": 3}),
        mistakes={
            "The initial state is missing.": lambda x, c: x.cumsum(1),
            "The initial state is added anew at each step; it should count once.": (
                lambda x, c: (x + c[:, None]).cumsum(1)
            ),
            "The sum runs over the texts, not time.": lambda x, c: c[:, None] + x.cumsum(0),
            "The sum runs over the entries, not time.": lambda x, c: c[:, None] + x.cumsum(2),
            "This is the last state alone; wanted are all T.": lambda x, c: c + x.sum(1),
            "Each step has the final state, as if it had read the whole text already.": (
                lambda x, c: (c + x.sum(1))[:, None].expand_as(x)
            ),
            "The list holds one tensor T times: the state is edited in place.": one_list,
            "The sum runs backwards: each step holds what is still to come.": (
                lambda x, c: c[:, None] + x.flip(1).cumsum(1).flip(1)
            ),
            "One step late: these are c_0 to c_(T-1).": lambda x, c: from_c0(x, c)[:, :-1],
            "One state too many: c_0 is there, too; wanted are c_1 to c_T.": from_c0,
            "Nothing adds up: each step holds its own x only.": lambda x, c: c[:, None] + x,
        },
        hints=(
            "`torch.cumsum` adds along one axis. Which of the three is time?",
            "`initial_state[:, None, :]` is [B, 1, D], so it can be added to all T states.",
        ),
        causal="x",
    ),
    ExpressionExercise(
        "05.noise",
        "T d",
        lambda T, d: (T - 1) / d,
        mistakes={
            "This counts the signal as noise: k_1 . k_1 is always 1.": lambda T, d: T / d,
            "This is the number of words; a random term has the variance 1/d.": lambda T, d: T,
            "The number of terms is right; each has the variance 1/d.": lambda T, d: T - 1,
            "This is one random term. How many are there?": lambda T, d: 1 / d,
            "A random term has the variance 1/d, not 1/d^2.": lambda T, d: (T - 1) / d**2,
            "This is the standard deviation; square it.": lambda T, d: square_root((T - 1) / d),
            "A bracket is missing: T - 1/d is T minus one over d.": lambda T, d: T - 1 / d,
            "T words have T - 1 others: count one less, not one more.": lambda T, d: (T + 1) / d,
            "Upside down: more words make more noise, not less.": lambda T, d: d / (T - 1),
            "A term has the variance 1/d, not 1/sqrt(d).": lambda T, d: (T - 1) / square_root(d),
            "This counts the noise of two read-outs; one is asked for.": lambda T, d: (
                (2 * T - 1) / d
            ),
            "This is the mean square; the mean is 1.": lambda T, d: 1 + (T - 1) / d,
        },
        hints=(
            "How many of the T terms are random, and how many are the same in every draw?",
            "Each random term has variance `1/d`. With `T = 1` nothing is random.",
        ),
    ),
)
