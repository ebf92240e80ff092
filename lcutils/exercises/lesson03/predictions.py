"""Lesson 03: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import SHARE, Prediction

ENTRIES = (
    Prediction(
        "03.article_step",
        "w goes from 1 to 1.4. Is the loss then lower or higher?",
        choices=("lower", "higher"),
    ),
    Prediction(
        "03.shift",
        "What share of its own paragraphs does it get right, one place later?",
        numbers=1,
        ranges=(SHARE,),
    ),
)
