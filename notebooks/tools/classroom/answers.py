"""An answer, and what a function made of its inputs, as plain values and back.

`tell...` is what a worker says; the judge reads it by `hear...`, which takes nothing on trust.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor

from classroom.expressions import expression_of, nodes_of
from classroom.wire import MAX_NUMBERS, BrokenError, travels
from lcutils._typed import Unreadable
from lcutils.checking.comparing import has_memory
from lcutils.checking.data import FunctionExercise
from lcutils.checking.errors import Raised
from lcutils.checking.functions import OurVersion
from lcutils.checking.guard import Report, Told, attempt, described
from lcutils.checking.readings import is_sympy
from lcutils.checking.runs import MAX_KEPT, Answered, Asked, Call

Said = dict[str, Any]

_MAX_TEXT, _MAX_CODE, _MAX_LINE = 10_000, 20_000, 400
_MAX_PARTS, _MAX_DEPTH, _MAX_BITS, _MAX_LINES = 200, 6, 8000, 25
_CONTAINERS = {made.__name__: made for made in (list, tuple, set, frozenset)}


def tell(answer: Any, depth: int = 0) -> Said:
    """An answer as what it is, or else in words; never as code."""
    said, _ = attempt(lambda: _told(answer, depth))
    return said or {"k": "words", "v": described(answer)[:_MAX_LINE]}


def _told(answer: Any, depth: int) -> Said | None:
    kind: Any = type(answer)
    if answer is None or answer is ...:
        return {"k": "none" if answer is None else "dots"}
    if kind in (bool, float) or (kind is int and answer.bit_length() < _MAX_BITS):
        return {"k": "plain", "v": answer}
    if issubclass(kind, str):
        return {"k": "plain", "v": str.__str__(answer)[:_MAX_TEXT]}
    if kind is Fraction and max(map(abs, answer.as_integer_ratio())).bit_length() < _MAX_BITS:
        return {"k": "fraction", "v": list(answer.as_integer_ratio())}
    if kind is Decimal:
        return {"k": "decimal", "v": str(answer)[:100]}
    if kind is Unreadable:
        parts = (answer.source, answer.error, answer.message)
        return {"k": "unreadable", "v": [str(part)[:_MAX_TEXT] for part in parts]}
    if kind in (Tensor, torch.nn.Parameter) and _is_plain(answer, MAX_KEPT):
        return {"k": "tensor", "v": answer, "is_parameter": kind is not Tensor}
    if issubclass(kind, np.generic) or (kind is np.ndarray and answer.size <= MAX_KEPT):
        if kind is np.ndarray and answer.dtype == object and answer.ndim == 1:
            return {"k": "objects", "v": _parts(answer.tolist(), depth)}
        is_array = kind is np.ndarray
        return {"k": "array", "v": torch.from_numpy(np.array(answer)), "is_array": is_array}
    if kind.__name__ in _CONTAINERS and kind is _CONTAINERS[kind.__name__]:
        return {"k": kind.__name__, "v": _parts(answer, depth)}
    if kind is dict:
        return {"k": "dict", "v": [_parts(pair, depth) for pair in answer.items()]}
    if is_sympy(answer) or kind.__module__ == "lcutils.proof.nodes":
        nodes = nodes_of(answer)
        return None if nodes is None else {"k": "sympy", "v": nodes}
    if callable(answer) and not issubclass(kind, type):
        return {"k": "function", "v": described(answer)[:_MAX_LINE]}
    return None


def _parts(answer: Any, depth: int) -> list[Said]:
    if len(answer) > _MAX_PARTS or depth > _MAX_DEPTH:
        raise ValueError("too many parts")
    return [tell(part, depth + 1) for part in answer]


def _is_plain(value: Tensor, most: int) -> bool:
    return travels(value) and value.numel() <= most and has_memory(value)


def hear(said: Any, depth: int = 0) -> Any:
    """The answer that a worker told. Raises: BrokenError for what no worker tells."""
    try:
        return _heard(said["k"], said.get("v"), said, depth)
    except BrokenError:
        raise
    except Exception as error:  # SymPy, NumPy and torch raise whatever they like
        raise BrokenError(f"an answer that is none ({type(error).__name__})") from None


def _heard(kind: str, value: Any, said: Said, depth: int) -> Any:
    if depth > _MAX_DEPTH + 1:
        raise BrokenError("an answer nested too deeply")
    match kind, value:
        case ("none", None):
            return None
        case ("dots", None):
            return ...
        case ("plain", bool() | int() | float() | str()):
            return value
        case ("words" | "function" | "ours", str()):
            return Told(value[:_MAX_LINE])
        case ("fraction", [int(top), int(bottom)]):
            return Fraction(top, bottom)
        case ("decimal", str(text)):
            return Decimal(text)
        case ("unreadable", [str(source), str(error), str(message)]):
            return Unreadable(source, error, message)
        case ("tensor", Tensor()):
            return torch.nn.Parameter(value, False) if said["is_parameter"] is True else value
        case ("array", Tensor()):
            array = value.numpy()
            return array if said["is_array"] is True else array[()]
        case ("objects", list(parts)):
            heard = np.empty(len(parts), dtype=object)
            heard[:] = [hear(part, depth + 1) for part in parts]
            return heard
        case ("dict", list(pairs)):
            return {hear(x, depth + 1): hear(y, depth + 1) for x, y in pairs}
        case (str(), list(parts)) if kind in _CONTAINERS:
            return _CONTAINERS[kind](hear(part, depth + 1) for part in parts)
        case ("sympy", list(nodes)):
            try:
                return expression_of(nodes)
            except Exception:  # SymPy raises whatever it likes
                return Told("an expression that cannot be worked out")
    raise BrokenError("an answer of no known kind")


def heard_for(exercise: FunctionExercise, said: Said) -> Any:
    """The answer to a function's exercise that is no function: none, ours, or something else."""
    return OurVersion(exercise) if said.get("k") == "ours" else hear(said)


def tell_asked(asked: Asked) -> Said:
    """What a function is to be tried on."""
    inputs, weights = asked.gradient or (None, None)
    return {
        "calls": [list(call) for call in asked.calls],
        "gradient": inputs and list(inputs),
        "weights": weights,
        "wants_code": asked.wants_code,
    }


def hear_asked(said: Said) -> Asked:
    """What the judge asked for; a worker may trust it."""
    gradient = said["gradient"] and (tuple(said["gradient"]), said["weights"])
    return Asked(tuple(map(tuple, said["calls"])), gradient, said["wants_code"])


def tell_answered(found: Answered) -> Said:
    """What came of it."""
    report = found.report
    return {
        "calls": [_tell_call(call) for call in found.calls],
        "gradient": found.gradient and _tell_call(found.gradient),
        "printed": [line[:_MAX_LINE] for line in report.printed[:_MAX_LINES]],
        "changed": [name[:_MAX_LINE] for name in report.changed[:_MAX_LINES]],
        "timed_out": report.timed_out,
        "stopped": [part[:_MAX_LINE] for part in report.stopped],
        "code": found.code[:_MAX_CODE],
    }


def _tell_call(call: Call) -> Said:
    raised, output = call.raised, _sent(call.output)
    kind = call.kind or ("a tensor that does not travel" if call.output is not output else "")
    return {
        "given": [x if not isinstance(x, Tensor) else _sent(x) for x in call.given],
        "kind": kind[:_MAX_LINE],
        "output": output,
        "first": _sent(call.first),
        "is_python": call.is_python,
        "asks_gradient": call.asks_gradient,
        "gradients": [_sent(gradient) for gradient in call.gradients],
        "done": call.done,
        "raised": raised
        and {
            "name": raised.name[:_MAX_LINE],
            "message": raised.message[:_MAX_LINE],
            "where": raised.where[:_MAX_LINE],
            "is_stub": raised.is_stub,
            "is_call": raised.is_call,
            "hint": raised.hint[:_MAX_LINE],
        },
    }


def _sent(value: Tensor | None) -> Tensor | None:
    """A tensor that can travel, whole or by its shape; None for any other."""
    if value is None or type(value) not in (Tensor, torch.nn.Parameter):
        return None
    return value if travels(value) and (value.numel() > MAX_NUMBERS or has_memory(value)) else None


def hear_answered(said: Said, asked: Asked) -> Answered:
    """What a worker says came of it. Raises: BrokenError where it does not fit what was asked."""
    try:
        calls = [_hear_call(x, i) for x, i in zip(said["calls"], asked.calls, strict=True)]
        gradient = None
        if asked.gradient:
            gradient = _hear_call(said["gradient"], asked.gradient[0])
            n_leaves = sum(isinstance(x, Tensor) and x.is_floating_point() for x in gradient.inputs)
            if len(gradient.gradients) != n_leaves:
                gradient.gradients = (None,) * n_leaves
        doing, line = said["stopped"]
        report = Report(
            [_text(line) for line in said["printed"]][:_MAX_LINES],
            [_text(name) for name in said["changed"]][:_MAX_LINES],
            said["timed_out"] is True,
            (_text(doing), _text(line)),
        )
        return Answered(calls, gradient, report, _text(said["code"], _MAX_CODE))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenError("results that do not fit what was asked") from error


def _hear_call(said: Said, inputs: tuple[Any, ...]) -> Call:
    given = tuple(said["given"])
    raised = said["raised"]
    output, first = _tensor(said["output"]), _tensor(said["first"])
    call = Call(
        inputs,
        given=given if len(given) == len(inputs) else inputs,
        kind=_text(said["kind"]),
        output=output,
        # as in `runs`: what is small has values
        first=first if output is None or first is not None else _kept(output),
        is_python=said["is_python"] is True,
        asks_gradient=said["asks_gradient"] is True,
        gradients=tuple(_tensor(gradient) for gradient in said["gradients"]),
        done=said["done"] is True,
    )
    if raised is not None:
        name, message, where, hint = (
            _text(raised[part]) for part in ("name", "message", "where", "hint")
        )
        is_stub, is_call = raised["is_stub"] is True, raised["is_call"] is True
        call.raised = Raised(name, message, where, is_stub, is_call, hint)
    return call


def _kept(output: Tensor) -> Tensor | None:
    return output.clone() if output.numel() <= MAX_KEPT else None


def _tensor(value: Any) -> Tensor | None:
    if value is not None and type(value) is not Tensor:
        raise TypeError("no tensor")
    return value


def _text(value: Any, most: int = _MAX_LINE) -> str:
    return str.__str__(value)[:most]  # TypeError for anything but a string
