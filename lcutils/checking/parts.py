"""Takes a chain of equal lines apart: a list, text with equals signs, code that could not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from lcutils._typed import Unreadable
from lcutils.checking.algebra import UnclearError
from lcutils.checking.guard import described
from lcutils.checking.readings import MAX_LENGTH, is_sympy
from lcutils.checking.typeset import in_keys, lines_of

MAX_LINES = 30


def parts_of(answer: Any) -> Iterator[Any]:
    """The lines of an answer, one after the other, each as text or as an object."""
    if type(answer) is Unreadable:
        yield from _split(answer.source)
    elif issubclass(type(answer), str):
        text = str.__str__(answer)
        if len(text) > MAX_LINES * MAX_LENGTH:
            raise UnclearError("It is too long to be read.")
        yield from lines_of(text)
    elif type(answer) is np.ndarray or (is_sympy(answer) and type(answer).__name__ == "Tuple"):
        yield from parts_of(list(answer))
    elif _holds_one(answer):  # a comma stands behind the list
        yield from parts_of(answer[0])
    elif type(answer) in (list, tuple):
        last = None
        for part in answer[: 2 * MAX_LINES]:
            sides = list(_within(part))
            repeats = len(sides) == 2 and is_sympy(last) and sides[0] == last  # Eq(a, b), Eq(b, c)
            yield from sides[repeats:]
            last = sides[-1] if sides else None
    elif type(answer) in (set, frozenset, dict):
        raise UnclearError(f"This is {described(answer)}, which has no order; wanted is a list.")
    else:
        yield from _within(answer)


def _holds_one(answer: Any) -> bool:
    """Is it a list or tuple with one more in it, and nothing else?"""
    kinds = (list, tuple)
    return type(answer) in kinds and len(answer) == 1 and type(answer[0]) in kinds


def _within(part: Any) -> Iterator[Any]:
    """The lines of one entry of a list: `Eq(a, b)` has two, `("a reason", a)` has one."""
    if is_sympy(part) and type(part).__name__ == "Equality":
        yield from part.args
    elif type(part) is tuple and len(part) == 2 and type(part[0]) is str and is_expression(part[1]):
        yield part[1]
    elif issubclass(type(part), str):
        yield from parts_of(part)
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
    if isinstance(tree, ast.Tuple) and len(tree.elts) == 1:
        (tree,) = tree.elts
    if isinstance(tree, ast.List | ast.Tuple):
        for entry in tree.elts:
            is_eq = isinstance(entry, ast.Call) and ast.unparse(entry.func).endswith("Eq")
            for side in entry.args if is_eq and isinstance(entry, ast.Call) else [entry]:
                yield in_keys(str(ast.get_source_segment(f"({source})", side)))
    else:
        text = source.strip()
        text = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
        for part in text.split(", "):
            yield from lines_of(part)
