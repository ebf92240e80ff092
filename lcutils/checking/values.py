"""Judges a number, an order of lines, a line of algebra, and the choice of a letter."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from lcutils.checking.data import (
    ExpressionExercise,
    NumberExercise,
    OrderExercise,
    Question,
    Rule,
)
from lcutils.checking.guard import limited
from lcutils.checking.verdict import Verdict

_RIGHT = Verdict("right", "Right.")
_WAITING = Verdict("waiting", "Not written yet.")
_NEAR = 0.011  # 33 is recognised as 33.3
_POINTS = 4
_MAX_COUNT = 1e12  # larger ones are hard to read in full


def judge_number(exercise: NumberExercise, answer: object) -> Verdict:
    """The verdict on a number."""
    if answer is None or answer is ...:
        return _WAITING
    number, said = limited(lambda: _to_number(answer), answer)
    if number is None:
        unit = exercise.unit and f", in {exercise.unit}"  # a share has none
        return _wrong(f"This is {said}; wanted is a number{unit}.")
    if not math.isfinite(number):
        return _wrong("This is not a finite number.")
    if abs(number - exercise.value) <= exercise.tolerance:
        return Verdict("right", "Right:", f"{_with_unit(exercise.value, exercise)}.")
    for sentence, wrong in exercise.mistakes.items():
        if abs(number - wrong) <= _NEAR * abs(wrong):
            return _wrong(sentence)
    return _wrong(f"It is not {_with_unit(number, exercise)}.").with_(is_open=True)


def _said(number: float) -> str:
    """A count in full, anything else to four digits."""
    is_count = float(number).is_integer() and abs(number) < _MAX_COUNT
    return f"{number:,.0f}" if is_count else f"{number:.4g}"


def _with_unit(number: float, exercise: NumberExercise) -> str:
    return f"{_said(number)} {exercise.unit}".rstrip()


def _to_number(answer: Any) -> float | None:
    if isinstance(answer, bool | np.bool_):
        return None
    if type(answer) is torch.Tensor and answer.numel() == 1 and not answer.is_complex():
        return float(torch.Tensor.item(answer))
    if isinstance(answer, int | float | Fraction | np.integer | np.floating):
        return float(answer)
    return float(answer) if _is_sympy(answer) and answer.is_number else None


def judge_expression(exercise: ExpressionExercise, answer: object) -> Verdict:
    """The verdict on a line of algebra: the difference to the right one must vanish."""
    if answer is None or answer is ...:
        return _WAITING
    verdict, said = limited(lambda: _judged_expression(exercise, answer), answer)
    if not isinstance(verdict, Verdict):
        names = " and ".join(exercise.symbols.split())
        return _wrong(f"This is {said}; wanted is an expression in {names}.")
    return verdict


def _judged_expression(exercise: ExpressionExercise, answer: Any) -> Verdict | None:
    import sympy

    if isinstance(answer, int | float) and not isinstance(answer, bool):
        answer = sympy.sympify(answer)
    if not isinstance(answer, sympy.Expr) or not all(map(_is_sympy, answer.atoms())):
        return None
    symbols = sympy.symbols(exercise.symbols, positive=True, seq=True)
    ours = {symbol.name: symbol for symbol in symbols}
    unknown = sorted({s.name for s in answer.free_symbols} - set(ours))
    if unknown:
        allowed = " and ".join(ours)
        return _wrong(f"It contains {', '.join(unknown)}; wanted is an expression in {allowed}.")
    answer = answer.xreplace({s: ours[s.name] for s in answer.free_symbols})
    answer = sympy.nsimplify(answer, rational=True)  # a root may be written ** 0.5
    inside = [symbol + exercise.above for symbol in symbols]
    moved = answer.xreplace(dict(zip(symbols, inside, strict=True)))
    if _equal(moved, exercise.reference(*inside), symbols):
        return _RIGHT
    for sentence, wrong in exercise.mistakes.items():
        if _equal(moved, sympy.sympify(wrong(*inside)), symbols):  # it may be a plain number
            return _wrong(sentence)
    verdict = _wrong("This is another expression.", _at_a_point(exercise, answer, symbols))
    return verdict.with_(is_open=True)


def _equal(left: Any, right: Any, symbols: Sequence[Any]) -> bool:
    """Exact points first: most pairs differ there; then the difference must vanish."""
    from lcutils.proof.decide import differ, is_zero

    for start in range(2, 2 + _POINTS):
        point = {symbol: start + 3 * place + place**2 for place, symbol in enumerate(symbols)}
        if differ(left.xreplace(point), right.xreplace(point)):
            return False
    return is_zero(left - right)


def _at_a_point(
    exercise: ExpressionExercise, answer: Any, symbols: Sequence[Any]
) -> tuple[str, ...]:
    """Values at small numbers: got and wanted."""
    import sympy

    whole = [[start + 2 * place for place in range(len(symbols))] for start in range(2, 6)]
    for numbers in ([exercise.example] if exercise.example else []) + whole:
        point = {s: sympy.Rational(number) for s, number in zip(symbols, numbers, strict=True)}
        got, want = (side.subs(point) for side in (answer, exercise.reference(*symbols)))
        if got != want and got.is_number:
            at = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            return (f"at {at}: got {got}, wanted {want}",)
    return ()


def _is_sympy(value: object) -> bool:
    return str(type(value).__module__).split(".")[0] == "sympy"


def judge_order(exercise: OrderExercise, answer: object) -> Verdict:
    """The verdict on an order of lettered lines."""
    listing = tuple(f"{letter}  {line}" for letter, line in exercise.lines.items())
    form = f'Type the letters in order, such as "{" ".join(exercise.lines)}".'
    if answer is None or answer is ...:
        return Verdict("waiting", "Not written yet.", form, listing)
    if type(answer) is not str:
        _, said = limited(None, answer)
        return _wrong(f"This is {said}. {form}", listing)
    order = re.findall(r"\S", re.sub(r"[,;.>-]", " ", answer[:200].lower()))
    for wrong, said in (
        ([c for c in order if c not in exercise.lines], "There is no line {}."),
        ([c for c in exercise.lines if order.count(c) > 1], "Line {} stands there twice."),
        ([c for c in exercise.lines if c not in order], "Line {} is missing."),
    ):
        if wrong:
            return _wrong(f"{said.format(wrong[0])} {form}", listing)
    broken = broken_rule(exercise, order)
    if broken:
        return _wrong(broken.sentence, tuple(exercise.lines[letter] for letter in order))
    return _RIGHT.with_(example=tuple(exercise.lines[letter] for letter in order))


def broken_rule(exercise: OrderExercise, order: Sequence[str]) -> Rule | None:
    """The first rule that an order of all lines breaks."""
    for rule in exercise.rules:
        if order.index(rule.first) > order.index(rule.second):
            return rule
    return None


def judge_choice(question: Question, answer: object) -> Verdict:
    """The verdict on a letter, with the reply to that choice."""
    listing = [f"{letter}) {choice.text}" for letter, choice in question.choices.items()]
    above = (question.text, *listing)
    if answer is None or answer is ...:
        return Verdict("waiting", "Type a letter.", above=above)
    letter = answer.strip(" ().\"'").lower() if type(answer) is str else ""
    if letter not in question.choices:
        letters = ", ".join(question.choices)
        return Verdict("waiting", f"Type one of the letters {letters}.", above=above)
    reply = f"{letter}) {question.choices[letter].reply}"
    if letter == question.right:
        return Verdict("right", "Right.", reply, above=above)
    return Verdict("wrong", "Not quite.", reply, above=above)


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)
