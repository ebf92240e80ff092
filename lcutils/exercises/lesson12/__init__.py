"""Lesson 12: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson12 import core, more, questions, squares

ENTRIES = (*core.ENTRIES, *squares.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
