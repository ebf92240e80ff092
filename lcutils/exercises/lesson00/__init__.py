"""Lesson 00: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson00 import core

ENTRIES = (*core.ENTRIES,)
