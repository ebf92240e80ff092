"""Lesson 12: a step by autograd, two steps on one pair, and what a best fit in one pass carries."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    NumberExercise,
    Slip,
    normal,
    row,
)
from lcutils.checking.syntax import written


def ttt_step(state: Tensor, k: Tensor, v: Tensor, lr: float, decay: float) -> Tensor:
    """state: [K, V], k: [K], v: [V] -> the state after one step on the loss of this pair: [K, V]"""
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
        "beta n",
        lambda beta, n: 2 * beta - beta**2 * n,
        example=("1/4", "3"),
        mistakes={
            "Right if the second step saw the same error; it sees what the first one left.": (
                lambda beta, n: 2 * beta
            ),
            "This is the one for keys of length 1.": lambda beta, n: 2 * beta - beta**2,
            "This is what is left of the error, 1 - beta' n.": lambda beta, n: (1 - beta * n) ** 2,
            "This is beta' n; divide by n.": lambda beta, n: 1 - (1 - beta * n) ** 2,
            "The sign: the second step is smaller than the first, not larger.": (
                lambda beta, n: 2 * beta + beta**2 * n
            ),
            "This is the second step alone.": lambda beta, n: beta * (1 - beta * n),
            "beta times beta: steps add up, errors multiply.": lambda beta, n: beta**2,
            "The square of beta n has no factor 2: (1 - beta n)^2 = 1 - 2 beta n + (beta n)^2.": (
                lambda beta, n: 2 * beta - 2 * beta**2 * n
            ),
            "The square of beta n has no factor 1/2.": lambda beta, n: 2 * beta - beta**2 * n / 2,
            "All of 2 beta n - (beta n)^2 is divided by n, its second part as well.": (
                lambda beta, n: 2 * beta - beta**2 * n**2
            ),
            "All of 2 beta n - (beta n)^2 is divided by n, its first part as well.": (
                lambda beta, n: 2 * beta * n - beta**2 * n
            ),
            "n belongs to what is left of the error, 1 - beta n; and the second step sees less "
            "than the first.": lambda beta, n: 2 * beta * n,
            "This is by how much the second step is smaller than the first.": (
                lambda beta, n: beta**2 * n
            ),
            "The sign: solve 1 - beta' n = (1 - beta n)^2 for beta', not for -beta'.": (
                lambda beta, n: beta**2 * n - 2 * beta
            ),
            "This is what one step leaves of the error.": lambda beta, n: 1 - beta * n,
            "This is what two steps leave of the error, divided by n.": lambda beta, n: (
                (1 - beta * n) ** 2 / n
            ),
            "The brackets: 1 - (1 - beta n)^2 is divided as a whole.": lambda beta, n: (
                1 - (1 - beta * n) ** 2 / n
            ),
            "A step leaves 1 - beta n, not 1 - beta; divided by n only the outside was.": (
                lambda beta, n: (1 - (1 - beta) ** 2) / n
            ),
            "This is one step; the second adds to it.": lambda beta, n: beta,
            "This is a step, and what the step leaves of the error; the second step is beta times "
            "that.": lambda beta, n: beta + 1 - beta * n,
            "(beta n)^2 divided by n is beta^2 n.": lambda beta, n: 2 * beta - beta**2 / n,
        },
        hints=(
            "One step leaves 1 - beta n of the error, two leave (1 - beta n)^2.",
            "Solve 1 - beta' n = (1 - beta n)^2 for beta'.",
        ),
        meaning="The second step sees only what the first has left.",
    ),
    NumberExercise(
        "12.floats",
        value=8192,
        tolerance=0,
        unit="numbers",
        mistakes={
            "This is S alone; P has to be carried as well.": 4096,
            "This is P and S, each K x K x V: P is K x K, S is K x V.": 2 * 64**3,
            "These are the sides; count the entries.": 192,
            "P is K x K, not K numbers.": 64 * 64 + 64,
            "This is a state for keys and values side by side, (K + V)^2.": 128**2,
            "This counts P twice: it is K x K once.": 3 * 4096,
            "P and S have two sides each: K x K and K x V.": 64**3,
            "These are the sides of P; count the entries, of S too.": 128,
            "Near, but count exactly: the entries of P and of S, and nothing beside.": 8192 + 64,
            "This is one side of the two; count the entries.": 64,
            "P and S stand side by side: their numbers are added, not multiplied.": 4096**2,
            "P is symmetric, and half of it would do; but the state holds all of it.": 2080 + 4096,
            "These are bytes of 32-bit numbers; count the numbers.": 4 * 8192,
        },
        hints=(
            "P has K rows and columns, S has K rows and V columns.",
            "P alone has 64 * 64 numbers.",
        ),
    ),
)
