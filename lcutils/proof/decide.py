"""Is a number zero? By exact rational points first, then by rewriting; never by force."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sympy as sp

_POOL = tuple(
    sp.Rational(value)
    for value in ("1", "2", "-1", "3", "1/2", "0", "5", "1/3", "-2", "3/4", "7", "-1/2", "2/3")
)
_SLOPES = tuple(sp.Rational(value) for value in ("0", "1/2", "1", "1/3", "2"))
DIRECTIONS = len(_SLOPES)  # none is negative, so that no direction is another's opposite
_DIGITS = 40
Point = dict[sp.Symbol, Any]


def points(symbols: Sequence[Any], allowed: Sequence[Any], limit: int) -> Iterator[Point]:
    """Rational points in growing order: small whole numbers first.

    Args:
        symbols: what gets a value; what SymPy knows of them is respected.
        allowed: relations that a point must satisfy.
        limit: how many points at most.
    """
    pools = [[value for value in _POOL if _fits(symbol, value)] for symbol in symbols]
    for pool, symbol in zip(pools, symbols, strict=True):
        own = [relation for relation in allowed if relation.free_symbols == {symbol}]
        pool[:] = [v for v in pool if all(r.subs(symbol, v) == sp.true for r in own)]
    found = 0
    for values in _small_first(pools):
        point = dict(zip(symbols, values, strict=True))
        if all(relation.xreplace(point) == sp.true for relation in allowed):
            yield point
            found += 1
            if found == limit:
                return


def directions(vectors: Sequence[Sequence[Any]]) -> Iterator[Point]:
    """Rational points at which the vectors have length 1 and no two are parallel.

    From (-1, 0, ...) the line along (1, t, t, ...) meets the unit sphere at fractions once more:
    at (1, 0) for t = 0, at (3/5, 4/5) for 1/2.

    Args:
        vectors: the symbols of each, at least two of them.
    """
    for slopes in itertools.permutations(_SLOPES, len(vectors)):
        point: Point = {}
        for entries, t in zip(vectors, slopes, strict=True):
            square = (len(entries) - 1) * t**2
            first, *others = entries
            point[first] = (1 - square) / (1 + square)
            point |= dict.fromkeys(others, 2 * t / (1 + square))
        yield point


def _small_first(pools: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Few symbols: every combination, by the sum of ranks. Many: patterns, then drawn at random."""
    if any(not pool for pool in pools):
        return
    if len(pools) <= 3:
        ranks = itertools.product(*[range(len(pool)) for pool in pools])
        for rank in sorted(ranks, key=lambda r: (sum(r), r)):
            yield tuple(pool[i] for pool, i in zip(pools, rank, strict=True))
        return
    drawn = random.Random(0)
    for reach in range(1, 60):
        top = min(3 + reach // 2, len(_POOL))
        yield tuple(pool[drawn.randrange(min(top, len(pool)))] for pool in pools)


def _fits(symbol: Any, value: Any) -> bool:
    facts = ("positive", "negative", "nonnegative", "nonpositive", "nonzero", "integer")
    known = ((fact, getattr(symbol, f"is_{fact}")) for fact in facts)
    return all(want is None or getattr(value, f"is_{fact}") == want for fact, want in known)


def differ(left: Any, right: Any, digits: int = _DIGITS - 10) -> bool | None:
    """Do two exact numbers differ in their first digits? None where one of them is not defined.

    Fractions differ unless they are equal, where all the digits are asked for.
    """
    left, right = sp.sympify(left), sp.sympify(right)
    if left.is_Rational and right.is_Rational and digits >= _DIGITS - 10:
        return bool(left != right)
    if any(side.has(sp.nan, sp.zoo, sp.oo, -sp.oo) for side in (left, right)):
        return None
    a, b = _digits(left), _digits(right)
    if a is None or b is None:
        return None
    return bool(abs(a - b) > sp.Rational(1, 10**digits) * max(abs(a), abs(b)))


def _digits(number: Any) -> Any:
    """A complex decimal, every digit of it right; None if there is none, 0 if none was found."""
    parts = sp.N(number, _DIGITS).as_real_imag()
    if not all(part.is_Number for part in parts):
        return None
    real, imaginary = (0 if getattr(part, "_prec", 2) == 1 else part for part in parts)
    return real + sp.I * imaginary


def is_zero(number: Any, *, quickly: bool = False) -> bool:
    """True if the number is zero identically; False if none of the ways shows it.

    Args:
        quickly: leave out the ways that take long where the number is not zero.
    """
    ways: tuple[Callable[[Any], Any], ...] = (lambda e: e, _expanded_by_name, sp.expand)
    if number.is_polynomial():  # nothing in it to name
        ways = (lambda e: e, sp.expand, _expanded_by_name)
    if not quickly:
        ways += (
            lambda e: sp.cancel(sp.together(e)),
            lambda e: sp.expand(sp.numer(sp.together(sp.expand(e.rewrite(sp.exp))))),
            lambda e: sp.expand(sp.expand_log(e)),
            sp.simplify,
        )
    return any(way(number) == 0 for way in ways)


def is_zero_by_name(number: Any) -> bool:
    """True if a number with functions in it is zero whatever these are: quicker than points.

    False for fractions and polynomials, which points decide in no time.
    """
    return bool(number == 0) or (number.has(sp.Function) and _expanded_by_name(number) == 0)


def _expanded_by_name(number: Any) -> Any:
    return sp.expand(sp.numer(sp.together(_rational(number, {}))))


def _rational(number: Any, names: dict[Any, sp.Symbol]) -> Any:
    """The number with a name for each exp(...), tanh(...), x**T in it: quick to expand.

    Zero under new names is zero; what the names hide, such as exp(x) exp(-x) = 1, comes later.
    """
    if not number.args:
        return number
    if isinstance(number, sp.exp) and number.args[0].could_extract_minus_sign():
        return 1 / _rational(sp.exp(-number.args[0]), names)
    renamed = number.func(*[_rational(arg, names) for arg in number.args])
    if isinstance(renamed, sp.Function) or (renamed.is_Pow and not renamed.exp.is_Integer):
        return names.setdefault(renamed, sp.Dummy())
    return renamed


def within(domain: Sequence[Any]) -> Point:
    """Symbols between strict bounds, so written that SymPy knows it: x > a is a + t with t > 0."""
    low: Point = {}
    high: Point = {}
    for relation in domain:
        if not isinstance(relation, sp.StrictLessThan | sp.StrictGreaterThan):
            continue
        small, large = relation.lts, relation.gts
        if small.is_number and large.is_Symbol:
            low[large] = max(low.get(large, small), small)
        elif large.is_number and small.is_Symbol:
            high[small] = min(high.get(small, large), large)
    inside: Point = {}
    for symbol in sorted({*low, *high}, key=str):
        if symbol.is_integer:
            continue
        below = low.get(symbol, sp.Integer(0) if symbol.is_positive else None)
        above, t = high.get(symbol), sp.Dummy("t", positive=True)
        if below is None:
            inside[symbol] = above - t
        else:
            inside[symbol] = below + t if above is None else (below + above * t) / (1 + t)
    return inside
