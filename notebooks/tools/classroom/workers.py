"""Workers, one after the other, each ready to run a hand-in's cells."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from classroom import box
from classroom.wire import BrokenError, Line

START_SECONDS = 60.0  # for a box and its imports, on however busy a machine


class JudgeError(Exception):
    """The judge itself failed: nothing is said of the hand-in."""


class Workers:
    """A box in which workers are started; another box where that one is no longer there.

    A process that was forked may go on with the box, and leaves it to its owner to end it.
    """

    def __init__(self) -> None:
        self._box: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._log: Any = None
        self._owner = 0

    @contextmanager
    def one(self) -> Iterator[Line]:
        """The line to a worker that is ready; it ends with the block.

        Raises: JudgeError if none starts, RefusedError where there can be no box.
        """
        ours = self._started()
        if ours is None:
            self.close()
            self.open()
            ours = self._started()
        if ours is None:
            raise JudgeError(f"No worker started: {self._said()}")
        with ours:
            try:
                yield Line(ours)
            finally:
                self._tell(b"e")

    def open(self) -> None:
        """Have a box, which takes seconds to be ready: nobody waits for it here."""
        if self._box is not None and self._owner == os.getpid() and self._box.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()
        with theirs:
            self._box = subprocess.Popen(
                box.command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control, self._owner = ours, os.getpid()

    def close(self) -> None:
        """End the box, if it is this process's own."""
        if self._control is not None:
            self._control.close()
        if self._box is not None and self._owner == os.getpid():
            self._box.kill()  # all that is in it dies with bwrap
            self._box.wait()
            self._log.close()
        self._box = self._control = None

    def _started(self) -> socket.socket | None:
        ours, theirs = socket.socketpair()
        line = Line(ours)
        line.deadline = time.monotonic() + START_SECONDS
        with theirs:
            is_told = self._tell(b"s", theirs.fileno())
        try:
            if is_told and line.receive() == {"op": "ready"}:
                return ours
        except BrokenError:
            pass
        ours.close()
        return None

    def _tell(self, message: bytes, *sockets: int) -> bool:
        if self._control is None:
            return False
        try:
            socket.send_fds(self._control, [message], sockets)
        except OSError:  # its box has ended
            return False
        return True

    def _said(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it says nothing"
