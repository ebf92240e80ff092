"""Lesson 05, core path: one write of a memory that looks first."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lcutils.checking.data import FunctionExercise, Slip, normal, row
from lcutils.checking.syntax import uses, written


def delta_step(k: Tensor, v: Tensor, state: Tensor) -> Tensor:
    """k: [K], v: [V], state: [K, V] -> the new state: [K, V]"""
    return state + torch.outer(k, v - k @ state)


def _from_code(line: str) -> str:
    return f"def delta_step(k, v, state):\n    return {line}\n"


ENTRIES = (
    FunctionExercise(
        "05.delta_step",
        delta_step,
        worked=(row(1, 2), row(3, 2, 0), row([1, 0, 2], [0, 1, 0])),
        draw=lambda rng, K, V: (normal(rng, K), normal(rng, V), normal(rng, K, V)),
        sizes=({"K": 2, "V": 1}, {"K": 2, "V": 4}, {"K": 4, "V": 3}),
        mistakes={
            "It never looks: this adds the whole value, as the sum does.": lambda k, v, S: (
                S + torch.outer(k, v)
            ),
            "The sign is wrong: it writes what is read minus what is wanted.": lambda k, v, S: (
                S + torch.outer(k, k @ S - v)
            ),
            "The read-out is added to the value; what is missing is v minus the read-out.": (
                lambda k, v, S: S + torch.outer(k, v + k @ S)
            ),
            "It looks too late: it reads after the value has been added.": lambda k, v, S: (
                S + torch.outer(k, v - k @ (S + torch.outer(k, v)))
            ),
            "The value is added first, and then what is still missing: it counts twice.": (
                lambda k, v, S: delta_step(k, v, S + torch.outer(k, v))
            ),
            "This is what is written; the old state is missing.": lambda k, v, S: torch.outer(
                k, v - k @ S
            ),
            "This is what is missing of the value; now write it under the key.": lambda k, v, S: (
                v - k @ S
            ),
            "This is what the key reads; wanted is the new state.": lambda k, v, S: k @ S,
            "It only erases; the new value is missing.": lambda k, v, S: S - torch.outer(k, k @ S),
            "Everything is wiped first; what stands under other keys should stay.": (
                lambda k, v, S: torch.outer(k, v)
            ),
            "The state is taken from v row by row; what is missing is v minus the read-out.": (
                lambda k, v, S: S + k[:, None] * (v - S)
            ),
            "What is missing goes into every row alike; row i gets k_i times it.": lambda k, v, S: (
                S + (v - k @ S)
            ),
            "The value goes into every row alike, and nothing was read.": lambda k, v, S: S + v,
            "The read-out is taken from every row alike; row i loses k_i times it.": (
                lambda k, v, S: S + torch.outer(k, v) - k @ S
            ),
            "The 1 of the erasing matrix stands in all its places: it is I, with ones on the "
            "diagonal alone.": lambda k, v, S: (1 - torch.outer(k, k)) @ S + torch.outer(k, v),
            "Key and value have changed places: read with k, and compare with v.": (
                lambda k, v, S: S + torch.outer(k - S @ v, v)
            ),
            "The read-out adds up k_i times row i of the state; here k is missing.": (
                lambda k, v, S: S + torch.outer(k, v - S.sum(0))
            ),
            "The read-out adds up k_i times row i of the state; this is their mean.": (
                lambda k, v, S: S + torch.outer(k, v - k @ S / len(k))
            ),
            "The step is twice too large: all that is missing, once.": lambda k, v, S: (
                S + 2 * torch.outer(k, v - k @ S)
            ),
            "Only half is written: all that is missing, please.": lambda k, v, S: (
                S + torch.outer(k, v - k @ S) / 2
            ),
            "The key is normalised first; take it as it is.": lambda k, v, S: delta_step(
                normalize(k, dim=0), v, S
            ),
            "Divided by ||k||^2: exact for a key of any length, but it is not this step.": (
                lambda k, v, S: S + torch.outer(k, v - k @ S) / (k @ k)
            ),
            "The old value is divided by ||k||^2, the new one is not; this step divides nothing.": (
                lambda k, v, S: S + torch.outer(k, v) - torch.outer(k, k @ S) / (k @ k)
            ),
            "What is missing is squared; write it as it is, sign and all.": lambda k, v, S: (
                S + torch.outer(k, (v - k @ S).square())
            ),
            "The sign of what is missing is lost: where too much is read, take away.": (
                lambda k, v, S: S + torch.outer(k, (v - k @ S).abs())
            ),
            "Too much goes: the number k . k fades every key; erase under this one only.": (
                lambda k, v, S: S - (k @ k) * S + torch.outer(k, v)
            ),
            "Taken away instead of added: what is missing is to be written.": lambda k, v, S: (
                -S + torch.outer(k, v - k @ S)
            ),
            "The new state is right, but state is edited in place.": lambda k, v, S: S.add_(
                torch.outer(k, v - k @ S)
            ),
        },
        slips=(
            Slip(
                "There is no beta here: write all that is missing.",
                lambda tree: uses(tree, "beta"),
                _from_code("state + beta * torch.outer(k, v - k @ state)"),
            ),
            Slip(
                "There is no batch here: k is [K], v is [V], state is [K, V].",
                written(r"\[:, :, None\]|\[:, None, :\]|'b"),
                _from_code("state + k[:, :, None] * (v - k @ state)[:, None, :]"),
            ),
            Slip(
                "The outer product is turned round: k is its column, what is missing its row.",
                written(
                    r"\bouter\((?!k\b).*, k\)|[*@] k\[None(, :)?\]|->vk'",
                    unless=r"\bk(\[:, None\]|\.unsqueeze\((1|-1)\))",
                ),
                _from_code("state + torch.outer(v - k @ state, k)"),
            ),
            Slip(
                "The state is [K, V]: what has K numbers stands on its left, or the state turned "
                "round before it.",
                written(r"(?<![\w.])state @ k\b|k @ state\.(T|mT)\b"),
                _from_code("state + torch.outer(k, v - state @ k)"),
            ),
            Slip(
                "v has V numbers and k has K: read with k.",
                written(r"(?<![\w.])v @ state\b(?!\.)|state\.m?T @ v\b"),
                _from_code("state + torch.outer(k, v - v @ state)"),
            ),
            Slip(
                "`@` adds products up; a column times a row is `torch.outer`.",
                written(r"\bk(\.T|\[:, None\]|\.unsqueeze\((1|-1)\))? @ (v|\(v|missing)\b(?!\[)"),
                _from_code("state + k @ (v - k @ state)"),
            ),
            Slip(
                "The step has size 1: write all that is missing, without a factor.",
                written(r"(?s)\A(?=.*@ ?state).*(\b\d+\.\d+ \*|\* \d+\.\d+\b|\b(lr|eta) \*)"),
                _from_code("state + 0.1 * torch.outer(k, v - k @ state)"),
            ),
            Slip(
                "`*` multiplies entry by entry; a column times a row is `torch.outer`.",
                written(r"\bk \* |\* k\b(?!\[)"),
                _from_code("state + k * (v - k @ state)"),
            ),
        ),
        hints=(
            "Read first: what does the key bring back now, and what of the value is missing?",
            "`k @ state` is the read-out, [V]. `torch.outer(a, b)` is a column a times a row b.",
        ),
        meaning="The old value leaves by itself: it is what the key had read.",
    ),
)
