"""Lesson 13: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction("13.fewest", "How few numbers of 32 bits can hold 8 values out of 32?", numbers=1),
    Prediction("13.column", "Right answers of sum, decay and delta rule, 256 numbers?", numbers=3),
    Prediction(
        "13.shape",
        "64 numbers: which shape serves the delta rule best?",
        choices=("2 x 32", "4 x 16", "8 x 8", "16 x 4", "32 x 2"),
    ),
    Prediction("13.attention", "How many numbers does attention need?", numbers=1),
    Prediction(
        "13.plain",
        "Keys written once: which rule is ahead?",
        choices=("the sum", "decay", "the delta rule", "none"),
    ),
    Prediction(
        "13.no_slope", "Attention without a sense of time: which share is right?", numbers=1
    ),
)
