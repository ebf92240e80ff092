"""Lesson 12: its exercises, questions and predictions."""

from lcutils.exercises.lesson12 import core, more, predictions, questions, squares

ENTRIES = (*core.ENTRIES, *squares.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
