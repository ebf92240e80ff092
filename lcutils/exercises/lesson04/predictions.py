"""Lesson 04: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "04.forecasters",
        "Who pays less for the four letters together?",
        choices=("Ann", "Bob"),
    ),
    Prediction(
        "04.counts_or_network",
        "Both see the last 6 letters. Which pays less for a letter of the test files?",
        choices=("counts", "network"),
    ),
    Prediction(
        "04.order",
        "Temperature 2 and top-p 0.8, one after the other. Which order leaves more letters?",
        choices=("temperature first", "top-p first", "both the same"),
    ),
)
