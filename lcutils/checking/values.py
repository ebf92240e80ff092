"""Judges a number, an order of lines, a line of algebra, and the choice of a letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking.algebra import UnclearError, cut, no_power, read, require_tame, spelt
from lcutils.checking.data import (
    ExpressionExercise,
    NumberExercise,
    OrderExercise,
    Question,
    Rule,
)
from lcutils.checking.guard import limited
from lcutils.checking.readings import is_sympy, letter_of, letters_of, only, text_of, to_number
from lcutils.checking.verdict import Verdict

_WAITING = Verdict("waiting", "Not written yet.")
_NEAR = 0.011  # 33 is recognised as 33.3
_EXACT_DIGITS = 30
_DECIMAL_DIGITS = 12  # a decimal equal to so many is the number
_MIN_POINTS = 8  # of twelve, at which both must be defined
_TOPS, _BOTTOMS = (1, 2, 3, 5, 7, 11, 17, 31), (3, 7, 13, 19, 23)
_MAX_SHOWN = 24  # signs of an exact number
_MAX_COUNT = 1e12  # larger ones are hard to read in full


def judge_number(exercise: NumberExercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on a number; `typed` is what the reader typed, where that is known."""
    if answer is None or answer is ...:
        return _WAITING
    unit = exercise.unit and f", in {exercise.unit}"  # a share has none
    wanted = f"wanted is a number{unit}."
    verdict, said = limited(lambda: _judged_number(exercise, answer, typed), answer)
    return verdict if isinstance(verdict, Verdict) else _wrong(_not_read(answer, said, wanted))


def _judged_number(exercise: NumberExercise, answer: Any, typed: str) -> Verdict | None:
    try:
        number = _number(answer, exercise.unit)
        if number is None and type(answer) is tuple:
            number = to_number(typed)  # 1,000 in Python is 1 and 0
    except UnclearError as unclear:
        return _wrong(str(unclear)) if str(unclear) else None
    if number is None:
        return None
    if abs(number - exercise.value) <= exercise.tolerance:
        reason = f"{_with_unit(exercise.value, exercise)}. {exercise.meaning}"
        return Verdict("right", "Right:", reason.strip())
    if "^" in typed:
        return _wrong(no_power(typed))
    for sentence, wrong in exercise.mistakes.items():
        if abs(number - wrong) <= _NEAR * abs(wrong):
            return _wrong(sentence)
    meant = exercise.reading(number)
    return _wrong(meant or f"It is not {_with_unit(number, exercise)}.").with_(is_open=not meant)


def _number(answer: Any, unit: str) -> float | None:
    number = to_number(answer)
    if number is None and (text := _algebra_in(answer).removesuffix(unit).removeprefix("about ")):
        number = to_number(text)
    if number is None and text:
        number = to_number(read(text, {}, is_code=type(answer) is Unreadable))
    return number


def _algebra_in(answer: Any) -> str:
    """What stands in a string, or where Python could not run it."""
    answer = only(answer)
    if type(answer) is Unreadable:
        return answer.source
    return str.__str__(answer) if issubclass(type(answer), str) else ""


def _not_read(answer: Any, said: str, wanted: str) -> str:
    """The sentence on an answer of another kind, or one that could not be run."""
    if type(answer) is Unreadable:
        return not_run(answer, wanted)
    if type(answer) in (list, tuple, set) and len(answer) > 1:
        return f"These are {len(answer)} answers; {wanted}"
    return f"This is {said}; {wanted}"


def not_run(answer: Unreadable, wanted: str) -> str:
    """The sentence on an answer that could not be run, and nothing can be made of its text."""
    if answer.error == "NameError":
        name = re.findall("'(.*?)'", answer.message) or [answer.source]
        cause = f"there is no `{name[0]}` here"
    elif answer.error == "SyntaxError":
        cause = "Python cannot read it"
    else:
        cause = f"it raised {answer.error}: {answer.message}".rstrip(": ")
    return f"`{cut(answer.source)}` could not be run: {cause[:200].rstrip('.')}; {wanted}"


def _said(number: float) -> str:
    """A count in full, anything else to four digits."""
    is_count = float(number).is_integer() and abs(number) < _MAX_COUNT
    return f"{number:,.0f}" if is_count else f"{number:.4g}"


def _with_unit(number: float, exercise: NumberExercise) -> str:
    unit = exercise.unit.removesuffix("s") if number == 1 else exercise.unit
    return f"{_said(number)} {unit}".rstrip()


def judge_expression(exercise: ExpressionExercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on a line of algebra, right in any form that is equal.

    Args:
        typed: what the reader typed, where that is known. It may be right where the value is not:
            a symbol's name can have been given to something else.
    """
    if answer is None or answer is ...:
        return _WAITING
    wanted = f"wanted is an expression in {' and '.join(exercise.symbols.split())}."
    verdict, said = limited(lambda: _judged_expression(exercise, answer, typed), answer)
    return verdict if isinstance(verdict, Verdict) else _wrong(_not_read(answer, said, wanted))


def _judged_expression(exercise: ExpressionExercise, answer: Any, typed: str) -> Verdict | None:
    by_value = _judged_reading(exercise, lambda names: _expression(answer, names))
    if not typed or type(answer) is Unreadable or (by_value and by_value.passed):
        return by_value
    by_text = _judged_reading(exercise, lambda names: read(typed, names, is_code=True))
    if by_text and (by_text.passed or "^" in typed or not by_value):
        return by_text
    is_named = by_text and by_text.reason in exercise.mistakes
    return by_text if is_named and by_value and by_value.is_open else by_value


def _judged_reading(
    exercise: ExpressionExercise, reading: Callable[[dict[str, Any]], Any]
) -> Verdict | None:
    """The verdict on what `reading` makes of the exercise's symbols, None if that is nothing."""
    import sympy

    symbols = sympy.symbols(exercise.symbols, positive=True, seq=True)
    ours = {symbol.name: symbol for symbol in symbols}
    try:
        answer = reading(ours)
        if not isinstance(answer, sympy.Expr) or not all(map(is_sympy, answer.atoms())):
            return _wrong(no_power("p^2")) if getattr(answer, "func", 0) is sympy.Xor else None
        if answer.has(sympy.zoo, sympy.nan):
            return _wrong("It divides by zero.")
    except UnclearError as unclear:
        return _wrong(str(unclear)) if str(unclear) else None
    names = {s: s.name if s.name in ours else spelt(s.name).strip() for s in answer.free_symbols}
    unknown = sorted(set(names.values()) - set(ours))
    if unknown:
        allowed = " and ".join(ours)
        glued = re.fullmatch(f"(?:{'|'.join(map(re.escape, ours))})+", unknown[0])
        star = f"`{'*'.join(re.findall('|'.join(map(re.escape, ours)), unknown[0]))}`"
        hint = f" A product is written {star}." if glued else ""
        return _wrong(
            f"It contains {', '.join(unknown)}; wanted is an expression in {allowed}.{hint}"
        )
    answer = answer.xreplace({symbol: ours[name] for symbol, name in names.items()})
    try:
        require_tame(answer)
    except UnclearError as unclear:  # no number is put in: it is known by its form, or not at all
        same = (x for x, wrong in exercise.mistakes.items() if wrong(*symbols) == answer)
        return _wrong(next(same, str(unclear)))
    digits = _DECIMAL_DIGITS if answer.has(sympy.Float) else _EXACT_DIGITS
    inside = [symbol + exercise.above for symbol in symbols]
    moved = answer.xreplace(dict(zip(symbols, inside, strict=True)))
    if _equal(moved, exercise.reference(*inside), symbols, digits):
        return _right(exercise)
    for sentence, wrong in exercise.mistakes.items():
        # a mistake may be a plain number
        if _equal(moved, sympy.sympify(wrong(*inside)), symbols, digits):
            return _wrong(sentence)
    verdict = _wrong("This is another expression.", _at_a_point(exercise, answer, symbols))
    return verdict.with_(is_open=True)


def _expression(answer: Any, names: dict[str, Any]) -> Any:
    """The SymPy expression that an answer is, whatever form it comes in."""
    import sympy

    answer = only(answer, names)
    if text := _algebra_in(answer):
        return read(text, names, is_code=type(answer) is Unreadable)
    if is_sympy(answer):
        return answer
    if type(answer) in (int, Fraction):
        return sympy.sympify(answer)
    number = to_number(answer)
    return None if number is None else sympy.Float(number)


def _equal(left: Any, right: Any, symbols: Sequence[Any], digits: int) -> bool:
    """Do both agree to so many digits at points that no simple formula is made for?

    Whole numbers come first: most pairs differ there. What jumps or bends may agree at all points
    and differ between them; then the difference must vanish as well.
    """
    import sympy

    from lcutils.proof.decide import differ, is_zero

    defined = 0
    for point in _points(symbols):
        found = differ(left.xreplace(point), right.xreplace(point), digits)
        if found:
            return False
        defined += found is not None
    if defined < _MIN_POINTS:
        return False
    bent = (sympy.Piecewise, sympy.floor, sympy.ceiling, sympy.Abs, sympy.Max, sympy.Min)
    is_bent = any(side.has(*bent, sympy.sign, sympy.Mod) for side in (left, right))
    return not is_bent or is_zero(left - right)


def _points(symbols: Sequence[Any]) -> Iterator[dict[Any, Any]]:
    """Whole points above 1, then fractions between 1/23 and 31/3."""
    import sympy

    for start in range(2, 6):
        yield {symbol: start + 3 * place + place**2 for place, symbol in enumerate(symbols)}
    for start in range(len(_TOPS)):
        tops = [_TOPS[(start + 3 * place) % len(_TOPS)] for place in range(len(symbols))]
        bottoms = [_BOTTOMS[place % len(_BOTTOMS)] for place in range(len(symbols))]
        yield dict(zip(symbols, map(sympy.Rational, tops, bottoms), strict=True))


def _at_a_point(
    exercise: ExpressionExercise, answer: Any, symbols: Sequence[Any]
) -> tuple[str, ...]:
    """Values at small numbers, or at fractions if they agree there: got and wanted."""
    import sympy

    first = [dict(zip(symbols, exercise.example, strict=True))] if exercise.example else []
    whole = ({s: start + 2 * i for i, s in enumerate(symbols)} for start in range(2, 6))
    others = ({s: value + exercise.above for s, value in p.items()} for p in _points(symbols))
    for numbers in (*first, *whole, *others):
        point = {symbol: sympy.Rational(number) for symbol, number in numbers.items()}
        got, want = (side.subs(point) for side in (answer, exercise.reference(*symbols)))
        if got != want and got.is_number:
            at = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            few, many = ([_shown(side, digits) for side in (got, want)] for digits in (6, 12))
            got, want = few if few[0] != few[1] else many
            return (f"at {at}: got {got}, wanted {want}",)
    return ()


def _shown(number: Any, digits: int) -> str:
    """A fraction as it is; a decimal for any other number, whose form would tell the answer's."""
    import sympy

    text = str(number)
    if number.is_Rational and len(text) <= _MAX_SHOWN:
        return text
    return f"{float(number):.{digits}g}" if number.is_real else str(sympy.N(number, digits))


def judge_order(exercise: OrderExercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on an order of lettered lines; `typed` is what the reader typed, if known."""
    listing = tuple(f"{letter}  {line}" for letter, line in exercise.lines.items())
    form = f'Type the letters in order, such as "{" ".join(exercise.lines)}".'
    if answer is None or answer is ...:
        return Verdict("waiting", "Not written yet.", form, listing)
    order = letters_of(answer, typed)
    if order is None:
        _, said = limited(None, answer)
        return _wrong(f"This is {said}. {form}", listing)
    for wrong, fault in (
        ([c for c in order if c not in exercise.lines], "There is no line {}."),
        ([c for c in exercise.lines if order.count(c) > 1], "Line {} stands there twice."),
        ([c for c in exercise.lines if c not in order], "Line {} is missing."),
    ):
        if wrong:
            return _wrong(f"{fault.format(wrong[0])} {form}", listing)
    broken = broken_rule(exercise, order)
    lines = tuple(exercise.lines[letter] for letter in order)
    return _wrong(broken.sentence, lines) if broken else _right(exercise).with_(example=lines)


def broken_rule(exercise: OrderExercise, order: Sequence[str]) -> Rule | None:
    """The first rule that an order of all lines breaks."""
    for rule in exercise.rules:
        if order.index(rule.first) > order.index(rule.second):
            return rule
    return None


def judge_choice(question: Question, answer: object, typed: str = "") -> Verdict:
    """The verdict on a letter, with the reply to that choice; `typed` as in `judge_order`."""
    if answer is None or answer is ...:
        return Verdict("waiting", "Type a letter.")
    if text_of(answer).lower() == "skip":
        return Verdict("skipped", "Question skipped.")
    letter = letter_of(answer, question.choices, typed)
    if not letter:
        letters = ", ".join(question.choices)
        such = f'in quotes, such as "{next(iter(question.choices))}"'
        return Verdict("waiting", f"Type one of the letters {letters}, {such}.")
    reply = f"{letter}) {question.choices[letter].reply}"
    if letter == question.right:
        return Verdict("right", "Right.", reply)
    return Verdict("wrong", "Not quite.", reply)


def _right(exercise: ExpressionExercise | OrderExercise) -> Verdict:
    return Verdict("right", "Right.", exercise.meaning)


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)
