"""What a reader's code looks like: its syntax tree, and questions that a `Slip` asks of it."""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
import types
from collections.abc import Callable
from typing import Any

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef)


def tree_of(function: Callable[..., Any]) -> ast.AST | None:
    """The syntax tree of this very function, or None where its source is not known.

    Raises: whatever `inspect` and `ast` raise where there is no source, or none that parses.
    """
    unwrapped = inspect.unwrap(function)
    if isinstance(unwrapped, types.MethodType):
        unwrapped = unwrapped.__func__
    if not isinstance(unwrapped, types.FunctionType):
        return None
    code = unwrapped.__code__
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(unwrapped)))):
        if isinstance(node, _NAMED) and node.name == code.co_name:
            return node
        if isinstance(node, ast.Lambda) and code.co_name == "<lambda>" and _takes(node, code):
            return node
    return None


def parsed(code: str) -> ast.AST:
    """The tree that `tree_of` found, from what `ast.unparse` wrote of it."""
    statement = ast.parse(code).body[0]
    return statement.value if isinstance(statement, ast.Expr) else statement


def _takes(node: ast.Lambda, code: types.CodeType) -> bool:
    """Has the lambda the arguments of `code`? There may be more than one in a line."""
    listed = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return listed == list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    """All calls of a function or method of one of these names: `softmax(x)`, `x.softmax()`."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [node for node in found if _last_name(node.func) in names]


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def has_keyword(call: ast.Call, *names: str) -> bool:
    """Is one of these arguments given by its name: `dim` in `x.softmax(dim=1)`?"""
    return any(keyword.arg in names for keyword in call.keywords)


def keeps_axis(call: ast.Call) -> bool:
    """Does a sum along an axis keep it: `keepdim=True`, as NumPy spells it, or by place?"""
    is_by_place = any(ast.unparse(argument) == "True" for argument in call.args)
    return is_by_place or has_keyword(call, "keepdim", "keepdims")


def uses(tree: ast.AST, *names: str) -> bool:
    """Does a variable, function, method or attribute of one of these names occur?"""
    return any(_last_name(node) in names for node in ast.walk(tree))


def has_loop(tree: ast.AST) -> bool:
    """Is there a `for`, a `while` or a comprehension, other than over a few listed values?"""
    return any(isinstance(node, _LOOPS) and not _is_listed(node) for node in ast.walk(tree))


def _is_listed(loop: ast.AST) -> bool:
    return isinstance(getattr(loop, "iter", None), ast.Tuple | ast.List)


def operands(tree: ast.AST, kind: type[ast.operator]) -> set[tuple[str, str]]:
    """Both sides of each `+`, `*`, `@` or other operation of this kind, as Python writes them."""
    return {
        (ast.unparse(node.left), ast.unparse(node.right))
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, kind)
    }


def code_of(tree: ast.AST) -> str:
    """The code as `ast.unparse` writes it, without the docstring, whose words say nothing of it."""
    if isinstance(tree, ast.FunctionDef) and ast.get_docstring(tree) is not None:
        tree = copy.copy(tree)
        tree.body = tree.body[1:]
    return ast.unparse(tree)


def body_of(tree: ast.AST) -> str:
    """The same without the head of a function."""
    lines = code_of(tree).split("\n")
    return textwrap.dedent("\n".join(lines[isinstance(tree, ast.FunctionDef) :]))


def written(pattern: str, *, unless: str = "") -> Callable[[ast.AST], bool]:
    """Whether code has a pattern, as `code_of` writes it: one form for all spellings.

    Args:
        pattern: a regular expression.
        unless: another one, of what makes the first one harmless.
    """

    def found(tree: ast.AST) -> bool:
        code = code_of(tree)
        is_harmless = bool(unless and re.search(unless, code))
        return not is_harmless and re.search(pattern, code) is not None

    return found
