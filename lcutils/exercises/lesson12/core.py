"""Lesson 12: a step by autograd, two steps on one pair, and the price of a best fit."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    Slip,
    normal,
    row,
)
from lcutils.checking.syntax import written


def ttt_step(state: Tensor, k: Tensor, v: Tensor, lr: float, decay: float) -> Tensor:
    """state: [K, V], k: [K], v: [V] -> the state after one step: [K, V]"""
    return (1 - decay) * state - lr * _gradient(state, k, v)


def _gradient(S: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.outer(k, S.T @ k - v)


def _draw_step(rng: torch.Generator, K: int, V: int, lr: float, decay: float) -> Inputs:
    return normal(rng, K, V), normal(rng, K), normal(rng, V), lr, decay


ENTRIES = (
    FunctionExercise(
        "12.ttt_step",
        ttt_step,
        worked=(row([1, 0, 2], [0, 4, 0]), row(1, 0), row(3, 2, 0), 0.5, 0.1),
        draw=_draw_step,
        sizes=(
            {"K": 1, "V": 1, "lr": 0.7, "decay": 0.2},
            {"K": 2, "V": 4, "lr": 0.3, "decay": 0.0},
            {"K": 4, "V": 3, "lr": 0.4, "decay": 0.3},
        ),
        mistakes={
            "The sign is wrong: the loss grows along its gradient.": lambda S, k, v, lr, d: (
                (1 - d) * S + lr * _gradient(S, k, v)
            ),
            "The decay is missing: (1 - decay) times the old state.": lambda S, k, v, lr, d: (
                S - lr * _gradient(S, k, v)
            ),
            "decay is what goes; 1 - decay is what stays.": lambda S, k, v, lr, d: (
                d * S - lr * _gradient(S, k, v)
            ),
            "The gradient is taken at the faded state: that is the gated delta rule.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * _gradient((1 - d) * S, k, v)
            ),
            "The step fades as well; only the old state should.": lambda S, k, v, lr, d: (
                (1 - d) * (S - lr * _gradient(S, k, v))
            ),
            "Twice too far: the loss has a factor 1/2.": lambda S, k, v, lr, d: (
                (1 - d) * S - 2 * lr * _gradient(S, k, v)
            ),
            "This is the gradient; take a step against it.": lambda S, k, v, lr, d: _gradient(
                S, k, v
            ),
            "This loss is -v . (S^T k), the sum's; here it is the squared error.": (
                lambda S, k, v, lr, d: (1 - d) * S + lr * torch.outer(k, v)
            ),
            "The squares of the error are added up: .sum(), not .mean().": lambda S, k, v, lr, d: (
                (1 - d) * S - lr * _gradient(S, k, v) / len(v)
            ),
            "decay is multiplied by lr; here it stands beside the step, as 1 - decay.": (
                lambda S, k, v, lr, d: S - lr * (_gradient(S, k, v) + d * S)
            ),
            "lr is missing.": lambda S, k, v, lr, d: (1 - d) * S - _gradient(S, k, v),
            "This loss has the length of the error; it should have its square.": (
                lambda S, k, v, lr, d: (
                    (1 - d) * S - lr * _gradient(S, k, v) / (2 * (S.T @ k - v).norm())
                )
            ),
            "This loss is the length of the error; it should be half its square.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * _gradient(S, k, v) / (S.T @ k - v).norm()
            ),
            "The mean of the squares, and without the half: their sum, times 1/2.": (
                lambda S, k, v, lr, d: (1 - d) * S - 2 * lr * _gradient(S, k, v) / len(v)
            ),
            "The half counts twice: it cancels the 2 of the square, and stays in no step.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * _gradient(S, k, v) / 2
            ),
            "The errors are added before they are squared; square each of them first.": (
                lambda S, k, v, lr, d: (
                    (1 - d) * S - lr * torch.outer(k, (S.T @ k - v).sum().expand(len(v)))
                )
            ),
            "This loss has the sizes of the errors; it should have their squares.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * torch.outer(k, 0.5 * (S.T @ k - v).sign())
            ),
            "The error is what is read minus v, not plus v.": lambda S, k, v, lr, d: (
                (1 - d) * S - lr * _gradient(S, k, -v)
            ),
            "The loss does not use its own argument, so its gradient is 0.": (
                lambda S, k, v, lr, d: (1 - d) * S
            ),
            "decay is a part of the old state, which goes; it is no number to take away.": (
                lambda S, k, v, lr, d: S - d - lr * _gradient(S, k, v)
            ),
            "The sign of the decay: the old state should fade, not grow.": lambda S, k, v, lr, d: (
                (1 + d) * S - lr * _gradient(S, k, v)
            ),
            "lr and decay have changed places.": lambda S, k, v, lr, d: (
                (1 - lr) * S - d * _gradient(S, k, v)
            ),
            "The loss is asked at the faded state, and the state itself does not fade.": (
                lambda S, k, v, lr, d: S - lr * _gradient((1 - d) * S, k, v)
            ),
            "The gradient is multiplied by the state; the step is lr times the gradient.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * _gradient(S, k, v) * S
            ),
            "lr multiplies the state within the loss; it multiplies the gradient.": (
                lambda S, k, v, lr, d: (1 - d) * S - _gradient(lr * S, k, v)
            ),
            "This takes the loss away; wanted is a step along its gradient.": (
                lambda S, k, v, lr, d: (1 - d) * S - lr * 0.5 * (S.T @ k - v).square().sum()
            ),
            "This is the step alone; the old state is missing.": lambda S, k, v, lr, d: (
                -lr * _gradient(S, k, v)
            ),
            "This is the step alone, and with the wrong sign.": lambda S, k, v, lr, d: (
                lr * _gradient(S, k, v)
            ),
        },
        slips=(
            Slip(
                "`state` was never told to keep gradients. `torch.func.grad(loss)` needs no such "
                "thing.",
                written(r"autograd\.grad\(|\.backward\(\)", unless="requires_grad|Parameter"),
                "def ttt_step(state, k, v, lr, decay):\n"
                "    loss = 0.5 * (state.T @ k - v).square().sum()\n"
                "    return (1 - decay) * state - lr * torch.autograd.grad(loss, state)[0]\n",
            ),
            Slip(
                "The state is K x V: what a key reads is S^T k.",
                written(r"(?<![\w.])\w+ @ k\b(?![\w\[.])"),
                "def ttt_step(state, k, v, lr, decay):\n"
                "    def loss(S):\n"
                "        return 0.5 * (S @ k - v).square().sum()\n"
                "    return (1 - decay) * state - lr * torch.func.grad(loss)(state)\n",
            ),
            Slip(
                "A loss is one number; this one has a square for each number of v.",
                written(
                    r"\.square\(\)|square\(|\*\* 2|\.pow\(2\)",
                    unless=r"sum|mean|norm|dot|einsum|mse_loss|outer|jacrev|vmap",
                ),
                "def ttt_step(state, k, v, lr, decay):\n"
                "    def loss(S):\n"
                "        return 0.5 * (S.T @ k - v).square()\n"
                "    return (1 - decay) * state - lr * torch.func.grad(loss)(state)\n",
            ),
            Slip(
                "The gradient of a function is `torch.func.grad`; a `torch.grad` there is not.",
                written(r"\btorch\.grad\("),
                "def ttt_step(state, k, v, lr, decay):\n"
                "    def loss(S):\n"
                "        return 0.5 * (S.T @ k - v).square().sum()\n"
                "    return (1 - decay) * state - lr * torch.grad(loss)(state)\n",
            ),
            Slip(
                "`torch.func.grad(loss)` is a function, the gradient at any state: call it.",
                written(r"\* (torch\.func\.)?grad\(\w+\)(?!\()|func\.grad\(\w+, state\)"),
                "def ttt_step(state, k, v, lr, decay):\n"
                "    def loss(S):\n"
                "        return 0.5 * (S.T @ k - v).square().sum()\n"
                "    return (1 - decay) * state - lr * torch.func.grad(loss)\n",
            ),
        ),
        hints=(
            "Write the loss as a function of the state; `torch.func.grad` turns it into its "
            "gradient.",
            "`loss = lambda S: 0.5 * (S.T @ k - v).square().sum()`, "
            "then `torch.func.grad(loss)(state)`.",
        ),
        gradient_hint="An outer training runs back through this step: no .detach(), and with "
        "torch.autograd.grad it takes create_graph=True.",
        meaning="With decay = 0 this is the delta rule, and lr is its beta.",
    ),
    ExpressionExercise(
        "12.two_steps",
        "beta kk",
        lambda beta, kk: 2 * beta - beta**2 * kk,
        example=("1/4", "3"),
        mistakes={
            "Right if the second step saw the same error; it sees what the first one left.": (
                lambda beta, kk: 2 * beta
            ),
            "This is the one for keys of length 1.": lambda beta, kk: 2 * beta - beta**2,
            "This is what is left of the error, 1 - beta' kk.": lambda beta, kk: (
                (1 - beta * kk) ** 2
            ),
            "This is beta' kk; divide by kk.": lambda beta, kk: 1 - (1 - beta * kk) ** 2,
            "The sign: the second step is smaller than the first, not larger.": (
                lambda beta, kk: 2 * beta + beta**2 * kk
            ),
            "This is the second step alone.": lambda beta, kk: beta * (1 - beta * kk),
            "beta times beta: steps add up, errors multiply.": lambda beta, kk: beta**2,
            "The square of beta kk has no factor 2: (1 - beta kk)^2 is 1 - 2 beta kk + "
            "(beta kk)^2.": (lambda beta, kk: 2 * beta - 2 * beta**2 * kk),
            "The square of beta kk has no factor 1/2.": lambda beta, kk: (
                2 * beta - beta**2 * kk / 2
            ),
            "All of 2 beta kk - (beta kk)^2 is divided by kk, its second part as well.": (
                lambda beta, kk: 2 * beta - beta**2 * kk**2
            ),
            "All of 2 beta kk - (beta kk)^2 is divided by kk, its first part as well.": (
                lambda beta, kk: 2 * beta * kk - beta**2 * kk
            ),
            "kk belongs to what is left of the error, 1 - beta kk; and the second step sees less "
            "than the first.": lambda beta, kk: 2 * beta * kk,
            "This is by how much the second step is smaller than the first.": (
                lambda beta, kk: beta**2 * kk
            ),
            "The sign: solve 1 - beta' kk = (1 - beta kk)^2 for beta', not for -beta'.": (
                lambda beta, kk: beta**2 * kk - 2 * beta
            ),
            "This is what one step leaves of the error.": lambda beta, kk: 1 - beta * kk,
            "This is what two steps leave of the error, divided by kk.": lambda beta, kk: (
                (1 - beta * kk) ** 2 / kk
            ),
            "The brackets: 1 - (1 - beta kk)^2 is divided as a whole.": lambda beta, kk: (
                1 - (1 - beta * kk) ** 2 / kk
            ),
            "A step leaves 1 - beta kk, not 1 - beta; divided by kk only the outside was.": (
                lambda beta, kk: (1 - (1 - beta) ** 2) / kk
            ),
            "This is one step; the second adds to it.": lambda beta, kk: beta,
            "This is a step, and what the step leaves of the error; the second step is beta times "
            "that.": lambda beta, kk: beta + 1 - beta * kk,
            "(beta kk)^2 divided by kk is beta^2 kk.": lambda beta, kk: 2 * beta - beta**2 / kk,
        },
        hints=(
            "One step leaves 1 - beta kk of the error, two leave (1 - beta kk)^2.",
            "Solve 1 - beta' kk = (1 - beta kk)^2 for beta'.",
        ),
        meaning="The second step sees only what the first has left.",
    ),
    ExpressionExercise(
        "12.list_size",
        "K V",
        lambda K, V: K,
        example=("8", "5"),
        mistakes={
            "This is how many numbers the state holds; divide by those of one pair.": (
                lambda K, V: K**2 + K * V
            ),
            "The state holds P as well: K x K beside K x V.": lambda K, V: K * V / (K + V),
            "This is P alone; S has to be carried, too.": lambda K, V: K**2 / (K + V),
            "A pair takes its value, too: K + V numbers.": lambda K, V: K + V,
            "Of a pair the key is kept as well: K + V numbers, not V.": (
                lambda K, V: (K**2 + K * V) / V
            ),
            "P is K x K, not K numbers.": lambda K, V: (K + K * V) / (K + V),
            "P has a row and a column for each number of a key, not of a value.": lambda K, V: V,
            "P and S stand side by side: their numbers are added, not multiplied.": (
                lambda K, V: K**3 * V / (K + V)
            ),
            "P is symmetric, and half of it would do; but the state holds all of it.": (
                lambda K, V: (K * (K + 1) / 2 + K * V) / (K + V)
            ),
            "These are the numbers of S; a list of n pairs has n (K + V).": lambda K, V: K * V,
            "A pair is a key beside a value: K + V numbers, not K V.": (
                lambda K, V: (K**2 + K * V) / (K * V)
            ),
            "P over a value; the state holds S, too, and a pair its key.": (lambda K, V: K**2 / V),
            "Upside down: the numbers of the state, divided by those of a pair.": (
                lambda K, V: 1 / K
            ),
        },
        hints=(
            "The state is K x K and K x V, side by side.",
            "Solve n (K + V) = K K + K V for n.",
        ),
        meaning="With fewer pairs the list is smaller; but the list grows on.",
    ),
)
