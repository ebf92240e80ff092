"""Reads a chain of equal lines that a reader wrote: a list, or text with equals signs between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking.algebra import UnclearError, read, require_tame, spelt
from lcutils.checking.guard import described
from lcutils.checking.readings import MAX_LENGTH, is_sympy, to_number

MAX_LINES = 30
_ENDS = re.compile(r"\n|==?|⇒|→|[-=]>")  # of a line, in a text
_LONG = 100  # signs of a line that is shown


@dataclass(frozen=True)
class Line:
    """One line of a chain.

    Args:
        text: as it is shown.
        expression: in the exercise's own symbols; None where nothing is written yet.
    """

    text: str
    expression: Any


class Reader:
    """Reads lines in the symbols of one exercise."""

    def __init__(self, symbols: Mapping[str, Any]) -> None:
        from lcutils import proof

        self.symbols = dict(symbols)
        self._functions: dict[str, Callable[..., Any]] = {
            name: getattr(proof, name) for name in ("dot", "half_norm_sq", "norm_sq")
        }
        self._lines: dict[str, Any] = {}
        shapes = (size for symbol in symbols.values() for size in getattr(symbol, "shape", ()))
        sizes = {size for size in shapes if size.is_Symbol}
        self._known = {_squeezed(s.name): s for s in (*sizes, *symbols.values())}

    def chain(self, answer: Any) -> list[Line]:
        """The lines of an answer of any form; UnclearError with the sentence if it has none."""
        parts = list(_parts(answer, is_code=type(answer) is Unreadable))
        if len(parts) > 1 and type(parts[0]) is str and self._is_a_name(parts[0]):
            del parts[0]  # "dL_dw = ..."
        if len(parts) > MAX_LINES:
            raise UnclearError(f"These are {len(parts)} lines; more than {MAX_LINES} are not read.")
        lines = []
        for number, part in enumerate(parts, start=1):
            try:
                lines.append(self._line(part, is_code=type(answer) is Unreadable))
            except (UnclearError, ValueError, TypeError) as unclear:
                said = str(unclear) or f"It cannot be read: {_cut(str(part))}"
                raise UnclearError(f"Line {number}: {said}") from None
        return lines

    def line(self, text: str) -> Any:
        """The expression of one of our own lines."""
        if text not in self._lines:
            self._lines[text] = read(text, self.symbols, functions=self._functions)
        return self._lines[text]

    def _is_a_name(self, text: str) -> bool:
        """Is it a name for the whole chain, which the exercise does not know?"""
        name = _links(text, self.symbols)
        return bool(re.fullmatch(r"[^\W\d][\w/ ]*", name)) and _squeezed(name) not in self._known

    def _line(self, part: Any, is_code: bool) -> Line:
        import sympy

        if part is None or part is ...:
            return Line("", None)
        if type(part) is str:
            if part.strip().rstrip(",") in ("...", "…", "None"):
                return Line("", None)
            text = _links(part, self.symbols)
            found = read(text, self.symbols, is_code=is_code, functions=self._functions)
            return Line(_cut(part), self._in_ours(found))
        if type(part) in (int, float, Fraction):
            part = sympy.sympify(part)
        if not isinstance(part, sympy.Expr) or not all(map(_is_known, _all_parts(part))):
            if part is sympy.true:
                raise UnclearError("it is only True: write the two sides as lines, without Eq.")
            number = to_number(part)
            if number is None:
                raise UnclearError(f"this is {described(part)}; wanted is an expression.")
            part = sympy.Float(number)
        return Line(_cut(str(part)), self._in_ours(part))

    def _in_ours(self, found: Any) -> Any:
        """The expression in the exercise's own symbols, which a reader's count as by their name."""
        import sympy

        if found.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise UnclearError("it divides by zero.")
        ours: dict[Any, Any] = {}
        for symbol in sorted(found.free_symbols, key=str):
            known = self._known.get(_squeezed(symbol.name))
            if known is None:
                names = ", ".join(self.symbols)
                raise UnclearError(f"it contains {symbol.name}; known are {names}.")
            if str(getattr(symbol, "shape", "")) != str(getattr(known, "shape", "")):
                raise UnclearError(f"{symbol.name} has another shape here: {_shape(symbol)}.")
            ours[symbol] = known
        found = found.xreplace(ours)
        if found.has(sympy.Float):
            found = sympy.nsimplify(found, rational=True)
        require_tame(found)
        return found


def _parts(answer: Any, *, is_code: bool) -> Iterator[Any]:
    """The lines of an answer, one after the other, each as text or as an object."""
    if type(answer) is Unreadable:
        yield from _split(answer.source)
    elif issubclass(type(answer), str):
        text = str.__str__(answer)
        if len(text) > MAX_LINES * MAX_LENGTH:
            raise UnclearError("It is too long to be read.")
        lines = (line.partition("#")[0] for line in text.split("\n"))
        parts = (part.strip(" \t,;&\\") for line in lines for part in _ENDS.split(line))
        yield from filter(None, parts)
    elif type(answer) in (list, tuple):
        for part in answer[: 2 * MAX_LINES]:
            yield from _within(part)
    elif type(answer) in (set, frozenset, dict):
        raise UnclearError(f"This is {described(answer)}, which has no order; wanted is a list.")
    else:
        yield from _within(answer)


def _within(part: Any) -> Iterator[Any]:
    """The lines of one entry of a list: `Eq(a, b)` has two, `("a reason", a)` has one."""
    if is_sympy(part) and type(part).__name__ == "Equality":
        yield from part.args
    elif type(part) is tuple and len(part) == 2 and type(part[0]) is str and is_expression(part[1]):
        yield part[1]
    elif issubclass(type(part), str):
        yield from _parts(part, is_code=False)
    else:
        yield part


def is_expression(value: Any) -> bool:
    """Is it SymPy's, or one of ours?"""
    return is_sympy(value) or type(value).__module__ == "lcutils.proof.nodes"


def _split(source: str) -> Iterator[str]:
    """The entries of a list whose text is known, though Python could not run it."""
    text, depth = source.strip(), 0
    text = text[1:-1] if text[:1] in "[(" and text[-1:] in "])" else text
    entry = ""
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            yield entry.strip()
            entry = ""
        else:
            entry += sign
    if entry.strip():
        yield entry.strip()


def _links(text: str, symbols: Mapping[str, Any]) -> str:
    """The text with each `dL/dy` as the name `dL_dy`, if there is one."""

    def joined(found: re.Match[str]) -> str:
        name = f"{found[1]}_{found[2]}"
        return name if name in symbols else found[0]

    text = text.replace("∂", "d")
    return re.sub(r"\b(d\w+)\s*/\s*(d\w+)\b", joined, text)


def _squeezed(name: str) -> str:
    """A name however it is spelt: `w_1` is `w1`, `β` is `beta`."""
    return spelt(name).strip().replace("_", "")


def _is_known(part: Any) -> bool:
    import sympy

    is_name = isinstance(part, sympy.core.symbol.Str | sympy.Tuple)
    return is_name or is_expression(part)


def _all_parts(expression: Any) -> Iterator[Any]:
    import sympy

    return sympy.preorder_traversal(expression)  # type: ignore[no-any-return]


def _shape(symbol: Any) -> str:
    shape = getattr(symbol, "shape", None)
    return f"[{shape[0]}, {shape[1]}]" if shape else "a number"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 4]} ..."
