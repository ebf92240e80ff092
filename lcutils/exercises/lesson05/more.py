"""Lesson 05, if there is more time: membership, the lines in order."""

from __future__ import annotations

import ast

import torch
from torch import Tensor

from lcutils.checking.data import (
    FunctionExercise,
    Inputs,
    OrderExercise,
    Rule,
    Slip,
    normal,
    row,
)
from lcutils.checking.syntax import written


def members(state: Tensor, keys: Tensor, n_items: int) -> Tensor:
    """state: [D], keys: [N, D], n_items: int -> True for the n_items most likely: bool [N]"""
    return _largest(keys @ state, n_items)


def _one_place_too_far(tree: ast.AST) -> bool:
    """Is something looked up at n_items, as if a list began at 1?"""
    return any(
        isinstance(node, ast.Subscript) and ast.unparse(node.slice) == "n_items"
        for node in ast.walk(tree)
    )


def _largest(scores: Tensor, n_items: int) -> Tensor:
    best = scores.argsort(descending=True)[:n_items]
    return torch.zeros_like(scores, dtype=torch.bool).index_fill(0, best, True)


def _keys(rng: torch.Generator, N: int, D: int, n_items: int) -> Inputs:
    lengths = normal(rng, N, 1).exp()
    return normal(rng, D), lengths * normal(rng, N, D), n_items


ENTRIES = (
    FunctionExercise(
        "05.members",
        members,
        worked=(row(1, 2), row([0, 1], [3, 0], [-2, -1], [1, 2], [4, -1.5]), 2),
        draw=_keys,
        sizes=(
            {"N": 1, "D": 1, "n_items": 1},
            {"N": 6, "D": 3, "n_items": 6},
            {"N": 9, "D": 4, "n_items": 1},
            {"N": 30, "D": 3, "n_items": 10},
        ),
        mistakes={
            "These are the smallest read-outs.": lambda c, k, n: _largest(-(k @ c), n),
            "These lie above 0.5; wanted are the n_items largest.": lambda c, k, n: k @ c > 0.5,
            "These lie above 0; wanted are the n_items largest.": lambda c, k, n: k @ c > 0,
            "These are the places of the members; wanted is True or False for each key.": (
                lambda c, k, n: (k @ c).topk(n).indices
            ),
            "These are the read-outs themselves.": lambda c, k, n: (k @ c).topk(n).values,
            "These are all read-outs; wanted is True for the n_items largest, else False.": (
                lambda c, k, n: k @ c
            ),
            "The sign is lost: a large negative read-out speaks against a word.": (
                lambda c, k, n: _largest((k @ c).abs(), n)
            ),
            "The read-outs are divided by the lengths of the keys; wanted is keys @ state.": (
                lambda c, k, n: _largest(k @ c / k.norm(dim=1), n)
            ),
            "One too few: with > the smallest of the n_items is left out.": (
                lambda c, k, n: k @ c > (k @ c).topk(n).values[-1]
            ),
            "These are the first n_items keys.": lambda c, k, n: torch.arange(len(k)) < n,
            "argsort lists places, from the smallest read-out on; it gives no key its rank.": (
                lambda c, k, n: (k @ c).argsort() < n
            ),
            "argsort lists places, from the largest read-out on; it gives no key its rank.": (
                lambda c, k, n: (k @ c).argsort(descending=True) < n
            ),
            "These are the keys nearest to the state; wanted are the largest read-outs.": (
                lambda c, k, n: _largest(-(k - c).norm(dim=1), n)
            ),
            "These are the keys farthest from the state; wanted are the largest read-outs.": (
                lambda c, k, n: _largest((k - c).norm(dim=1), n)
            ),
            "The longest keys are named; the state is not used.": (
                lambda c, k, n: _largest(k.norm(dim=1), n)
            ),
            "All but the n_items smallest are named; wanted are the n_items largest.": (
                lambda c, k, n: ~_largest(-(k @ c), n)
            ),
            "True and False are exchanged.": lambda c, k, n: ~members(c, k, n),
            "One too many.": lambda c, k, n: _largest(k @ c, n + 1),
            "The largest alone is named; wanted are n_items.": lambda c, k, n: _largest(k @ c, 1),
            "All keys are named; wanted are n_items.": lambda c, k, n: k @ c > -torch.inf,
            "These lie above 1; wanted are the n_items largest.": lambda c, k, n: k @ c > 1,
            "These lie above the mean; wanted are the n_items largest.": (
                lambda c, k, n: k @ c > (k @ c).mean()
            ),
            "These are the keys themselves; wanted is True or False for each.": (
                lambda c, k, n: k[(k @ c).topk(n).indices]
            ),
        },
        slips=(
            Slip(
                "A list begins at 0: at n_items stands the first that is no member.",
                _one_place_too_far,
                "def members(state, keys, n_items):\n"
                "    read = keys @ state\n"
                "    return read >= read.sort(descending=True).values[n_items]\n",
            ),
            Slip(
                "`topk` returns values and places; a mask is set at the places, `.indices`.",
                written(r"\[[^\]]*topk\([^()]*\)\]"),
                "def members(state, keys, n_items):\n"
                "    is_member = torch.zeros(len(keys), dtype=torch.bool)\n"
                "    is_member[(keys @ state).topk(n_items)] = True\n"
                "    return is_member\n",
            ),
            Slip(
                "The keys are rows, [N, D]: the state, [D], stands on their right.",
                written(r"(?<![\w.])state @ keys\b(?!\.)"),
                "def members(state, keys, n_items):\n"
                "    read = state @ keys\n"
                "    return read >= read.topk(n_items).values[-1]\n",
            ),
        ),
        hints=(
            "`keys @ state` is all read-outs. Which function of PyTorch finds the largest?",
            "Begin with a mask that is False for every key. `topk(n_items).indices` are places.",
        ),
        meaning="Unlike a Bloom filter it errs both ways: a stored word can be missed, too.",
        has_gradient=False,
    ),
    OrderExercise(
        "05.write_order",
        lines={
            "a": "    state = state + vectors[word]",
            "b": "state = torch.zeros(d)",
            "c": "read_outs = vectors @ state",
            "d": "for word in words:",
            "e": "vectors = tasks.unit_keys(n_words, d, rng=rng)",
        },
        rules=(
            Rule("d", "a", "There is no word yet to add: the loop has not begun."),
            Rule(
                "b", "d", "The state is set to zero after the loop began: what was written is lost."
            ),
            Rule("e", "d", "The vectors are drawn once, before the first word is met."),
            Rule("a", "c", "The state is read before anything has been written."),
        ),
        hints=(
            "What must be there before the first word? What waits for the last one?",
            "The last two lines are a and c.",
        ),
    ),
)
