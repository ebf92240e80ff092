"""Lesson 12: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (
    Prediction(
        "12.five",
        "Five steps of 0.2 on each pair, or one of 0.67232?",
        choices=("five steps", "one step", "both alike"),
    ),
    Prediction("12.order", "Four memories, the worst first?"),
    Prediction("12.gates", "What becomes of lr, momentum and decay?"),
    Prediction("12.prose", "Surprise after 256 words, and at a change of topic?"),
    Prediction(
        "12.bend",
        "Two layers with 1,024 numbers: more pairs than a matrix?",
        choices=("more", "fewer"),
    ),
)
