"""Lesson 05, if there is more time: every state of a memory that adds up or fades."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip, normal, row
from lcutils.checking.syntax import operands, written


def additive_scan(x: Tensor, initial_state: Tensor) -> Tensor:
    """x: [B, T, D], initial_state: [B, D] -> the states c_1 to c_T: [B, T, D]"""
    return initial_state[:, None, :] + x.cumsum(dim=1)


def decay_scan(x: Tensor, initial_state: Tensor, gamma: float) -> Tensor:
    """x: [B, T, D], initial_state: [B, D], 0 < gamma <= 1 -> all states: [B, T, D]"""
    return _decayed(x, initial_state, gamma)


def _decayed(x: Tensor, state: Tensor, old: float = 1.0, new: float = 1.0) -> Tensor:
    """Every state of `old * state + new * x`."""
    states = []
    for t in range(x.shape[1]):
        state = old * state + new * x[:, t]
        states.append(state)
    return torch.stack(states, dim=1)


def _one_list(x: Tensor, c: Tensor, gamma: float = 1.0) -> Tensor:
    """The mistake to collect one tensor T times, and to edit it in place."""
    return torch.stack([c.mul_(gamma).add_(x[:, t]) for t in range(x.shape[1])], dim=1)


def _from_c0(x: Tensor, c: Tensor, gamma: float = 1.0) -> Tensor:
    """The states c_0 to c_T."""
    return torch.cat([c[:, None], _decayed(x, c, gamma)], dim=1)


def _collected_wrongly(states: Callable[..., Tensor]) -> dict[str, Callable[..., Tensor]]:
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


def _stops_early(tree: ast.AST) -> bool:
    """Does a loop end one step before the last?"""
    ranges = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args]
    ends = [call.args[:2][-1] for call in ranges if ast.unparse(call.func) == "range"]
    return any(isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub) for end in ends)


_LOOPS_OVER_TEXTS = "The loop runs over the texts; time is the second axis of x."
_loops_over_texts = written(
    r"range\((len\(x\)|x\.shape\[0\]|x\.size\(0\))\)|\bin (enumerate\()?x\b(?![.\[])",
    unless=r"x\.(shape\[1\]|size\(1\)|unbind|transpose|permute)|\bx =",
)


def _has_no_time(tree: ast.AST) -> bool:
    """Is initial_state as it is added to something that no loop has made?"""
    loops = any(
        isinstance(node, ast.For | ast.While | ast.comprehension) for node in ast.walk(tree)
    )
    sums = operands(tree, ast.Add)
    return not loops and any("initial_state" in pair for pair in sums)


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
    return _decayed(later, initial_state / gamma, gamma)


ENTRIES = (
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
            "The list holds one tensor T times: the state is edited in place.": _one_list,
            "The sum runs backwards: each step holds what is still to come.": (
                lambda x, c: c[:, None] + x.flip(1).cumsum(1).flip(1)
            ),
            "One step late: these are c_0 to c_(T-1).": lambda x, c: _from_c0(x, c)[:, :-1],
            "One state too many: c_0 is there, too; wanted are c_1 to c_T.": _from_c0,
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
            **_collected_wrongly(additive_scan),
        },
        slips=(
            Slip(
                "initial_state has no axis for time: give it one of length 1, between B and D.",
                _has_no_time,
                "def additive_scan(x, initial_state):\n    return initial_state + x.cumsum(1)\n",
            ),
            Slip(
                _LOOPS_OVER_TEXTS,
                _loops_over_texts,
                "def additive_scan(x, initial_state):\n"
                "    state, states = initial_state, []\n"
                "    for x_t in x:\n"
                "        state = state + x_t\n"
                "        states.append(state)\n"
                "    return torch.stack(states, 1)\n",
            ),
            Slip(
                "The loop ends one step early: the last x is never read.",
                _stops_early,
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
            "Nothing fades: gamma is not used.": lambda x, c, gamma: _decayed(x, c),
            "The new x fades at once, too.": lambda x, c, gamma: _decayed(x, c, gamma, gamma),
            "The new x fades, not the state.": lambda x, c, gamma: _decayed(x, c, 1, gamma),
            "x has the factor 1 - gamma, as in a moving average; wanted is 1.": (
                lambda x, c, gamma: _decayed(x, c, gamma, 1 - gamma)
            ),
            "gamma is the part that stays, not the part that goes.": (
                lambda x, c, gamma: _decayed(x, c, 1 - gamma)
            ),
            "The initial state is missing.": lambda x, c, gamma: _decayed(x, 0 * c, gamma),
            "The initial state does not fade.": (
                lambda x, c, gamma: c[:, None] + _decayed(x, 0 * c, gamma)
            ),
            "The initial state fades one step late: in c_1 it has the weight gamma already.": (
                lambda x, c, gamma: _powers(x, gamma) * c[:, None] + _decayed(x, 0 * c, gamma)
            ),
            "Time runs backwards: the last x is written first.": (
                lambda x, c, gamma: _decayed(x.flip(1), c, gamma).flip(1)
            ),
            "The oldest x weighs most; it should be the newest.": (
                lambda x, c, gamma: c[:, None] + (_powers(x, gamma) * x).cumsum(1)
            ),
            "The list holds one tensor T times: the state is edited in place.": _one_list,
            "This is the last state alone.": lambda x, c, gamma: _decayed(x, c, gamma)[:, -1],
            "One step late: these are c_0 to c_(T-1).": (
                lambda x, c, gamma: _from_c0(x, c, gamma)[:, :-1]
            ),
            "One state too many: c_0 is there, too; wanted are c_1 to c_T.": _from_c0,
            "Only the initial state fades; every x fades, too, once it is written.": (
                lambda x, c, gamma: gamma * _powers(x, gamma) * c[:, None] + x.cumsum(1)
            ),
            "Only the initial state fades, and only once; all that was written fades.": (
                lambda x, c, gamma: gamma * c[:, None] + x.cumsum(1)
            ),
            "gamma^t stands before the whole sum; each x fades from its own step on.": (
                lambda x, c, gamma: gamma * _powers(x, gamma) * _decayed(x, c)
            ),
            "gamma^(t-1) stands before the whole sum; each x fades from its own step on.": (
                lambda x, c, gamma: _powers(x, gamma) * _decayed(x, c)
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
            "The state fades twice at each step.": lambda x, c, gamma: _decayed(x, c, gamma**2),
            "gamma divides, so the state grows; it multiplies.": (
                lambda x, c, gamma: _decayed(x, c, 1 / gamma)
            ),
            "The factors are those of a moving average, and exchanged: wanted are gamma and 1.": (
                lambda x, c, gamma: _decayed(x, c, 1 - gamma, gamma)
            ),
            "x is taken away; it should be added.": lambda x, c, gamma: _decayed(x, c, gamma, -1),
            "Nothing adds up: each step begins at the initial state again.": (
                lambda x, c, gamma: gamma * c[:, None] + x
            ),
            "The first x is left out: c_1 is gamma times the initial state, plus x_1.": (
                _without_the_first
            ),
            "The last x is read first.": lambda x, c, gamma: _decayed(x.flip(1), c, gamma),
            "Each step has the final state: the list holds one tensor T times.": (
                lambda x, c, gamma: _decayed(x, c, gamma)[:, -1:].expand_as(x)
            ),
            **_collected_wrongly(decay_scan),
        },
        slips=(
            Slip(
                _LOOPS_OVER_TEXTS,
                _loops_over_texts,
                "def decay_scan(x, initial_state, gamma):\n"
                "    state, states = initial_state, []\n"
                "    for t in range(len(x)):\n"
                "        state = gamma * state + x[:, t]\n"
                "        states.append(state)\n"
                "    return torch.stack(states, 1)\n",
            ),
            Slip(
                "The loop ends one step early: the last x is never read.",
                _stops_early,
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
)
