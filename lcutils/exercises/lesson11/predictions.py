"""Lesson 11: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "11.capacity",
        "64 and 128 random pairs: sum or delta rule?",
        choices=("the sum", "the delta rule", "both alike"),
    ),
    Prediction(
        "11.half",
        "64 pairs with beta = 1/2: better or worse than with 1?",
        choices=("better", "worse"),
    ),
    Prediction("11.rewritten", "32 keys written twice: who gives the newer value?"),
    Prediction("11.learned", "How often does each answer with the newest value?", numbers=2),
)
