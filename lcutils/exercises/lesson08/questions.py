"""Lesson 08: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "08.recall_mean",
        "Lesson 02: for which v is the sum of a_i ||v - x_i||^2 lowest?",
        {
            "a": Choice(
                "for the x_i with largest a_i",
                "It is pulled there most, but the others pull as well.",
            ),
            "b": Choice(
                "for the sum of all a_i x_i",
                "Almost: that must be divided by the sum of the weights.",
            ),
            "c": Choice(
                "for the weighted mean of x",
                "sum a_i x_i / sum a_i, by completing the square.",
            ),
            "d": Choice(
                "for v = 0, whatever x is",
                "That is lowest only where all the pulls a_i x_i happen to cancel.",
            ),
        },
        right="c",
    ),
    Question(
        "08.recall_noise",
        "Lesson 05: a running sum of T words, d numbers each, is read with the key of one of them. "
        "What grows?",
        {
            "a": Choice(
                "the noise: its variance is about T/d",
                "Each other word adds its bit, (k_j . k_i)^2 = 1 / d on average.",
            ),
            "b": Choice(
                "the signal: each word makes it larger",
                "The word's own part is k_i . k_i = 1, whatever else was added.",
            ),
            "c": Choice(
                "neither, as long as d stays the same",
                "The state keeps its size, but T words share it.",
            ),
            "d": Choice(
                "both, and at very nearly equal rates",
                "The word's own part is k_i . k_i = 1 and stays there.",
            ),
        },
        right="a",
    ),
    Question(
        "08.exit_absent",
        "A cache holds prices of 20 goods. A query asks for a good that is not among them. "
        "What does softmax attention give back?",
        {
            "a": Choice(
                "zero, as no key has a score for it",
                "Scores of 0 are scores: e^0 = 1, and the weights add up to 1 all the same.",
            ),
            "b": Choice(
                "NaN, since all the weights vanish",
                "That takes -inf in every place. These scores are finite.",
            ),
            "c": Choice(
                "the price that was last put in it",
                "Nothing in q . k says which came last.",
            ),
            "d": Choice(
                "a weighted mean of the 20 prices",
                "The weights always add up to 1: it cannot say that nothing was found.",
            ),
        },
        right="d",
    ),
    Question(
        "08.exit_scale",
        "A cache holds 1,000 pairs, queries and keys have length 1, K = 64. The right score is 1, "
        "the others are 0. With which factor does the right pair get half of the weight?",
        {
            "a": Choice(
                "1/8, which is 1 / sqrt(K), as usual",
                "Then it gets e^(1/8) = 1.13 against 999: next to nothing.",
            ),
            "b": Choice(
                "about 7, the logarithm of 999",
                "e^s = 999 gives s = 6.9, and K plays no part in that.",
            ),
            "c": Choice(
                "1, since its score is the largest",
                "Then it gets e = 2.7 against 999.",
            ),
            "d": Choice(
                "999, for there are 999 others",
                "A score goes in as e^s: e^999 against 999 leaves the others nothing.",
            ),
        },
        right="b",
    ),
)
