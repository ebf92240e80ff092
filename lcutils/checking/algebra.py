"""Reads a line of algebra that a reader wrote as text; nothing of it is ever run as Python.

The text is split into tokens, a missing star is put in (or told), Python's parser makes a tree of
it, and SymPy's expression is built from the tree: numbers, symbols, a few functions.
"""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from lcutils.checking.readings import MAX_LENGTH, plain

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign>\*\*|\.T\b|[-+*/^(),@]))"
)
_SIGNS = str.maketrans("·×⋅∙∗•[{]}∂", "******(())d")
_MODULES = ("sp", "sympy", "math", "np", "numpy", "torch")
_FUNCTIONS = "sqrt exp log sin cos tan asin acos atan sech sinh cosh tanh asinh acosh atanh".split()
_FUNCTIONS += ["Abs", "ceiling", "floor", "Max", "Min"]
_SYMPY_NAMES = {"ln": "log", "abs": "Abs", "ceil": "ceiling", "max": "Max", "min": "Min"}
_LOGS = {"log2": 2, "log_2": 2, "log10": 10, "log_10": 10}
_CALLED = {*_FUNCTIONS, *_SYMPY_NAMES, *_LOGS}
_CONSTANTS = {"pi": "pi", "e": "E", "E": "E", "oo": "oo"}
_LARGEST = 50.0  # more than any value at which expressions are compared
_MAX_BITS = 1e5  # of a power: longer ones take for ever to work out


class UnclearError(ValueError):
    """A text cannot be read as algebra; the message is what to tell its writer, or empty."""


def read(
    text: str,
    symbols: Mapping[str, Any],
    *,
    is_code: bool = False,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Any:
    """The SymPy expression that a text writes.

    A name that is neither known nor a function becomes a symbol of its own.

    Args:
        symbols: name -> SymPy symbol; may be matrices, which have `@` and `.T` as well.
        functions: name -> function, beside SymPy's own.
        is_code: whether the text stood where Python reads it. There ^ is no power and a product
            needs its star; within quotes one means what a book would mean by it.

    Raises: UnclearError with the sentence that says what is wrong, if there is one.
    """
    if len(text) > MAX_LENGTH:
        raise UnclearError(f"It is too long to be read: at most {MAX_LENGTH} signs.")
    if is_code and "^" in text:
        raise UnclearError(no_power(text))
    text = spelt(text)
    left, equals, right = text.partition("=")
    if equals and re.fullmatch(r"\s*\w*\s*", left) and left.strip() not in symbols:
        text = right  # "m = 2/n"
    starred = _with_stars(text, symbols)
    try:
        tree = ast.parse(starred.replace("^", "**").strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UnclearError from None
    expression = _Builder(symbols, functions or {}).built(tree.body)
    if is_code and starred != text and {s.name for s in expression.free_symbols} <= set(symbols):
        raise UnclearError(f"A star is missing: {cut(text)} is written {cut(starred)}.")
    return expression


def no_power(code: str) -> str:
    """What to tell whoever typed ^ in Python."""
    return f"In Python `^` is no power: write `{cut(code.replace('^', '**'))}`."


def cut(text: str, most: int = 60) -> str:
    """The text on one line, at most so many signs of it."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."


def spelt(text: str) -> str:
    """A text in the signs of an English keyboard: `T²` is `T^(2)`, `β` is `beta`, `Δ` `Delta`."""
    text = plain(text).translate(_SIGNS)
    text = re.sub(r"√\s*([\w.]+)", r"sqrt(\1)", text).replace("√", "sqrt").replace("∞", "oo")
    return "".join(_latin(sign) for sign in text)


def _latin(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if not name.startswith("GREEK "):
        return sign
    word = name.rpartition(" ")[2]
    return f" {word.capitalize() if 'CAPITAL' in name else word.lower()} "


def _with_stars(text: str, symbols: Mapping[str, Any]) -> str:
    """The text with a star wherever two factors stand side by side."""
    out, place, before = "", 0, ""
    while text[place:].strip():
        token = _TOKEN.match(text, place)
        if token is None or before == token.lastgroup == "number":
            raise UnclearError
        kind, word = str(token.lastgroup), token[0].strip()
        is_call = word == "(" and before == "name" and _is_function(out, symbols)
        starts = kind != "sign" or word == "("
        if starts and before == "name" and not is_call and _last_name(out) in _CALLED:
            raise UnclearError(_needs_brackets(_last_name(out)))
        if starts and before and not is_call:
            out = f"{out.rstrip()}*{word}"
        else:
            out += token[0]
        before = kind if kind != "sign" else ")" * (word in (")", ".T"))
        place = token.end()
    return out


def _is_function(text: str, symbols: Mapping[str, Any]) -> bool:
    """Does the name that ends the text call what stands in brackets after it?"""
    name = _last_name(text)
    return len(name) > 1 and name not in symbols and name not in _CONSTANTS


def _last_name(text: str) -> str:
    return str(re.findall(r"[\w.]+", text)[-1])


def _needs_brackets(name: str) -> str:
    return f"`{name}` needs brackets: `{name}(...)`."


class _Builder:
    """Builds an expression from the few kinds of node that algebra has."""

    def __init__(
        self, symbols: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        import sympy

        self._sympy, self._symbols, self._functions = sympy, symbols, functions

    def built(self, node: ast.expr) -> Any:
        """The expression of a node; UnclearError for anything that is no algebra."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(value)
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in _MODULES:
                return self._named(name)
            case ast.Attribute(value=inner, attr="T") if hasattr(found := self.built(inner), "T"):
                return found.T
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self.built(inner)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.built(inner)
            case ast.BinOp(left=left, op=op, right=right):
                return self._combined(self.built(left), op, self.built(right))
            case ast.Call(func=ast.Name() | ast.Attribute() as func, args=args, keywords=[]):
                return self._called(func, [self.built(arg) for arg in args])
        raise UnclearError

    def _number(self, value: int | float) -> Any:
        if not math.isfinite(value):
            raise UnclearError
        return self._sympy.sympify(value)

    def _named(self, name: str) -> Any:
        if name in self._symbols:
            return self._symbols[name]
        if name in _CALLED:
            raise UnclearError(_needs_brackets(name))
        if name in _CONSTANTS:
            return getattr(self._sympy, _CONSTANTS[name])
        return self._sympy.Symbol(name, positive=True)

    def _combined(self, left: Any, op: ast.operator, right: Any) -> Any:
        match op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult() | ast.MatMult():
                return left * right
            case ast.Div():
                return left / right
            case ast.Pow():
                require_tame(self._sympy.Pow(left, right, evaluate=False))
                return left**right
        raise UnclearError

    def _called(self, func: ast.Name | ast.Attribute, args: list[Any]) -> Any:
        name = func.id if isinstance(func, ast.Name) else func.attr
        if isinstance(func, ast.Attribute) and ast.unparse(func.value) not in _MODULES:
            raise UnclearError
        if name in _LOGS:
            name, args = "log", [*args, _LOGS[name]]
        name = _SYMPY_NAMES.get(name, name)
        if name not in (*_FUNCTIONS, *self._functions):
            raise UnclearError
        made: Callable[..., Any] = self._functions.get(name) or getattr(self._sympy, name)
        try:
            return made(*args)
        except TypeError as error:  # what it is called with, which our own functions say well
            said = f"`{name}` cannot be called so: {error}" if name in self._functions else ""
            raise UnclearError(said) from None


def require_tame(expression: Any) -> None:
    """Refuse an expression with a power so large that nothing would stop Python working it out."""
    _bound(expression)


def _bound(expression: Any) -> float:
    """What the expression cannot be far above, where no symbol is above `_LARGEST`."""
    if expression.is_Symbol:
        return _LARGEST
    if expression.is_number and not expression.args:
        try:
            return float(abs(expression)) if expression.is_finite else math.inf
        except OverflowError:
            return math.inf
    bounds = [_bound(arg) for arg in expression.args]
    if expression.is_Add:
        return sum(bounds)
    if expression.is_Mul:
        return math.prod(bounds)
    name = type(expression).__name__
    if expression.is_Pow or name in ("exp", "sinh", "cosh"):
        base, exponent = bounds if len(bounds) == 2 else [math.e, *bounds]
        bits = exponent * math.log2(max(base, 2))
        if bits > _MAX_BITS:
            raise UnclearError("Its numbers grow too large to be worked out.")
        return 2**bits if bits < 1000 else math.inf
    return max(bounds, default=_LARGEST)
