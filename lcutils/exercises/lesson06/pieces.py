"""Lesson 06, core path: a long text in pieces, whose gradients are cut and whose values go on."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import calls


def read_in_pieces(x: Tensor, W: Tensor, cut: int) -> Tensor:
    """x: [B, T, N], W: [N, N] -> last state: [B, N]; gradients end each `cut` tokens"""
    return _read(x, W, cut)


def _read(
    x: Tensor,
    W: Tensor,
    cut: int,
    begins: Callable[[Tensor], Tensor] = Tensor.detach,
    bend: Callable[[Tensor], Tensor] = torch.tanh,
) -> Tensor:
    """The last state, with what becomes of the state where a piece begins."""
    state = torch.zeros_like(x[:, 0])
    for t in range(x.shape[1]):
        if t % cut == 0:
            state = begins(state)
        state = bend(state @ W.T + x[:, t])
    return state


def _drops_it(tree: ast.AST) -> bool:
    """Is a tensor detached, and the result kept nowhere?"""
    return any(isinstance(n, ast.Expr) and calls(n, "detach") for n in ast.walk(tree))


def _draw(rng: torch.Generator, B: int, T: int, N: int, cut: int) -> Inputs:
    return normal(rng, B, T, N), normal(rng, N, N), cut


ENTRIES = (
    FunctionExercise(
        "06.read_in_pieces",
        read_in_pieces,
        worked=(row([[2.0], [0.0], [0.0], [1.0]]), row([1.0]), 2),
        draw=_draw,
        sizes=(
            {"B": 1, "T": 1, "N": 1, "cut": 1},
            {"B": 3, "T": 4, "N": 2, "cut": 2},
            {"B": 2, "T": 5, "N": 2, "cut": 5},
            {"B": 2, "T": 8, "N": 4, "cut": 3},  # the last one, by which gradients are judged
        ),
        given="""
state = torch.zeros_like(x[:, 0])
for t in range(x.shape[1]):
    if t % cut == 0:
        state = torch.zeros_like(state)
    state = torch.tanh(state @ W.T + x[:, t])
return state
""",
        mistakes={
            "At each piece the state is set to zeros: what was read is gone. Only its gradient "
            "was to end.": lambda x, W, cut: _read(x, W, cut, torch.zeros_like),
            "Where a piece begins half of the state is lost: the value goes on whole.": (
                lambda x, W, cut: _read(x, W, cut, lambda state: state.detach() / 2)
            ),
            "Only the last `cut` tokens are read: all of them are to be.": (
                lambda x, W, cut: _read(x[:, -cut:], W, cut)
            ),
            "Only the first piece is read.": lambda x, W, cut: _read(x[:, :cut], W, cut),
            "The tanh is lost.": lambda x, W, cut: _read(x, W, cut, bend=lambda a: a),
            "W is to be transposed: texts are rows here.": lambda x, W, cut: _read(x, W.T, cut),
            "Tokens are read last to first.": lambda x, W, cut: _read(x.flip(1), W, cut),
            "The last token is not read.": lambda x, W, cut: (
                _read(x[:, :-1], W, cut) if x.shape[1] > 1 else 0 * x[:, 0]
            ),
            "The texts are added up; each has a state of its own.": (
                lambda x, W, cut: _read(x, W, cut).sum(0)
            ),
        },
        slips=(
            Slip(
                "`state.detach()` returns another tensor, and leaves `state` as it is: keep it.",
                _drops_it,
                "def read_in_pieces(x, W, cut):\n"
                "    state = torch.zeros_like(x[:, 0])\n"
                "    for t in range(x.shape[1]):\n"
                "        if t % cut == 0:\n"
                "            state.detach()\n"
                "        state = torch.tanh(state @ W.T + x[:, t])\n"
                "    return state\n",
            ),
            Slip(
                "Nothing ends the gradient now: it flows through the whole text.",
                lambda tree: not calls(tree, "detach", "no_grad"),
                "def read_in_pieces(x, W, cut):\n"
                "    state = torch.zeros_like(x[:, 0])\n"
                "    for t in range(x.shape[1]):\n"
                "        state = torch.tanh(state @ W.T + x[:, t])\n"
                "    return state\n",
            ),
        ),
        gradient_hint="It ends where a piece begins, and nowhere else.",
        hints=(
            "At the beginning of a piece the state keeps its value and forgets where it is from.",
            "`state.detach()` is the same numbers, without a way back.",
        ),
        meaning="The value of the first token is still there; its gradient is not.",
    ),
)
