"""Lesson 13: the chance of a repeat, the numbers that are needed, and those that are kept."""

from __future__ import annotations

import math
from typing import Any

from lcutils.checking.data import (
    ExpressionExercise,
    NumberExercise,
    logarithm,
    rounded_down,
    rounded_up,
    square_root,
)

_NO_REPEAT = (31 * 30 * 29 * 28 * 27 * 26 * 25) / 32**7  # 8 keys of 32, all different


def _log2(x: Any) -> Any:
    return logarithm(x) / logarithm(2)


ENTRIES = (
    NumberExercise(
        "13.repeat",
        value=1 - _NO_REPEAT,
        tolerance=0.006,
        unit="",
        mistakes={
            "This is the chance that all 8 differ.": _NO_REPEAT,
            "This is 8 of 32; how likely is it that the second key equals the first, the third "
            "one of the first two, and so on?": 8 / 32,
            "This is the eighth key's chance to repeat one of seven; the others may repeat as "
            "well.": 7 / 32,
            "This is in percent; wanted is a number from 0 to 1.": 100 * (1 - _NO_REPEAT),
            "This is how many equal pairs there are on average, 28/32; a text may have more "
            "than one.": 28 / 32,
            "This takes the 28 pairs of keys as independent; they are not quite.": 1
            - (31 / 32) ** 28,
            "This is the chance that one of the seven others equals the first.": 1 - (31 / 32) ** 7,
            "This is the chance that one of 8 keys is a given key.": 1 - (31 / 32) ** 8,
            "One key too many: the first has nothing to repeat, the eighth has seven.": 1
            - _NO_REPEAT * 24 / 32,
            "One key too few: the eighth has seven before it.": 1 - _NO_REPEAT * 32 / 25,
            "Rounded too far: give two digits.": 0.6,
            "This is the chance that two keys are equal; there are 8.": 1 / 32,
            "8 of 32 squared is no chance of a repeat: multiply the chances that each new key is "
            "new.": 8 / 32**2,
            "This is the chance that all 8 are the same key.": 1 / 32**7,
            "Count the factors: as many above the line as below it.": 1 - _NO_REPEAT / 32,
            "Each key is drawn from all 32, the second as well: the denominators are 32.": 1
            - math.perm(31, 7) / 31**7,
            "This counts 8 times 7 pairs, each of them twice; and a chance is never above 1.": 8
            * 7
            / 32,
            "C(32, 8) counts sets without an order, 32^8 lists with one.": math.comb(32, 8) / 32**8,
            "A set and a list are counted differently: of sets with repeats not all are equally "
            "likely.": 1 - math.comb(32, 8) / math.comb(39, 8),
        },
        hints=(
            "Find first the chance that all 8 differ: the second must miss one key, the third two.",
            "`1 - (31/32) * (30/32) * ...`, with seven factors.",
        ),
    ),
    ExpressionExercise(
        "13.numbers_needed",
        "n N p",
        lambda n, N, p: n * _log2(N) / p,
        mistakes={
            "These are bits; a number holds p of them.": lambda n, N, p: n * _log2(N),
            "This counts tables, of which there are N^n; how many bits tell them apart?": (
                lambda n, N, p: N**n / p
            ),
            "This is for one value; there are n.": lambda n, N, p: _log2(N) / p,
            "One number for each value: a value needs log2 N bits, not p.": lambda n, N, p: n,
            "A value is one of N, and needs log2 N bits, not N.": lambda n, N, p: n * N / p,
            "n and N are the wrong way round: there are n values, each one of N.": (
                lambda n, N, p: N * _log2(n) / p
            ),
            "The logarithm is to base 2, for bits: log(x, 2).": lambda n, N, p: (
                n * logarithm(N) / p
            ),
            "These are bits times bits; divide by p.": lambda n, N, p: n * _log2(N) * p,
            "n values need n times the bits of one: N^n, not n N.": lambda n, N, p: (
                _log2(n * N) / p
            ),
            "Upside down: a longer list needs more numbers.": lambda n, N, p: p / (n * _log2(N)),
            "Leave the rounding out: m before it is rounded up.": lambda n, N, p: rounded_up(
                n * _log2(N) / p
            ),
            "The logarithm is to base 2, for bits; and a number holds p of them.": (
                lambda n, N, p: n * logarithm(N)
            ),
            "A number of p bits has 2^p values, not p.": lambda n, N, p: (
                n * logarithm(N) / logarithm(p)
            ),
            "A number of p bits has 2^p values; it holds p bits.": lambda n, N, p: (
                n * _log2(N) / 2**p
            ),
            "The base stands last: log(x, 2).": lambda n, N, p: n / _log2(N) / p,
            "The base stands last: log(x, 2); log(2) times it is no logarithm of N.": (
                lambda n, N, p: n * N * logarithm(2) / p
            ),
            "The power is within the logarithm: log(N^n), not (log N)^n.": lambda n, N, p: (
                _log2(N) ** n / p
            ),
            "(log N)^n is not log(N^n); and a number holds p bits.": lambda n, N, p: _log2(N) ** n,
            "These are tables over values of a number; take the logarithm of both, then divide.": (
                lambda n, N, p: N**n / 2**p
            ),
            "These are all tables; how many numbers tell them apart?": lambda n, N, p: N**n,
            "The p bits of a number are what one divides by, not what one takes away.": (
                lambda n, N, p: n * _log2(N) - p
            ),
            "More values need more numbers: n stands above the line.": lambda n, N, p: (
                _log2(N) / (n * p)
            ),
            "These are n bits; a value needs log2 N of them.": lambda n, N, p: n / p,
            "n tables of n values? There is one, of n values.": lambda n, N, p: n**2 * _log2(N) / p,
            "No number is added: rounding up comes later.": lambda n, N, p: n * _log2(N) / p + 1,
            "Each value costs log2 N bits, not 1 + log2 N.": lambda n, N, p: n * _log2(2 * N) / p,
        },
        hints=(
            "The state must take as many values as there are tables: 2^(m p) = N^n. Solve for m.",
            "Take the logarithm to base 2 of both sides; SymPy writes it `log(x, 2)`.",
        ),
        meaning="With twice as many values to choose from, each costs one bit more.",
    ),
    ExpressionExercise(
        "13.break_even",
        "K V",
        lambda K, V: K * V / (K + V),
        mistakes={
            "At T = K the cache is already larger: it has K + V numbers a token.": lambda K, V: K,
            "At T = V the cache is already larger: it has K + V numbers a token.": lambda K, V: V,
            "These are the numbers of the state; divide by those of a token.": lambda K, V: K * V,
            "Upside down: at this T the cache has (K + V)^2/(K V) numbers.": lambda K, V: (
                (K + V) / (K * V)
            ),
            "Right if K = V; in general a token has K + V numbers.": lambda K, V: K / 2,
            "Right if V = K; a token has K + V numbers, whatever K is.": lambda K, V: V / 2,
            "These are the numbers of one token.": lambda K, V: K + V,
            "Twice too large: K + V counts the key and the value already.": lambda K, V: (
                2 * K * V / (K + V)
            ),
            "A token keeps its key and its value: K + V numbers, not 2 K V.": lambda K, V: (
                K * V / 2
            ),
            "Right for K = V = 64; wanted is an expression in K and V.": lambda K, V: 32,
            "Here a token counts K + V numbers; its place, one more, comes later.": (
                lambda K, V: K * V / (K + V + 1)
            ),
            "There are no squares in it: both sides are linear in T.": lambda K, V: square_root(
                K * V
            ),
            "Leave the rounding out.": lambda K, V: rounded_down(K * V / (K + V)),
            "Leave the rounding out: the question is where the two are equal.": lambda K, V: (
                rounded_up(K * V / (K + V))
            ),
            "Divide by the numbers of a token, do not multiply.": lambda K, V: K * V * (K + V),
            "K + V are the numbers of a token; there is no 2.": lambda K, V: K * V / (2 * (K + V)),
            "Brackets: so written, K + V stands above the line.": (
                lambda K, V: K * V * (K + V) / 2
            ),
            "Brackets: so written, only K stands below the line.": lambda K, V: K * V / K + V,
            "Divide by the numbers of a token, do not take them away.": lambda K, V: K * V - K - V,
            "One token more: there the cache is larger already.": lambda K, V: K * V / (K + V) + 1,
            "One token less: there the cache is smaller still.": lambda K, V: K * V / (K + V) - 1,
            "This is the mean of K and V; wanted is where the two are equal.": lambda K, V: (
                (K + V) / 2
            ),
            "A token keeps K and V side by side, K + V; not their difference.": lambda K, V: (
                K * V / (K - V)
            ),
            "The state has K times V numbers, not 1.": lambda K, V: 1 / (K + V),
            "The state has K times V numbers, not K.": lambda K, V: K / (K + V),
            "The state has K times V numbers, not V.": lambda K, V: V / (K + V),
            "The state has K times V numbers, not K times K.": lambda K, V: K**2 / (K + V),
        },
        hints=(
            "How many numbers has the cache after T tokens? And the state, whatever T is?",
            "`T (K + V) = K V`: solve it for T.",
        ),
        meaning="From there on the cache is larger, and grows; the matrix does not.",
    ),
)
