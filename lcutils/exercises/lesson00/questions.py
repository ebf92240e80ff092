"""Lesson 00: the question about the article's chart."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "00.chart",
        "In the article's chart, how does the second word learn anything about the first?",
        {
            "a": Choice(
                "from the memory update",
                "The update comes after the output, and no arrow leads from it to the next word.",
            ),
            "b": Choice(
                "from the context vector",
                "It comes after the output, and no arrow leads from it to the next word.",
            ),
            "c": Choice(
                "if both are concatenated",
                "Only so: both words must be in one input. No arrow leads back, "
                "so nothing is carried from one step to the next.",
            ),
            "d": Choice(
                "through the weight matrix",
                "Weights hold what training has taught, not what the text says; and in the chart "
                "no arrow leads from them anywhere.",
            ),
        },
        right="c",
    ),
)
