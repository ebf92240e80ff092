"""Judges a derivation: each line of a reader's chain is held against the one before.

A line counts as a step if it is not yet the end, and SymPy, which sorts, adds up and cancels by
itself, makes of it another expression than of the start and of every line before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking import guard
from lcutils.checking.algebra import UnclearError
from lcutils.checking.chains import Line, Reader
from lcutils.checking.data import DerivationExercise, Step
from lcutils.checking.guard import Paper, attempt, described
from lcutils.checking.values import not_run
from lcutils.checking.verdict import Verdict

_FAR = 1e-6  # two values, to fifteen digits, that are not the same
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
        said[0] = described(answer)
        found[0], _ = attempt(lambda: judged.verdict(answer))
        if typed and type(answer) is not Unreadable and not (found[0] and found[0].passed):
            again, _ = attempt(lambda: judged.verdict(Unreadable(typed, "", "")))
            found[0] = again if again and (again.passed or not found[0]) else found[0]

    report = guard.guarded(work)
    if report.timed_out and judged.place:
        return judged.undecided(f"within {guard.SECONDS:g} s")
    if report.timed_out or report.changed or found[0] is None:
        late = " that was not understood in time" * report.timed_out
        if isinstance(answer, Unreadable):
            return _wrong(not_run(answer, _WANTED))
        return _wrong(f"This is {said[0]}{late}; {_WANTED}")
    return found[0]


class _Judged:
    """One chain, held line by line; `place` is the line held now, of `lines`, or 0."""

    def __init__(self, exercise: DerivationExercise) -> None:
        self.exercise = exercise
        self.place, self.lines = 0, [Line("", None)]

    def verdict(self, answer: Any) -> Verdict | None:
        """The verdict on an answer of any form; None for what is no chain."""
        from lcutils.proof.forms import Forms

        self._reader = Reader(self.exercise.symbols())
        start = Line(self.exercise.start, self._reader.line(self.exercise.start))
        try:
            lines = self._reader.chain(answer)
        except UnclearError as unclear:
            return _wrong(str(unclear)) if str(unclear) else None
        unwritten = [n for n, line in enumerate(lines, start=1) if line.expression is None]
        if unwritten or not lines:
            which = f"Line {unwritten[0]} is still to be written." if lines else ""
            return Verdict("waiting", "Not written yet.", which)
        self.lines = [start, *lines]
        form = Forms().of
        self._forms = [form(line.expression) for line in self.lines]
        for place in range(1, len(self.lines)):
            self.place = place
            refused = self._held()
            if refused:
                return refused
        self.place = 0
        return self._all_true()

    def _held(self) -> Verdict | None:
        """The verdict on the line at `place` if it is not equal to the one before."""
        from lcutils.proof.holding import hold

        if self._forms[self.place] == self._forms[self.place - 1]:
            return None
        before, line = (self._value(self.lines[self.place - i].expression) for i in (1, 0))
        if shapes := _unlike(before, line):
            return self._false(shapes, ())
        try:
            held = hold(before, line, self._domain())
        except (ValueError, TypeError) as unknown:
            return self._false(f"It cannot be worked out: {unknown}", ())
        if held is None:
            return self.undecided("with what SymPy knows")
        if held is True:
            return None
        where = ", ".join(f"{name} = {value}" for name, value in held.at)
        before_is, line_is = f"{self._name(-1)} is {held.left}", f"it is {held.right}"
        numbers = (f"at {where}: {before_is}, {line_is}" if where else f"{before_is}, {line_is}",)
        for sentence, wrong in self.exercise.mistakes.items():
            if self._is_same(line, self._value(self._reader.line(wrong))):
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
        seen = {self._forms[0]}
        for form, is_end in zip(self._forms, arrived, strict=True):
            seen |= set() if is_end else {form}
        n_steps, asked = len(seen) - 1, self.exercise.n_steps
        if n_steps >= asked:
            return Verdict("right", "Right.", self.exercise.meaning)
        last = max(n for n, is_end in enumerate(arrived) if not is_end)
        stands = f"only {n_steps} of at least {asked} steps stands" if n_steps else "nothing stands"
        reason = f"All is true, but {stands} between the start and the end."
        hint = self._step(self.lines[last].expression).hint
        return _wrong(reason).with_(is_open=True, hint=hint)

    @property
    def _route(self) -> Sequence[Step]:
        return self.exercise.route

    def _step(self, line: Any) -> Step:
        """The first step that a line has not behind it, or the last."""
        return next((x for x in self._route if not x.is_taken(line)), self._route[-1])

    def _value(self, line: Any) -> Any:
        """A line with what its names stand for; derivatives are taken before that hides them."""
        import sympy

        for name, text in self.exercise.meanings.items():
            symbol = self._reader.symbols[name]
            if symbol not in line.atoms(sympy.Symbol):
                continue
            slopes = line.atoms(sympy.Derivative)
            taken = {slope: slope.doit() for slope in slopes if symbol in slope.variables}
            line = line.xreplace(taken).xreplace({symbol: self._reader.line(text)})
        return line

    def _domain(self) -> tuple[Any, ...]:
        symbols = self._reader.symbols
        bounds = self.exercise.between.items()
        return tuple(r for n, (a, b) in bounds for r in (symbols[n] > a, symbols[n] < b))

    def _is_same(self, line: Any, wrong: Any) -> bool:
        from lcutils.proof.holding import at_a_point, hold

        if _unlike(line, wrong) or abs(at_a_point(line) - at_a_point(wrong)) > _FAR:
            return False
        return hold(line, wrong, self._domain()) is True

    def _name(self, back: int) -> str:
        number = self.place + back
        return f"line {number}" if number else "the start"

    def _false(self, sentence: str, numbers: tuple[str, ...]) -> Verdict:
        before, line = self.lines[self.place - 1 : self.place + 1]
        names = f"{self._name(-1)}:", f"{self._name(0)}:"
        width = max(map(len, names))
        shown = tuple(f"{n:<{width}} {x.text}" for n, x in zip(names, (before, line), strict=True))
        reason = f"Line {self.place} is not equal to {self._name(-1)}. {sentence}".rstrip()
        return _wrong(reason, (*shown, *numbers))

    def undecided(self, how: str) -> Verdict:
        """Neither proved nor refuted: nothing is held against the reader, and nothing passes."""
        before, line = self._name(-1), f"line {self.place}"
        reason = f"I cannot see {how} that {line} is equal to {before}. Put a step between."
        hint = self._step(self.lines[self.place - 1].expression).hint
        return Verdict("undecided", "Not decided.", reason, hint=hint, is_open=True)


def _unlike(left: Any, right: Any) -> str:
    """What is wrong with two lines of different shapes; a 1 x 1 matrix is like a number."""
    from lcutils.proof import nodes

    was, is_now = (nodes.shape(x) if nodes.is_matrix(x) else "[1, 1]" for x in (left, right))
    return "" if was == is_now else f"Its shape is {is_now}, that of the line before {was}."


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)
