"""Lesson 10: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.exercises._data import Choice, Question

ENTRIES = (
    Question(
        "10.recall_gradient",
        "Lesson 03: a layer y = W x has the loss gradient g with respect to y. "
        "What is the gradient with respect to W?",
        {
            "a": Choice("the difference, y - z", "That is g for a squared error; x is missing."),
            "b": Choice("the product g x^T", "An outer product: each weight meets its input."),
            "c": Choice("the product W^T g", "That is the gradient with respect to x."),
            "d": Choice("the number g . x", "A number cannot tell each weight its way."),
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
                "There is no edge: the variance is (T - 1)/d for every T.",
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
        "10.exit_where",
        "What tells a weight matrix and the state of this memory apart?",
        {
            "a": Choice(
                "weights are written by outer products, a state is not",
                "Both are: a gradient step on a layer is an outer product, too.",
            ),
            "b": Choice(
                "only weights can be read by a matrix product",
                "Both are read so: S^T q.",
            ),
            "c": Choice(
                "who writes, with what, and when it starts anew",
                "The algebra is the same. An optimizer writes errors, for good; a layer writes "
                "values, for one text.",
            ),
            "d": Choice(
                "a state is a vector, and weights are a matrix",
                "Here the state is a matrix as well.",
            ),
        },
        right="c",
    ),
    Question(
        "10.exit_capacity",
        "A matrix memory of 64 x 64 recalls 128 pairs well, against 255 other values. Its keys are "
        "cut to 16 numbers, its values grow to 256. How many pairs now?",
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
