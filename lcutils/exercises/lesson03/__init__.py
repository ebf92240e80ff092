"""Lesson 03: its exercises, questions and predictions."""

from lcutils.exercises.lesson03 import core, layers, more, predictions, questions

ENTRIES = (*core.ENTRIES, *layers.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
