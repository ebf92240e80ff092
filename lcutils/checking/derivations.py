"""Judges a derivation: each line of a reader's chain is held against the one before.

A line counts as a step if it is not yet the end, and SymPy, which sorts, adds up and cancels by
itself, makes of it another expression than of the start and of every line before. Where the start
is made of names to be worked out, one of them is: `start*(x + 1) - x*start` is the start. After
such a step one line may count that is the end in other letters, `1 - tanh(a)**2` for `1 - h**2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking import guard
from lcutils.checking.algebra import UnclearError
from lcutils.checking.chains import Line
from lcutils.checking.data import DerivationExercise, Step
from lcutils.checking.guard import Paper, attempt, described
from lcutils.checking.turns import known_of, unlike
from lcutils.checking.values import not_run
from lcutils.checking.verdict import Verdict

_WANTED = "wanted is a list of lines, each equal to the one before."
_BACKWARDS = "This runs from the end to the start. Turn it round: what is known comes first."


def judge_derivation(exercise: DerivationExercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on a chain of lines; any true one from the start to the end is right.

    Args:
        typed: what the reader typed, where that is known. It may be right where the value is not:
            a symbol's name can have been given to something else.
    """
    if answer is None or answer is ... or (type(answer) in (list, tuple) and not answer):
        return Verdict("waiting", "Not written yet.")
    judged = _Judged(exercise)
    found: list[Verdict | None] = [None]
    said = ["an object"]

    def work(paper: Paper) -> None:
        found[0], _ = attempt(lambda: judged.verdict(answer))
        if typed and type(answer) is not Unreadable and not (found[0] and found[0].passed):
            again, _ = attempt(lambda: judged.verdict(Unreadable(typed, "", "")))
            found[0] = again if again and (again.passed or not found[0]) else found[0]
        said[0] = described(answer) if found[0] is None else ""

    report = guard.guarded(work)
    if report.timed_out and judged.place:
        return judged.undecided(f"within {guard.SECONDS:g} s")
    if report.timed_out or report.changed or found[0] is None:
        if isinstance(answer, Unreadable):
            return _wrong(not_run(answer, _WANTED))
        if report.timed_out:
            return _wrong(f"It could not be read within {guard.SECONDS:g} s; {_WANTED}")
        odd = " that cannot be read" * (type(answer) in (list, tuple))
        return _wrong(f"This is {said[0]}{odd}; {_WANTED}")
    return found[0]


class _Judged:
    """One chain, held line by line; `place` is the line held now, of `lines`, or 0."""

    def __init__(self, exercise: DerivationExercise) -> None:
        self.exercise = exercise
        self.place, self.lines = 0, [Line("", None)]

    def verdict(self, answer: Any) -> Verdict | None:
        """The verdict on an answer of any form; None for what is no chain."""
        from lcutils.proof.forms import Forms

        self._known = known_of(self.exercise)
        start = Line(self.exercise.start, self._known.reader.line(self.exercise.start))
        try:
            lines = self._known.reader.chain(answer)
        except UnclearError as unclear:
            return _wrong(str(unclear)) if str(unclear) else None
        unwritten = [n for n, line in enumerate(lines, start=1) if line.expression is None]
        if unwritten or not lines:
            which = f"Line {unwritten[0]} is still to be written." if lines else ""
            return Verdict("waiting", "Not written yet.", which)
        self.lines = [start, *lines]
        form = Forms().of
        self._forms = [form(line.expression) for line in self.lines]
        self._values = [None] * len(self.lines)
        if len(lines) > 1 and lines[0].is_name:
            self.place = 1
            if self._held() is None:
                del self.lines[1], self._forms[1], self._values[1]
        for place in range(1, len(self.lines)):
            self.place = place
            refused = self._held()
            if refused:
                return refused
        self.place = 0
        return self._all_true()

    def _held(self) -> Verdict | None:
        """The verdict on the line at `place` if it is not equal to the one before."""
        from lcutils.proof.counterexample import UndefinedError
        from lcutils.proof.holding import hold

        if self._forms[self.place] == self._forms[self.place - 1]:
            return None
        before, line = (self._value(self.place - i) for i in (1, 0))
        if shapes := unlike(before, line):
            return self._false(shapes, ())
        try:
            held = hold(before, line, self._known.domain)
        except UndefinedError:
            return self._false("It has no value anywhere: something is divided by zero.", ())
        except (ValueError, TypeError) as unknown:
            return self._false(f"It cannot be worked out: {unknown}", ())
        if held is None:
            return self.undecided("with what SymPy knows")
        if held is True:
            return None
        where = self._where(held.at)
        before_is = f"{self._name(self.place - 1)} is {held.left}"
        line_is = f"{self._name(self.place)} is {held.right}"
        numbers = (f"at {where}: {before_is}, {line_is}" if where else f"{before_is}, {line_is}",)
        if sentence := self._known.turn(line):
            return self._false(sentence, numbers)
        refused = self._false("", numbers)
        hint = self._step(self.lines[self.place - 1].expression).hint
        return refused.with_(is_open=True, hint=hint)

    def _all_true(self) -> Verdict:
        """The verdict on a chain of true lines."""
        arrived = [all(step.is_taken(x.expression) for step in self._route) for x in self.lines]
        if not arrived[-1]:
            if self._forms[-1] == self._forms[0] and any(arrived):
                return _wrong(_BACKWARDS)
            if any(arrived):
                return _wrong(
                    f"All is true, and line {arrived.index(True)} was the end: stop there."
                )
            step = self._step(self.lines[-1].expression)
            all_true = "All lines are true" if len(self.lines) > 2 else "The line is true"
            reason = f"{all_true}, and this is not yet the end: {step.left}."
            return _wrong(reason).with_(is_open=True, hint=step.hint)
        if self._has_step(arrived):
            return Verdict("right", "Right.", self.exercise.meaning)
        last = max(n for n, is_end in enumerate(arrived) if not is_end)
        reason = "All is true, but nothing stands between the start and the end."
        is_told = self.lines[1].expression == self.lines[0].expression  # the start, once more
        if len(self.lines) - is_told > 2:
            reason += self._padding()
        hint = self._step(self.lines[last].expression).hint
        return _wrong(reason).with_(is_open=True, hint=hint)

    def _has_step(self, arrived: Sequence[bool]) -> bool:
        """Does any line count as a step?"""
        named = {self._known.reader.symbols[name] for name in self.exercise.meanings}
        unworked = self.lines[0].expression.free_symbols & named
        seen = {self._forms[0]}
        for line, form, is_end in zip(self.lines, self._forms, arrived, strict=True):
            is_start = unworked and unworked <= line.expression.free_symbols
            if not (is_end or is_start or type(line.expression).__name__ == "Derivative"):
                seen.add(form)
        return len(seen) > 1

    def _padding(self) -> str:
        """Why lines do not count: the first that is an earlier one written otherwise, or all."""
        for place, form in enumerate(self._forms):
            earlier = [n for n in range(place) if self._forms[n] == form]
            if earlier and self.lines[earlier[-1]].expression != self.lines[place].expression:
                is_no_step = "sorted, grouped or written otherwise, which is no step."
                return f" Line {place} is {self._name(earlier[-1])} with its terms {is_no_step}"
        return " A line that only sorts or rewrites the one before is no step."

    @property
    def _route(self) -> Sequence[Step]:
        return self.exercise.route

    def _step(self, line: Any) -> Step:
        """The first step that a line has not behind it, or the last."""
        return next((x for x in self._route if not x.is_taken(line)), self._route[-1])

    def _value(self, place: int) -> Any:
        """What the line at `place` is once its names are put in, worked out once."""
        if self._values[place] is None:
            self._values[place] = self._known.value(self.lines[place].expression)
        return self._values[place]

    def _where(self, at: Sequence[tuple[str, str]]) -> str:
        """The numbers put in, and what follows for names of the two lines that stand for more."""
        import sympy

        symbols = self._known.reader.symbols
        where = [f"{name} = {value}" for name, value in at]
        if not self.exercise.meanings:
            return ", ".join(where)
        point = {symbols[name]: sympy.Rational(value) for name, value in at if name in symbols}
        links = self.lines[0].expression.free_symbols
        shown = {x for n in (1, 0) for x in self.lines[self.place - n].expression.free_symbols}
        for symbol in sorted(shown - links - {*point}, key=str):
            value = self._known.value(symbol).xreplace(point)
            where.append(f"{symbol} = {value if value.is_Rational else sympy.N(value, 4)}")
        return ", ".join(where)

    def _name(self, place: int) -> str:
        return f"line {place}" if place else "the start"

    def _false(self, sentence: str, numbers: tuple[str, ...]) -> Verdict:
        before, line = self.lines[self.place - 1 : self.place + 1]
        names = f"{self._name(self.place - 1)}:", f"{self._name(self.place)}:"
        width = max(map(len, names))
        shown = tuple(f"{n:<{width}} {x.text}" for n, x in zip(names, (before, line), strict=True))
        reason = (
            f"Line {self.place} is not equal to {self._name(self.place - 1)}. {sentence}".rstrip()
        )
        return _wrong(reason, (*shown, *numbers))

    def undecided(self, how: str) -> Verdict:
        """Neither proved nor refuted: nothing is held against the reader, and nothing passes."""
        before, line = self._name(self.place - 1), f"line {self.place}"
        reason = f"I cannot see {how} that {line} is equal to {before}. Put a step between."
        hint = self._step(self.lines[self.place - 1].expression).hint
        return Verdict("undecided", "Not decided.", reason, hint=hint, is_open=True)


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)
