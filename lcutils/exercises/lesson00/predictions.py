"""Lesson 00: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import COUNT, Prediction

ENTRIES = (
    Prediction(
        "00.ann",
        "Fact 5 says that Ann now lives in Rome. Asked where she is, what does this memory, which "
        "only adds, answer then?",
        choices=("Oslo", "Rome", "both", "neither"),
    ),
    Prediction(
        "00.numbers",
        "A word is a vector of 64 numbers. How many numbers are 1,000 words, kept one behind "
        "another, and how many are they once added up, entry by entry?",
        numbers=2,
        ranges=(COUNT,),
    ),
)
