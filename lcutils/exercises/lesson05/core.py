"""Lesson 05, core path: a state that is a sum, how it is written, read, and how it fades."""

from __future__ import annotations

import ast
import math

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    Slip,
    normal,
    row,
    square_root,
)
from lcutils.checking.syntax import operands


def additive_step(x: Tensor, state: Tensor) -> Tensor:
    """x: [B, D], state: [B, D] -> the new state: [B, D]"""
    return state + x


def state_gradient(state: Tensor, target: Tensor) -> Tensor:
    """Gradient of 1/2 ||state - target||^2 with respect to state; all [B, D]"""
    return state - target


def _has_a_factor(tree: ast.AST) -> bool:
    """Is the old state multiplied by something?"""
    return any("state" in pair for pair in operands(tree, ast.Mult))


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
            "The signal is the same in every draw: it adds neither 1 nor 1/d.": (
                lambda T, d: 1 + T / d
            ),
            "This is the noise of two words that were not stored; one that was is asked for.": (
                lambda T, d: 2 * T / d
            ),
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
    NumberExercise(
        "05.half_life",
        math.log(2) / -math.log(0.97),
        tolerance=0.8,  # 22 and 23 are right
        unit="steps",
        mistakes={
            "This is 1/(1 - gamma), the total weight of all words.": 1 / 0.03,
            "Each step takes 3 % of what is left, not of the first weight.": 0.5 / 0.03,
            "Is this 0.5/0.03? Each step takes 3 % of what is left. "
            "Or 1/(1 - gamma^2)? That is the sum of gamma^(2a) over all ages.": 1 / (1 - 0.97**2),
            "A time is positive: ln gamma is below 0.": math.log(2) / math.log(0.97),
            "This is -ln gamma, what a step takes. How many steps make ln 2?": -math.log(0.97),
            "Upside down: this is -ln gamma / ln 2.": -math.log(0.97) / math.log(2),
            "Two kinds of logarithm are mixed.": math.log(2) / -math.log10(0.97),
            "Two kinds of logarithm are mixed: log10 of 2, but ln of gamma.": (
                math.log10(2) / -math.log(0.97)
            ),
            "This is the time to 1/e: take ln 2 instead of 1.": 1 / -math.log(0.97),
            "This is the weight after one step.": 0.97,
            "This is the root of gamma; wanted is the h of gamma^h = 1/2.": math.sqrt(0.97),
            "gamma itself stands below; wanted is minus its logarithm.": math.log(2) / 0.97,
            "1/2 divided by gamma undoes one step; how many make 1/2?": 0.5 / 0.97,
            "This is ln 2 times gamma; gamma belongs into a logarithm.": math.log(2) * 0.97,
            "This is ln 2. Divide it by what a step takes.": math.log(2),
            "This is log2 of gamma: turn it over, and mind the sign.": math.log2(0.97),
            "This is half of gamma; the weight is multiplied by gamma again and again.": 0.97 / 2,
            "This is the weight that is left; wanted is the number of steps.": 0.5,
            "This is what the first step takes.": 0.03,
            "After so many steps a quarter is left.": 2 * math.log(2) / -math.log(0.97),
            "This halves gamma^(2a), the noise; wanted is the half of gamma^a.": (
                math.log(2) / -math.log(0.97) / 2
            ),
            "That is for gamma = 0.9; here it is 0.97.": 7,
        },
        hints=("Solve `0.97^h = 1/2` for `h`.", "Take the logarithm of both sides."),
        meaning="After as many steps again a quarter is left.",
    ),
    FunctionExercise(
        "05.state_gradient",
        state_gradient,
        worked=(row([1, 5]), row([3, 1])),
        draw=lambda rng, B, D: (normal(rng, B, D), normal(rng, B, D)),
        sizes=({"B": 1, "D": 1}, {"B": 3, "D": 2}, {"B": 2, "D": 5}),
        given="return target - state",
        mistakes={
            "The sign is the wrong way round, as in line 2.": lambda c, a: a - c,
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
)
