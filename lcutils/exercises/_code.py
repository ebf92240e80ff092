"""What stands in a reader's code: for the slips that values do not tell."""

from __future__ import annotations

import ast


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
