"""How a statement is shown: in the author's order, with the brackets that its meaning needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE, precedence_traditional

from lcutils.proof import nodes

# Signs of a line that fit beside the list of files at 900 pixels, or at 1280 and 150 %.
_LINE = 30


def latex(expression: Any) -> str:
    """LaTeX of an expression; the same in every run."""
    return _Printer().doprint(expression)  # type: ignore[no-any-return]


def equation(lhs: str, rhs: str, relation: str = "=") -> str:
    """A displayed equation, on one line where it fits."""
    if _width(lhs + rhs) <= _LINE:
        return f"$$\n{lhs} {relation} {rhs}\n$$"
    return _aligned([*_broken("&", lhs), *_broken(f"& {relation}", rhs)])


def chain(first: str, steps: list[tuple[str, str]]) -> str:
    """A displayed chain of equations, each step with its reason below it: so it stays narrow."""
    reasons = [rf"& \quad \small \text{{{as_text(reason)}}}" for reason, _ in steps]
    fits = max(_width(first + side) for _, side in steps) <= _LINE
    lines = [] if fits else _broken("&", first)
    for number, (_, side) in enumerate(steps):
        lines += _broken(f"{first} & =" if fits and not number else "& =", side)
        lines.append(reasons[number])
    return _aligned(lines, reasons)


def _aligned(lines: list[str], reasons: Sequence[str] = ()) -> str:
    """The lines of a display; below a reason there is a little room."""
    ends = [r" \\[0.5em]" if line in reasons else r" \\" for line in lines[:-1]]
    body = "\n".join(map(str.__add__, lines, [*ends, ""]))
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _broken(start: str, side: str) -> list[str]:
    """A side as lines that fit, broken before its terms: what is in brackets stays together."""
    lines = [""]
    for term in _terms(side):
        if lines[-1] and _width(lines[-1] + term) > _LINE:
            lines.append("")
        lines[-1] += term
    return [f"{start} {lines[0]}", *(rf"& \quad {line}" for line in lines[1:])]


def _terms(side: str) -> list[str]:
    """A sum's terms or ⊙'s factors, each with the sign in front; together they are the side."""
    terms, depth = [""], 0
    opening, closing = (r"\left", r"\lVert", "{"), (r"\right", r"\rVert", "}")
    for token in re.findall(r"\\left|\\right|[{}]| (?:[-+]|\\odot) |\\[A-Za-z]+|.", side):
        depth += (token in opening) - (token in closing)
        if depth == 0 and token in (" + ", " - ", r" \odot "):
            terms.append("")
        terms[-1] += token
    return terms


def as_text(words: str) -> str:
    r"""Plain words inside \text{...}: what TeX would read as a command is escaped."""
    return re.sub(r"([\\&%$#{}])", r"\\\1", words).replace("\\\\", r"\backslash ")


def plain_words(words: str) -> str:
    """Plain words inside Markdown: what it would read as emphasis or mathematics is escaped."""
    return re.sub(r"([\\`*_$<])", r"\\\1", words)


def _width(source: str) -> int:
    """About how many signs a reader sees: a command counts as one; brackets and spaces as none."""
    commands = re.sub(r"\\(left|right)\b", "", source)
    return len(re.sub(r"[{}^_ ]", "", re.sub(r"\\[A-Za-z]+", "x", commands)))


class _Printer(LatexPrinter):  # type: ignore[misc]  # SymPy comes without types
    def __init__(self) -> None:
        super().__init__({"ln_notation": True})

    def _factor(self, item: Any, level: int = PRECEDENCE["Mul"], strict: bool = False) -> str:
        """An item where a factor is meant, in brackets if it binds more loosely."""
        own = precedence_traditional(item)
        text = self._print(item)
        if own < level or (strict and own == level) or text.startswith("-"):
            return rf"\left({text}\right)"
        return str(text)

    def _print_Added(self, written: Any) -> str:
        first, *others = written.args
        text = self._print(first)
        for term in others:
            shown = self._print(term)
            if isinstance(term, nodes.Added):
                shown = rf"\left({shown}\right)"
            text += f" - {shown[1:].lstrip()}" if shown.startswith("-") else f" + {shown}"
        return str(text)

    def _print_Multiplied(self, written: Any) -> str:
        factors = list(written.args)
        sign = ""
        if factors[0] == -1:
            sign = "-"
            del factors[0]
        parts: list[str] = []
        for factor in factors:
            if isinstance(factor, sp.Rational) and factor > 0:
                shown = rf"\tfrac{{{factor.p}}}{{{factor.q}}}" if factor.q > 1 else str(factor.p)
            else:
                shown = self._factor(factor, strict=isinstance(factor, _BRACKETED))
            if parts and re.match(r"\d|\\t?frac", shown):
                parts.append(r"\cdot")
            parts.append(shown)
        return sign + " ".join(parts)

    _print_MatAdd, _print_MatMul = _print_Added, _print_Multiplied  # such as (1 - beta) I

    def _print_Transposed(self, written: Any) -> str:
        return rf"{self._factor(written.args[0], PRECEDENCE['Pow'], strict=True)}^\top"

    _print_Transpose = _print_Transposed

    def _print_Hadamard(self, written: Any) -> str:
        return r" \odot ".join(self._factor(f, strict=True) for f in written.args)

    def _print_Each(self, written: Any) -> str:
        name, x = written.args
        return rf"{self._function(str(name))}\left({self._print(x)}\right)"

    @staticmethod
    def _function(name: str) -> str:
        known = ("exp", "tanh", "sin", "cos", "sigma")
        names = {"log": r"\ln"} | {name: rf"\{name}" for name in known}
        return names.get(name, rf"\operatorname{{{name}}}")

    def _print_sigma(self, number: Any, exp: str = "") -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\sigma{power}{{\left({self._print(number.args[0])}\right)}}"

    def _print_MatrixElement(self, entry: Any) -> str:
        """Counted from 1, as in mathematics."""
        matrix, row, column = entry.args
        place = f"{self._print(row + 1)},{self._print(column + 1)}"
        return rf"\left[{self._print(matrix)}\right]_{{{place}}}"

    def _print_Grad(self, written: Any) -> str:
        loss, x = written.args
        return rf"\nabla_{{{self._print(x)}}} \left[ {self._print(loss)} \right]"

    def _print_Dot(self, number: Any) -> str:
        a, b = number.args
        if a.shape[1] != 1:
            return rf"\left\langle {self._print(a)}, {self._print(b)} \right\rangle"
        return f"{self._print(nodes.Transposed(a))} {self._factor(b)}"

    def _print_NormSq(self, number: Any) -> str:
        return rf"\lVert {self._print(number.args[0])} \rVert^2"

    def _print_SignMoment(self, number: Any) -> str:
        kind, x, *_ = number.args
        name = {"mean": r"\mathbb{E}", "variance": r"\operatorname{Var}"}[str(kind)]
        return rf"{name} \left[ {self._print(x)} \right]"

    def _print_Mul(self, product: Any, **options: Any) -> str:
        """As SymPy, but 1/2 of a norm or dot product keeps its place in front."""
        coefficient, rest = product.as_coeff_Mul()
        if coefficient.is_Rational and not coefficient.is_Integer and rest.has(nodes.Number):
            sign = "-" if coefficient < 0 else ""
            fraction = rf"\tfrac{{{abs(coefficient.p)}}}{{{coefficient.q}}}"
            return f"{sign}{fraction} {self._factor(rest)}"
        return str(super()._print_Mul(product))

    def _print_Identity(self, matrix: Any) -> str:
        return "I"

    def _print_OneMatrix(self, matrix: Any) -> str:
        return r"\mathbf{1}" + (r"^\top" if matrix.shape[0] == 1 != matrix.shape[1] else "")

    def _print_ZeroMatrix(self, matrix: Any) -> str:
        return "0"


_BRACKETED = (nodes.Multiplied, nodes.Dot, nodes.Hadamard)  # products within a product
