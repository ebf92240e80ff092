"""Runs a reader's code so that whatever it does, the notebook stays as it was.

This is a guard against mistakes, not a prison: code that sets out to deceive runs in the same
process and can.
"""

from __future__ import annotations

import builtins
import io
import linecache
import math
import os
import pickle
import random
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import torch

from lcutils import _ledger, _require
from lcutils._limit import TimeLimitExceeded, run_limited

SECONDS = 5.0
MAX_LINES = 20
_MAX_WIDTH = 200
_MISSING = object()
_ANOTHER_SEED = 1_618_033_988
_LIBRARIES = {"torch", "numpy", "sympy", "lcutils"}  # an error is shown where the reader wrote
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


@dataclass(frozen=True)
class Raised:
    """What a reader's code raised: its name, its message, and the line where, if known."""

    name: str
    message: str
    where: str
    is_stub: bool
    is_call: bool  # the call itself failed: wrong arguments


@dataclass
class Report:
    """What happened while a reader's code ran."""

    printed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # what it changed outside itself
    timed_out: bool = False


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


def _cuda_states() -> list[torch.Tensor]:
    return torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []


def _set_cuda_states(states: list[torch.Tensor]) -> None:
    if states:  # empty where the answer was the first to use a GPU
        torch.cuda.set_rng_state_all(states)


def _numpy_state() -> bytes:
    return pickle.dumps(np.random.get_state())  # noqa: NPY002 - a reader's own cell may use it


def _set_numpy_state(state: bytes) -> None:
    np.random.set_state(pickle.loads(state))  # noqa: NPY002


def _set_default_device(device: torch.device) -> None:
    if torch.get_default_device() != device:  # setting it costs every later call a little
        torch.set_default_device(None if device == torch.device("cpu") else device)


def _set_environment(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)


def _set_path(before: list[str]) -> None:
    sys.path[:] = before


def _set_streams(before: tuple[Any, Any]) -> None:
    sys.stdout, sys.stderr = before


_Setting = tuple[str, Callable[[], Any], Callable[[Any], Any]]
# A name stands where a change spoils what comes after the answer; such an answer is refused.
_SETTINGS: tuple[_Setting, ...] = (
    ("torch's global random generator", torch.get_rng_state, torch.set_rng_state),
    ("torch's global random generator", _cuda_states, _set_cuda_states),
    ("NumPy's global random generator", _numpy_state, _set_numpy_state),
    ("Python's global random generator", random.getstate, random.setstate),
    ("torch's default dtype", torch.get_default_dtype, torch.set_default_dtype),
    ("torch's default device", torch.get_default_device, _set_default_device),
    ("torch's number of threads", torch.get_num_threads, torch.set_num_threads),
    ("torch's gradient mode", torch.is_grad_enabled, torch.set_grad_enabled),
    ("torch's anomaly mode", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    (
        "torch's deterministic mode",
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
    ("NumPy's error handling", np.geterr, lambda before: np.seterr(**before)),
    ("Python's recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    ("environment variables", os.environ.copy, _set_environment),
    ("", sys.gettrace, sys.settrace),
    ("", sys.getprofile, sys.setprofile),
    ("", sys.path.copy, _set_path),
    ("", lambda: (sys.stdout, sys.stderr), _set_streams),
)


class _Snapshot:
    """Names and settings as they are now."""

    def __init__(self) -> None:
        self._own = (globals(), globals().copy())
        self._basics = (vars(builtins), vars(builtins).copy())
        ours = [m for name, m in sys.modules.items() if name.split(".")[0] == "lcutils"]
        self._names = [(place, dict(_names(place))) for place in (*_WATCHED, *ours)]
        self._values = [get() for _, get, _ in _SETTINGS]
        self._during = [_comparable(value) for value in self._values]

    def disturb(self) -> None:
        """Seed the generators: after `lc.start` a second seed of 0 would go unnoticed."""
        torch.default_generator.manual_seed(_ANOTHER_SEED)
        np.random.seed(_ANOTHER_SEED)  # noqa: NPY002
        random.seed(_ANOTHER_SEED)
        self._during = [_comparable(get()) for _, get, _ in _SETTINGS]

    def restore(self) -> list[str]:
        """Put everything back; return what had changed and should not have."""
        # First what this very function is made of, then all names, then what they set.
        own, kept = self._own
        own.update(kept)
        basics, kept = self._basics
        changed = [name for name in kept if basics.get(name, _MISSING) is not kept[name]]
        basics.update(kept)
        for place, before in self._names:
            changed += _restore_names(place, before)
        settings = []
        rows = zip(_SETTINGS, self._values, self._during, strict=True)
        for (name, get, put), value, during in rows:
            now = _comparable(get())
            if now != during and name:
                settings.append(name)
            if now != _comparable(value):
                put(value)
        return [*dict.fromkeys(settings), *changed]


def _names(place: Any) -> Any:
    return place if isinstance(place, dict) else vars(place)


def _restore_names(place: Any, before: dict[str, Any]) -> list[str]:
    changed = []
    now = _names(place)
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


def _put(place: Any, name: str, value: Any) -> None:
    if isinstance(place, type):
        type.__setattr__(place, name, value)
    else:
        _names(place)[name] = value


def _said(place: Any) -> str:
    name = "torch.Tensor" if place is torch.Tensor else getattr(place, "__name__", "")
    return "" if name == "builtins" else f"{name}."


def _comparable(value: Any) -> Any:
    """Something that `!=` compares; it cannot compare tensors."""
    if isinstance(value, torch.Tensor):
        return value.numpy().tobytes()
    if isinstance(value, list):
        return [_comparable(entry) for entry in value]
    return value


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
        except TimeLimitExceeded:
            report.timed_out = True
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
            return None, _raised(error)
        except Exception:  # the error's own class is broken
            return None, Raised("an error that cannot be shown", "", "", False, False)


def _raised(error: BaseException) -> Raised:
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:  # a reader's own class may do anything
        message = ""
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    reached = frames[2:]  # the first is `attempt`, the second its lambda
    own = [tb for tb in reached if _root(tb.tb_frame.f_globals.get("__name__")) not in _LIBRARIES]
    where = ""
    if own:
        where = linecache.getline(own[-1].tb_frame.f_code.co_filename, own[-1].tb_lineno).strip()
    is_stub = isinstance(error, NotImplementedError) and (
        not message or message.endswith("not written yet")
    )
    message = " ".join(re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", message).split())
    if len(message) > 300:
        message = message[:300] + "..."
    return Raised(name, message, where, is_stub, isinstance(error, TypeError) and not reached)


def _root(module: object) -> str:
    return str(module).split(".")[0]


def described(value: object) -> str:
    """What a reader's value is, in a few words, whatever it is."""
    if type(value) is int and abs(value) >= 10**12:  # printing it may take for ever, or be refused
        return f"a whole number of {math.floor(math.log10(abs(value))) + 1} digits"
    if issubclass(type(value), type):
        return "a class"
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
