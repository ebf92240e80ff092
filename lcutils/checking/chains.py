"""Reads a chain of equal lines that a reader wrote: a list, or text with equals signs between."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lcutils._typed import Unreadable
from lcutils.checking.algebra import UnclearError, read, require_tame, spelt
from lcutils.checking.guard import described
from lcutils.checking.readings import MAX_LENGTH, is_sympy, to_number

MAX_LINES = 30
_ENDS = re.compile(r"\n|==?|⇒|→|[-=]>")  # of a line, in a text
_SIMPLE = 1000  # the largest denominator of a fraction that a decimal is taken for
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
        is_code = type(answer) is Unreadable
        parts = list(_parts(answer))
        if len(parts) > 1 and self._is_a_name(parts[0]):
            del parts[0]  # "dL_dw = ..."
        if len(parts) > MAX_LINES:
            raise UnclearError(f"These are more than {MAX_LINES} lines: so many are not read.")
        lines = []
        for number, part in enumerate(parts, start=1):
            try:
                lines.append(self._line(part, is_code))
            except (UnclearError, ValueError, TypeError) as unclear:
                said = str(unclear)
                if not said and is_code:
                    raise
                said = said or f"it cannot be read: {_cut(str(part))}"
                raise UnclearError(f"Line {number}: {said}") from None
        return lines

    def line(self, text: str) -> Any:
        """The expression of one of our own lines."""
        if text not in self._lines:
            self._lines[text] = read(text, self.symbols, functions=self._functions)
        return self._lines[text]

    def _is_a_name(self, part: Any) -> bool:
        """Is it a name for the whole chain, which the exercise does not know?"""
        is_symbol = is_sympy(part) and type(part).__name__ == "Symbol"
        name = self._named(str(part)) if is_symbol or type(part) is str else ""
        return bool(re.fullmatch(r"[^\W\d][\w/]*", name.strip())) and name not in self.symbols

    def _line(self, part: Any, is_code: bool) -> Line:
        import sympy

        if part is None or part is ...:
            return Line("", None)
        if type(part) is str:
            if part.strip() in ("...", "…", "None"):
                return Line("", None)
            text = self._named(part)
            found = read(text, self.symbols, is_code=is_code, functions=self._functions)
            return Line(_cut(part), self._in_ours(found))
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
        return Line(_cut(str(found if number is not None else part)), found)

    def _named(self, text: str) -> str:
        """The text with our names for `dL/dy` and for what is spelt otherwise: `w_2`, `β`."""

        def joined(found: re.Match[str]) -> str:
            name = ours(f"{found[1]}_{found[2]}")
            return name if name in self.symbols else found[0]

        def ours(name: str) -> str:
            known = self._known.get(_squeezed(name))
            return name if known is None or name in self.symbols else str(known)

        text = re.sub(r"\b(d\w+)\s*/\s*(d\w+)", joined, text.replace("∂", "d"))
        return re.sub(r"[^\W\d]\w*", lambda found: ours(found[0]), text)

    def _in_ours(self, found: Any) -> Any:
        """The expression in the exercise's own symbols, which a reader's count as by their name."""
        import sympy

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
        require_tame(found)
        return found


def _parts(answer: Any) -> Iterator[Any]:
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
        yield from _parts(part)
    else:
        yield part


def is_expression(value: Any) -> bool:
    """Is it SymPy's, or one of ours?"""
    return is_sympy(value) or type(value).__module__ == "lcutils.proof.nodes"


def _split(source: str) -> Iterator[str]:
    """The entries of a list whose text is known, though Python could not run it."""
    try:
        tree = ast.parse(f"({source})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if isinstance(tree, ast.List | ast.Tuple):
        for entry in tree.elts:
            is_eq = isinstance(entry, ast.Call) and ast.unparse(entry.func).endswith("Eq")
            for side in entry.args if is_eq and isinstance(entry, ast.Call) else [entry]:
                yield str(ast.get_source_segment(f"({source})", side))
    else:
        text = source.strip()
        yield from (text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text).split(", ")


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


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 4]} ..."
