"""Lesson 05: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction("05.order", "Same final state, or different ones?", choices=("same", "different")),
    Prediction("05.recall", "Nine right in ten with d = 64: up to how many words?", numbers=1),
    Prediction("05.shrink", "What becomes of W, of R and of the recall?"),
)
