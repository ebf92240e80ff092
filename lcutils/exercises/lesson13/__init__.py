"""Lesson 13: its exercises, questions and predictions."""

from lcutils.exercises.lesson13 import core, predictions, questions

ENTRIES = (*core.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
