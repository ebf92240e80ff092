"""Lesson 02: its exercises, questions and predictions."""

from lcutils.exercises.lesson02 import core, more, predictions, questions, sgns

ENTRIES = (*core.ENTRIES, *sgns.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
