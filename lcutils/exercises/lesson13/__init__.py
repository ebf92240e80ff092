"""Lesson 13: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson13 import core, questions

ENTRIES = (*core.ENTRIES, *questions.ENTRIES)
