"""Lesson 06, core path: a long text in pieces, whose gradients are cut and whose values go on."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import written


def read_in_pieces(x: Tensor, U: Tensor, cut: int) -> Tensor:
    """x: [B, T, N], U: [N, N] -> all states: [B, T, N]; gradients end each `cut` tokens"""
    return _read(x, U, cut)


def _read(
    x: Tensor,
    U: Tensor,
    cut: int,
    begins: Callable[[Tensor], Tensor] = Tensor.detach,
    bend: Callable[[Tensor], Tensor] = torch.tanh,
) -> Tensor:
    """All states, with what becomes of the state where a piece begins."""
    state, states = torch.zeros_like(x[:, 0]), []
    for t in range(x.shape[1]):
        if t % cut == 0:
            state = begins(state)
        state = bend(state @ U.T + x[:, t])
        states.append(state)
    return torch.stack(states, dim=1)


def _drops_it(tree: ast.AST) -> bool:
    """Is a tensor detached, and the result kept nowhere?"""
    alone = [n.value for n in ast.walk(tree) if isinstance(n, ast.Expr)]
    return any(isinstance(n, ast.Call) and _name(n.func) == "detach" for n in alone)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else ""


def _draw(rng: torch.Generator, B: int, T: int, N: int, cut: int) -> Inputs:
    return normal(rng, B, T, N), normal(rng, N, N), cut


def _answer(loop: str, end: str = "return torch.stack(states, dim=1)") -> str:
    """The source of an answer with these lines in its loop."""
    body = "".join(f"        {line}\n" for line in loop.split("\n"))
    return (
        "def read_in_pieces(x, U, cut):\n"
        "    state, states = torch.zeros_like(x[:, 0]), []\n"
        f"    for t in range(x.shape[1]):\n{body}    {end}\n"
    )


_STEP = "state = torch.tanh(state @ U.T + x[:, t])\n"
_DETACHED = r"detach_?\(|data\b"
_TRIES = written(r"\.det|no_grad|\.data\b")  # a mistyped detach, too

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
state, states = torch.zeros_like(x[:, 0]), []
for t in range(x.shape[1]):
    if t % cut == 0:
        state = torch.zeros_like(state)
    state = torch.tanh(state @ U.T + x[:, t])
    states.append(state)
return torch.stack(states, dim=1)
""",
        mistakes={
            "At each piece the state is set to zeros: what was read is gone. Only its gradient "
            "was to end.": lambda x, U, cut: _read(x, U, cut, torch.zeros_like),
            "Where a piece begins half of the state is lost: the value goes on whole.": (
                lambda x, U, cut: _read(x, U, cut, lambda state: state.detach() / 2)
            ),
            "Only the last `cut` tokens are read: all of them are to be.": (
                lambda x, U, cut: _read(x[:, -cut:], U, cut)
            ),
            "Only the first piece is read.": lambda x, U, cut: _read(x[:, :cut], U, cut),
            "This is the last state alone; all of them are wanted.": (
                lambda x, U, cut: _read(x, U, cut)[:, -1]
            ),
            "The states stand one behind another along axis 0; the tokens are axis 1.": (
                lambda x, U, cut: _read(x, U, cut).transpose(0, 1)
            ),
            "These are the states before each token; wanted are those after it.": (
                lambda x, U, cut: torch.cat(
                    [torch.zeros_like(x[:, :1]), _read(x, U, cut)[:, :-1]], dim=1
                )
            ),
            "The tanh is lost.": lambda x, U, cut: _read(x, U, cut, bend=lambda a: a),
            "U is to be transposed: texts are rows here.": lambda x, U, cut: _read(x, U.T, cut),
            "Tokens are read last to first.": lambda x, U, cut: _read(x.flip(1), U, cut),
            "The texts are added up; each has a state of its own.": (
                lambda x, U, cut: _read(x, U, cut).sum(0)
            ),
        },
        slips=(
            Slip(
                "`detach` is a method of a tensor: `state.detach()`.",
                written(r"(?<![.\w])detach\("),
                _answer(
                    f"if t % cut == 0:\n    state = detach(state)\n{_STEP}states.append(state)"
                ),
            ),
            Slip(
                "`state.detach()` returns another tensor, and leaves `state` as it is: keep it.",
                _drops_it,
                _answer(f"if t % cut == 0:\n    state.detach()\n{_STEP}states.append(state)"),
            ),
            Slip(
                "`requires_grad_(False)` is for weights and inputs; not for what was computed.",
                written("requires_grad"),
                _answer(
                    "if t % cut == 0:\n    state.requires_grad_(False)\n"
                    f"{_STEP}states.append(state)"
                ),
            ),
            Slip(
                "The state is to be cut, not the text: what a token writes may be taught.",
                written(rf"\bx(\[.*?\])?\.({_DETACHED})"),
                _answer(f"{_STEP}states.append(state)").replace(
                    "    for", "    x = x.detach()\n    for"
                ),
            ),
            Slip(
                "The state is to be cut, not U: it learns in each piece.",
                written(rf"\bU(\.T)?\.({_DETACHED})"),
                _answer(f"if t % cut == 0:\n    U = U.detach()\n{_STEP}states.append(state)"),
            ),
            Slip(
                "What is returned is cut off itself: no loss can teach anything.",
                written(rf"(append\(state|stack\(states[^)]*\))\.({_DETACHED})"),
                _answer(
                    f"{_STEP}states.append(state)", "return torch.stack(states, dim=1).detach()"
                ),
            ),
            Slip(
                "A state is cut off from its own loss here: keep it first, then cut.",
                written(rf"(?s)tanh\([^\n]*\n.*({_DETACHED}).*append\("),
                _answer(
                    f"{_STEP}if (t + 1) % cut == 0:\n    state = state.detach()\n"
                    "states.append(state)"
                ),
            ),
            Slip(
                "The gradient ends at each token here, not only where a piece begins.",
                written(rf"tanh\(\w+\.({_DETACHED})"),
                _answer("state = torch.tanh(state.detach() @ U.T + x[:, t])\nstates.append(state)"),
            ),
            Slip(
                "A piece begins where t % cut is 0; this cuts one token before.",
                written(rf"(?s)\(t \+ 1\) % cut.*({_DETACHED}).*tanh\("),
                _answer(
                    f"if (t + 1) % cut == 0:\n    state = state.detach()\n"
                    f"{_STEP}states.append(state)"
                ),
            ),
            Slip(
                "There is one cut here, at the first piece's end; each piece begins with one.",
                written(r"\bt == cut\b"),
                _answer(f"if t == cut:\n    state = state.detach()\n{_STEP}states.append(state)"),
            ),
            Slip(
                "`detach_` cuts the very tensor that was kept one step before; cut a new one.",
                written(r"\.detach_\("),
                _answer(f"if t % cut == 0:\n    state.detach_()\n{_STEP}states.append(state)"),
            ),
            Slip(
                "Under `no_grad` a token has no way back either; only the state before it is cut.",
                written("no_grad"),
                _answer(
                    "with torch.set_grad_enabled(t % cut > 0), torch.no_grad():\n"
                    f"    {_STEP}states.append(state)"
                ),
            ),
            Slip(
                "Nothing ends the gradient now: it flows through the whole text.",
                lambda tree: not _TRIES(tree),
                _answer(f"{_STEP}states.append(state)"),
            ),
        ),
        cuts_gradients=True,
        gradient_hint="It ends where a piece begins, and nowhere else.",
        hints=(
            "At the beginning of a piece the state keeps its value and forgets where it is from.",
            "`state.detach()` is the same numbers, without a way back.",
        ),
        meaning="The value of the first token is still there; its gradient is not.",
    ),
)
