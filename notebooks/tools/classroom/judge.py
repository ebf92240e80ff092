"""Talks with a worker that runs cells, and judges what it says of the answers."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from classroom import answers
from classroom.graft import Piece
from classroom.wire import MAX_NUMBERS, BrokenError, Line
from classroom.workers import Workers
from lcutils import checking
from lcutils.checking import functions
from lcutils.checking.data import Exercise, FunctionExercise, Prediction, Question
from lcutils.checking.runs import Answered, Asked, copies
from lcutils.checking.settings import known_settings
from lcutils.checking.values import judge_choice
from lcutils.checking.verdict import Verdict
from lcutils.exercises import catalogue
from lcutils.exercises._guesses import guessed

_CELL_SECONDS = 30.0  # the worker stops a cell after ten seconds of its processor's time
_LESSON_SECONDS = 90.0
_MAX_ASKED, _MAX_CALLS = 300, 1000  # answers, and calls of our versions, in one run


@dataclass
class Run:
    """What came of one worker's run.

    Args:
        verdicts: id -> verdict; of a prediction its state is "predicted", and its headline what
            was said.
        leans: id of a function's exercise -> those others whose function of ours it called.
        problems: cell -> what it raised: name, message and line.
        broken: why the worker was given up, while it ran the cell `at`.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    leans: dict[str, set[str]] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    broken: str = ""
    at: str = ""


def run(
    workers: Workers, pieces: Sequence[Piece], end: float, telling: Callable[[str], object] = str
) -> Run:
    """Run cells in a worker, and judge their answers.

    Args:
        workers: one of which is taken.
        end: by time.monotonic, when the worker is given up.
        telling: is called with the id of each cell that begins.
    Raises: JudgeError if no worker starts.
    """
    with workers.one() as line:
        conversation = _Conversation(line, pieces, end, telling)
        try:
            conversation.hold()
        except BrokenError as broken:
            conversation.run.broken = str(broken)
        return conversation.run


class _Conversation:
    """One run, message by message."""

    def __init__(
        self, line: Line, pieces: Sequence[Piece], end: float, telling: Callable[[str], object]
    ) -> None:
        self.run = Run()
        self._line, self._pieces, self._end, self._telling = line, pieces, end, telling
        self._asked = self._calls = 0
        self._left = 0.0  # seconds that the cell has
        self._final: set[str] = set()  # ids judged in their own cell, which no other cell changes

    def hold(self) -> None:
        """Until the last cell. Raises: BrokenError."""
        cells = [
            {"id": x.id, "source": x.source, "is_ours": x.of == "lesson"} for x in self._pieces
        ]
        self._send({"op": "run", "cells": cells})
        for piece in self._pieces:
            self.run.at, self._piece = piece.id, piece
            self._telling(piece.id)
            self._left = _LESSON_SECONDS if piece.of == "lesson" else _CELL_SECONDS
            while (message := self._receive()).get("op") != "cell":
                self._send(self._reply(message))
            if message.get("id") != piece.id:
                raise BrokenError("it told of another cell than ran")
            problem = message.get("problem")
            if isinstance(problem, list) and len(problem) == 3:
                self.run.problems[piece.id] = [str(part)[:200] for part in problem]

    def _receive(self) -> dict[str, Any]:
        """The next message; the cell has only so many seconds for all, and the judge's are none."""
        began = time.monotonic()
        self._line.deadline = min(self._end, began + self._left)
        message = self._line.receive()
        self._left -= time.monotonic() - began
        return message

    def _send(self, message: dict[str, Any]) -> None:
        self._line.deadline = time.monotonic() + _CELL_SECONDS
        self._line.send(message)

    def _reply(self, message: dict[str, Any]) -> dict[str, Any]:
        op, id, typed = message.get("op"), message.get("id"), message.get("typed")
        if op == "ours":
            return self._ours(message, busy="")
        self._asked += 1
        entry = catalogue().get(id) if isinstance(id, str) else None
        said = message.get("answer")
        if self._asked > _MAX_ASKED or type(said) is not dict or type(typed) is not str:
            raise BrokenError("it asked too much")
        if op == "predict" and isinstance(entry, Prediction):
            self._keep(entry.id, _guess(*guessed(entry, answers.hear(said), typed)))
        elif op == "quiz" and isinstance(entry, Question):
            self._keep(entry.id, judge_choice(entry, answers.hear(said), typed))
        elif op == "check" and isinstance(entry, Exercise):
            verdict = self._judged(entry, said, typed)
            self._keep(entry.id, verdict)
            if isinstance(entry, FunctionExercise):
                return {"op": "told", "value": verdict.passed and not verdict.is_ours}
        else:
            return {"op": "refused", "why": f"{str(id)[:60]!r} is nothing to {str(op)[:10]}."}
        return {"op": "told", "value": None}

    def _keep(self, id: str, verdict: Verdict) -> None:
        is_own = self._piece.id == id.replace(".", "-", 1)
        if is_own and self._piece.is_given:
            verdict = Verdict("waiting", "Not written yet.")  # a function to mend is known as wrong
        if is_own and verdict.state != "waiting":
            self._final.add(id)
        if is_own or id not in self._final:
            self.run.verdicts[id] = verdict

    def _judged(self, exercise: Exercise, said: dict[str, Any], typed: str) -> Verdict:
        if not isinstance(exercise, FunctionExercise):
            return checking.judge(exercise, answers.hear(said), typed)
        if said.get("k") != "function":
            answer = answers.heard_for(exercise, said)
            return checking.judge(exercise, answer, typed)
        self.run.leans.pop(exercise.id, None)

        def tried(asked: Asked) -> Answered:
            return self._tried(exercise.id, asked)

        try:
            with known_settings():
                return functions.judge_runs(exercise, tried, secrets.randbits(62))
        except BrokenError:
            raise
        except Exception as error:  # what came fits each by itself, and not together
            raise BrokenError(f"its results make no sense ({type(error).__name__})") from error

    def _tried(self, id: str, asked: Asked) -> Answered:
        """What the worker makes of these inputs; meanwhile it may ask for our versions."""
        self._send({"op": "try", **answers.tell_asked(asked)})
        while (message := self._receive()).get("op") == "ours":
            self._send(self._ours(message, busy=id))
        if message.get("op") != "tried":
            raise BrokenError("results were asked for, and something else came")
        return answers.hear_answered(message, asked)

    def _ours(self, message: dict[str, Any], busy: str) -> dict[str, Any]:
        """What our version returns, or the gradients through it."""
        self._calls += 1
        if self._calls > _MAX_CALLS:
            raise BrokenError("it called our versions too often")
        id = message.get("id")
        exercise = catalogue().get(id) if isinstance(id, str) else None
        if not isinstance(exercise, FunctionExercise):
            raise BrokenError("it called a function that is none")
        if exercise.id == busy:
            name = exercise.reference.__name__
            why = f"This is our version of {name}: write one of your own."
            return {"op": "refused", "why": why}
        if busy:
            self.run.leans.setdefault(busy, set()).add(exercise.id)
        values = message.get("values")
        if type(values) is not list or any(map(_is_too_large, values)):
            return {"op": "refused", "why": "Our version is for smaller inputs."}
        try:
            return {"op": "told", "value": _called(exercise, message)}
        except Exception as error:  # the inputs may be anything
            return {"op": "refused", "why": f"{type(error).__name__}: {error}"[:300]}


def _guess(said: str | None, problem: str) -> Verdict:
    if said is None:
        return Verdict("waiting", problem or "Not written yet.")
    return Verdict("skipped" if said == "skip" else "predicted", said)


def _is_too_large(value: object) -> bool:
    return isinstance(value, Tensor) and value.numel() > MAX_NUMBERS


def _called(exercise: FunctionExercise, message: dict[str, Any]) -> Tensor | list[Tensor | None]:
    names, values, grad = (message[part] for part in ("names", "values", "grad"))
    first = len(values) - len(names)
    by_name = dict(zip(names, values[first:], strict=True))
    bound = inspect.signature(exercise.reference).bind(*values[:first], **by_name)
    if grad is None:
        with torch.no_grad(), known_settings():
            return exercise.reference(*copies(bound.args), **bound.kwargs)
    with known_settings():
        leaves = [
            value.detach().clone().requires_grad_()
            if isinstance(value, Tensor) and value.is_floating_point()
            else value
            for value in values
        ]
        by_name = dict(zip(names, leaves[first:], strict=True))
        output = exercise.reference(*leaves[:first], **by_name)
        smooth = [x for x in leaves if isinstance(x, Tensor) and x.requires_grad]
        found = iter(torch.autograd.grad(output, smooth, grad, allow_unused=True))
        return [next(found) if isinstance(x, Tensor) and x.requires_grad else None for x in leaves]
