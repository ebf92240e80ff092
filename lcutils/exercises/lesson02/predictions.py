"""Lesson 02: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction("02.collapse", "Mean cosine and loss after 50 steps?", numbers=2),
    Prediction("02.dimensions", "The correlations with d = 16 and with d = 300?", numbers=2),
)
