"""Runs a hand-in's cells in the box, and its functions on what the judge sends.

`python -m classroom.worker FD`: over FD the judge sends a socket for each worker that it wants. A
worker asks the judge about each answer, and learns of it no more than whether a function is right,
since the lesson then goes on with it.
"""

from __future__ import annotations

import atexit
import os
import resource
import socket
import sys
import threading
import types
from typing import Any

import torch

from classroom import filter as calls
from classroom import nest
from classroom.answers import hear_asked, tell, tell_answered
from classroom.wire import Line
from lcutils import _limit, _typed
from lcutils.checking.runs import answered

_GIB = 1 << 30
_LIMITS = {
    resource.RLIMIT_AS: 4 * _GIB,  # torch alone takes nearly one
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_CPU: 120,
    resource.RLIMIT_FSIZE: 16 << 20,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_NPROC: 64,
}
CELL_SECONDS = 10.0  # for a cell of the hand-in
_LESSON_SECONDS = 60.0  # for one of the lesson's own
_SPARE_THREADS = 8


class OurVersion:
    """The workbook's own function, which the judge has: calling it asks the judge."""

    def __init__(self, talk: Talk, id: str) -> None:
        self._talk, self._id = talk, id
        self.__name__ = f"our version of {id.partition('.')[2]}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result of ours, with its gradients."""
        values = (*args, *kwargs.values())
        return _Remote.apply(self._talk, self._id, list(kwargs), *values)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return self.__name__


class _Remote(torch.autograd.Function):
    """A call of our version, and the way back through it."""

    @staticmethod
    def forward(ctx: Any, talk: Talk, id: str, names: list[str], *values: Any) -> Any:
        ctx.talk, ctx.asked = talk, {"id": id, "names": names, "values": list(values)}
        return talk.ask("ours", **ctx.asked, grad=None)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return (None, None, None, *ctx.talk.ask("ours", **ctx.asked, grad=grads[0]))


class Talk:
    """The verbs of a lesson that ask the judge."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def ask(self, op: str, **parts: Any) -> Any:
        """What the judge replies. Raises: RuntimeError with its message where it refuses."""
        self.line.send({"op": op, **parts})
        reply = self._heard()
        while reply["op"] == "try":
            found = answered(self._answer, hear_asked(reply))
            self.line.send({"op": "tried", **tell_answered(found)})
            reply = self._heard()
        if reply["op"] == "refused":
            raise RuntimeError(reply["why"])
        return reply.get("value")

    def _heard(self) -> Any:
        with _limit.elsewhere():  # a judge on a busy machine takes no time from a cell
            return self.line.receive()

    def check(self, id: str, answer: object) -> Any:
        """Hand an answer to the judge; a function that is not right becomes ours."""
        self._answer = answer
        is_right = self._asked("check", id, answer)
        if is_right is None:
            return None
        return answer if is_right else OurVersion(self, id)

    def quiz(self, id: str, *, answer: object) -> None:
        """Hand a choice to the judge."""
        self._asked("quiz", id, answer)

    def predict(self, id: str, *, answer: object) -> None:
        """Hand a guess to the judge."""
        self._asked("predict", id, answer)

    def _asked(self, op: str, id: str, answer: object) -> Any:
        said = {"k": "ours", "v": repr(answer)} if type(answer) is OurVersion else tell(answer)
        return self.ask(op, id=str(id)[:100], answer=said, typed=_typed.source_of(id)[:10_000])


def _nothing(*_: object, **__: object) -> None:
    """Stands for what only shows something."""


def _verbs(talk: Talk) -> types.ModuleType:
    """What stands where the exercises are, which are not in the box."""
    module = types.ModuleType("lcutils.exercises")
    for name in ("check", "quiz", "predict"):
        setattr(module, name, getattr(talk, name))
    module.reveal = module.report = _nothing  # type: ignore[attr-defined]
    return module


def _shell() -> Any:
    """An IPython without history, output or other programs."""
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance(history_length=0)
    atexit.unregister(shell.atexit_operations)  # which would tidy up files that are not there
    for quiet in ("enable_gui", "showtraceback", "showsyntaxerror", "system"):
        setattr(shell, quiet, _nothing)
    shell.display_pub.publish = _nothing
    return shell


def _run(shell: Any, cell: dict[str, Any]) -> list[str] | None:
    """Run a cell; what it raised: its name, message and line, or None."""
    seconds = _LESSON_SECONDS if cell["is_ours"] else CELL_SECONDS

    def run() -> Any:
        return shell.run_cell(cell["source"], silent=True)

    try:
        result = _limit.run_limited(run, seconds)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # also what says that the time was up
        error = raised
    return None if error is None else _problem(error)


def _leaves_room() -> bool:
    """Can threads still be started? Each time limit needs one, and there are limits in limits."""
    done = threading.Event()
    try:
        for _ in range(_SPARE_THREADS):
            threading.Thread(target=done.wait, daemon=True).start()
    except RuntimeError:
        return False
    finally:
        done.set()
    return True


def _problem(error: BaseException) -> list[str]:
    if isinstance(error, _limit.TimeLimitExceeded):
        return ["Stopped", str(error), ""]
    line, traceback = getattr(error, "lineno", None), error.__traceback__
    while traceback is not None:
        if "ipython-input" in traceback.tb_frame.f_code.co_filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    try:
        said = str(error)
    except BaseException:  # a student's own class may do anything
        said = ""
    return [type(error).__name__[:60], " ".join(said.split())[:200], str(line or "")]


def main(fd: int) -> None:
    """Read all modules, then start a worker for each socket that the judge sends."""
    import IPython.core.interactiveshell  # noqa: F401 - all of it before a worker is there

    import lcutils.memory
    import lcutils.proof
    import lcutils.startup
    import lcutils.tasks  # noqa: F401

    nest.serve(socket.socket(fileno=fd), work)


def work(fd: int) -> None:
    """Run what the judge sends, cell by cell."""
    for limit, wanted in _LIMITS.items():
        hard = resource.getrlimit(limit)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(limit, (most, most))
    talk = Talk(Line(socket.socket(fileno=fd)))
    sys.modules["lcutils.exercises"] = _verbs(talk)
    shell = _shell()
    calls.install()
    talk.line.send({"op": "ready"})
    cells = talk.line.receive()["cells"]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    for cell in cells:
        problem = _run(shell, cell)
        if not _leaves_room():
            os._exit(1)  # its judge leaves this cell out, and begins again
        talk.line.send({"op": "cell", "id": cell["id"], "problem": problem})
    talk.line.send({"op": "end"})


if __name__ == "__main__":
    main(int(sys.argv[1]))
