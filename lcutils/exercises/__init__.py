"""Exercises, predictions and questions: what a reader writes, and what it is told.

A folder for each lesson holds what it asks; `lcutils.checking` judges the answers.
"""

from lcutils.exercises._answers import check, quiz
from lcutils.exercises._catalogue import catalogue
from lcutils.exercises._predictions import predict, reveal
from lcutils.exercises._report import report

__all__ = ["catalogue", "check", "predict", "quiz", "report", "reveal"]
