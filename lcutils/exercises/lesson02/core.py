"""Lesson 02: what a mean minimises, and where negative sampling comes to rest."""

from __future__ import annotations

import ast
from typing import Any

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Slip,
    exponential,
    logarithm,
    normal,
    row,
)
from lcutils.checking.syntax import operands


def weighted_mean(x: Tensor, a: Tensor) -> Tensor:
    """x: [N, D], weights a > 0: [N] -> the v that minimises sum a_i ||v - x_i||^2: [D]"""
    return a @ x / a.sum()


def _divided_at_each_step(x: Tensor, a: Tensor) -> Tensor:
    v = torch.zeros_like(x[0])
    for vector, weight in zip(x, a, strict=True):
        v = (v + weight * vector) / a.sum()
    return v


def _meets_the_entries(tree: ast.AST) -> bool:
    """Is `a` multiplied along D? `a @ x` is right, `x @ a` and `a * x` are not."""
    return bool({("a", "x"), ("x", "a")} & operands(tree, ast.Mult)) or (
        ("x", "a") in operands(tree, ast.MatMult)
    )


def _euler() -> Any:
    """What SymPy takes a bare `E` for."""
    import sympy

    return sympy.E


ENTRIES = (
    FunctionExercise(
        "02.weighted_mean",
        weighted_mean,
        worked=(row([0, 8], [4, 0], [8, 8]), row(1, 1, 2)),
        draw=lambda rng, N, D: (normal(rng, N, D), normal(rng, N).exp()),
        sizes=({"N": 1, "D": 1}, {"N": 1, "D": 3}, {"N": 4, "D": 2}, {"N": 7, "D": 3}),
        mistakes={
            "The weights are not used: this is the plain mean.": lambda x, a: x.mean(0),
            "This is the weighted sum. Divide it.": lambda x, a: a @ x,
            "It is divided by N, not by the sum of a.": lambda x, a: a @ x / len(a),
            "Twice too large: the gradient's 2 cancels.": lambda x, a: 2 * (a @ x) / a.sum(),
            "Half of it: the gradient's 2 cancels.": lambda x, a: a @ x / (2 * a.sum()),
            "This is one number: the sum went over D, too.": lambda x, a: (
                (a[:, None] * x).sum() / a.sum()
            ),
            "It is divided by the length of a, not by its sum.": lambda x, a: a @ x / a.norm(),
            "It is divided by the sum of all a^2, not of all a.": lambda x, a: a @ x / (a @ a),
            "No softmax is needed: these are weights already.": lambda x, a: a.softmax(0) @ x,
            "The weights are squared; only the distance is.": lambda x, a: weighted_mean(x, a * a),
            "The weights are under a root; they stand in the loss as they are.": (
                lambda x, a: weighted_mean(x, a.sqrt())
            ),
            "A large weight counts little: 1/a was taken.": lambda x, a: weighted_mean(x, 1 / a),
            "This is the median. It is best for plain distances, not for their squares.": (
                lambda x, a: x.median(0).values
            ),
            "This is the vector with the largest a; the others pull, too.": lambda x, a: x[
                a.argmax()
            ],
            "The vectors are weighted right. Add them up.": lambda x, a: a[:, None] * x / a.sum(),
            "The sum runs over the entries of a vector, not over the vectors.": (
                lambda x, a: (a[:, None] * x).sum(1) / a.sum()
            ),
            "It is divided by N as well; the sum of a is enough.": (
                lambda x, a: a @ x / (len(a) * a.sum())
            ),
            "It is divided by the sum of a twice.": lambda x, a: a @ x / a.sum() ** 2,
            "An axis of length 1 is left over: wanted is one vector, [D].": (
                lambda x, a: a[None] @ x / a.sum()
            ),
            "The weights stand below only; each vector needs its own on top, too.": (
                lambda x, a: x.sum(0) / a.sum()
            ),
            "It is divided by the mean of a, not by its sum.": lambda x, a: a @ x / a.mean(),
            "It is divided by the largest weight, not by the sum of all.": (
                lambda x, a: a @ x / a.max()
            ),
            "The sign is the wrong way round: v lies among the vectors.": (
                lambda x, a: -(a @ x) / a.sum()
            ),
            "This is the loss at its lowest; wanted is the v at which it is so low.": (
                lambda x, a: a @ (x - weighted_mean(x, a)).square().sum(1)
            ),
            "Only the last vector is left: each step of the loop must add to the sum.": (
                lambda x, a: a[-1] * x[-1] / a.sum()
            ),
            "The division stands in the loop: early vectors are divided again and again.": (
                _divided_at_each_step
            ),
        },
        slips=(
            Slip(
                "a has a number for each vector, not for each entry of one: "
                "give it an axis for D, or let it sum over the vectors.",
                _meets_the_entries,
                "def weighted_mean(x, a):\n    return (a * x).sum(0) / a.sum()\n",
            ),
        ),
        hints=(
            "At the lowest point the gradient `2 * sum a_i (v - x_i)` is zero: solve that for `v`.",
            "`a @ x` is the sum of `a_i x_i`. What is left to divide by?",
        ),
        meaning="There the pulls of all contexts cancel.",
        has_gradient=False,  # nothing goes back through it: NumPy's numbers are right, too
    ),
    ExpressionExercise(
        "02.optimum",
        "n_wc n_w n_c n n_neg",
        lambda wc, w, c, n, neg: wc * n / (neg * w * c),
        mistakes={
            "E is to be written out: n_neg n_w n_c / n.": lambda wc, w, c, n, neg: wc / _euler(),
            "Upside down, and E is to be written out: n_neg n_w n_c / n.": (
                lambda wc, w, c, n, neg: _euler() / wc
            ),
            "Upside down: a pair seen often scores high.": lambda wc, w, c, n, neg: (
                neg * w * c / (wc * n)
            ),
            "n_neg is missing: each pair has n_neg draws.": lambda wc, w, c, n, neg: (
                wc * n / (w * c)
            ),
            "n_neg is on top: noise lowers the score.": lambda wc, w, c, n, neg: (
                neg * wc * n / (w * c)
            ),
            "n is missing: E is n_neg n_w n_c / n.": lambda wc, w, c, n, neg: wc / (neg * w * c),
            "n stands below; it should be on top.": lambda wc, w, c, n, neg: wc / (neg * w * c * n),
            "One n too many.": lambda wc, w, c, n, neg: wc * n**2 / (neg * w * c),
            "n_w is missing: a frequent word meets more noise.": (
                lambda wc, w, c, n, neg: wc * n / (neg * c)
            ),
            "n_c is missing: a frequent context is drawn more often.": (
                lambda wc, w, c, n, neg: wc * n / (neg * w)
            ),
            "n and n_c are missing: E is n_neg n_w n_c / n.": lambda wc, w, c, n, neg: (
                wc / (neg * w)
            ),
            "A bracket is missing: Python divides by n_neg alone, then multiplies.": (
                lambda wc, w, c, n, neg: wc * n / neg * w * c
            ),
            "A bracket is missing: Python divides by n_neg and n alone.": (
                lambda wc, w, c, n, neg: wc / neg * w * c / n
            ),
            "This is s itself; wanted is e^s.": lambda wc, w, c, n, neg: logarithm(
                wc * n / (neg * w * c)
            ),
            "log(a) - log(b) is log(a / b): n_neg divides, it is not taken off.": (
                lambda wc, w, c, n, neg: wc * n / (w * c) - neg
            ),
            "This is sigma(s), the part of the pairs that are real; wanted is e^s.": (
                lambda wc, w, c, n, neg: wc * n / (wc * n + neg * w * c)
            ),
            "The sign is wrong: e^s is above 0.": lambda wc, w, c, n, neg: -wc * n / (neg * w * c),
            "This is a difference; wanted is a ratio.": lambda wc, w, c, n, neg: (
                wc - neg * w * c / n
            ),
            "This is sigma(-s), the part of the pairs that are drawn; wanted is e^s.": (
                lambda wc, w, c, n, neg: neg * w * c / (wc * n + neg * w * c)
            ),
            "This is 1 / sigma(-s), which is e^s + 1.": lambda wc, w, c, n, neg: (
                1 + wc * n / (neg * w * c)
            ),
            "This is E alone; n_wc is missing.": lambda wc, w, c, n, neg: neg * w * c / n,
            "n and n_neg are missing: E is n_neg n_w n_c / n.": lambda wc, w, c, n, neg: (
                wc / (w * c)
            ),
            "n_w, n_c and n are missing: E is n_neg n_w n_c / n.": (
                lambda wc, w, c, n, neg: wc / neg
            ),
            "n_w and n_c are added; in E they are multiplied.": lambda wc, w, c, n, neg: (
                wc * n / (neg * (w + c))
            ),
            "A bracket is missing: Python divides by n_neg n_w, then multiplies by n_c.": (
                lambda wc, w, c, n, neg: wc * n / (neg * w) * c
            ),
            "This is the PMI: a logarithm, and without n_neg; wanted is e^s.": (
                lambda wc, w, c, n, neg: logarithm(wc * n / (w * c))
            ),
            "log n_neg belongs to s; in e^s it is n_neg that divides.": (
                lambda wc, w, c, n, neg: wc * n / (w * c) - logarithm(neg)
            ),
            "n_neg stands in a logarithm; in e^s there is none.": lambda wc, w, c, n, neg: (
                wc * n / (w * c * logarithm(neg))
            ),
            "One exponential too many: the ratio itself is e^s.": lambda wc, w, c, n, neg: (
                exponential(wc * n / (neg * w * c))
            ),
        },
        hints=(
            "Set the slope to zero: `n_wc sigma(-s) = E sigma(s)`, with `E = n_neg n_w n_c / n`.",
            "Divide by `sigma(-s)`, and use that `sigma(s) / sigma(-s)` is `e^s`.",
        ),
        meaning="e^s says how many times more often the pair was seen than it was drawn.",
    ),
)
