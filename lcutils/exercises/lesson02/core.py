"""Lesson 02: where springs come to rest, and where negative sampling does."""

from __future__ import annotations

import ast
import re
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
from lcutils.checking.syntax import calls, code_of, keeps_axis, operands


def resting_places(counts: Tensor, u: Tensor) -> Tensor:
    """counts: [N, M], no row all 0, u: [M, D] contexts -> the resting places: [N, D]"""
    return counts @ u / _rows(counts)


def draw_counts(rng: torch.Generator, N: int, M: int) -> Tensor:
    """Whole numbers, about half of them 0, and something in every row and column: [N, M]."""
    counts = normal(rng, N, M).mul(3).clamp(min=0).ceil()
    i = torch.arange(max(N, M), device="cpu")
    counts[i % N, i % M] += 1
    return counts


def _rows(counts: Tensor) -> Tensor:
    return counts.sum(1, keepdim=True)


def _divided_at_each_step(counts: Tensor, u: Tensor) -> Tensor:
    v = torch.zeros_like(counts[:, :1] * u[:1])
    for column, context in zip(counts.T, u, strict=True):
        v = (v + column[:, None] * context) / _rows(counts)
    return v


def _totals_lie_flat(tree: ast.AST) -> bool:
    """Is there a sum that loses its axis, and nothing that gives it back?"""
    is_flat = any(not keeps_axis(call) for call in calls(tree, "sum"))
    return is_flat and ".sum" in code_of(tree) and not _gives_an_axis(tree)


def _gives_an_axis(tree: ast.AST) -> bool:
    """Is there an axis of length 1, a loop, a transpose or a diagonal?"""
    code = code_of(tree)
    words = ("None", "squeeze", "shape", "view", "einsum", "for ", ".T", "diag", "vmap", "True")
    return any(word in code for word in words)


def _sums_over_words(tree: ast.AST) -> bool:
    """Is there a `sum(0)`, not of u and outside of a loop?"""
    code = code_of(tree)
    sums = [ast.unparse(call) for call in calls(tree, "sum")]
    is_there = any(re.search(r"[(= ](0|-2)[,)]", s) and not s.startswith("u.") for s in sums)
    return is_there and "for " not in code and "vmap" not in code


def _meets_the_entries(tree: ast.AST) -> bool:
    """Is `counts` multiplied with `u` entry by entry?"""
    return bool({("counts", "u"), ("u", "counts")} & operands(tree, ast.Mult))


def _euler() -> Any:
    """What SymPy takes a bare `E` for."""
    import sympy

    return sympy.E


ENTRIES = (
    FunctionExercise(
        "02.resting_places",
        resting_places,
        worked=(row([1, 1, 2], [3, 1, 0]), row([0, 8], [4, 0], [8, 8])),
        draw=lambda rng, N, M, D: (draw_counts(rng, N, M), normal(rng, M, D)),
        sizes=(
            {"N": 1, "M": 1, "D": 1},
            {"N": 1, "M": 3, "D": 2},
            {"N": 5, "M": 4, "D": 1},
            {"N": 4, "M": 7, "D": 3},
        ),
        mistakes={
            "These are the weighted sums. Divide each of them.": lambda n, u: n @ u,
            "The sum of the whole table divides; each word has a total of its own.": (
                lambda n, u: n @ u / n.sum()
            ),
            "The column totals divide: how often each context came, whatever the word.": (
                lambda n, u: n / n.sum(0) @ u
            ),
            "The counts are not used: this is the plain mean of all contexts.": (
                lambda n, u: u.mean(0).expand(len(n), -1)
            ),
            "Every context that came at all counts once; one that came three times pulls "
            "three times.": lambda n, u: resting_places((n > 0).to(n.dtype), u),
            "It is divided by M, the number of contexts.": lambda n, u: n @ u / len(u),
            "It is divided by how many different contexts came, not by how often they came.": (
                lambda n, u: n @ u / (n > 0).sum(1, keepdim=True)
            ),
            "It is divided by the mean of a row, not by its sum.": (
                lambda n, u: n @ u / n.mean(1, keepdim=True)
            ),
            "It is divided by the largest count of a row, not by the sum of all.": (
                lambda n, u: n @ u / n.amax(1, keepdim=True)
            ),
            "It is divided by the length of a row, not by its sum.": (
                lambda n, u: n @ u / n.norm(dim=1, keepdim=True)
            ),
            "The vectors are added up below; it is the weights whose sum divides.": (
                lambda n, u: n @ u / u.sum(0)
            ),
            "It is divided twice.": lambda n, u: n @ u / _rows(n) ** 2,
            "The vectors that come out are made to add up to 1; it is the weights that should.": (
                lambda n, u: n @ u / _rows(n @ u)
            ),
            "No softmax is needed: counts are weights already.": lambda n, u: n.softmax(1) @ u,
            "The counts are squared; only the distance is.": (
                lambda n, u: resting_places(n * n, u)
            ),
            "The counts are under a root; they stand in the loss as they are.": (
                lambda n, u: resting_places(n.sqrt(), u)
            ),
            "The logarithm of the counts was taken; they stand in the loss as they are.": (
                lambda n, u: resting_places(n.log1p(), u)
            ),
            "Every count was made larger by 1.": lambda n, u: resting_places(n + 1, u),
            "This is the most frequent context alone; the others pull, too.": (
                lambda n, u: u[n.argmax(1)]
            ),
            "Twice too large: the gradient's 2 cancels.": lambda n, u: 2 * resting_places(n, u),
            "Half of it: the gradient's 2 cancels.": lambda n, u: resting_places(n, u) / 2,
            "The sign is the wrong way round: a word lies among its contexts.": (
                lambda n, u: -resting_places(n, u)
            ),
            "This is one place for all words together; each has a company of its own.": (
                lambda n, u: n.sum(0) @ u / n.sum()
            ),
            "This is the first word alone; wanted are all N.": (
                lambda n, u: resting_places(n, u)[0]
            ),
            "The vectors are weighted right. Add them up over the contexts.": (
                lambda n, u: (n / _rows(n))[:, :, None] * u
            ),
            "The sum runs over the D entries of a vector; it should run over the contexts.": (
                lambda n, u: (n / _rows(n))[:, :, None].mul(u).sum(2)
            ),
            "Each word's vector stands in a column; it should be a row.": (
                lambda n, u: resting_places(n, u).T
            ),
            "This is one number for each word: the sum went over D, too.": (
                lambda n, u: resting_places(n, u).sum(1)
            ),
            "Only the last context is left: each step of the loop must add to the sum.": (
                lambda n, u: n[:, -1:] * u[-1] / _rows(n)
            ),
            "The division stands in the loop: early contexts are divided again and again.": (
                _divided_at_each_step
            ),
        },
        slips=(
            Slip(
                "counts * u goes entry by entry; each count belongs to a whole vector, "
                "and the contexts are to be added up.",
                _meets_the_entries,
                "def resting_places(counts, u):\n"
                "    return (counts * u).sum(1) / counts.sum(1, keepdim=True)\n",
            ),
            Slip(
                "u @ counts has its factors the wrong way round: the contexts should meet.",
                lambda tree: ("u", "counts") in operands(tree, ast.MatMult),
                "def resting_places(counts, u):\n"
                "    return u @ counts / counts.sum(1, keepdim=True)\n",
            ),
            Slip(
                "Turned over, the table has a row for each context; wanted is one for each word.",
                lambda tree: any(left.endswith(".T") for left, _ in operands(tree, ast.MatMult)),
                "def resting_places(counts, u):\n"
                "    return counts.T @ u / counts.sum(1, keepdim=True)\n",
            ),
            Slip(
                "sum(0) adds up over the words; the total of a word is the sum of its row.",
                _sums_over_words,
                "def resting_places(counts, u):\n    return counts @ u / counts.sum(0)[:, None]\n",
            ),
            Slip(
                "The totals lie flat, one a word, and meet the D entries of a vector: "
                "keep their axis.",
                _totals_lie_flat,
                "def resting_places(counts, u):\n    return counts @ u / counts.sum(1)\n",
            ),
        ),
        hints=(
            "For one word the sum of `a_i x_i` is a row of counts times `u`. And for all rows?",
            "Each row of `counts @ u` is divided by one number: which, and what is its shape?",
        ),
        meaning="There the pulls of its whole company cancel, for every word at once.",
        has_gradient=False,  # nothing goes back through it: NumPy's numbers are right, too
        is_loop_free=True,
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
            "This is 1 / sigma(s), which is 1 + e^-s.": lambda wc, w, c, n, neg: (
                1 + neg * w * c / (wc * n)
            ),
            "This is twice the slope at s = 0; wanted is e^s where the slope is zero.": (
                lambda wc, w, c, n, neg: neg * w * c / n - wc
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
