"""Runs a call under a time limit, without a second process or thread for the call itself.

A timer thread sends SIGINT to the main thread and repeats it until the call is left; the
handler turns it into `TimeLimitExceeded`. A loop that swallows BaseException, that hangs inside
C or that has SIGINT ignored cannot be stopped this way: the kernel must be restarted.
"""

from __future__ import annotations

import _weakrefset
import gc
import math
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, process_time
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")
_REPEAT_SECONDS = 0.2
_IDLE = 0.05  # who gets less of a processor's time than this share sleeps or hangs
_MOST = 6  # times the limit, at which it is up however busy the machine is
_MAX_IMPORT_SECONDS = 60.0
_MAX_CALLBACK_SECONDS = 2.0
_waits: list[tuple[float, float]] = []  # when each began and ended
_WEAK = (_weakrefset.__file__, weakref.__file__)


class TimeLimitExceeded(BaseException):
    """The call ran longer than allowed. A BaseException, so that `except Exception` lets it by."""


def run_limited(
    call: Callable[[], Result], seconds: float, afterwards: Callable[[], None] | None = None
) -> Result:
    """Return `call()`, or raise TimeLimitExceeded once it has run for `seconds`.

    What counts is the processor's time, so that a busy machine takes nothing from the call; for
    one that sleeps or hangs it is the clock's, without what it spends in `elsewhere`.

    An import under way is let finish: half a library cannot be loaded again in the same process.

    The reader's own interrupt (the stop button) still reaches the handler that was there before,
    and what that handler raises leaves this function even where the call swallows it.

    Args:
        call: what to run.
        seconds: how long it may take.
        afterwards: tidies up, however the call ended; neither the limit nor the stop button
            cuts it short.
    Raises: RuntimeError outside the main thread, where Python runs no signal handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("A time limit works in the main thread only; call this from a cell.")
    finished, expired = threading.Event(), threading.Event()
    stopped: list[BaseException] = []  # what the handler raised inside the call
    late: list[int] = []  # the reader's interrupts that came while entering or leaving
    here = sys._getframe()
    began, used = monotonic() - _spent_elsewhere(), process_time()
    expires = monotonic()

    def watch() -> None:
        nonlocal expires
        wait = seconds
        while not finished.wait(wait):
            if not expired.is_set():
                expires = monotonic()
                passed = expires - _spent_elsewhere() - began
                wait = _left(seconds, passed, process_time() - used)
                if wait > 0:
                    continue
            expired.set()
            _interrupt_main_thread()
            wait = _REPEAT_SECONDS

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        # an exception outside the call would skip the steps of leaving
        if not _is_inside(frame, here):  # noqa: F821 - deleted when this handler is gone
            if not expired.is_set():
                late.append(number)
            return
        try:
            if expired.is_set():
                over = monotonic() - expires
                if over < _MAX_CALLBACK_SECONDS and _is_callback(frame):
                    return  # the timer comes again
                if over < _MAX_IMPORT_SECONDS and _is_importing(frame, here):  # noqa: F821
                    return  # the timer comes again
                raise TimeLimitExceeded(f"stopped after {seconds:g} s")
            if callable(previous):
                previous(number, frame)
        except BaseException as error:
            stopped.append(error)
            raise

    timer = threading.Thread(target=watch, daemon=True)
    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        timer.start()
        result = _enter(call)
    except BaseException:
        if stopped:
            raise stopped[0] from None
        if expired.is_set():  # the call had put its own handler in place of ours
            raise TimeLimitExceeded(f"stopped after {seconds:g} s") from None
        raise
    finally:
        finished.set()
        if timer.ident is not None:  # the call may have left no room for a thread
            timer.join()
        try:
            if afterwards is not None:
                afterwards()
        finally:
            # signal.signal first delivers a signal still pending to our handler, which keeps it
            signal.signal(signal.SIGINT, signal.SIG_DFL if previous is None else previous)
            del here  # a frame that holds itself would keep the call's values alive
        if late:
            signal.raise_signal(signal.SIGINT)
    if stopped:
        raise stopped[0]
    return result


@contextmanager
def elsewhere() -> Iterator[None]:
    """The block waits for another process's work: its time is not the call's."""
    place, began = len(_waits), monotonic()
    _waits.append((began, math.inf))
    try:
        yield
    finally:
        _waits[place] = (began, monotonic())


def _spent_elsewhere() -> float:
    now = monotonic()
    return sum(min(end, now) - began for began, end in list(_waits))


def _left(seconds: float, passed: float, used: float) -> float:
    """How long a call may still run after so much time of the clock and of the processor."""
    if passed < seconds:
        return seconds - passed
    return 0 if used < _IDLE * passed else min(seconds - used, _MOST * seconds - passed)


def _enter(call: Callable[[], Result]) -> Result:
    return call()


def _is_inside(frame: FrameType | None, outer: FrameType) -> bool:
    """Is `frame` within the call that `outer` entered, and not in the steps around it?"""
    child = None
    while frame is not None and frame is not outer:
        child, frame = frame, frame.f_back
    return frame is outer and child is not None and child.f_code is _enter.__code__


def _is_callback(frame: FrameType | None) -> bool:
    """Does Python itself call this, as a weak reference goes or garbage is collected?

    What is raised there stops nothing: Python prints it, and goes on.
    """
    if frame is None:
        return False
    code = frame.f_code
    if code.co_name in ("_remove", "remove") and code.co_filename in _WEAK:
        return True
    return any(getattr(callback, "__code__", None) is code for callback in gc.callbacks)


def _is_importing(frame: FrameType | None, outer: FrameType) -> bool:
    """Is an import under way that began within the call?"""
    while frame is not None and frame is not outer:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _interrupt_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGINT)
    else:  # Windows
        signal.raise_signal(signal.SIGINT)
