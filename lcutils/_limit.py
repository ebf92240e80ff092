"""Runs a call under a time limit, without a second process or thread for the call itself.

A timer thread sends SIGINT to the main thread and repeats it until the call is left; the
handler turns it into `TimeLimitExceeded`. A loop that swallows BaseException, or that hangs
inside C, cannot be stopped this way.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
_REPEAT_SECONDS = 0.2


class TimeLimitExceeded(BaseException):
    """The call ran longer than allowed. A BaseException, so that `except Exception` lets it by."""


def run_limited(call: Callable[[], Result], seconds: float) -> Result:
    """Return `call()`, or raise TimeLimitExceeded once it has run for `seconds`.

    The reader's own interrupt (the stop button) still reaches the handler that was there before.
    Raises: RuntimeError outside the main thread, where Python runs no signal handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("A time limit works in the main thread only; call this from a cell.")
    finished, expired = threading.Event(), threading.Event()

    def watch() -> None:
        wait = seconds
        while not finished.wait(wait):
            expired.set()
            _interrupt_main_thread()
            wait = _REPEAT_SECONDS

    def on_interrupt(number: int, frame: object) -> None:
        if finished.is_set():  # our own signal, arriving after the call was left
            return
        if expired.is_set():
            raise TimeLimitExceeded(f"stopped after {seconds:g} s")
        if callable(previous):
            previous(number, frame)  # type: ignore[arg-type]

    timer = threading.Thread(target=watch, daemon=True)
    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        timer.start()
        return call()
    finally:
        _close(finished, timer, previous)


def _close(finished: threading.Event, timer: threading.Thread, previous: object) -> None:
    finished.set()
    timer.join()
    # signal.signal first delivers a signal still pending, to the old handler, which ignores it
    signal.signal(signal.SIGINT, previous)  # type: ignore[arg-type]


def _interrupt_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGINT)
    else:  # Windows
        signal.raise_signal(signal.SIGINT)
