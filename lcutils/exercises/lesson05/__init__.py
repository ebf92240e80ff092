"""Lesson 05: its exercises, questions and predictions."""

from lcutils.exercises.lesson05 import (
    core,
    derivations,
    more,
    pairs,
    predictions,
    questions,
    scans,
)

_PARTS = (core, pairs, derivations, scans, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
