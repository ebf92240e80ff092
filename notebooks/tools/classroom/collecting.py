"""Judges the hand-ins of one lesson, two at a time."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from classroom import box
from classroom.handin import SECONDS, HandIn, Lesson, judge_hand_in, load_lesson
from classroom.rows import Row
from classroom.workers import JudgeError, Workers
from lcutils.checking import judge
from lcutils.checking.data import DerivationExercise
from lcutils.exercises import catalogue

_MEMORY = 6 << 30  # bytes of addresses, for the judge of one hand-in; torch alone takes one
_PROCESSOR_SECONDS = 300
_RESTARTS = 3
_FORK = multiprocessing.get_context("fork")  # torch and SymPy are loaded once


@dataclass
class _Judging:
    """One hand-in, being judged in a process of its own: an answer that ends it ends only that."""

    path: Path
    workers: Workers
    process: Any
    began: float
    without: set[str] = field(default_factory=set)
    at: str = ""  # the cell that runs


def collect(
    number: str, paths: Sequence[Path], jobs: int = 2, telling: Callable[[HandIn], object] = repr
) -> list[HandIn]:
    """The hand-ins of a lesson, each judged, in the order of `paths`: `Judges`, once."""
    with Judges(number, jobs) as judges:
        return judges.collect(paths, telling)


class Judges:
    """Those of one lesson: they keep their boxes, which take seconds to be ready, until they end.

    Args:
        number: the lesson's, such as "05".
        jobs: how many hand-ins at a time.
    Raises: ValueError if there is no such lesson, RefusedError where there can be no box.
    """

    def __init__(self, number: str, jobs: int = 2) -> None:
        self._lesson = load_lesson(number)
        box.require()
        _warm_up(number)
        self._free = [Workers() for _ in range(jobs)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for workers in self._free:
            workers.close()

    def collect(
        self, paths: Sequence[Path], telling: Callable[[HandIn], object] = repr
    ) -> list[HandIn]:
        """The hand-ins, each judged, in the order of `paths`; `telling` is called with each.

        Raises: JudgeError if no worker starts.
        """
        todo = [(path, set[str]()) for path in paths]
        running: dict[Connection, _Judging] = {}
        done: dict[Path, HandIn] = {}
        try:
            while todo or running:
                while todo and self._free:
                    connection, judging = _start(*todo.pop(0), self._lesson, self._free.pop())
                    running[connection] = judging
                for connection in _ready(running):
                    judging = running[connection]
                    made = _heard(connection, judging)
                    if made is None:
                        continue
                    judging.process.join()
                    connection.close()
                    del running[connection]
                    self._free.append(judging.workers)
                    if isinstance(made, set):
                        todo.insert(0, (judging.path, made))
                    else:
                        done[judging.path] = made
                        telling(made)
        finally:
            for judging in running.values():
                judging.process.kill()
                judging.workers.close()
                self._free.append(judging.workers)
        return [done[path] for path in paths]


def _warm_up(number: str) -> None:
    """Read what all will need: each judge is a copy of this process."""
    for entry in catalogue().values():
        if isinstance(entry, DerivationExercise) and entry.id.startswith(f"{number}."):
            judge(entry, [entry.start, *(step.line for step in entry.route)])


def _start(
    path: Path, without: set[str], lesson: Lesson, workers: Workers
) -> tuple[Connection, _Judging]:
    workers.open()
    ours, theirs = _FORK.Pipe(duplex=False)
    given = theirs, path, lesson, workers, without
    process = _FORK.Process(target=_child, args=given, daemon=True)
    process.start()
    theirs.close()
    return ours, _Judging(path, workers, process, time.monotonic(), without)


def _child(
    connection: Connection, path: Path, lesson: Lesson, workers: Workers, without: set[str]
) -> None:
    def say(**message: Any) -> None:
        connection.send_bytes(json.dumps(message).encode())

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    try:
        made = judge_hand_in(path, lesson, workers, without, telling=lambda cell: say(at=cell))
    except JudgeError as failed:
        say(failed=str(failed))
    else:
        say(done=asdict(made))


def _ready(running: dict[Connection, _Judging]) -> list[Connection]:
    for judging in running.values():
        if time.monotonic() - judging.began > SECONDS + 60:
            judging.process.kill()
    return [one for one in wait(list(running), timeout=1) if isinstance(one, Connection)]


def _heard(connection: Connection, judging: _Judging) -> HandIn | set[str] | None:
    """The hand-in, the cells to leave out where its judge has ended, or None if it goes on."""
    try:
        message = json.loads(connection.recv_bytes())
    except EOFError:
        if judging.at and judging.at not in judging.without and len(judging.without) < _RESTARTS:
            return judging.without | {judging.at}
        note = "Judging it was stopped: look at it by hand."
        return HandIn(judging.path.name, judging.path.stem, notes=[note])
    if "failed" in message:
        raise JudgeError(message["failed"])
    if "at" in message:
        judging.at = message["at"]
        return None
    rows = [Row(**row | {"example": tuple(row["example"])}) for row in message["done"]["rows"]]
    return HandIn(**message["done"] | {"rows": rows})
