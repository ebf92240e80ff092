"""Lesson 13: its exercises, questions and predictions."""

from lcutils.exercises.lesson13 import counts, predictions, questions, score, texts

ENTRIES = (
    *texts.ENTRIES,
    *counts.ENTRIES,
    *score.ENTRIES,
    *questions.ENTRIES,
    *predictions.ENTRIES,
)
