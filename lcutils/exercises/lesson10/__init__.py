"""Lesson 10: its exercises, questions and predictions."""

from lcutils.exercises.lesson10 import core, more, predictions, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
