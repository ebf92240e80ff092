"""Lesson 10: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "10.dual",
        "How well can the trained weights be replaced?",
        choices=("roughly", "well", "exactly"),
    ),
    Prediction("10.recall", "Which share of 32, 64, 128 pairs is given back?", numbers=3),
    Prediction(
        "10.own",
        "4 x 1,024 against 64 x 64, among its own values?",
        choices=("better", "as well", "worse"),
    ),
    Prediction("10.features", "Positive features: which share of the 128 pairs?", numbers=1),
)
