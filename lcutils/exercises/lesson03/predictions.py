"""Lesson 03: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "03.article_step",
        "w goes from 1 to 1.4. What becomes of the loss?",
        choices=("it falls", "it rises"),
    ),
    Prediction(
        "03.shift",
        "What share of its own paragraphs does it get right, one place later?",
        numbers=1,
    ),
)
