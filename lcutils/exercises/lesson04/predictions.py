"""Lesson 04: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "04.forecasters",
        "Who gave the four letters together the larger probability?",
        choices=("Ann", "Bob"),
    ),
    Prediction(
        "04.counts_or_network",
        "Both have read the same 128,000 letters once. Which pays less on the test files?",
        choices=("counts", "network"),
    ),
    Prediction(
        "04.order",
        "Temperature 2 and top-p 0.8, one after the other. Which order leaves more letters?",
        choices=("temperature first", "top-p first", "both the same"),
    ),
)
