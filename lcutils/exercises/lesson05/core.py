"""Lesson 05, core path: a state that is a sum, how it is written and how it is read."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Slip,
    normal,
    row,
    square_root,
)
from lcutils.checking.syntax import operands, written


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


def collected_wrongly(states: Callable[..., Tensor]) -> dict[str, Callable[..., Tensor]]:
    """The mistakes of one who computes the right states, all [B, D], and loses them again."""
    return {
        "The states are stacked along the first axis; time is the second.": (
            lambda *given: states(*given).transpose(0, 1)
        ),
        "The states are stacked along the last axis; time is the second.": (
            lambda *given: states(*given).transpose(1, 2)
        ),
        "The states stand in one long row; give time an axis of its own.": (
            lambda *given: states(*given).flatten(1)
        ),
        "The states stand one below the other; give time an axis of its own.": (
            lambda *given: states(*given).transpose(0, 1).flatten(0, 1)
        ),
        "This is the last state alone, and an axis for it; wanted are all T.": (
            lambda *given: states(*given)[:, -1:]
        ),
        "This is c_1 alone. Does the loop return in its first step?": (
            lambda *given: states(*given)[:, 0]
        ),
    }


def stops_early(tree: ast.AST) -> bool:
    """Does a loop end one step before the last?"""
    ranges = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args]
    ends = [call.args[:2][-1] for call in ranges if ast.unparse(call.func) == "range"]
    return any(isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub) for end in ends)


LOOPS_OVER_TEXTS = "The loop runs over the texts; time is the second axis of x."
loops_over_texts = written(
    r"range\((len\(x\)|x\.shape\[0\]|x\.size\(0\))\)|\bin (enumerate\()?x\b(?![.\[])",
    unless=r"x\.(shape\[1\]|size\(1\)|unbind|transpose|permute)|\bx =",
)


def _has_a_factor(tree: ast.AST) -> bool:
    """Is the old state multiplied by something?"""
    return any("state" in pair for pair in operands(tree, ast.Mult))


def _has_no_time(tree: ast.AST) -> bool:
    """Is initial_state as it is added to something that no loop has made?"""
    loops = any(
        isinstance(node, ast.For | ast.While | ast.comprehension) for node in ast.walk(tree)
    )
    sums = operands(tree, ast.Add)
    return not loops and any("initial_state" in pair for pair in sums)


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
            "Each text gets the mean of all x; each has its own.": lambda x, c: c + x.mean(0),
            "Each text gets the x of the first; each has its own.": lambda x, c: c + x[0],
            "x and the state stand side by side; add them.": lambda x, c: torch.cat([x, c], 1),
            "The two stand one below the other; add them.": lambda x, c: torch.cat([c, x]),
            "The two are stacked; add them.": lambda x, c: torch.stack([c, x]),
            "The entries are added up, too; each stays by itself.": lambda x, c: (c + x).sum(1),
            "There is no tanh in this memory: it is a plain sum.": lambda x, c: (c + x).tanh(),
        },
        slips=(
            Slip(
                "x stands for W x: no W is needed here.",
                lambda tree: any(isinstance(n, ast.Name) and n.id == "W" for n in ast.walk(tree)),
                "def additive_step(x, state):\n    return state + x @ W.T\n",
            ),
            Slip(
                "The old state is kept whole here: it has no factor.",
                _has_a_factor,
                "def additive_step(x, state):\n    return 0.9 * state + 0.1 * x\n",
            ),
        ),
        hints=(
            "Add `x` to the old state, in a new tensor: your caller may still need the old one.",
            "The body is one line: `return state + ...`",
        ),
        meaning="One addition a word: a long text takes no more room than a short one.",
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
            "This is the mean over the texts; each has its own gradient.": lambda c, a: (
                c - a
            ).mean(0),
            "This is one distance for everything; wanted is a slope for each entry.": (
                lambda c, a: (c - a).norm()
            ),
            "The target has the right sign; the state has the wrong one.": lambda c, a: -a - c,
            "The loss is a sum, not a mean: do not divide.": lambda c, a: (c - a) / c.numel(),
            "It is divided by the number of texts.": lambda c, a: (c - a) / len(c),
            "The loss has the square of the distance; this is the gradient of the distance.": (
                lambda c, a: (c - a) / (c - a).norm(dim=1, keepdim=True)
            ),
            "This is the square of each difference; wanted is the slope of half of it.": (
                lambda c, a: (c - a).square()
            ),
            "This is the sum of all squares, twice the loss; wanted is a slope for each entry.": (
                lambda c, a: (c - a).square().sum()
            ),
            "This is twice the loss of each text; wanted is a slope for each entry.": (
                lambda c, a: (c - a).square().sum(1)
            ),
            "All differences are added up; each entry has a slope of its own.": (
                lambda c, a: (c - a).sum()
            ),
            "The entries of a text are added up; each has a slope of its own.": (
                lambda c, a: (c - a).sum(1)
            ),
            "This is the loss of each text, with an axis of its own; wanted are slopes.": (
                lambda c, a: (c - a).square().sum(1, keepdim=True) / 2
            ),
            "This is a loss that takes the mean; wanted is a slope for each entry.": (
                lambda c, a: (c - a).square().mean() / 2
            ),
            "This is the distance of each state from its target; wanted is a slope.": (
                lambda c, a: (c - a).norm(dim=1)
            ),
            "This is the gradient of mse_loss: it has no 1/2, and takes the mean.": (
                lambda c, a: 2 * (c - a) / c.numel()
            ),
            "It is divided by D, how long a state is.": lambda c, a: (c - a) / c.shape[1],
            "The sign is the wrong way round, and the 1/2 has not cancelled the 2.": (
                lambda c, a: 2 * (a - c)
            ),
            "The sign is lost: where the state is below the target, the slope is below 0.": (
                lambda c, a: (c - a).abs()
            ),
            "Only the sign is left; the slope grows with the difference.": (
                lambda c, a: (c - a).sign()
            ),
            "The target is added; it should be taken away.": lambda c, a: c + a,
            "The state is missing.": lambda c, a: -a,
            "The inner derivative is 1, not the state: one factor too many.": (
                lambda c, a: (c - a) * c
            ),
            "This is the inner derivative, 1; the outer one is missing.": (
                lambda c, a: torch.ones_like(c)
            ),
            "It is zero at the minimum alone, where the state is the target.": (
                lambda c, a: torch.zeros_like(c)
            ),
        },
        hints=(
            "Use the chain rule on one entry, `1/2 (c - a)^2`; keep the sign of what is inside.",
            "At state 1 and target 3 the loss falls when the state grows: the answer is -2.",
        ),
        meaning="As long as the target holds still, a step against it leads there.",
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
            "Each step has the final state: the list holds one tensor T times, "
            "or each step sums up the whole text.": (
                lambda x, c: (c + x.sum(1))[:, None].expand_as(x)
            ),
            "The list holds one tensor T times: the state is edited in place.": one_list,
            "The sum runs backwards: each step holds what is still to come.": (
                lambda x, c: c[:, None] + x.flip(1).cumsum(1).flip(1)
            ),
            "One step late: these are c_0 to c_(T-1).": lambda x, c: from_c0(x, c)[:, :-1],
            "One state too many: c_0 is there, too; wanted are c_1 to c_T.": from_c0,
            "Nothing adds up: each step holds its own x only.": lambda x, c: c[:, None] + x,
            "Nothing adds up, and the initial state reaches c_1 alone.": lambda x, c: torch.cat(
                [(c + x[:, 0])[:, None], x[:, 1:]], 1
            ),
            "The first x is left out: c_1 is the initial state plus x_1.": (
                lambda x, c: c[:, None] + x.cumsum(1) - x[:, :1]
            ),
            "The initial state is taken away; it should be added.": (
                lambda x, c: x.cumsum(1) - c[:, None]
            ),
            "The x are taken away; they should be added.": lambda x, c: c[:, None] - x.cumsum(1),
            "The initial state counts twice.": lambda x, c: 2 * c[:, None] + x.cumsum(1),
            "cumprod multiplies; wanted are sums.": lambda x, c: c[:, None] + x.cumprod(1),
            "All is multiplied; wanted are sums.": lambda x, c: c[:, None] * x.cumprod(1),
            "The state is not set back when the next text begins.": (
                lambda x, c: c[0] + x.flatten(0, 1).cumsum(0).view_as(x)
            ),
            "Every text begins with the first text's initial state.": (
                lambda x, c: c[:1, None] + x.cumsum(1)
            ),
            "The last state comes first: time is turned round.": (
                lambda x, c: c[:, None] + x.cumsum(1).flip(1)
            ),
            **collected_wrongly(additive_scan),
        },
        slips=(
            Slip(
                "initial_state has no axis for time: give it one of length 1, between B and D.",
                _has_no_time,
                "def additive_scan(x, initial_state):\n    return initial_state + x.cumsum(1)\n",
            ),
            Slip(
                LOOPS_OVER_TEXTS,
                loops_over_texts,
                "def additive_scan(x, initial_state):\n"
                "    state, states = initial_state, []\n"
                "    for x_t in x:\n"
                "        state = state + x_t\n"
                "        states.append(state)\n"
                "    return torch.stack(states, 1)\n",
            ),
            Slip(
                "The loop ends one step early: the last x is never read.",
                stops_early,
                "def additive_scan(x, initial_state):\n"
                "    states = [initial_state + x[:, 0]]\n"
                "    for t in range(1, x.shape[1] - 1):\n"
                "        states.append(states[-1] + x[:, t])\n"
                "    return torch.stack(states, 1)\n",
            ),
        ),
        is_loop_free=True,
        hints=(
            "`torch.cumsum` adds along one axis. Which of the three is time?",
            "`initial_state[:, None, :]` is [B, 1, D], so it can be added to all T states.",
        ),
        meaning="No state has to wait for the one before it: a sum can be cut anywhere.",
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
            "A bracket is missing: T/d - 1 is T over d, minus one.": lambda T, d: T / d - 1,
            "This is the noise of all T read-outs together; one is asked for.": (
                lambda T, d: T * (T - 1) / d
            ),
            "d multiplies; with more numbers there is less noise, not more.": (
                lambda T, d: (T - 1) * d
            ),
            "Each random term counts once, not twice.": lambda T, d: 2 * (T - 1) / d,
            "Only equal terms would give a square; of independent ones the variances add up.": (
                lambda T, d: (T - 1) ** 2 / d
            ),
            "d stays whole; only one word is taken away.": lambda T, d: (T - 1) / (d - 1),
            "Of T words only one is no noise: T - 2 is one too few.": lambda T, d: (T - 2) / d,
            "The sign is the wrong way round: a variance is not below 0.": (
                lambda T, d: (1 - T) / d
            ),
            "Upside down, and the word itself is counted as noise.": lambda T, d: d / T,
            "This is a standard deviation, and the word itself is counted as noise.": (
                lambda T, d: square_root(T / d)
            ),
            "The root is taken of T - 1 alone; a variance has none.": (
                lambda T, d: square_root(T - 1) / d
            ),
            "This is the standard deviation of one random term.": lambda T, d: 1 / square_root(d),
            "0 is the mean of the noise; wanted is its variance.": lambda T, d: 0,
            "1 is the mean of the read-out; wanted is its variance.": lambda T, d: 1,
        },
        hints=(
            "How many of the T terms are random, and how many are the same in every draw?",
            "Each random term has variance `1/d`. With `T = 1` nothing is random.",
        ),
        meaning="Every other word adds 1/d; the word itself adds nothing.",
    ),
)
