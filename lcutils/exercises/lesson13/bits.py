"""Lesson 13: a state in fewer bits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip
from lcutils.checking.syntax import written


def in_bits(states: Tensor, bits: int) -> Tensor:
    """states: [B, K, V] -> the same, rounded: [B, K, V]"""
    return _rounded(states, _largest(states), _levels(bits))


def _rounded(
    states: Tensor,
    largest: Tensor,
    levels: float,
    turn: Callable[[Tensor], Tensor] = torch.round,
) -> Tensor:
    return turn(states / largest * levels) / levels * largest


def _levels(bits: int) -> int:
    """How many values lie on either side of 0."""
    return int(2 ** (bits - 1)) - 1


def _largest(states: Tensor) -> Tensor:
    return states.abs().amax(dim=(1, 2), keepdim=True)


def _to_levels(count: Callable[[int], float]) -> Callable[[Tensor, int], Tensor]:
    """Rounded with so many values on either side of 0."""
    return lambda states, bits: _rounded(states, _largest(states), count(bits))


def _scaled_by(largest: Callable[[Tensor], Tensor]) -> Callable[[Tensor, int], Tensor]:
    """Rounded with another number in the place of the largest."""
    return lambda states, bits: _rounded(states, largest(states), _levels(bits))


def _by(turn: Callable[[Tensor], Tensor]) -> Callable[[Tensor, int], Tensor]:
    """Rounded in another way than to the nearest."""
    return lambda states, bits: _rounded(states, _largest(states), _levels(bits), turn)


def _between_ends(count: Callable[[int], int]) -> Callable[[Tensor, int], Tensor]:
    """Rounded to so many steps from the smallest to the largest number, with their signs."""

    def rounded(states: Tensor, bits: int) -> Tensor:
        low = states.amin(dim=(1, 2), keepdim=True)
        step = (states.amax(dim=(1, 2), keepdim=True) - low) / count(bits)
        return low + ((states - low) / step).round() * step

    return rounded


def _from_the_end(count: Callable[[int], int]) -> Callable[[Tensor, int], Tensor]:
    """The nearest of so many values from minus to plus the largest number."""

    def rounded(states: Tensor, bits: int) -> Tensor:
        largest = _largest(states)
        step = 2 * largest / (count(bits) - 1)
        return ((states + largest) / step).round() * step - largest

    return rounded


def _signed_bytes(states: Tensor, bits: int) -> Tensor:
    """As whole numbers of so many bits, of which one more is negative than positive."""
    half: int = 2 ** (bits - 1)
    largest = _largest(states)
    return (states / largest * half).round().clamp(-half, half - 1) / half * largest


def _left_moved(states: Tensor, bits: int) -> Tensor:
    """Moved from [-1, 1] to [0, 1] before rounding, and not moved back."""
    steps: int = 2**bits - 2
    largest = _largest(states)
    return ((states / largest + 1) / 2 * steps).round() / steps * largest


def _draw(rng: torch.Generator, B: int, K: int, V: int, bits: int) -> tuple[Tensor, int]:
    states = torch.randn(B, K, V, generator=rng, dtype=torch.float64)
    states[0] = -states[0].abs()  # here the largest without its sign is another number
    return 3 * states, bits


ENTRIES = (
    FunctionExercise(
        "13.in_bits",
        in_bits,
        worked=(torch.tensor([[[-6.0, 2.5], [0.7, 4.4]]]), 3),
        draw=_draw,
        sizes=(
            {"B": 1, "K": 2, "V": 3, "bits": 2},
            {"B": 3, "K": 4, "V": 5, "bits": 3},
            {"B": 2, "K": 6, "V": 4, "bits": 4},
        ),
        mistakes={
            "The largest number of all texts is taken; each state has its own.": _scaled_by(
                lambda states: states.abs().max()
            ),
            "The largest number of each row is taken; a state has one for all its rows.": (
                _scaled_by(lambda states: states.abs().amax(dim=2, keepdim=True))
            ),
            "The largest number of each column is taken; a state has one for all its columns.": (
                _scaled_by(lambda states: states.abs().amax(dim=1, keepdim=True))
            ),
            "The largest is taken with its sign: a state of negative numbers has a larger one on "
            "the other side of 0.": _scaled_by(
                lambda states: states.amax(dim=(1, 2), keepdim=True)
            ),
            "The largest number of all texts is taken, with its sign; each state has its own, "
            "on either side of 0.": _scaled_by(lambda states: states.max()),
            "The largest is taken over the texts, at each place; wanted is one for each state.": (
                _scaled_by(lambda states: states.abs().amax(dim=0, keepdim=True))
            ),
            "The smallest number is taken, with its sign; the largest may be on the other side "
            "of 0.": _scaled_by(lambda states: -states.amin(dim=(1, 2), keepdim=True)),
            "The length of each state is taken, not its largest number.": _scaled_by(
                lambda states: states.flatten(1).norm(dim=1)[:, None, None]
            ),
            "The mean size of a state's numbers is taken, not the largest.": _scaled_by(
                lambda states: states.abs().mean(dim=(1, 2), keepdim=True)
            ),
            "The steps are the same for all states; they should follow the largest number of "
            "each.": _scaled_by(torch.ones_like),
            "2^bits - 1 values lie on either side of 0; so many there are in all.": _to_levels(
                lambda bits: 2**bits - 1
            ),
            "2^bits values lie on either side of 0; in all there are 2^bits - 1.": _to_levels(
                lambda bits: 2**bits
            ),
            "One value too many on either side: with 0 these are 2^bits + 1.": _to_levels(
                lambda bits: 2 ** (bits - 1)
            ),
            "2^bits - 2 steps lie between the ends; on either side of 0 there are half as many.": (
                _to_levels(lambda bits: 2**bits - 2)
            ),
            "These are 2^bits values from minus to plus the largest, and 0 is none of them; "
            "wanted is one fewer.": _from_the_end(lambda bits: 2**bits),
            "One value more is negative than positive; wanted are as many on either side of 0.": (
                _signed_bytes
            ),
            "Half a step too far: (2^bits - 1)/2 is no whole number, and so the ends are no longer "
            "among the values.": _to_levels(lambda bits: (2**bits - 1) / 2),
            "Two values too few: 2^(bits - 1) - 2 on either side.": _to_levels(
                lambda bits: max(2 ** (bits - 1) - 2, 0.5)
            ),
            "So many bits are not so many values: b bits tell 2^b apart.": _to_levels(
                lambda bits: bits
            ),
            "2 times is not 2 to the power: in Python that is `2**`.": _to_levels(
                lambda bits: 2 * (bits - 1) - 1
            ),
            "bits^2 is not 2^bits; in Python the power is `2**bits`.": _to_levels(
                lambda bits: bits**2 - 1
            ),
            "This rounds down; wanted is the nearest value.": _by(torch.floor),
            "This rounds up; wanted is the nearest value.": _by(torch.ceil),
            "This rounds towards 0; wanted is the nearest value.": _by(torch.trunc),
            "Nothing is rounded.": lambda states, bits: states + 0.0,
            "The signs are gone.": lambda states, bits: in_bits(states, bits).abs(),
            "These are numbers of steps; scale them back.": lambda states, bits: (
                states / _largest(states) * (2 ** (bits - 1) - 1)
            ).round(),
            "These lie between -1 and 1; multiply by the largest number again.": (
                lambda states, bits: in_bits(states, bits) / _largest(states)
            ),
            "The steps are multiplied by the largest, and not divided by their number.": (
                lambda states, bits: in_bits(states, bits) * (2 ** (bits - 1) - 1)
            ),
            "What is rounded lies between -1 and 1 still: only -1, 0 and 1 are left of it.": (
                lambda states, bits: (states / _largest(states)).round() * _largest(states)
            ),
            "`round` has decimals, and those are no bits.": lambda states, bits: (
                torch.round(states / _largest(states), decimals=bits) * _largest(states)
            ),
            "What was moved by the largest number, so as to begin at 0, is not moved back.": (
                _left_moved
            ),
            "This rounds to so many decimals, and those are no bits.": lambda states, bits: (
                torch.round(states, decimals=bits)
            ),
            "The states are rounded to whole numbers, whatever the bits.": lambda states, bits: (
                states.round()
            ),
            "The values are spaced from the smallest to the largest number; then 0 is none of "
            "them, as a rule.": _between_ends(lambda bits: 2**bits - 2),
            "These are 2^bits values from the smallest to the largest number; wanted are "
            "2^bits - 1, from minus to plus the largest.": _between_ends(lambda bits: 2**bits - 1),
        },
        slips=(
            Slip(
                "Without `keepdim=True` the largest numbers lie along the wrong axis.",
                written(
                    r"amax\((dim=|axis=)?[(\[](1, 2|-2, -1|-1, -2|2, 1)[)\]]\)",
                    unless=r"None|view|reshape|unsqueeze",
                ),
                "def in_bits(states, bits):\n"
                "    levels = 2 ** (bits - 1) - 1\n"
                "    largest = states.abs().amax(dim=(1, 2))\n"
                "    return (states / largest * levels).round() / levels * largest\n",
            ),
            Slip(
                "`.max` along an axis gives two tensors, and takes one axis; `.amax` takes two.",
                written(
                    r"\.max\((\w.*, )?(dim|axis|-?\d|[(\[]-?\d)",
                    unless=r"\.values|\[0\]|numpy|np\.",
                ),
                "def in_bits(states, bits):\n"
                "    levels = 2 ** (bits - 1) - 1\n"
                "    largest = states.abs().max(dim=(1, 2))\n"
                "    return (states / largest * levels).round() / levels * largest\n",
            ),
            Slip(
                "`round(x)` is Python's, for one number; a tensor has `x.round()`.",
                written(r"(?<![.\w])round\("),
                "def in_bits(states, bits):\n"
                "    levels = 2 ** (bits - 1) - 1\n"
                "    largest = states.abs().amax(dim=(1, 2), keepdim=True)\n"
                "    return round(states / largest * levels) / levels * largest\n",
            ),
            Slip(
                "`x * 2**(bits - 1) - 1` takes 1 from the product: put brackets around the number.",
                written(r"\* 2 \*\* \(bits - 1\) - 1"),
                "def in_bits(states, bits):\n"
                "    largest = states.abs().amax(dim=(1, 2), keepdim=True)\n"
                "    steps = (states / largest * 2 ** (bits - 1) - 1).round()\n"
                "    return steps / (2 ** (bits - 1) - 1) * largest\n",
            ),
            Slip(
                "Between 2^bits - 1 values lie 2^bits - 2 steps.",
                written(r"2 \* [\w.]+ / \(2 \*\* bits - 1\)"),
                "def in_bits(states, bits):\n"
                "    largest = states.abs().amax(dim=(1, 2), keepdim=True)\n"
                "    step = 2 * largest / (2**bits - 1)\n"
                "    return (states / step).round() * step\n",
            ),
            Slip(
                "In Python `^` is no power; write `2**bits`.",
                written(r"2 \^ "),
                "def in_bits(states, bits):\n"
                "    levels = 2 ^ (bits - 1) - 1\n"
                "    largest = states.abs().amax(dim=(1, 2), keepdim=True)\n"
                "    return (states / largest * levels).round() / levels * largest\n",
            ),
        ),
        meaning="Each number is off by half a step at most.",
        hints=(
            "Divide by the largest number of each state; what lies between -1 and 1 is "
            "multiplied, rounded and divided again. By how much?",
            "With 0 in the middle, 2^bits - 1 values leave 2^(bits - 1) - 1 for either side.",
        ),
        has_gradient=False,
    ),
)
