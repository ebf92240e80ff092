"""Runs a reader's code so that whatever it does, the notebook stays as it was.

This is a guard against mistakes, not a prison: code that sets out to deceive runs in the same
process and can.
"""

from __future__ import annotations

import builtins
import io
import math
import random
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import is_
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
import torch

from lcutils import _ledger, _require
from lcutils._limit import TimeLimitExceeded, run_limited
from lcutils.checking.errors import NoInputError, Raised, raised, stopped
from lcutils.checking.settings import SETTINGS, comparable

SECONDS = 5.0
MAX_LINES = 20
_MAX_WIDTH = 200
_MISSING = object()
_ANOTHER_SEED = 1_618_033_988
_WATCHED: tuple[Any, ...] = (
    builtins,
    math,
    random,
    sys.modules,
    np,
    torch,
    torch.Tensor,
    torch.linalg,
    torch.nn.functional,
)


@dataclass
class Report:
    """What happened while a reader's code ran."""

    printed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # what it changed outside itself
    timed_out: bool = False
    stopped: tuple[str, str] = ("", "")  # what it did then, and the line where


@dataclass(frozen=True)
class Told:
    """Stands for an answer that is in another process: what it is, in words."""

    words: str


class Paper(io.TextIOBase):
    """Stands in for sys.stdout: keeps the first lines and counts the rest."""

    def __init__(self) -> None:
        self._kept, self._breaks, self._open, self._is_full = "", 0, False, False

    def close(self) -> None:
        """Keep nothing more; writing goes on without an error."""
        self._is_full = True

    def write(self, text: str) -> int:
        """Take what is printed; all of it counts as written."""
        if self._is_full:
            return len(text)
        self._kept += text[: MAX_LINES * _MAX_WIDTH - len(self._kept)]
        self._breaks += text.count("\n")
        self._open = not text.endswith("\n") if text else self._open
        return len(text)

    def result(self) -> list[str]:
        """The lines kept, and how many more there were."""
        n_lines = self._breaks + self._open
        lines = [line[:_MAX_WIDTH] for line in self._kept.split("\n")[: min(MAX_LINES, n_lines)]]
        more = n_lines - len(lines)
        return [*lines, f"... and {more} more lines"] if more else lines


class _NoKeyboard(io.TextIOBase):
    """Stands in for sys.stdin: the check would wait for ever."""

    def _refuse(self, *_: object) -> NoReturn:
        raise NoInputError

    read = readline = readlines = __next__ = _refuse


def _no_input(*_: object) -> NoReturn:
    raise NoInputError


class _Snapshot:
    """Names and settings as they are now."""

    def __init__(self) -> None:
        self._own = (globals(), globals().copy())
        self._basics = (vars(builtins), vars(builtins).copy())
        self._input, self._no_input = input, _no_input
        ours = [m for name, m in sys.modules.items() if name.startswith("lcutils")]
        self._names = [(place, dict(_names(place))) for place in (*_WATCHED, *ours)]
        self._values = [get() for _, get, _ in SETTINGS]
        self._during = [comparable(value) for value in self._values]

    def disturb(self) -> None:
        """Seed the generators: after `lc.start` a second seed of 0 would go unnoticed."""
        torch.default_generator.manual_seed(_ANOTHER_SEED)
        np.random.seed(_ANOTHER_SEED)  # noqa: NPY002
        random.seed(_ANOTHER_SEED)
        builtins.input, sys.stdin = self._no_input, _NoKeyboard()
        self._during = [comparable(get()) for _, get, _ in SETTINGS]

    def restore(self) -> list[str]:
        """Put everything back; return what had changed and should not have."""
        # First what this very function is made of, then all names, then what they set.
        own, kept = self._own
        own.update(kept)
        basics, kept = self._basics
        if basics.get("input") is self._no_input:
            basics["input"] = self._input
        changed = [name for name in kept if basics.get(name, _MISSING) is not kept[name]]
        basics.update(kept)
        for place, before in self._names:
            changed += _restore_names(place, before)
        settings = []
        rows = zip(SETTINGS, self._values, self._during, strict=True)
        for (name, get, put), value, during in rows:
            now = comparable(get())
            if now != during and name:
                settings.append(name)
            if now != comparable(value):
                put(value)
        return [*dict.fromkeys(settings), *changed]


def _names(place: Any) -> Any:
    return place if isinstance(place, dict) else vars(place)


def _restore_names(place: Any, before: dict[str, Any]) -> list[str]:
    changed: list[str] = []
    now = _names(place)
    if _is_same(now, before):
        return changed
    for name, value in before.items():
        if now.get(name, _MISSING) is not value:
            _put(place, name, value)
            changed.append(f"{_said(place)}{name}")
    if place is not sys.modules and len(now) > len(before):
        for name in [name for name in now if name not in before]:
            if isinstance(place, type):
                if name != "__slotnames__":  # copy.copy leaves it
                    type.__delattr__(place, name)
                    changed.append(f"{_said(place)}{name}")
            elif not isinstance(now[name], ModuleType):  # an import is welcome
                del now[name]
    return [] if place is sys.modules else changed


def _is_same(now: Any, before: dict[str, Any]) -> bool:
    """The same names with the same objects, in the same order; most places, most of the time."""
    return (
        len(now) == len(before)
        and all(map(is_, now, before))
        and all(map(is_, now.values(), before.values()))
    )


def _put(place: Any, name: str, value: Any) -> None:
    if isinstance(place, type):
        type.__setattr__(place, name, value)
    else:
        _names(place)[name] = value


def _said(place: Any) -> str:
    name = "torch.Tensor" if place is torch.Tensor else getattr(place, "__name__", "")
    return "" if name == "builtins" else f"{name}."


def guarded(work: Callable[[Paper], None]) -> Report:
    """Run `work`, which calls a reader's code, and put back whatever that changed.

    What `work` itself raises is our own mistake and comes through, as does the stop button.
    """
    report, paper = Report(), Paper()
    snapshot = _Snapshot()
    restore = snapshot.restore

    def tidy() -> None:
        report.changed = restore()
        report.printed = paper.result()

    def call() -> None:
        snapshot.disturb()
        sys.stdout = sys.stderr = paper
        work(paper)

    with _ledger.kept(), warnings.catch_warnings():
        try:
            run_limited(call, SECONDS, tidy)
        except TimeLimitExceeded as error:
            report.timed_out, report.stopped = True, stopped(error)
        except Exception:
            if not report.changed:  # else it replaced something that `work` is made of
                raise
    return report


def attempt(call: Callable[[], Any]) -> tuple[Any, Raised | None]:
    """`call()` and None, or None and what it raised, SystemExit and its kind included."""
    try:
        return call(), None
    except BaseException as error:  # `run_limited` raises the limit and the stop button again
        try:
            return None, raised(error, skipped=2)  # this frame, and that of its lambda
        except BaseException:  # the error's own class is broken
            return None, Raised("an error that cannot be shown")


def described(value: object) -> str:
    """What a reader's value is, in a few words, whatever it is."""
    if type(value) is int and abs(value) >= 10**12:  # printing it may take for ever, or be refused
        return f"a whole number of {math.floor(math.log10(abs(value))) + 1} digits"
    if issubclass(type(value), type):
        return "a class"
    if type(value) is Told:
        return value.words
    said, failed = attempt(lambda: _require.kind_of(value))
    return "an object that cannot be named" if failed else str(said)


def limited(work: Callable[[], Any] | None, answer: object) -> tuple[Any, str]:
    """What `work` makes of an answer, None if it fails, and what the answer is in words."""
    found, said = [None], ["an object"]

    def both(paper: Paper) -> None:
        said[0] = described(answer)
        if work is not None:
            found[0], _ = attempt(work)

    report = guarded(both)
    if report.timed_out:
        said[0] += f" that was not understood within {SECONDS:g} s"
    return (None if report.timed_out or report.changed else found[0]), said[0]
