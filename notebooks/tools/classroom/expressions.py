"""A SymPy expression as a list of its nodes, children before parents, and back.

It is told by listed heads and rebuilt by them; no text is parsed, nothing unlisted is built.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

MAX_NODES = 1000
_MAX_DIGITS, _MAX_NAME, _MAX_PRECISION = 200, 60, 512
_SYMPY = "Add Mul Pow log exp sin cos tan asin acos atan sech sinh cosh tanh asinh acosh atanh"
_SYMPY += " Abs Max Min floor ceiling sign Derivative Tuple Equality FiniteSet Xor"
_SYMPY += " MatrixSymbol MatAdd MatMul Transpose Identity ZeroMatrix Trace"
_OURS = "MatrixSymbol Added Multiplied Transposed Hadamard Dot NormSq sigma"
_CONSTANTS = "Pi Exp1 Infinity NegativeInfinity ComplexInfinity NaN ImaginaryUnit true false"
_ASSUMED = "commutative real positive negative nonnegative nonpositive nonzero zero integer finite"
Node = list[Any]  # [head, number of children, what a leaf is made of]


@functools.cache
def _heads() -> dict[str, Any]:
    """Name -> class: ours have a dot before their name."""
    import sympy

    from lcutils.proof import nodes

    heads = {name: getattr(sympy, name) for name in _SYMPY.split()}
    return heads | {f".{name}": getattr(nodes, name) for name in _OURS.split()}


@functools.cache
def _constants() -> dict[str, Any]:
    import sympy

    return {name: getattr(sympy.S, name) for name in _CONSTANTS.split()}


def nodes_of(expression: Any) -> list[Node] | None:
    """The nodes of an expression; None if it has what is not listed, or is too large."""
    names = {made: name for name, made in _heads().items()}
    nodes: list[Node] = []
    waiting = [expression]
    while waiting:  # parents first, and their children from the last: reversed, it is what we want
        part = waiting.pop()
        node = _leaf(part)
        if node is None and part.args and type(part) in names:
            node = [names[type(part)], len(part.args)]
            waiting += part.args
        if node is None or len(nodes) >= MAX_NODES:
            return None
        nodes.append(node)
    return nodes[::-1]


def _leaf(part: Any) -> Node | None:
    import sympy
    from sympy.core.symbol import Str

    if isinstance(part, sympy.Symbol):
        assumed = {x: y for x, y in part.assumptions0.items() if x in _ASSUMED.split()}
        return ["Symbol", 0, part.name[:_MAX_NAME], assumed]
    if isinstance(part, Str):
        return ["Str", 0, part.name[:_MAX_NAME]]
    if isinstance(part, sympy.Float):
        sign, mantissa, exponent, _ = part._mpf_
        return ["Float", 0, sign, int(mantissa), exponent, part._prec]
    if isinstance(part, sympy.Rational):
        return ["Rational", 0, int(part.p), int(part.q)]
    return next((["Constant", 0, x] for x, one in _constants().items() if part is one), None)


def expression_of(nodes: Any) -> Any:
    """The expression that nodes tell; ValueError for any that tell none, or too large a one."""
    if type(nodes) is not list or not 0 < len(nodes) <= MAX_NODES:
        raise ValueError("no expression")
    built: list[Any] = []
    for node in nodes:
        match node:
            case [str(head), int(count), *leaf] if 0 <= count <= len(built):
                parts = built[len(built) - count :]
                del built[len(built) - count :]
                built.append(_made(head, parts, leaf))
            case _:
                raise ValueError("no node")
    if len(built) != 1:
        raise ValueError("no expression")
    return built[0]


def _made(head: str, parts: list[Any], leaf: list[Any]) -> Any:
    import sympy
    from sympy.core.symbol import Str

    match [head, *leaf]:
        case ["Symbol", str(name), dict(assumed)] if _is_name(name):
            known = {x: y for x, y in assumed.items() if x in _ASSUMED.split() and type(y) is bool}
            return sympy.Symbol(name, **known)
        case ["Str", str(name)] if _is_name(name):
            return Str(name)
        case ["Float", int(sign), int(top), int(exponent), int(bits)]:
            if sign in (0, 1) and 0 < bits <= _MAX_PRECISION and top.bit_length() <= bits:
                if abs(exponent) <= 4 * _MAX_PRECISION:
                    return sympy.Float((sign, top, exponent, top.bit_length()), precision=bits)
        case ["Rational", int(top), int(bottom)] if bottom > 0:
            if max(abs(top), bottom) < 10**_MAX_DIGITS:
                return sympy.Rational(top, bottom)
        case ["Constant", str(name)] if name in _constants():
            return _constants()[name]
    made: Callable[..., Any] | None = _heads().get(head)
    if made is None or leaf or not parts:
        raise ValueError("no head")
    if head == "Pow" and len(parts) == 2:
        _require_tame_power(*parts)
    return made(*parts)


def _require_tame_power(base: Any, exponent: Any) -> None:
    """Refuse a power whose numbers SymPy would work out for ever: those of symbols stay as is."""
    import sympy

    from lcutils.checking.algebra import require_tame

    factors = base.args if base.is_Mul else (base,)
    numbers = [factor for factor in factors if factor.is_number]
    if numbers and exponent.is_number:
        require_tame(sympy.Pow(sympy.Mul(*numbers), exponent, evaluate=False))


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _MAX_NAME and name.isprintable()
