"""Lesson 10: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import SHARE, Prediction

ENTRIES = (
    Prediction(
        "10.dual",
        "How well can the trained layer's answers to new inputs be computed from what was kept?",
        choices=("roughly", "well", "exactly"),
    ),
    Prediction(
        "10.recall",
        "A matrix of 64 x 64 holds 32, 64 or 128 pairs: which share of the values does it give "
        "back, in each case?",
        numbers=3,
        ranges=(SHARE,),
    ),
    Prediction(
        "10.own",
        "How does a matrix of 4 x 1,024 recall its pairs, compared with one of 64 x 64, which has "
        "as many numbers?",
        choices=("better", "as well", "worse"),
    ),
    Prediction(
        "10.features",
        "As a sum nearly all are given back. Which share of the 128 values does the mean with "
        "positive features give back?",
        numbers=1,
        ranges=(SHARE,),
    ),
)
