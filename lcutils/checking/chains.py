"""Reads the lines of a chain in the symbols of one exercise; `parts` takes the chain apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking.algebra import UnclearError, cut, read, require_tame, spelt
from lcutils.checking.guard import described
from lcutils.checking.parts import MAX_LINES, is_expression, parts_of
from lcutils.checking.readings import is_sympy, to_number

_SIMPLE = 1000  # the largest denominator of a fraction that a decimal is taken for
_LONG = 100  # signs of a line that is shown
_LONG_SENTENCE = 200


@dataclass(frozen=True)
class Line:
    """One line of a chain.

    Args:
        text: as it is shown.
        expression: in the exercise's own symbols; None where nothing is written yet.
        is_name: whether it only names the whole chain: the `dL/dw1` of `dL/dw1 = ...`.
    """

    text: str
    expression: Any
    is_name: bool = False


class Reader:
    """Reads lines in the symbols of one exercise."""

    def __init__(self, symbols: Mapping[str, Any]) -> None:
        from lcutils import proof

        self.symbols = dict(symbols)
        self._functions: dict[str, Callable[..., Any]] = {
            name: getattr(proof, name) for name in ("dot", "half_norm_sq", "norm_sq")
        } | {"diff": _slope, "Derivative": _slope}
        self._lines: dict[str, Any] = {}
        shapes = (size for symbol in symbols.values() for size in getattr(symbol, "shape", ()))
        sizes = {size for size in shapes if size.is_Symbol}
        self._known = {_squeezed(s.name): s for s in (*sizes, *symbols.values())}

    def chain(self, answer: Any) -> list[Line]:
        """The lines of an answer of any form; UnclearError with the sentence if it has none."""
        is_code = type(answer) is Unreadable
        parts = list(parts_of(answer))
        lines = []
        if len(parts) > 1 and (name := self._name_in(parts[0])):
            parts = [part for part in parts if self._name_in(part) != name]
            if "(" in (read_as := self._named(name)):  # a slope, which can be the wrong one
                lines = [Line(name, self.line(read_as), is_name=True)]
        if len(parts) > MAX_LINES:
            raise UnclearError(f"These are more than {MAX_LINES} lines: so many are not read.")
        for number, part in enumerate(parts, start=1):
            try:
                lines.append(self._line(part, is_code))
            except Exception as unclear:  # SymPy raises whatever it likes
                is_said = isinstance(unclear, ValueError | TypeError)
                said = cut(str(unclear), _LONG_SENTENCE) if is_said else ""
                if not said and is_code:
                    raise UnclearError from None
                said = said or f"it cannot be read: {cut(str(part), _LONG)}"
                if is_code and said.startswith("A star") and len(rows := part.split("\n")) > 1:
                    said = f"is there a comma missing behind {cut(rows[0], _LONG)}?"
                if said.startswith(("it contains", "it cannot")) and _has_words(part):
                    said = f"{said.rstrip('.')}. Words go behind a #."
                raise UnclearError(f"Line {number}: {said}") from None
        return lines

    def line(self, text: str) -> Any:
        """The expression of one of our own lines."""
        if text not in self._lines:
            self._lines[text] = read(text, self.symbols, functions=self._functions)
        return self._lines[text]

    def _name_in(self, part: Any) -> str:
        """The name for the whole chain that a part is, if the exercise does not know it."""
        is_symbol = is_sympy(part) and type(part).__name__ == "Symbol"
        text = part.name if is_symbol else part if type(part) is str else ""
        name = re.sub(r"\s*/\s*(?=d)", "_", text.replace("∂", "d").strip())
        is_name = re.fullmatch(r"[^\W\d]\w*", name) and self._ours(name) not in self.symbols
        return name if is_name else ""

    def _line(self, part: Any, is_code: bool) -> Line:
        import sympy

        if part is None or part is ...:
            return Line("", None)
        if type(part) is str:
            if part.strip() in ("...", "…", "None"):
                return Line("", None)
            text = self._named(part)
            found = read(text, self.symbols, is_code=is_code, functions=self._functions)
            return Line(cut(part, _LONG), self._in_ours(found))
        number = None if isinstance(part, sympy.Expr) else to_number(part)
        if number is not None:
            part = sympy.Float(number)
        if part is sympy.true:
            raise UnclearError("it is only True: write the two sides as lines, without Eq.")
        if not isinstance(part, sympy.Expr):
            raise UnclearError(f"this is {described(part)}; wanted is an expression.")
        odd = [x for x in sympy.preorder_traversal(part) if not _is_known(x)]
        if odd:
            wanted = "wanted are numbers, functions of SymPy and what the exercise names."
            raise UnclearError(f"it has {described(odd[0])} in it; {wanted}")
        found = self._in_ours(part)
        return Line(cut(str(found if number is not None else part), _LONG), found)

    def _named(self, text: str) -> str:
        """The text with our names for `dL/dy` and for what is spelt otherwise: `w_2`, `β`."""

        def slope(found: re.Match[str]) -> str:
            name = self._ours(f"d{found[1]}_d{found[2]}")
            if name in self.symbols:
                return name
            parts = [self._ours(part) for part in found.groups()]
            is_known = set(parts) <= set(self.symbols)
            return f"Derivative({', '.join(parts)})" if is_known else found[0]

        text = re.sub(r"\bd(\w+)\s*/\s*d(\w+)", slope, text.replace("∂", "d"))
        text = re.sub(r"\bd([^\W_]+)_d(\w+)", slope, text)
        return re.sub(r"[^\W\d]\w*", lambda found: self._ours(found[0]), text)

    def _ours(self, name: str) -> str:
        """Our spelling of a name, or the name as it is."""
        known = self._known.get(_squeezed(name))
        return name if known is None or name in self.symbols else str(known)

    def _in_ours(self, found: Any) -> Any:
        """The expression in the exercise's own symbols, which a reader's count as by their name."""
        import sympy

        from lcutils.proof.forms import as_number

        if found.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise UnclearError("it divides by zero.")
        ours: dict[Any, Any] = {}
        symbols = found.atoms(sympy.Symbol, sympy.MatrixSymbol)
        for symbol in sorted(symbols, key=lambda s: (s.is_Symbol, s.name)):
            known = ours.get(symbol) or self._known.get(_squeezed(symbol.name))
            if known is None:
                names = ", ".join(self.symbols)
                raise UnclearError(f"it contains {symbol.name}; known are {names}.")
            here, wanted = (getattr(x, "shape", ()) for x in (symbol, known))
            for size, our_size in zip(here, wanted, strict=False):
                if size.is_Symbol and our_size.is_Symbol:  # by whatever letter
                    ours.setdefault(size, our_size)
            if tuple(ours.get(size, size) for size in here) != wanted:
                said = f"{_shape(here)}; wanted is {_shape(wanted)}"
                raise UnclearError(f"{symbol.name} is {said}.")
            ours[symbol] = known
        found = found.xreplace(ours)
        found = found.xreplace({x: _as_fraction(x) for x in found.atoms(sympy.Float)})
        slopes = {x: f"d{x.expr}_d{x.variables[0]}" for x in found.atoms(sympy.Derivative)}
        by_name = {x: self.symbols[name] for x, name in slopes.items() if name in self.symbols}
        found = as_number(
            found.xreplace({x: y for x, y in by_name.items() if len(x.variables) == 1})
        )
        require_tame(found)
        return found


def _slope(expression: Any, *symbols: Any) -> Any:
    """`diff(f, x)` in a text: a derivative by one name, not yet taken."""
    import sympy

    if [symbol.is_Symbol for symbol in symbols] != [True]:
        raise UnclearError("a derivative is by one name, such as `diff(L, y)`.")
    return sympy.Derivative(expression, *symbols)


def _has_words(part: Any) -> bool:
    """Is there prose in a text? A name or a function is shorter, or has brackets behind it."""
    return type(part) is str and bool(re.search(r"\b[^\W\d_]{4,}\b(?! *\()", part))


def _squeezed(name: str) -> str:
    """A name however it is spelt: `w_1` is `w1`, `β` is `beta`."""
    return spelt(name).strip().replace("_", "")


def _is_known(part: Any) -> bool:
    import sympy

    is_name = isinstance(part, sympy.core.symbol.Str | sympy.Tuple)
    return is_name or is_expression(part)


def _shape(shape: Sequence[Any]) -> str:
    return f"a matrix [{', '.join(map(str, shape))}]" if shape else "a number"


def _as_fraction(decimal: Any) -> Any:
    """The decimal as it is written, or the simple fraction that it equals to twelve digits."""
    import sympy

    exact = sympy.Rational(str(decimal))
    simple = exact.limit_denominator(_SIMPLE)
    return simple if abs(simple - exact) <= abs(exact) / 10**12 else exact
