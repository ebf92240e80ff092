"""Lesson 09: the product of two conditionals, and the parameters of a model."""

from __future__ import annotations

from lcutils.checking.data import ExpressionExercise, logarithm, square_root

ENTRIES = (
    ExpressionExercise(
        "09.product",
        "p a b",
        lambda p, a, b: p**2 / (a * b),
        example=("1/2", "2/3", "4/5"),
        mistakes={
            "This is the joint; that is P(x1) P(x2|x1), and not P(x1|x2) P(x2|x1).": (
                lambda p, a, b: p
            ),
            "This is the product of the words' own shares; each was asked given the other.": (
                lambda p, a, b: a * b
            ),
            "This is by how much the two belong together; one p is missing: each conditional has "
            "one.": lambda p, a, b: p / (a * b),
            "Each conditional is divided by the share of the word that is given.": (
                lambda p, a, b: p**2
            ),
            "This is P(x2|x1) alone.": lambda p, a, b: p / a,
            "This is P(x1|x2) alone.": lambda p, a, b: p / b,
            "The two are multiplied, not added.": lambda p, a, b: p / a + p / b,
            "Upside down.": lambda p, a, b: a * b / p**2,
            "The bracket is missing: `/ a * b` divides by a alone.": lambda p, a, b: p**2 / a * b,
            "The bracket is missing: `/ b * a` divides by b alone.": lambda p, a, b: p**2 / b * a,
            "The two shares are multiplied, not added.": lambda p, a, b: p**2 / (a + b),
            "p times p is p**2, not 2 p.": lambda p, a, b: 2 * p / (a * b),
            "Two answers to different questions need not multiply to 1.": lambda p, a, b: 1 + 0 * p,
            "This is the mean of the two; wanted is their product.": lambda p, a, b: (
                (p / a + p / b) / 2
            ),
            "A conditional is the joint divided by what is given, not times it.": (
                lambda p, a, b: p**2 * a * b
            ),
            "Only one p is divided by its share: the joint is no conditional.": (
                lambda p, a, b: p**2 / a
            ),
            "Only one p is divided by its share, b; the joint is no conditional.": (
                lambda p, a, b: p**2 / b
            ),
            "This is the logarithm of it.": lambda p, a, b: logarithm(p**2 / (a * b)),
            "This is the PMI of the two words; wanted is the product.": lambda p, a, b: logarithm(
                p / (a * b)
            ),
            "This is its root: each conditional counts once.": lambda p, a, b: (
                p / square_root(a * b)
            ),
            "Both were divided by a; the second is given the other word.": lambda p, a, b: (
                p**2 / a**2
            ),
            "Both were divided by b; the second is given the other word.": lambda p, a, b: (
                p**2 / b**2
            ),
            "P(x1|x2) is p / b: a shared denominator a b belongs to the product once.": (
                lambda p, a, b: p**2 / (a * b) ** 2
            ),
        },
        hints=(
            "`P(x1|x2)` is the joint divided by the share of what is given: `p / b`.",
            "The other is `p / a`. Multiply.",
        ),
        meaning="It is the joint, times p/(a b), which is e to the PMI of lesson 02.",
    ),
    ExpressionExercise(
        "09.parameters",
        "L d N",
        lambda L, d, N: 12 * L * d**2 + N * d,
        mistakes={
            "The MLPs are missing: each has two matrices of d times 4 d.": lambda L, d, N: (
                4 * L * d**2 + N * d
            ),
            "This is 8 d^2 a block. Attention has 4 d^2, and so has each matrix of the MLP: one of "
            "the three is missing.": lambda L, d, N: 8 * L * d**2 + N * d,
            "Attention has four matrices: after q, k and v there is the one that writes.": (
                lambda L, d, N: 11 * L * d**2 + N * d
            ),
            "The table of tokens is missing: N vectors of d numbers.": lambda L, d, N: (
                12 * L * d**2
            ),
            "The table of tokens counts once: the same one names the next word.": lambda L, d, N: (
                12 * L * d**2 + 2 * N * d
            ),
            "This is one block; there are L.": lambda L, d, N: 12 * d**2 + N * d,
            "The MLP is four times as wide as the stream: 8 d^2, not 2 d^2.": lambda L, d, N: (
                6 * L * d**2 + N * d
            ),
            "Every block reads the same table; it counts once, not L times.": lambda L, d, N: (
                L * (12 * d**2 + N * d)
            ),
            "A matrix of d times 4 d has 4 d^2 numbers, not 4 d.": lambda L, d, N: (
                L * (4 * d**2 + 8 * d) + N * d
            ),
            "A matrix has d times d numbers, not d.": lambda L, d, N: 12 * L * d + N * d,
            "4 d is a width: a matrix of d times 4 d has 4 d^2 numbers, not 16 d^2.": (
                lambda L, d, N: 36 * L * d**2 + N * d
            ),
            "Each of the N tokens has d numbers.": lambda L, d, N: 12 * L * d**2 + N,
            "A block is attention and an MLP: these are one matrix of d times d and one MLP.": (
                lambda L, d, N: 9 * L * d**2 + N * d
            ),
        },
        hints=(
            "Attention: four matrices of d times d. The MLP: one of d times 4 d, and one back.",
            "That makes `12 d^2` a block, and there are L. The table adds N vectors of d numbers.",
        ),
        meaning="Nothing in it says whether the model is a decoder or an encoder.",
    ),
)
