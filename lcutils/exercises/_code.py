"""What stands in a reader's code: for the slips that values do not tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable


def written(pattern: str, *, unless: str = "") -> Callable[[ast.AST], bool]:
    """Whether code has a pattern, as `ast.unparse` writes it: one form for all spellings.

    Args:
        pattern: a regular expression.
        unless: another one, of what makes the first one harmless.
    """

    def found(tree: ast.AST) -> bool:
        code = ast.unparse(tree)
        is_harmless = bool(unless and re.search(unless, code))
        return not is_harmless and re.search(pattern, code) is not None

    return found


def operands(tree: ast.AST, kind: type[ast.operator]) -> set[tuple[str, str]]:
    """Both sides of each `+`, `*`, `@` or other operation of this kind, as Python writes them."""
    return {
        (ast.unparse(node.left), ast.unparse(node.right))
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, kind)
    }


def called(tree: ast.AST) -> set[str]:
    """The names of all functions and methods that are called."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.attr for f in functions if isinstance(f, ast.Attribute)} | {
        f.id for f in functions if isinstance(f, ast.Name)
    }
