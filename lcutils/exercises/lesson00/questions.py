"""Lesson 00: the question about the article's chart."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "00.chart",
        "At the second word, what in the article's chart tells the network about the first?",
        {
            "a": Choice(
                "the memory update",
                "The update comes after the output, and no arrow leads from it to the next word.",
            ),
            "b": Choice(
                "the context vector",
                "It comes after the output, and no arrow leads from it to the next word.",
            ),
            "c": Choice(
                "the concatenation",
                "Only so, and only if both words are in one input. No arrow leads back, "
                "so nothing is carried from one step to the next.",
            ),
            "d": Choice(
                "the weight matrix",
                "Weights hold what training has taught, not what the text says; and in the chart "
                "no arrow leads from them anywhere.",
            ),
        },
        right="c",
    ),
)
