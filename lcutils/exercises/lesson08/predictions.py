"""Lesson 08: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "08.one_pair",
        "One pair is stored, and the query is -k: what comes back?",
        choices=("0", "v", "-v", "something between"),
    ),
    Prediction("08.unscaled", "K = 64, no factor: the largest of 16 weights?", numbers=1),
    Prediction("08.unit_keys", "64 pairs, keys of length 1: which recalls most?"),
    Prediction(
        "08.same_numbers",
        "4,096 numbers each: which gives back more pairs?",
        choices=("the sum", "the cache"),
    ),
)
