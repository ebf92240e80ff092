"""Lesson 10: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "10.recall_gradient",
        "Lesson 03: a layer y = W x has the loss gradient e with respect to y. "
        "What is the gradient with respect to W?",
        {
            "a": Choice("the difference, y - z", "That is e for a squared error; x is missing."),
            "b": Choice("the product e x^T", "An outer product: each weight meets its input."),
            "c": Choice("the product W^T e", "That is the gradient with respect to x."),
            "d": Choice("the number e . x", "A number cannot tell each weight its way."),
        },
        right="b",
    ),
    Question(
        "10.recall_noise",
        "Lesson 05: T random keys of length 1 are added up in d numbers. How does the noise of a "
        "read-out grow?",
        {
            "a": Choice(
                "it jumps once T passes d",
                "There is no edge: each further word adds as much as the one before it.",
            ),
            "b": Choice(
                "not at all: their length is 1",
                "Two unit vectors are not orthogonal; each pair adds 1/d.",
            ),
            "c": Choice(
                "its variance goes as T^2/d",
                "Terms are independent, so variances add: T of them.",
            ),
            "d": Choice(
                "its variance goes as T/d",
                "Each of the other words adds 1/d.",
            ),
        },
        right="d",
    ),
    Question(
        "10.exit_steps",
        "A layer with K = 8 is trained by plain gradient descent, three times through 1,000 "
        "examples, a step for each. Which sum of pairs was added to its first weights?",
        {
            "a": Choice(
                "a sum of 8 pairs: the matrix has no more than 8 rows",
                "Some 8 pairs have the same sum, but no step wrote those.",
            ),
            "b": Choice(
                "a sum of 1,000 pairs, whose values are the targets",
                "What is written is the error of the moment, not the target.",
            ),
            "c": Choice(
                "a sum of 1,000 pairs, whose values are errors",
                "At each visit an example has another error, and is written again.",
            ),
            "d": Choice(
                "a sum of 3,000 pairs, whose values are errors",
                "One pair a step: the input, and the error that the layer made at that moment.",
            ),
        },
        right="d",
    ),
    Question(
        "10.exit_capacity",
        "A matrix memory of 64 x 64 recalls 128 pairs well, against values that were never stored. "
        "Its keys are cut to 16 numbers, its values grow to 256. How many pairs, against such?",
        {
            "a": Choice(
                "about 32: there are a quarter of the keys",
                "The error is four times as large, but it spreads over four times as many numbers.",
            ),
            "b": Choice(
                "about 128: it is as many numbers as before",
                "The noise depends on K V, and values of 64 numbers are long enough already.",
            ),
            "c": Choice(
                "about 512: the values are four times as long",
                "Their length helps, and the shorter keys take that away again.",
            ),
            "d": Choice(
                "at most 16: no more keys are orthogonal",
                "Keys need not be orthogonal: 128 of them were not in 64 numbers either.",
            ),
        },
        right="b",
    ),
)
