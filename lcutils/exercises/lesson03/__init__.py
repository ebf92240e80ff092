"""Lesson 03: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson03 import core, layers, more, questions

ENTRIES = (*core.ENTRIES, *layers.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
