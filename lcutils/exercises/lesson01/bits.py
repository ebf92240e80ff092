"""Lesson 01: when a merge pays, counted in bits."""

from __future__ import annotations

from lcutils.checking.data import ExpressionExercise, logarithm

ENTRIES = (
    ExpressionExercise(
        "01.break_even",
        "T N",
        lambda T, N: T * (1 - logarithm(N) / logarithm(N + 1)),
        mistakes={
            "This is T - m, the tokens that are left; wanted is m.": (
                lambda T, N: T * logarithm(N) / logarithm(N + 1)
            ),
            "The logarithms have changed places: T - m tokens cost log(N + 1) each.": (
                lambda T, N: T * (1 - logarithm(N + 1) / logarithm(N))
            ),
            "The sign is right, the divisor is not: T - m tokens cost log(N + 1) each.": (
                lambda T, N: T * (logarithm(N + 1) / logarithm(N) - 1)
            ),
            "This is the share of the T tokens; wanted is their number.": (
                lambda T, N: 1 - logarithm(N) / logarithm(N + 1)
            ),
            "These are bits that the larger alphabet costs, in natural units; divide them by the "
            "cost of a token.": lambda T, N: T * logarithm((N + 1) / N),
            "These are the bits that the larger alphabet costs; divide them by what a token "
            "costs.": lambda T, N: T * logarithm((N + 1) / N) / logarithm(2),
            "A token costs a logarithm, not its number: this has N instead of log N.": (
                lambda T, N: T * (1 - N / (N + 1))
            ),
            "Here every text gains by its first pair; but all its other tokens cost more.": (
                lambda T, N: 0
            ),
            "That is the most that can be joined: half of all tokens.": lambda T, N: T / 2,
            "That joins all tokens away. Is a bracket lost, in log(N + 1)?": lambda T, N: T,
            "The sign is wrong: this is below 0.": (
                lambda T, N: T * (logarithm(N) / logarithm(N + 1) - 1)
            ),
            "This is log(N) + 1; the new alphabet's tokens cost log(N + 1).": (
                lambda T, N: T * (1 - logarithm(N) / (logarithm(N) + 1))
            ),
            "That asks for more pairs the smaller the alphabet, but counts no bits: a token costs "
            "a logarithm.": lambda T, N: T / N,
        },
        hints=(
            "Before: T tokens at log N each. Afterwards: how many, at how much each?",
            "Write the two as equal, and solve for m.",
        ),
        above=1,
        meaning="With 256 bytes that is less than one pair in a thousand tokens; with two "
        "letters it is more than a third of the text.",
    ),
)
