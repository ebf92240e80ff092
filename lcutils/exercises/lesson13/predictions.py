"""Lesson 13: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import COUNT, SHARE, Prediction

ENTRIES = (
    Prediction(
        "13.fewest",
        "How many numbers of 32 bits must a state have, at the very least, to answer every "
        "question of every such text?",
        numbers=1,
        ranges=(COUNT,),
    ),
    Prediction(
        "13.column",
        "Which share of the questions does each answer after training: the sum, decay, the delta "
        "rule?",
        numbers=3,
        ranges=(SHARE,),
    ),
    Prediction(
        "13.blocks",
        "Which share of the questions do two sums answer, one after the other?",
        numbers=1,
        ranges=(SHARE,),
    ),
    Prediction(
        "13.shape",
        "In which shape, key x value, does the delta rule answer the most questions?",
        choices=("2 x 32", "4 x 16", "8 x 8", "16 x 4", "32 x 2"),
    ),
    Prediction(
        "13.lstm",
        "Which share of the questions does the best LSTM answer, after the same 250 steps?",
        numbers=1,
        ranges=(SHARE,),
    ),
    Prediction(
        "13.plain",
        "64 numbers, each rule in its best shape: which one is ahead?",
        choices=("the sum", "decay", "the delta rule", "none"),
    ),
    Prediction(
        "13.no_slope",
        "Which share of the questions does attention answer without its slope?",
        numbers=1,
        ranges=(SHARE,),
    ),
)
