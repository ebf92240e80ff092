"""Lesson 02: what a reader guesses before the result is shown."""

from __future__ import annotations

import math

from lcutils.checking.data import CORRELATION, COSINE, Prediction, Range

ENTRIES = (
    Prediction(
        "02.both_learn",
        "What are the mean cosine of two words and the loss after 20 steps?",
        numbers=2,
        ranges=(COSINE, Range(0, math.inf, "This loss is half a mean of squares: not below 0")),
    ),
    Prediction(
        "02.dimensions",
        "How well do the learned scores follow PMI - log 5, as a correlation over all pairs seen: "
        "with d = 16, and with d = 300?",
        numbers=2,
        ranges=(CORRELATION,),
    ),
)
