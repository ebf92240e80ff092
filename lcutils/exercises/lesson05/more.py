"""Lesson 05, if there is more time: decay, membership, the lines in order."""

from __future__ import annotations

import ast
import math

import torch
from torch import Tensor

from lcutils.checking.data import (
    FunctionExercise,
    Inputs,
    NumberExercise,
    OrderExercise,
    Rule,
    Slip,
    normal,
    row,
)
from lcutils.checking.syntax import written
from lcutils.exercises.lesson05.core import (
    LOOPS_OVER_TEXTS,
    collected_wrongly,
    decayed,
    from_c0,
    loops_over_texts,
    one_list,
    stops_early,
)


def decay_scan(x: Tensor, initial_state: Tensor, gamma: float) -> Tensor:
    """x: [B, T, D], initial_state: [B, D], 0 < gamma <= 1 -> all states: [B, T, D]"""
    return decayed(x, initial_state, gamma)


def members(state: Tensor, keys: Tensor, n_items: int) -> Tensor:
    """state: [D], keys: [N, D], n_items: int -> True for the n_items most likely: bool [N]"""
    return _largest(keys @ state, n_items)


def _powers(x: Tensor, gamma: float) -> Tensor:
    return (gamma ** torch.arange(x.shape[1], dtype=x.dtype))[None, :, None]


def _fades_by_its_step(x: Tensor, state: Tensor, gamma: float, first: int) -> Tensor:
    """The mistake of a factor gamma^t in the loop; t begins at `first`."""
    states = []
    for t in range(x.shape[1]):
        state = gamma ** (t + first) * state + x[:, t]
        states.append(state)
    return torch.stack(states, dim=1)


def _without_the_first(x: Tensor, initial_state: Tensor, gamma: float) -> Tensor:
    """The mistake to take the initial state for c_1."""
    later = torch.cat([torch.zeros_like(x[:, :1]), x[:, 1:]], 1)
    return decayed(later, initial_state / gamma, gamma)


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
            "One state too many: c_0 is there, too; wanted are c_1 to c_T.": from_c0,
            "Only the initial state fades; every x fades, too, once it is written.": (
                lambda x, c, gamma: gamma * _powers(x, gamma) * c[:, None] + x.cumsum(1)
            ),
            "Only the initial state fades, and only once; all that was written fades.": (
                lambda x, c, gamma: gamma * c[:, None] + x.cumsum(1)
            ),
            "gamma^t stands before the whole sum; each x fades from its own step on.": (
                lambda x, c, gamma: gamma * _powers(x, gamma) * decayed(x, c)
            ),
            "gamma^(t-1) stands before the whole sum; each x fades from its own step on.": (
                lambda x, c, gamma: _powers(x, gamma) * decayed(x, c)
            ),
            "gamma^(t-1) stands before the sum of all x, and the initial state is missing.": (
                lambda x, c, gamma: _powers(x, gamma) * x.cumsum(1)
            ),
            "gamma^t stands before the sum of all x, and the initial state does not fade.": (
                lambda x, c, gamma: c[:, None] + _powers(x, gamma) * x.cumsum(1)
            ),
            "gamma^t is too much in a loop: each step multiplies by gamma once.": (
                lambda x, c, gamma: _fades_by_its_step(x, c, gamma, 1)
            ),
            "gamma^(t-1) is too much in a loop: each step multiplies by gamma once.": (
                lambda x, c, gamma: _fades_by_its_step(x, c, gamma, 0)
            ),
            "The state fades twice at each step.": lambda x, c, gamma: decayed(x, c, gamma**2),
            "gamma divides, so the state grows; it multiplies.": (
                lambda x, c, gamma: decayed(x, c, 1 / gamma)
            ),
            "The factors are those of a moving average, and exchanged: wanted are gamma and 1.": (
                lambda x, c, gamma: decayed(x, c, 1 - gamma, gamma)
            ),
            "x is taken away; it should be added.": lambda x, c, gamma: decayed(x, c, gamma, -1),
            "Nothing adds up: each step begins at the initial state again.": (
                lambda x, c, gamma: gamma * c[:, None] + x
            ),
            "The first x is left out: c_1 is gamma times the initial state, plus x_1.": (
                _without_the_first
            ),
            "The last x is read first.": lambda x, c, gamma: decayed(x.flip(1), c, gamma),
            "Each step has the final state: the list holds one tensor T times.": (
                lambda x, c, gamma: decayed(x, c, gamma)[:, -1:].expand_as(x)
            ),
            **collected_wrongly(decay_scan),
        },
        slips=(
            Slip(
                LOOPS_OVER_TEXTS,
                loops_over_texts,
                "def decay_scan(x, initial_state, gamma):\n"
                "    state, states = initial_state, []\n"
                "    for t in range(len(x)):\n"
                "        state = gamma * state + x[:, t]\n"
                "        states.append(state)\n"
                "    return torch.stack(states, 1)\n",
            ),
            Slip(
                "The loop ends one step early: the last x is never read.",
                stops_early,
                "def decay_scan(x, initial_state, gamma):\n"
                "    state, states = initial_state, []\n"
                "    for t in range(x.shape[1] - 1):\n"
                "        state = gamma * state + x[:, t]\n"
                "        states.append(state)\n"
                "    return torch.stack(states, 1)\n",
            ),
        ),
        hints=(
            "At each step, which of the two fades: the old state, the new word, or both?",
            "Collect the states in a list; `torch.stack(states, dim=1)` makes them [B, T, D].",
        ),
        meaning="At age a a word weighs gamma^a, whatever came after it.",
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
    NumberExercise(
        "05.half_life",
        math.log(2) / -math.log(0.97),
        tolerance=0.8,  # 22 and 23 are right
        unit="steps",
        mistakes={
            "This is 1/(1 - gamma), the total weight of all words.": 1 / 0.03,
            "Each step takes 3 % of what is left, not of the first weight.": 0.5 / 0.03,
            "Is this 0.5/0.03? Each step takes 3 % of what is left. "
            "Or 1/(1 - gamma^2)? That is the noise sum.": 1 / (1 - 0.97**2),
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
