"""Lesson 08: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson08 import core, more, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
