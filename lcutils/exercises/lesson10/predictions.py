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
        "A matrix of 64 x 64 holds 32, 128 or 512 pairs: which share of them is recalled, in each "
        "case?",
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
        "The sum recalls nearly all of 128 values. Which share does the mean recall, with elu + 1 "
        "and with Taylor?",
        numbers=2,
        ranges=(SHARE,),
    ),
)
