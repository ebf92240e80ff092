"""Lesson 02, counts and tables: PMI, a bug in the scores, the pairs of a text."""

from __future__ import annotations

import ast
import math
import re

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, NumberExercise, Slip, normal, row
from lcutils.checking.syntax import calls, code_of, keeps_axis, operands, written
from lcutils.exercises.lesson02.core import draw_counts
from lcutils.exercises.lesson02.sgns import is_floored, takes_formula_log


def pmi(counts: Tensor) -> Tensor:
    """counts: [N, M], how often each pair was seen, no row or column all 0 -> the PMI: [N, M]"""
    return _ratio(counts).log()


def two_tables(V: Tensor, U: Tensor, words: Tensor, contexts: Tensor) -> Tensor:
    """V, U: [N, D] word and context table, words, contexts: [B] row numbers -> the scores: [B]"""
    return (V[words] * U[contexts]).sum(1)


def _ratio(counts: Tensor) -> Tensor:
    """p_wc / (p_w p_c)."""
    return counts * counts.sum() / (_rows(counts) * _columns(counts))


def _rows(counts: Tensor) -> Tensor:
    return counts.sum(1, keepdim=True)


def _columns(counts: Tensor) -> Tensor:
    return counts.sum(0, keepdim=True)


def _by_chance(counts: Tensor) -> Tensor:
    """p_w p_c."""
    return _rows(counts) * _columns(counts) / counts.sum().square()


def _totals_lie_flat(tree: ast.AST) -> bool:
    """Is there a `sum(1)` or `sum(dim=1)`, and nothing that keeps its axis or gives it back?"""
    is_flat = any(
        re.search(r"[(= ]-?1\)$", ast.unparse(call)) and not keeps_axis(call)
        for call in calls(tree, "sum")
    )
    gives_back = ("None", "unsqueeze", "reshape", "view", "outer", "einsum")
    return is_flat and not any(word in code_of(tree) for word in gives_back)


def _tables(rng: torch.Generator, N: int, D: int, B: int) -> Inputs:
    words, contexts = (torch.randint(N, (B,), generator=rng, device="cpu") for _ in range(2))
    return normal(rng, N, D), normal(rng, N, D), words, contexts


ENTRIES = (
    FunctionExercise(
        "02.pmi",
        pmi,
        worked=(row([3, 0], [3, 2]),),
        draw=lambda rng, N, M: (draw_counts(rng, N, M),),
        sizes=({"N": 1, "M": 1}, {"N": 1, "M": 4}, {"N": 3, "M": 5}, {"N": 6, "M": 4}),
        mistakes={
            "This is the logarithm of the counts.": lambda n: n.log(),
            "This is log p_wc; p_w and p_c are missing.": lambda n: (n / n.sum()).log(),
            "The sum of all counts is lost: make probabilities of the counts first.": lambda n: (
                n / (_rows(n) * _columns(n))
            ).log(),
            "The sum of all counts is there once too often.": lambda n: (_ratio(n) * n.sum()).log(),
            "The row totals stand for both; p_c needs the column totals.": lambda n: (
                n * n.sum() / _rows(n).square()
            ).log(),
            "The column totals stand for both; p_w needs the row totals.": lambda n: (
                n * n.sum() / _columns(n).square()
            ).log(),
            "This is log p(c given w): p_c is missing.": lambda n: (n / _rows(n)).log(),
            "This is log p(w given c): p_w is missing.": lambda n: (n / _columns(n)).log(),
            "The logarithm is to the base 2; wanted is the natural one.": lambda n: _ratio(
                n
            ).log2(),
            "The logarithm is to the base 10; wanted is the natural one.": lambda n: _ratio(
                n
            ).log10(),
            "log 5 is taken off: that is what the scores become; wanted is the PMI alone.": (
                lambda n: pmi(n) - math.log(5)
            ),
            "A bracket is missing: Python divides by p_w, then multiplies by p_c.": lambda n: (
                n / _rows(n) * _columns(n) / n.sum()
            ).log(),
            "A bracket is missing: Python divides by p_c, then multiplies by p_w.": lambda n: (
                n / _columns(n) * _rows(n) / n.sum()
            ).log(),
            "A bracket is missing: Python divides by the row totals, then multiplies by the column "
            "totals.": lambda n: (n * n.sum() / _rows(n) * _columns(n)).log(),
            "Above is a probability, below are counts: divide all by the sum.": lambda n: (
                n / n.sum() / (_rows(n) * _columns(n))
            ).log(),
            "The logarithm is missing.": _ratio,
            "Upside down: pairs seen more often than by chance should be above 0.": lambda n: (
                -pmi(n)
            ),
            "You put 0 where the count is 0; that means as often as by chance.": lambda n: (
                torch.where(n > 0, pmi(n), torch.zeros_like(n))
            ),
            "What is below 0 was made 0: this is positive PMI.": lambda n: pmi(n).clamp(min=0),
            "Every count was made larger by 1.": lambda n: pmi(n + 1),
            "This is p_wc log(...), one term of a mean; wanted is the logarithm alone.": (
                lambda n: n / n.sum() * pmi(n)
            ),
            "Each logarithm is multiplied by its count; wanted is the logarithm alone.": (
                lambda n: n * pmi(n)
            ),
            "This is a difference of probabilities; wanted is the logarithm of their ratio.": (
                lambda n: n / n.sum() - _by_chance(n)
            ),
            "p_w p_c is taken off without its logarithm: log(a / b) is log a - log b.": lambda n: (
                (n / n.sum()).log() - _by_chance(n)
            ),
            "log(a / b) is log a - log b, not log a / log b.": lambda n: (
                (n / n.sum()).log() / _by_chance(n).log()
            ),
            "log(a b) is log a + log b, and log(a / b) is log a - log b: nothing is multiplied or "
            "divided.": lambda n: (
                (n / n.sum()).log() / ((_rows(n) / n.sum()).log() * (_columns(n) / n.sum()).log())
            ),
            "Only p_wc stands in the logarithm; the whole ratio belongs there.": lambda n: (
                (n / n.sum()).log() / _by_chance(n)
            ),
            "p_w p_c multiplies; it should divide.": lambda n: (n / n.sum() * _by_chance(n)).log(),
            "p_w and p_c are added; they should be multiplied.": lambda n: (
                n / (_rows(n) + _columns(n))
            ).log(),
            "p_w and p_c are means here; they are sums, over a row and over a column.": (
                lambda n: (_ratio(n) * n.numel()).log()
            ),
            "Each row is divided by its own sum; divide by the sum of all counts.": (
                lambda n: (n / _rows(n) / _columns(n / _rows(n))).log()
            ),
            "This is the normalised PMI; do not divide by -log p_wc.": lambda n: (
                -pmi(n) / (n / n.sum()).log()
            ),
            "log1p adds 1 before the logarithm.": lambda n: _ratio(n).log1p(),
        },
        slips=(
            Slip(
                "log and math.log take a formula or one number; a tensor has a log of its own.",
                takes_formula_log,
                "def pmi(counts):\n"
                "    '-inf for a count of 0'\n"
                "    p = counts / counts.sum()\n"
                "    return math.log(p / (p.sum(1, keepdim=True) * p.sum(0)))\n",
            ),
            Slip(
                "Something props up the logarithm: at a count of 0 wanted is -inf.",
                is_floored,
                "def pmi(counts):\n"
                "    p = counts / counts.sum()\n"
                "    by_chance = p.sum(1, keepdim=True) * p.sum(0)\n"
                "    return torch.log(p / by_chance + 1e-9)\n",
            ),
            Slip(
                "The row totals lie flat, so they meet the columns: keep their axis.",
                _totals_lie_flat,
                "def pmi(counts):\n"
                "    p = counts / counts.sum()\n"
                "    return torch.log(p / (p.sum(1) * p.sum(0)))\n",
            ),
        ),
        hints=(
            "Make three probabilities: one from each count, each row total, each column total.",
            "`counts.sum(1, keepdim=True)` is [N, 1]; `torch.log` of 0 is -inf by itself.",
        ),
        meaning="At 0 a pair came as often as by chance, above 0 more often.",
        has_gradient=False,  # at a count of 0 it is infinite
    ),
    FunctionExercise(
        "02.two_tables",
        two_tables,
        worked=(
            row([1, 0], [0, 2], [3, 1]),
            row([5, 1], [2, 7], [0, 4]),
            torch.tensor([0, 2], device="cpu"),
            torch.tensor([1, 0], device="cpu"),
        ),
        draw=_tables,
        sizes=(
            {"N": 1, "D": 1, "B": 1},
            {"N": 3, "D": 1, "B": 6},
            {"N": 6, "D": 3, "B": 1},
            {"N": 5, "D": 3, "B": 4},
        ),
        given="return (V[words] * V[contexts]).sum(dim=1)",
        mistakes={
            "Words and contexts are both looked up in V.": lambda V, U, w, c: (V[w] * V[c]).sum(1),
            "Words and contexts are both looked up in U.": lambda V, U, w, c: (U[w] * U[c]).sum(1),
            "The two are the wrong way round: words belong to V, contexts to U.": (
                lambda V, U, w, c: (U[w] * V[c]).sum(1)
            ),
            "The contexts are not used: each word meets its own row of U.": lambda V, U, w, c: (
                V[w] * U[w]
            ).sum(1),
            "The words are not used: each context meets its own row of V.": lambda V, U, w, c: (
                V[c] * U[c]
            ).sum(1),
            "This is every word with every context; wanted is each with its own.": (
                lambda V, U, w, c: V[w] @ U[c].T
            ),
            "This is every word with all rows of U.": lambda V, U, w, c: V[w] @ U.T,
            "The products are not added up.": lambda V, U, w, c: V[w] * U[c],
            "The sum runs over the pairs; it should run over D.": lambda V, U, w, c: (
                V[w] * U[c]
            ).sum(0),
            "All pairs are added up; each has its own score.": lambda V, U, w, c: (
                V[w] * U[c]
            ).sum(),
            "This is the mean over D; wanted is the sum.": lambda V, U, w, c: (V[w] * U[c]).mean(1),
            "This is the cosine: do not divide by the lengths.": lambda V, U, w, c: (
                torch.cosine_similarity(V[w], U[c], dim=1)
            ),
            "The vectors are added; they should be multiplied, entry by entry.": (
                lambda V, U, w, c: (V[w] + U[c]).sum(1)
            ),
            "First multiply entry by entry, then add up; not the other way round.": (
                lambda V, U, w, c: V[w].sum(1) * U[c].sum(1)
            ),
            "The axis of D is still there; drop keepdim.": lambda V, U, w, c: (V[w] * U[c]).sum(
                1, keepdim=True
            ),
            "Each score still stands in a matrix [1, 1]; wanted is [B].": lambda V, U, w, c: (
                V[w][:, None] @ U[c][:, :, None]
            ),
            "Each word is scored with all contexts of the batch, and these are added up.": (
                lambda V, U, w, c: (V[w] @ U[c].T).sum(1)
            ),
            "This is the last pair's score alone.": lambda V, U, w, c: V[w[-1]] @ U[c[-1]],
            "Nothing is looked up: this is every row of V with every row of U.": (
                lambda V, U, w, c: V @ U.T
            ),
            "Nothing is looked up: this is each row of V with the same row of U.": (
                lambda V, U, w, c: (V * U).sum(1)
            ),
            "This is sigma of the score; wanted is the score.": lambda V, U, w, c: (
                (V[w] * U[c]).sum(1).sigmoid()
            ),
            "This is the distance of the two vectors; wanted is their dot product.": (
                lambda V, U, w, c: (V[w] - U[c]).norm(dim=1)
            ),
            "This is the squared distance of the two vectors; wanted is their dot product.": (
                lambda V, U, w, c: (V[w] - U[c]).square().sum(1)
            ),
        },
        slips=(
            Slip(
                "@ makes a product of two matrices; each word meets its own context alone.",
                lambda tree: ("V[words]", "U[contexts]") in operands(tree, ast.MatMult),
                "def two_tables(V, U, words, contexts):\n    return V[words] @ U[contexts]\n",
            ),
            Slip(
                "The second bracket picks among the rows that the first one picked.",
                written(r"\[words\]\[contexts\]|\[contexts\]\[words\]"),
                "def two_tables(V, U, words, contexts):\n    return (V @ U.T)[words][contexts]\n",
            ),
        ),
        hints=(
            "Put the same number in `words` and `contexts`. Can the score come out below 0?",
            "Two tables come in. Which of them is never used?",
        ),
        meaning="A word has two vectors: one as a word, one as a context.",
    ),
    NumberExercise(
        "02.n_pairs",
        34,
        tolerance=0.1,
        unit="pairs",
        mistakes={
            "The words near both ends have fewer than four neighbours.": 40,
            "At each end two words are short: one lacks two neighbours, the next lacks one.": 36,
            "Both ends of the text are short, not one alone.": 37,
            "Each neighbour counts twice: (a, b) and (b, a) are two pairs.": 17,
            "The window reaches two words to each side, not one.": 18,
            "The window has two sides.": 20,
            "Words near the ends have fewer neighbours, but not none.": 24,
            "A place in the text is not in its own company.": 44,
            "No word is its own context, and the ends have fewer neighbours.": 50,
            "The window is left out: this is every word with every other.": 90,
            "The window is left out, and (a, b) and (b, a) are two pairs.": 45,
            "An end lacks three pairs in all, not four.": 32,
            "An end lacks three pairs in all, not one.": 38,
            "The first word has two neighbours, not one; the second has three, not two.": 30,
            "The nearest neighbours count, too: a window of 2 holds them.": 16,
            "The window is left out, and each word is paired with itself, too.": 100,
            "This is what one word in the middle has. Add up what all ten have.": 4,
            "This is the number of words. How many neighbours has each?": 10,
        },
        hints=(
            "How many neighbours has the first word, the second, the third?",
            "Six words have all four neighbours. Add what the four words near the ends have.",
        ),
        meaning="One word more adds four pairs, however long the text is already.",
    ),
)
