"""Lesson 05, if there is more time: decay, membership, the lines in order."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lcutils.checking.data import (
    FunctionExercise,
    Inputs,
    NumberExercise,
    OrderExercise,
    Rule,
    normal,
    row,
)
from lcutils.exercises.lesson05.core import decayed, from_c0, one_list


def decay_scan(x: Tensor, initial_state: Tensor, gamma: float) -> Tensor:
    """x: [B, T, D], initial_state: [B, D], 0 < gamma <= 1 -> all states: [B, T, D]"""
    return decayed(x, initial_state, gamma)


def members(state: Tensor, keys: Tensor, n_items: int) -> Tensor:
    """state: [D], keys: [N, D], n_items: int -> True for the n_items most likely: bool [N]"""
    return _largest(keys @ state, n_items)


def _powers(x: Tensor, gamma: float) -> Tensor:
    return (gamma ** torch.arange(x.shape[1], dtype=x.dtype))[None, :, None]


def _largest(scores: Tensor, n_items: int) -> Tensor:
    best = scores.argsort(descending=True)[:n_items]
    return torch.zeros_like(scores, dtype=torch.bool).index_fill(0, best, True)


def _keys(rng: torch.Generator, N: int, D: int, n_items: int) -> Inputs:
    lengths = normal(rng, N, 1).exp()
    return normal(rng, D), lengths * normal(rng, N, D), n_items


ENTRIES = (
    FunctionExercise(
        "05.decay_scan",
        decay_scan,
        worked=(row([[1], [2], [4]]), row([8]), 0.5),
        draw=lambda rng, B, T, D, gamma: (normal(rng, B, T, D), normal(rng, B, D), gamma),
        sizes=(
            {"B": 1, "T": 1, "D": 1, "gamma": 0.9},
            {"B": 3, "T": 4, "D": 2, "gamma": 1.0},
            {"B": 2, "T": 5, "D": 3, "gamma": 0.8},
        ),
        mistakes={
            "Nothing fades: gamma is not used.": lambda x, c, gamma: decayed(x, c),
            "The new x fades at once, too.": lambda x, c, gamma: decayed(x, c, gamma, gamma),
            "The new x fades, not the state.": lambda x, c, gamma: decayed(x, c, 1, gamma),
            "x has the factor 1 - gamma, as in a moving average; wanted is 1.": (
                lambda x, c, gamma: decayed(x, c, gamma, 1 - gamma)
            ),
            "gamma is the part that stays, not the part that goes.": (
                lambda x, c, gamma: decayed(x, c, 1 - gamma)
            ),
            "The initial state is missing.": lambda x, c, gamma: decayed(x, 0 * c, gamma),
            "The initial state does not fade.": (
                lambda x, c, gamma: c[:, None] + decayed(x, 0 * c, gamma)
            ),
            "The initial state fades one step late: in c_1 it has the weight gamma already.": (
                lambda x, c, gamma: _powers(x, gamma) * c[:, None] + decayed(x, 0 * c, gamma)
            ),
            "Time runs backwards: the last x is written first.": (
                lambda x, c, gamma: decayed(x.flip(1), c, gamma).flip(1)
            ),
            "The oldest x weighs most; it should be the newest.": (
                lambda x, c, gamma: c[:, None] + (_powers(x, gamma) * x).cumsum(1)
            ),
            "The list holds one tensor T times: the state is edited in place.": one_list,
            "This is the last state alone.": lambda x, c, gamma: decayed(x, c, gamma)[:, -1],
            "One step late: these are c_0 to c_(T-1).": (
                lambda x, c, gamma: from_c0(x, c, gamma)[:, :-1]
            ),
        },
        hints=(
            "At each step, which of the two fades: the old state, the new word, or both?",
            "Collect the states in a list; `torch.stack(states, dim=1)` makes them [B, T, D].",
        ),
        causal="x",
    ),
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
        },
        hints=(
            "`keys @ state` is all read-outs. Which function of PyTorch finds the largest?",
            "Set `torch.zeros(len(keys), dtype=torch.bool)` to True at `topk(n_items).indices`.",
        ),
        has_gradient=False,
    ),
    NumberExercise(
        "05.half_life",
        math.log(2) / -math.log(0.97),
        tolerance=0.8,  # 22 and 23 are right
        unit="steps",
        mistakes={
            "This is 1/(1 - gamma), the total weight of all items.": 1 / 0.03,
            "Each step takes 3 % of what is left, not of the first weight.": 0.5 / 0.03,
            "This is 1/(1 - gamma^2), the noise sum.": 1 / (1 - 0.97**2),
            "A time is positive: ln gamma is below 0.": math.log(2) / math.log(0.97),
            "This is -ln gamma, what a step takes. How many steps make ln 2?": -math.log(0.97),
            "Upside down: this is -ln gamma / ln 2.": -math.log(0.97) / math.log(2),
            "Two kinds of logarithm are mixed.": math.log(2) / -math.log10(0.97),
            "Two kinds of logarithm are mixed: log10 of 2, but ln of gamma.": (
                math.log10(2) / -math.log(0.97)
            ),
            "This is the time to 1/e: take ln 2 instead of 1.": 1 / -math.log(0.97),
            "This is the weight after one step.": 0.97,
            "This is ln 2 times gamma; gamma belongs into a logarithm.": math.log(2) * 0.97,
        },
        hints=("Solve `0.97^h = 1/2` for `h`.", "Take the logarithm of both sides."),
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
